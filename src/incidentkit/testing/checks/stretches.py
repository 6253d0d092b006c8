"""Stretches of time as a breach tells them: the first few by the clock of a schedule, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from incidentkit.model.durations import duration_text
from incidentkit.policy.finding import Code
from incidentkit.policy.shift import Gap, Shift, shift_table
from incidentkit.testing.checks.breach import Breach
from incidentkit.text.document import Table

FEW: Final = 10
"""Stretches that a table shows."""


def gap_breach(gaps: Sequence[Gap], zone: str, *, where: str, who: str, note: str = "") -> Breach:
    """That nobody is on call in these gaps; ``who`` is how the sentence begins, and a note comes behind it."""
    what = f"{who} {times(gaps)}, for {whole(gaps)}.{note}"
    return Breach(law=Code.GAP, where=where, what=what, table=first(gaps, zone), rest=others(gaps))


def first(stretches: Sequence[Shift | Gap], zone: str) -> Table:
    """The first few, by the clock of a zone."""
    return shift_table(stretches[:FEW], zone)


def others(stretches: Sequence[Shift | Gap]) -> str:
    """How many there are beside the first few, and for how long altogether; an empty text if there are none."""
    more = stretches[FEW:]
    return f"And {len(more)} more, for {whole(more)}." if more else ""


def times(stretches: Sequence[Shift | Gap]) -> str:
    """How often it is so."""
    return "once" if len(stretches) == 1 else f"{len(stretches)} times"


def whole(stretches: Sequence[Shift | Gap]) -> str:
    """How long they are together."""
    length = duration_text(sum((each.end - each.start for each in stretches), timedelta()))
    return length if len(stretches) == 1 else f"{length} in all"
