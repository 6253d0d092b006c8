"""The program in which a second desk goes on with what the first has begun."""

from __future__ import annotations

import re
from functools import cache

from tests.examples.program import EXAMPLES, printed_by

PROGRAM = EXAMPLES / "two_desks" / "two_desks.py"


@cache
def run() -> str:
    return printed_by(PROGRAM)


def rows() -> list[list[str]]:
    table = run().partition("by which desk\n")[2].partition("Done twice")[0]
    return [re.split(r"\s{2,}", line) for line in table.splitlines()[4:] if line]


def test_the_second_desk_pages_by_the_next_method() -> None:
    pages = [row for row in rows() if row[1] == "page"]
    assert pages == [
        ["first", "page", "noor", "push", "You are on call"],
        ["second", "page", "noor", "phone", "You are on call"],
    ]


def test_nothing_is_done_twice() -> None:
    assert "Done twice: nothing, of " in run()
    assert run().count("Channels: 1.") == 1


def test_the_second_desk_sees_it_through() -> None:
    assert "SEV-2, resolved; " in run()
    assert "- found INC-7\n- acknowledged; if nothing else happens, at 2026-03-02 14:38 UTC: an update" in run()
