# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["mlflow==3.17.2", "numpy==2.4.6", "pandas==3.1.1", "psycopg[binary]==3.3.4", "pymysql==1.1.2"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""The store of MLflow 3 in other databases too: `uv run --script bring_mlflow.py FOLDER ADDRESS…`."""

import sys
from pathlib import Path

from stores import bring

folder, *addresses = sys.argv[1:]
for address in addresses:
    bring(Path(folder).resolve(), address)
