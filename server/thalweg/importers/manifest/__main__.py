"""Prints the JSON Schema of a manifest: `python -m thalweg.importers.manifest > schema/manifest.schema.json`."""

import json
import sys

from thalweg.importers.manifest import json_schema

sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
