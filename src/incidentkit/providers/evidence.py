"""Keeping what shows what happened, such as the output of a command: outside the log, named by what it holds."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol, runtime_checkable

from attrs import Attribute, field, frozen

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.happening import is_name
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one piece of evidence at the most: whoever has more keeps it elsewhere, and links the incident to it."""


def _is_content(request: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not bytes:
        raise FieldInvalid(attribute.name, f"evidence is bytes, not {shown(value)}")
    if len(value) > LARGEST:
        raise FieldInvalid(attribute.name, f"{len(value)} bytes are more than the {LARGEST} that are kept: cut it")


@frozen(kw_only=True)
class KeepEvidence:
    """Keep something that shows what happened in an incident."""

    incident: IncidentId = field(validator=is_name)
    name: str = field(validator=is_name)
    """What people call it, such as ``kubectl logs checkout``."""
    media_type: str = field(default="text/plain", validator=is_name)
    """What kind of content it is (RFC 6838)."""
    content: bytes = field(validator=_is_content, repr=False)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal digits: what it is called by."""
        return sha256(self.content).hexdigest()


@frozen(kw_only=True)
class Evidence:
    """What a store has of a piece of evidence, without its content."""

    sha256: str
    name: str
    media_type: str
    size: int
    """In bytes."""
    kept_at: datetime


@runtime_checkable
class KeepsEvidence(Protocol):
    """A store that keeps evidence as well."""

    def keep_evidence(self, request: KeepEvidence, /) -> Answer[Evidence]:
        """Keep it for the incident; the same content under the same name is kept once.

        Raises `UnknownIncident`.
        """
        ...

    def evidence(self, incident: str, /) -> Answer[tuple[Evidence, ...]]:
        """What is kept for an incident, the oldest first; raises `UnknownIncident`."""
        ...

    def content(self, sha256: str, /) -> Answer[bytes]:
        """The content that is called by its SHA-256; raises `UnknownEvidence`."""
        ...
