"""OpenLineage: events of runs, jobs and datasets, as a client posts them or writes them to files:
`docs/importers/openlineage.md`.

`heard` reads one event and is all that the HTTP door needs; `read` is a pass over files.
"""

from __future__ import annotations

from thalweg.importers.openlineage.files import read, recognised
from thalweg.importers.openlineage.reading import Heard, heard
from thalweg.importers.openlineage.stated import ORIGIN

__all__ = ["ORIGIN", "Heard", "heard", "read", "recognised"]
