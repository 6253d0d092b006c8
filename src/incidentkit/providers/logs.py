"""Reading what programs wrote down, and putting it where nobody can lose it."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from attrs import field, frozen

from incidentkit.errors import capped
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_choice, is_filter, is_period


@frozen(kw_only=True)
class TailLogs:
    """Ask for the last lines."""

    incident: IncidentId
    """Which incident it is asked for."""
    filter: str = field(default="", validator=is_filter)
    """Only lines that the tool finds with this; empty for all."""
    last: timedelta = field(validator=is_period)
    """How far back to look, up to now."""


@frozen(kw_only=True)
class SearchLogs:
    """Ask for the lines of a level."""

    incident: IncidentId
    """Which incident it is asked for."""
    level: str = field(default="", validator=is_choice)
    """Such as ``error``; empty for every level."""
    last: timedelta = field(validator=is_period)
    """How far back to look, up to now."""


@frozen(kw_only=True)
class ArchiveLogs:
    """Keep logs where nobody can change or lose them."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    last: timedelta = field(validator=is_period)
    """How far back to look, up to now."""


@frozen(kw_only=True)
class LogLines:
    """What was found in logs."""

    healthy: bool | None = None
    """Whether what was found is what is found on a good day; `None` if that cannot be told."""
    lines: tuple[str, ...] = ()
    """As they were written, the oldest first; text of programs, to be escaped for wherever it is shown."""
    more: bool = False
    """Whether there are more, which are older."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class Logs(Protocol):
    """Something that keeps what programs wrote.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.
    """

    def tail(self, request: TailLogs, /) -> Answer[LogLines]:
        """The last lines of that time. Changes nothing."""
        ...

    def search(self, request: SearchLogs, /) -> Answer[LogLines]:
        """The lines of that level and that time. Changes nothing."""
        ...

    def archive(self, request: ArchiveLogs, /) -> Answer[Receipt]:
        """Copy everything of that time, and return when it is safe; the receipt's ``reference`` identifies the copy.

        With a key that was used before, nothing is copied, and the answer is that of the first time.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether reading and archiving would work now. Changes nothing."""
        ...
