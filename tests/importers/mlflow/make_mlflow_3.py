# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["mlflow==3.17.2", "numpy==2.4.6", "pandas==3.1.1"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""A store of MLflow 3, its server, and a store of files: `uv run --script make_mlflow_3.py FOLDER`."""

import sys
from pathlib import Path

from stores import make, make_files, serve

folder = Path(sys.argv[1]).resolve()
make(folder)
make_files(folder / "files")
serve(folder)
