"""Everything that a store keeps, in records that another store can take in: to move, and to have a copy elsewhere."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from attrs import Attribute, field, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.events import Event
from incidentkit.model.happening import is_name, is_utc
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import SCHEMA, check_schema
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import is_document
from incidentkit.providers.store import MOST, is_plan


def _is_last(record: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a number of a series that every database can hold, and from which one can count on."""
    if type(value) is not int or not 1 <= value <= MOST:
        raise FieldInvalid(attribute.name, f"a series is counted from 1 to {MOST}, and {shown(value)} is not in it")


@frozen(kw_only=True)
class LogRecord:
    """The whole log of an incident, and when it must be looked at next.

    Without ``planned_with`` it is planned anew by whoever takes it in.
    """

    tag: ClassVar[str] = "log"

    schema: int = SCHEMA
    """The version of the form of the events."""
    wake_at: datetime | None = field(default=None, validator=optional(is_utc))
    planned_with: str = field(default="", validator=is_plan)
    done: bool = False
    events: tuple[Event, ...]

    @staticmethod
    def upcast(plain: dict[str, Any]) -> dict[str, Any]:
        """What an earlier version of the library wrote, as this one reads it; what a later one wrote is refused."""
        check_schema(plain.get("schema", SCHEMA))
        return plain

    @property
    def incident(self) -> IncidentId:
        """Whose log it is; `FieldInvalid` if there are no events."""
        if not self.events:
            raise FieldInvalid("events", "the log of an incident begins with its declaration, and this one is empty")
        return self.events[0].incident


@frozen(kw_only=True)
class NumberRecord:
    """The last number that was given of a series."""

    tag: ClassVar[str] = "number"

    series: str = field(validator=is_name)
    last: int = field(validator=_is_last)


@frozen(kw_only=True)
class PlaybookRecord:
    """A playbook that incidents refer to."""

    tag: ClassVar[str] = "playbook"

    reference: str = field(validator=is_name)
    document: str = field(validator=is_document)


@frozen(kw_only=True)
class EvidenceRecord:
    """A piece of evidence."""

    tag: ClassVar[str] = "evidence"

    incident: IncidentId = field(validator=is_name)
    name: str = field(validator=is_name)
    media_type: str = field(validator=is_name)
    kept_at: datetime = field(validator=is_utc)
    base64: str
    """The content, as in RFC 4648."""

    @classmethod
    def of(cls, request: KeepEvidence, kept_at: datetime) -> EvidenceRecord:
        """The record of what was kept then."""
        return cls(
            incident=request.incident,
            name=request.name,
            media_type=request.media_type,
            kept_at=kept_at,
            base64=b64encode(request.content).decode("ascii"),
        )

    @property
    def evidence(self) -> Evidence:
        """What is kept, without its content."""
        request = self.request
        return Evidence(
            sha256=request.sha256,
            name=self.name,
            media_type=self.media_type,
            size=len(request.content),
            kept_at=self.kept_at,
        )

    @property
    def request(self) -> KeepEvidence:
        """What would keep it; `FieldInvalid` if the content cannot be read."""
        try:
            content = b64decode(self.base64, validate=True)
        except (Error, ValueError) as error:
            raise FieldInvalid("base64", f"it is not base64: {error}") from None
        return KeepEvidence(incident=self.incident, name=self.name, media_type=self.media_type, content=content)


Record: TypeAlias = LogRecord | NumberRecord | PlaybookRecord | EvidenceRecord
"""Something that a store keeps."""


@runtime_checkable
class KeepsRecords(Protocol):
    """A store whose content can be moved to another store."""

    def records(self) -> Iterator[Record]:
        """Everything that it keeps, a record at a time, incidents in the order in which they came.

        Evidence comes after the log of its incident. Each record is whole; what is written while somebody reads on may
        or may not be there.
        """
        ...

    def take_in(self, record: Record, /) -> bool:
        """Keep a record as it is, with the times in it; whether it was not there already.

        A number moves a series forward and never back. A log that is done though its incident is active is planned anew
        at once: it is not done any more, and ``wake_at`` is now. What was only practised stays done. Raises
        `IncidentExists` if the incident is there with another log, `LogInvalid` for events that are no log,
        `UnknownIncident` for evidence of an incident that is not there.
        """
        ...
