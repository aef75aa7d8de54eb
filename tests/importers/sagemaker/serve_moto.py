# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["moto[server]==5.2.5", "boto3==1.43.0", "botocore==1.43.0"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""SageMaker as moto knows it, at an address that is printed, until standard input ends: `serve_moto.py`.

moto knows nothing of lineage: here there is none.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from moto.sagemaker.responses import SageMakerResponse
from moto.server import ThreadedMotoServer


def nothing(name: str) -> Any:
    return lambda _: json.dumps({name: []})


if __name__ == "__main__":
    SageMakerResponse.list_artifacts = nothing("ArtifactSummaries")
    SageMakerResponse.list_associations = nothing("AssociationSummaries")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print("http://{}:{}".format(*server.get_host_and_port()), flush=True)
    sys.stdin.read()
