"""Names, words and times that people and machines give: what they may be, checked in one place."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Final, NewType, Protocol, cast

from incidentkit.errors import FactValueInvalid, FieldInvalid, shown
from incidentkit.model.vocabulary import aware

IncidentId = NewType("IncidentId", str)
"""Identifies an incident, for as long as anybody keeps it."""

PersonId = NewType("PersonId", str)
"""Identifies a person, or a machine that acts like one, in the directory of whoever embeds the library."""

LONGEST_NAME: Final = 200
"""Characters that an identifier may have."""

LONGEST_TEXT: Final = 100_000
"""Characters that a text of an event may have."""


_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")


def checked_name(what: str, value: object) -> str:
    """An identifier: printable text without spaces at its ends; `FieldInvalid` names ``what`` it should have been."""
    if type(value) is not str:
        raise FieldInvalid(what, f"{shown(value)} is not text")
    if len(value) > LONGEST_NAME:
        raise FieldInvalid(what, f"a name has {LONGEST_NAME} characters at the most, not {len(value)}")
    if problem := _problem_of_name(value):
        raise FieldInvalid(what, problem)
    return value


@lru_cache(maxsize=1_000)
def _problem_of_name(value: str) -> str:
    """What keeps a text from being a name; empty if nothing does. Remembered, because the same few names come often."""
    if not value.isprintable() or not value.strip() == value != "":
        return f"{shown(value)} is not a name: printable text without spaces at its ends"
    return ""


def checked_text(what: str, value: object) -> str:
    """Any text that every store and every screen can hold: no NUL, no half of a surrogate pair."""
    if type(value) is not str:
        raise FieldInvalid(what, f"{shown(value)} is not text")
    if len(value) > LONGEST_TEXT:
        raise FieldInvalid(what, f"a text has {LONGEST_TEXT} characters at the most, not {len(value)}")
    if value and _UNKEEPABLE.search(value):
        raise FieldInvalid(what, f"{shown(value)} contains a NUL or half of a surrogate pair")
    return value


def checked_title(what: str, value: object) -> str:
    """What people call something: a text that is not blank."""
    title = checked_text(what, value)
    if not title.strip():
        raise FieldInvalid(what, f"a title is text that is not blank, not {shown(title)}")
    return title


class Referenced(Protocol):
    """Something that an incident can refer to, such as a playbook."""

    @property
    def reference(self) -> str:
        """Its name and version."""
        ...


def reference_of(referenced: Referenced | str) -> str:
    """How an incident refers to it, be it given itself or by its reference; what is neither is left to the event."""
    return getattr(referenced, "reference", cast(str, referenced))


def is_keepable(text: str) -> bool:
    """Whether every store can keep it, however long it is."""
    return not _UNKEEPABLE.search(text)


def keepable(text: object) -> str:
    """What can be kept of a text that somebody else wrote: anything else than text is nothing."""
    return _UNKEEPABLE.sub(" ", text)[:LONGEST_TEXT] if isinstance(text, str) else ""


def moment(what: str, value: object) -> datetime:
    """An aware datetime in UTC; `FieldInvalid` names the field for anything else."""
    try:
        return aware(what, value)
    except FactValueInvalid as error:
        raise FieldInvalid(what, str(error).removeprefix(f"{what}: ")) from None
