"""Drills as documents hold them, for people who write them by hand."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any, TypeGuard, cast

from attrs import field, frozen

from incidentkit import convert
from incidentkit.drills.expectation import Expectation
from incidentkit.drills.fault import Outage
from incidentkit.drills.habit import Habit
from incidentkit.drills.mishap import Mishap
from incidentkit.drills.work import Work
from incidentkit.errors import DocumentInvalid, DrillInvalid, IncidentkitError, place, shown
from incidentkit.memory import Reaction
from incidentkit.model.commands import Command
from incidentkit.model.durations import duration_text
from incidentkit.policy.playbook import Playbook


@frozen(kw_only=True)
class DrillForm:
    """A drill in a document: all of it but the playbook and the people, who are in files of their own."""

    title: str
    start: datetime
    severity: str | None = None
    facts: dict[str, Any] = field(factory=dict[str, Any])
    """The values by the names of the facts; a duration is text, such as ``30min``."""
    by: str = "monitoring"
    lasts: timedelta = timedelta(hours=4)
    people: dict[str, Reaction] = field(factory=dict[str, Reaction])
    work: Work = field(factory=Work)
    script: tuple[dict[str, Any], ...] = ()
    """Commands, each with an ``after`` in the place of its ``at``."""
    faults: dict[str, tuple[Outage, ...]] = field(factory=dict[str, tuple[Outage, ...]])
    expectations: tuple[Expectation, ...] = ()


@frozen(kw_only=True)
class NightsForm:
    """Nights in a document: what they have in common, and what chance decides."""

    drill: DrillForm
    people: dict[str, Habit] = field(factory=dict[str, Habit])
    faults: dict[str, tuple[Mishap, ...]] = field(factory=dict[str, tuple[Mishap, ...]])
    spread: timedelta = timedelta()
    night_begins: time = time(22)
    night_ends: time = time(7)


def drill_form(text: str, source: str) -> DrillForm:
    """A drill that a document holds, which says so if it holds nights; raises `DocumentInvalid`."""
    table = convert.from_toml(text, dict[str, Any], source=source)
    if "drill" in table:
        problem = "these are nights by chance, and not one drill, which they have below [drill]: 'incidentkit odds'"
        raise DocumentInvalid("$", f"{problem} is for them", source=source)
    return convert.from_plain(table, DrillForm, source=source)


def nights_form(text: str, source: str) -> NightsForm:
    """Nights that a document holds, which says so if it holds one drill; raises `DocumentInvalid`."""
    table = convert.from_toml(text, dict[str, Any], source=source)
    if "title" in table and "drill" not in table:
        problem = "this is one drill, and not nights by chance, which have theirs below [drill]: 'incidentkit drill'"
        raise DocumentInvalid("$", f"{problem} is for it", source=source)
    return convert.from_plain(table, NightsForm, source=source)


def script_of(form: DrillForm) -> Iterable[Command]:
    """The commands of a script, each at its time."""
    for index, table in enumerate(form.script):
        with inside(f"script[{index}]"):
            yield _command(table, form)


@contextmanager
def of_file(source: str) -> Generator[None]:
    """What is refused inside is refused as a document that lies in that file, if one is given."""
    try:
        with place(""):
            yield
    except DocumentInvalid as error:
        raise DocumentInvalid(error.path, error.problem, source=source) from error


@contextmanager
def inside(path: str) -> Generator[None]:
    """What is refused inside lies at that path of a document, also what was read there as a document of its own."""
    try:
        yield
    except DocumentInvalid as error:
        raise DocumentInvalid(f"$.{path}{error.path.removeprefix('$')}", error.problem) from error
    except IncidentkitError as error:
        raise DocumentInvalid(f"$.{path}", str(error)) from error


def _command(table: Mapping[str, Any], form: DrillForm) -> Command:
    given = dict(table)
    if "at" in given or "after" not in given:
        raise DrillInvalid("a command says how long after the start it comes: after = '20min', and no 'at'")
    after = convert.from_plain(given.pop("after"), timedelta)
    if not timedelta() <= after <= form.lasts:
        problem = f"{duration_text(after)} after the start is not within the {duration_text(form.lasts)} of it"
        raise DrillInvalid(problem)
    command: Command = convert.from_plain({**given, "at": form.start + after}, cast(Any, Command))
    return command


def script_form(script: Iterable[Command], start: datetime) -> tuple[dict[str, Any], ...]:
    """Commands as documents hold them."""
    return tuple(_command_form(command, start) for command in script)


def _command_form(command: Command, start: datetime) -> dict[str, Any]:
    plain: dict[str, Any] = convert.to_plain(command)
    after = duration_text(command.at - start)
    return {("after" if key == "at" else key): (after if key == "at" else value) for key, value in plain.items()}


def facts_of(form: DrillForm, playbook: Playbook) -> Mapping[str, Any]:
    """What is known of the incident, as its facts have it."""
    known: dict[str, Any] = {}
    for name, value in form.facts.items():
        with place(f"facts.{name}"):
            fact = playbook.vocabulary[name]
            known[name] = fact.answer(value) if isinstance(value, str) else value
    return known


def facts_form(facts: object) -> dict[str, Any]:
    """What is known of an incident, as documents hold it."""
    if facts is None:
        return {}
    if not _is_mapping(facts):
        raise DrillInvalid(f"only facts in a mapping can be written, and not {shown(facts)}")
    return {
        str(getattr(key, "name", key)): duration_text(value) if isinstance(value, timedelta) else value
        for key, value in facts.items()
    }


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)
