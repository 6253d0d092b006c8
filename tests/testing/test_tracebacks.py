"""What pytest shows of a check that fails: the line of the test and the report, and no lines of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from incidentkit import EMERGENCY, DecisionTree, Flag, Rotation, Schedule, SeverityRules, SeverityScheme, ask, when
from incidentkit.errors import DecisionsDiffer, DecisionsInvalid, FieldInvalid, LawsBroken
from incidentkit.testing import assert_decisions, check_policy, check_rules, check_schedule, check_tree

P1, P2 = SCHEME = SeverityScheme("P1", "P2")
DOWN = Flag("down", question="Is it down?")
RULES = SeverityRules(when(DOWN, P1), otherwise=P2)
WRONG = SeverityRules(when(~DOWN, P1), otherwise=P2)
TREE = DecisionTree("What to do?", ask("Is it down?", DOWN, yes=P2, no=P1))
OFFICE = Rotation(
    name="office",
    zone="UTC",
    starts=date(2026, 1, 5),
    every="1 day",
    at="09:00",
    participants=["ada"],
    hours="Mon-Sun 09:00-17:00",
)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


def files(kind: type[BaseException], call: Callable[[], object]) -> list[str]:
    """The files of the lines that pytest shows."""
    with pytest.raises(kind) as caught:
        call()
    return [Path(entry.path).name for entry in caught.traceback.filter(caught)]


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (LawsBroken, lambda: check_rules(WRONG)),
        (LawsBroken, lambda: check_tree(TREE)),
        (LawsBroken, lambda: check_policy(EMERGENCY, within=datetime.resolution)),
        (LawsBroken, lambda: check_schedule(Schedule(OFFICE), start=datetime(2026, 1, 5, tzinfo=UTC))),
        (DecisionsDiffer, lambda: assert_decisions(RULES, "down | severity\nyes | P2")),
        (DecisionsInvalid, lambda: assert_decisions(RULES, "down | severity\nperhaps | P2")),
        (DecisionsInvalid, lambda: assert_decisions(RULES, "dwn | severity\nno | P2")),
        (DecisionsInvalid, lambda: assert_decisions(RULES, "down | severity\nno | P9")),
        (DecisionsInvalid, lambda: assert_decisions(RULES, [{raw(3): True}])),
        (FieldInvalid, lambda: check_rules(raw(3))),
        (FieldInvalid, lambda: check_rules(RULES, examples=0)),
        (FieldInvalid, lambda: check_rules(RULES, allow=["monoton"])),
        (FieldInvalid, lambda: check_rules(RULES, allow=[raw(3)])),
        (FieldInvalid, lambda: assert_decisions(RULES, raw(3))),
    ],
)
def test_the_line_of_the_test_is_what_is_shown(kind: type[Exception], call: Callable[[], object]) -> None:
    assert {*files(kind, call)} == {"test_tracebacks.py"}


class Odd(Mapping[str, Any]):
    """A row that cannot be read for a reason of its own."""

    def __getitem__(self, key: str) -> Any:
        raise OSError("the disk is gone")

    def __iter__(self) -> Iterator[str]:
        return iter(["down"])

    def __len__(self) -> int:
        return 1


def test_of_what_else_goes_wrong_every_line_is_shown() -> None:
    assert "decisions.py" in files(OSError, lambda: assert_decisions(RULES, [Odd()]))
