"""Actions as the log knows them: what identifies one, and what came of it."""

from __future__ import annotations

import json
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from attrs import Attribute, field, frozen

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.identity import checked_name

NOBODY: Final = ""
"""Stands for the person of an action that reaches nobody in particular."""


def _is_name(key: ActionKey, attribute: Attribute[Any], value: object) -> None:
    checked_name(attribute.name, value)


def _is_person(key: ActionKey, attribute: Attribute[Any], value: object) -> None:
    if value != NOBODY:
        checked_name(attribute.name, value)


def _is_count(key: ActionKey, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 0:
        raise FieldInvalid(attribute.name, f"{shown(value)} is no count from 0")


@frozen
class ActionKey:
    """What identifies an action within its incident: names and counters only, so that no edited text changes it."""

    obligation: str = field(validator=_is_name)
    instance: str = field(validator=_is_name)
    """``once``, or the number of the generation."""
    person: str = field(default=NOBODY, validator=_is_person)
    arm: int = field(default=0, validator=_is_count)
    """How often the person was armed again: by taking an acknowledgement back, or by its expiry."""
    attempt: int = field(default=0, validator=_is_count)
    """The place in the chain of attempts, counted from 0."""

    def digest(self, namespace: str, incident: str) -> str:
        """The idempotency key that a provider gets: 64 hexadecimal digits, the same for every try of this action."""
        parts = (namespace, incident, self.obligation, self.instance, self.person, self.arm, self.attempt)
        return sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def __str__(self) -> str:
        return f"{self.obligation}/{self.instance}/{self.person or '-'}/{self.arm}/{self.attempt}"


class Outcome(StrEnum):
    """What came of trying an action."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """For good: trying again would fail again."""
    POSTPONED = "postponed"
    """It failed, and may work another time."""
    UNKNOWN = "unknown"
    """It may or may not have happened: it was sent, and the answer is missing."""
