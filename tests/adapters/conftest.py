"""What the tests of command lines share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.kinds import KINDS, Kind
from tests.adapters.recorder import Recorder


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Tools for a desk in a thread, and for one in a loop."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    folder = tmp_path / "tools"
    folder.mkdir()
    return Recorder(folder)
