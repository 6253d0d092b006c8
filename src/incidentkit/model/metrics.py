"""How long it took: of one incident, and of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from incidentkit.errors import FieldInvalid
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.state import State


@frozen
class Metrics:
    """The lengths of one incident; `None` for what has not happened. None of them is ever negative.

    Times run from when users began to feel it, but for the acknowledgement, which answers the declaration.
    """

    time_to_declare: timedelta
    time_to_acknowledge: timedelta | None
    time_to_mitigate: timedelta | None
    time_to_resolve: timedelta | None
    time_in: Mapping[Status, timedelta] = field(hash=False)
    """How long it was in each of all statuses, over all generations; the present one up to the moment asked for."""

    @property
    def time_open(self) -> timedelta:
        """How long somebody had to be at work on it, over all generations."""
        return sum((spent for status, spent in self.time_in.items() if status in ACTIVE), timedelta())


def metrics_of(state: State, now: datetime | None = None) -> Metrics:
    """The metrics of a state; without ``now`` the present status counts for nothing yet."""
    time_in = {status: state.time_in.get(status, timedelta()) for status in Status}
    if now is not None and now > state.since:
        time_in[state.status] += now - state.since
    return Metrics(
        time_to_declare=state.declared_at - state.started_at,
        time_to_acknowledge=_length(state.declared_at, state.first_acknowledged_at),
        time_to_mitigate=_length(state.started_at, state.mitigated_at),
        time_to_resolve=_length(state.started_at, state.resolved_at),
        time_in=time_in,
    )


def _length(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else end - start


@frozen(kw_only=True)
class SummaryForm:
    """A summary as documents hold it: lengths in words, and beside them in seconds, for those who calculate."""

    count: int
    median: timedelta
    median_seconds: float | None = None
    percentile_90: timedelta
    percentile_90_seconds: float | None = None


@frozen
class Summary:
    """One length of many incidents: of how many it is known, their median and their 90th percentile."""

    count: int
    median: timedelta
    percentile_90: timedelta

    def to_form(self) -> SummaryForm:
        """As documents hold it."""
        return SummaryForm(
            count=self.count,
            median=self.median,
            median_seconds=self.median.total_seconds(),
            percentile_90=self.percentile_90,
            percentile_90_seconds=self.percentile_90.total_seconds(),
        )

    @classmethod
    def from_form(cls, form: SummaryForm) -> Summary:
        """Read one; the seconds may be left out. Raises `FieldInvalid` for seconds that are another length."""
        summary = cls(form.count, form.median, form.percentile_90)
        told = summary.to_form()
        if form.median_seconds not in (None, told.median_seconds):
            raise FieldInvalid("median_seconds", f"the median is {told.median_seconds} seconds long")
        if form.percentile_90_seconds not in (None, told.percentile_90_seconds):
            raise FieldInvalid("percentile_90_seconds", f"it is {told.percentile_90_seconds} seconds long")
        return summary


def summarize(metrics: Iterable[Metrics], length: Callable[[Metrics], timedelta | None]) -> Summary | None:
    """Sum up a length over many incidents; `None` if none of them has it.

    ``length`` picks it, such as ``lambda metrics: metrics.time_to_resolve``. A percentile is the smallest length
    that so many of a hundred do not exceed (nearest rank), so it is one that occurred; the median of an even number is
    the mean of the two in the middle.
    """
    lengths = sorted(each for each in map(length, metrics) if each is not None)
    if not lengths:
        return None
    middle = (lengths[(len(lengths) - 1) // 2] + lengths[len(lengths) // 2]) / 2
    return Summary(len(lengths), middle, lengths[-(-len(lengths) * 9 // 10) - 1])
