"""Conditions and recipients, which documents hold as text."""

from __future__ import annotations

from collections.abc import Iterable

from incidentkit.errors import below, place
from incidentkit.model.conditions import Condition
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.recipient import Recipient


def condition_of(form: object, name: str, path: str, vocabulary: Vocabulary) -> Condition:
    """The condition in a field of a form that lies at a path."""
    with place(below(path, name)):
        return Condition.parse(getattr(form, name), vocabulary)


def recipients_of(texts: Iterable[str], path: str) -> list[Recipient]:
    """The recipients of a list at a path."""
    return [recipient_of(text, f"{path}[{index}]") for index, text in enumerate(texts)]


def recipient_of(text: str, path: str) -> Recipient:
    """The recipient at a path."""
    with place(path):
        return Recipient.parse(text)
