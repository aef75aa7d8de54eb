"""What tests of mutations state, and what answers it when all is well."""

from __future__ import annotations

from typing import Any

CAME = " fragment came on Payload { outcome errors { code path message expected } warnings { code path message } }"
WELL: dict[str, Any] = {"errors": [], "warnings": []}

SHA = "4f1c" * 10

BATCH = (
    """mutation ($input: StateBatchInput!) { stateBatch(input: $input) {
  written failed errors { code path message } results { scope ...came }
} }"""
    + CAME
)


def fraud(version: str) -> dict[str, Any]:
    return {"namespace": "mlflow", "name": "fraud", "version": version}
