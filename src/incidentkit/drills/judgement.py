"""What came of what was expected of a drill."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from incidentkit.text.document import Table


@frozen(kw_only=True)
class Judgement:
    """Whether something came about that was expected, and what was seen."""

    expected: str
    """In words, such as ``acknowledged within 10min``."""
    held: bool
    seen: str
    """The figure that decided it, such as ``12min``."""


def judged(judgements: Sequence[Judgement]) -> Table:
    """A table of what was expected, and what was seen instead."""
    rows = [("yes" if each.held else "no", each.expected, each.seen) for each in judgements]
    return Table(("held", "expected", "seen"), rows)
