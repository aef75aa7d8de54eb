"""What is written down beside the tests of an importer."""

from __future__ import annotations

import pytest

from tests.importers.golden import Golden


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(request.path.with_name("golden.txt"), writes=request.config.getoption("--write-golden"))
