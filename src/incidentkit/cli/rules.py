"""By which playbook a command goes, and whether it fits the people and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from incidentkit.convert import from_json
from incidentkit.errors import (
    CommandInvalid,
    IncidentkitError,
    UnknownFact,
    UnknownPlaybook,
    UnknownRecipient,
    UnknownSeverity,
    listed,
    nearest,
    shown,
)
from incidentkit.model.assessment import Value
from incidentkit.model.incident import Incident
from incidentkit.model.severity import Severity
from incidentkit.model.vocabulary import AnyFact, Vocabulary
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook

if TYPE_CHECKING:
    from incidentkit.stores import SqlStore

OTHER = "--playbook names another one"
"""What to do about a playbook that nobody asked for."""


@frozen
class Rules:
    """By which playbook a command about an incident goes, and which is the incident's own."""

    playbook: Playbook
    own: str
    """Its reference; empty for an incident that has none."""
    lack: str = ""
    """Why the incident's own is not gone by, if the database could not give it."""

    def check(self, directory: Directory) -> None:
        """Raise an error that says why this playbook, for a directory that does not know whom it names."""
        try:
            check_people(self.playbook, directory, given=bool(self.own))
        except CommandInvalid as error:
            problem = str(error)
            raise CommandInvalid(f"{problem.rstrip('.')}; {self.lack}" if self.lack else problem) from None


def rules_of(store: SqlStore, incident: Incident, given: Playbook | None) -> Rules:
    """The rules of an incident: its own, whatever was given; only if the database lacks them, others take over."""
    own = incident.playbook
    kept, lack = _kept(store, own)
    if kept is not None:
        return Rules(kept, own)
    instead = EMERGENCY if given is None else given
    if not own or instead.reference == own:
        return Rules(instead, own)
    return Rules(instead, own, f"{lack}, and {instead.reference} takes over{f': {OTHER}' if given is None else ''}")


def _kept(store: SqlStore, reference: str) -> tuple[Playbook | None, str]:
    """A playbook out of the database, or why it does not come from there."""
    if not reference:
        return None, ""
    try:
        document = store.playbook(reference)
    except UnknownPlaybook:
        return None, f"the database does not have the incident's playbook {reference}"
    try:
        return from_json(document, Playbook, source=reference), ""
    except IncidentkitError:  # which a later release wrote, say
        return None, f"this release cannot read the incident's playbook {reference}"


def check_people(playbook: Playbook, directory: Directory, *, given: bool) -> None:
    """Raise `CommandInvalid` for a directory that does not know whom a playbook names."""
    try:
        directory.check(playbook.recipients, source=f"playbook {playbook.name}")
    except UnknownRecipient as error:
        raise CommandInvalid(str(error) if given else _with_hint(str(error))) from None


def severity_in(playbook: Playbook, key: str, *, given: bool) -> Severity[Any]:
    """The severity of that key; raises `CommandInvalid`."""
    try:
        return playbook.scheme[key]
    except UnknownSeverity:
        raise _unknown(f"no severity is called {shown(key)}", playbook, key, playbook.scheme.keys, given) from None


def value_in(playbook: Playbook, fact: str, answer: str, *, given: bool) -> Value:
    """The value of a fact that an answer means; raises `CommandInvalid` for a fact that the playbook does not know."""
    value: Value = fact_in(playbook, fact, playbook.vocabulary, given=given).answer(answer)
    return value


def fact_in(playbook: Playbook, fact: str, known: Vocabulary, *, given: bool) -> AnyFact:
    """The fact of that name among those that may be known of an incident; raises `CommandInvalid`."""
    try:
        return known[fact]
    except UnknownFact:
        raise _unknown(f"no fact is called {shown(fact)}", playbook, fact, known, given) from None


def _unknown(problem: str, playbook: Playbook, name: str, known: Iterable[str], given: bool) -> CommandInvalid:
    names = tuple(known)
    words = f"{problem} in the playbook {playbook.name}{listed(names)}. {nearest(name, names)}".rstrip(". ")
    return CommandInvalid(words if given else _with_hint(words))


def _with_hint(words: str) -> str:
    return f"{words} {OTHER[0].upper()}{OTHER[1:]}" if words.endswith("?") else f"{words.rstrip('.')}: {OTHER}"
