"""Requests that any provider can be given, and words that any provider should be able to take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from attrs import NOTHING, evolve, fields

from incidentkit.errors import FieldInvalid, RigInvalid
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.providers.status_page import PublicStatus
from incidentkit.testing.conformance.stage import Stage
from incidentkit.text.document import Document, Paragraph

INCIDENT: Final = IncidentId("INC-7")
OTHER_INCIDENT: Final = IncidentId("INC-8")

ALPHABETS: Final = ("Größe", "緊急", "Авария", "عاجل", "आपात")
"""A word in each of five alphabets."""

NASTY: Final = (
    *ALPHABETS,
    "👩‍🚒 🏳️‍🌈",
    "two\nlines",
    "<!channel> @everyone *bold* <b>bold</b> &amp; [link](https://example.org)",
    "$(reboot) `reboot` ; reboot | reboot",
    "'; DROP TABLE incidents; -- \" \\",
    "%s {title} {{title}} ${title}",
    "--all",
    "\x1b[31mred\x1b[0m \u202eright to left",
    " ",
    "",
)
"""Words that people and attackers write."""

LONG: Final = 20_000
"""Characters of words that are longer than most systems allow."""


def document(words: str) -> Document:
    """A message of one paragraph."""
    return Document([Paragraph(words)])


def fresh(prefix: str) -> str:
    """A name that nothing has."""
    return f"{prefix}-{token_hex(4)}"


USUAL: Final[Mapping[str, Callable[[], Any]]] = {
    "incident": lambda: INCIDENT,
    "person": lambda: PersonId("ada"),
    "method": lambda: "push",
    "address": lambda: "ada",
    "severity": lambda: "SEV-1",
    "title": lambda: "Checkout returns 500",
    "reason": lambda: "a check of this provider",
    "declared_at": lambda: datetime.now(UTC),
    "at": lambda: datetime.now(UTC),
    "name": lambda: fresh("conformance"),
    "private": lambda: False,
    "topic": lambda: "a check of this provider",
    "message": lambda: document("A check of this provider: nobody has to do anything."),
    "entry": lambda: "",
    "status": lambda: PublicStatus.INVESTIGATING,
    "last": lambda: timedelta(minutes=15),
    "duration": lambda: timedelta(seconds=1),
    "limit": lambda: 10,
    "value": lambda: "on",
    "branch": lambda: fresh("conformance"),
    "replicas": lambda: 3,
    "rps": lambda: 1_000,
}
"""What stands in a request where any value will do. The others name what there is, which only the factory knows."""


def sample(kind: type[Any], stage: Stage, **given: Any) -> Any:
    """A request of that class, with a new key: what is given, then what the factory knows, then what is usual."""
    values: dict[str, Any] = {}
    for each in fields(kind):
        if each.name in given:
            values[each.name] = given[each.name]
        elif each.name == "key":
            values[each.name] = stage.key()
        elif each.name in stage.rig.known:
            values[each.name] = stage.rig.known[each.name]
        elif each.default is not NOTHING:
            continue
        elif each.name in USUAL:
            values[each.name] = USUAL[each.name]()
        else:
            values[each.name] = stage.known(each.name)
    try:
        return kind(**values)
    except FieldInvalid as error:
        if error.field not in stage.rig.known:
            raise
        raise RigInvalid("known", f"{kind.__name__} does not take it: {error}") from error


def reworded(request: Any, field: str, words: str) -> Any | None:
    """The request with other words in a field; `None` if no such request can be made."""
    value = getattr(request, field)
    other: object = words
    if isinstance(value, Document) or (value is None and field == "message"):
        other = document(words)
    elif isinstance(value, tuple):
        other = (words,)
    try:
        return evolve(request, **{field: other})
    except FieldInvalid:
        return None
