"""The program run inside the process of a test: what it prints, where, and with which exit status."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from attrs import frozen

from incidentkit.cli import main


@frozen
class Done:
    """What came of it."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Invoke: TypeAlias = Callable[..., Done]
"""Runs the program with these arguments."""


def invocation(capsys: pytest.CaptureFixture[str]) -> Invoke:
    def invoke(*arguments: str) -> Done:
        capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        printed = capsys.readouterr()
        return Done(status, printed.out, printed.err)

    return invoke
