# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["mlflow==2.22.5", "sqlalchemy==2.0.44", "numpy==2.4.6", "pandas==2.3.3"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""A store of MLflow 2, and its server: `uv run --script make_mlflow_2.py FOLDER`."""

import sys
from pathlib import Path

from stores import make, serve

folder = Path(sys.argv[1]).resolve()
make(folder)
serve(folder)
