"""A tool that is a program keeps the promises of a tool, if the program does its part: it goes by the key."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from incidentkit.errors import NotFound, ProviderUnavailable
from incidentkit.providers.feature_flags import FeatureFlags
from incidentkit.testing import Check, Level, Rig, Untold, conformance
from tests.adapters.kinds import Kind, provider_of

PROGRAM: Final = """\
#!{python} -IS
import os, sys
command, *features = sys.argv[1:]
if os.path.exists("down"):
    sys.exit(4)
if features != ["checkout"]:
    sys.exit(3)
with open(os.path.join("done", os.environ["INCIDENTKIT_KEY"]), "w") as file:
    file.write(command)
print(command, *features)
"""

CHECKS: Final = conformance(FeatureFlags, level=Level.MUST)


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_program_that_goes_by_the_key_keeps_the_promises(check: Check[Any], kind: Kind, tmp_path: Path) -> None:
    program, done, down = tmp_path / "flags", tmp_path / "done", tmp_path / "down"
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    done.mkdir()
    codes = {"FEATURE_FLAG_TOOL": {3: NotFound, 4: ProviderUnavailable}}
    tools = kind({"FEATURE_FLAG_TOOL": [str(program)]}, directory=tmp_path, exit_codes=codes)

    @contextmanager
    def outage() -> Generator[None]:
        down.touch()
        yield
        down.unlink()

    def flags() -> Rig[FeatureFlags]:
        provider = provider_of(tools, "feature_flag_tool")
        return Rig(provider, effects=done.iterdir, known={"features": "checkout"}, outage=outage)

    if check.name.endswith("_former"):
        with pytest.raises(Untold, match="it does not say what was so before, and need not"):
            check(flags)
        return
    check(flags)
