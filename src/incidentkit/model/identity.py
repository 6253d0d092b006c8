"""Names and words that people and machines give: what they may be, checked in one place."""

from __future__ import annotations

from typing import Final, NewType

from incidentkit.errors import WordsInvalid, shown

IncidentId = NewType("IncidentId", str)
"""Identifies an incident, for as long as anybody keeps it."""

PersonId = NewType("PersonId", str)
"""Identifies a person, or a machine that acts like one, in the directory of whoever embeds the library."""

LONGEST_NAME: Final = 200
"""Characters that an identifier may have."""

LONGEST_TEXT: Final = 100_000
"""Characters that a text of an event may have."""


def checked_name(what: str, value: object) -> str:
    """An identifier: printable text without spaces at its ends; `WordsInvalid` names ``what`` it should have been."""
    if not isinstance(value, str) or not value.isprintable() or not value.strip() == value != "":
        raise WordsInvalid(what, f"{shown(value)} is not a name: printable text without spaces at its ends")
    if len(value) > LONGEST_NAME:
        raise WordsInvalid(what, f"a name has {LONGEST_NAME} characters at the most, not {len(value)}")
    return checked_text(what, value)


def checked_text(what: str, value: object) -> str:
    """Any text that every store and every screen can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        raise WordsInvalid(what, f"{shown(value)} is not text")
    if len(value) > LONGEST_TEXT:
        raise WordsInvalid(what, f"a text has {LONGEST_TEXT} characters at the most, not {len(value)}")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise WordsInvalid(what, f"{shown(value)} contains a NUL or half of a surrogate pair")
    return value
