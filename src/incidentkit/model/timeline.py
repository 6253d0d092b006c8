"""The log of an incident as a sequence that can grow without being copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar, overload

from incidentkit.model.events import Event, TimeCorrected, written
from incidentkit.text.document import Document, Table
from incidentkit.text.plain import to_plain

T = TypeVar("T")


class Timeline(Sequence[Event]):
    """Events in the order in which they were recorded. Frozen: `append` gives another, at the same cost at any length.

    Timelines that grew from one another share their events: each keeps its newest one and the timeline before it. What
    needs all of them in order lists them once, and keeps the list.
    """

    __slots__ = ("_before", "_length", "_listed", "_newest")

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._listed: tuple[Event, ...] | None = tuple(events)
        self._length = len(self._listed)
        self._newest: Event | None = self._listed[-1] if self._listed else None
        self._before: Timeline | None = None

    def append(self, event: Event) -> Timeline:
        """These events and one more."""
        longer = object.__new__(Timeline)
        longer._newest = event
        longer._before = self
        longer._length = self._length + 1
        longer._listed = None
        return longer

    @property
    def events(self) -> tuple[Event, ...]:
        """All of them, the oldest first."""
        if self._listed is None:
            newer: list[Event] = []
            timeline: Timeline = self
            while timeline._listed is None:
                assert timeline._newest is not None and timeline._before is not None
                newer.append(timeline._newest)
                timeline = timeline._before
            self._listed = (*timeline._listed, *reversed(newer))
            self._before = None  # or every earlier timeline would keep a list of its own alive
        return self._listed

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, index: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(index, int) and index == -1 and self._newest is not None:
            return self._newest
        return self.events[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and len(self) == len(other) and self.events == other.events

    def __hash__(self) -> int:
        return hash((self._length, self._newest))

    def __reduce__(self) -> tuple[Any, ...]:
        return Timeline, (self.events,)

    def find(self, words: str) -> tuple[int, ...]:
        """The places of the events in which people wrote these words, for instance to take them out."""
        return tuple(place for place, event in enumerate(self.events) if any(words in each for each in written(event)))

    @property
    def corrections(self) -> dict[int, datetime]:
        """When the events happened whose times were corrected, by their places."""
        return {event.event: event.happened_at for event in self.events if isinstance(event, TimeCorrected)}

    def to_table(self) -> Table:
        """A line for each event: its place, when it happened, who it was, and what. Corrected times are marked."""
        happened = self.corrections
        rows = [
            (str(place), _clock(event.at, happened.get(place)), event.by, str(event))
            for place, event in enumerate(self.events)
        ]
        return Table(("", "UTC", "by", "what"), rows)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))

    def __repr__(self) -> str:
        return f"<timeline of {self._length} events>"


def _clock(said: datetime, happened: datetime | None) -> str:
    if happened is None:
        return _text(said)
    return f"{_text(happened)} (not {_text(said).removeprefix(f'{_text(happened)[:10]} ')})"


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds" if moment.microsecond else "seconds")
