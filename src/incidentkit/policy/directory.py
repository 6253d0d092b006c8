"""The directory: people and how to reach them, teams, who has which role, who is on call, and when pages wait.

It is live data and no part of a playbook's version: people come and go while a playbook stays what it is. Addresses are
personal data, so neither a repr nor an error shows one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from attrs import field, fields, frozen

from incidentkit import convert
from incidentkit.errors import (
    CalendarInvalid,
    DirectoryInvalid,
    DocumentInvalid,
    FieldInvalid,
    PlaybookInvalid,
    ScheduleInvalid,
    UnknownRecipient,
    below,
    expect,
    nearest,
    several,
    shown,
)
from incidentkit.model.calendar import zone_of
from incidentkit.model.identity import PersonId, checked_name, checked_text, moment
from incidentkit.model.people import Role
from incidentkit.policy.maintenance import Hold, Maintenance, held_until, holds
from incidentkit.policy.recipient import INVOLVED, Recipient, RecipientKind
from incidentkit.policy.schedule import Schedule
from incidentkit.text.printed import Printed, PrintedAsCall, said

_ROLES: Final[Mapping[str, Role]] = {str(role): role for role in Role}


def _id(value: object) -> PersonId:
    return PersonId(_name("people", value))


def _in_order(contacts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What makes contacts equal: dicts themselves disregard the order, which is the person's preference."""
    return tuple(contacts.items())


@frozen(kw_only=True)
class Person(PrintedAsCall):
    """Somebody who can be reached: ``contacts`` has an address for each contact method, the preferred one first."""

    id: PersonId = field(converter=_id)
    name: str = ""
    """What people call them."""
    timezone: str = ""
    """An IANA time zone such as ``Europe/London``; empty if it is not known."""
    contacts: Mapping[str, str] = field(factory=dict[str, str], eq=_in_order, repr=False)
    escalates: bool = False
    """Whether this is no person but a service that pages people by itself, such as an on-call system: it is told once,
    and what it does then is not done twice."""

    def __attrs_post_init__(self) -> None:
        path = f"people.{self.id}"
        _text(f"{path}.name", self.name)
        _flag(f"{path}.escalates", self.escalates)
        if self.timezone != "":
            _zone(f"{path}.timezone", self.timezone)
        object.__setattr__(self, "contacts", dict(_contacts(f"{path}.contacts", self.contacts)))


def _people(people: Mapping[str, Person]) -> dict[str, Person]:
    return dict(_by_id(people))


def _teams(teams: Mapping[str, Sequence[str]]) -> dict[str, tuple[PersonId, ...]]:
    return dict(_lists("teams", "a team", teams))


def _roles(roles: Mapping[str, Sequence[str]]) -> dict[str, tuple[PersonId, ...]]:
    return dict(_lists("roles", "a role", roles))


def _schedules(schedules: Mapping[str, Schedule]) -> dict[str, Schedule]:
    for key, each in _table("schedules", schedules).items():
        name = _name("schedules", key)
        if not isinstance(each, Schedule):
            raise DirectoryInvalid(f"schedules.{name}", "a Schedule is expected here")
    return {**schedules}


def _maintenance(windows: Sequence[Maintenance]) -> tuple[Maintenance, ...]:
    for index, each in enumerate(_rows("maintenance", windows)):
        if not isinstance(each, Maintenance):
            raise DirectoryInvalid(f"maintenance[{index}]", "a Maintenance is expected here")
    return (*windows,)


@frozen(kw_only=True, repr=False)
class Directory(Printed):
    """Who there is: people by id, the members of teams, the people of roles, the first to be asked first, schedules.

    And the maintenance windows, in which pages wait.

    Raises `DirectoryInvalid` for whatever does not fit together.
    """

    people: Mapping[str, Person] = field(factory=dict[str, Person], converter=_people)
    teams: Mapping[str, tuple[PersonId, ...]] = field(factory=dict[str, tuple[PersonId, ...]], converter=_teams)
    roles: Mapping[str, tuple[PersonId, ...]] = field(factory=dict[str, tuple[PersonId, ...]], converter=_roles)
    schedules: Mapping[str, Schedule] = field(factory=dict[str, Schedule], converter=_schedules)
    maintenance: tuple[Maintenance, ...] = field(default=(), converter=_maintenance)

    def __attrs_post_init__(self) -> None:
        for lists, named in (("teams", self.teams), ("roles", self.roles)):
            for name, members in named.items():
                _check_members(f"{lists}.{name}", members, self.people)
        for name, schedule in self.schedules.items():
            _check_mentioned(f"schedules.{name}", schedule, self.people)

    def find(
        self,
        recipient: Recipient,
        assigned: Mapping[Role, PersonId] = MappingProxyType({}),
        *,
        at: datetime | None = None,
    ) -> tuple[PersonId, ...]:
        """The people whom a recipient means, in order, each once; none for a team or a role that has nobody.

        ``assigned`` are the roles of the incident. Whoever has the role there is found instead of the directory's
        people, unless the directory does not know them: then nobody could reach them. The roles that an incident can
        assign need no entry in the directory; `UnknownRecipient` is raised for any other name that has none.

        By a schedule those are found who are on call at that moment; `FieldInvalid` without one. Whom an on-call system
        names, no directory knows: nobody is found.
        """
        self._check(recipient)
        if recipient.kind is RecipientKind.SCHEDULE:
            if at is None:
                raise FieldInvalid("at", f"who is on call by {recipient} depends on when: say at which moment")
            return self.schedules[recipient.name].on_call(at)
        role = _ROLES.get(recipient.name) if recipient.kind is RecipientKind.ROLE else None
        holder = None if role is None else assigned.get(role)
        if holder is not None and holder in self.people:
            return (holder,)
        return self._found[recipient.kind].get(recipient.name, ())

    def next_change(self, recipients: Iterable[Recipient], after: datetime) -> datetime | None:
        """When other people are on call next by any schedule among these; `None` if that is not to be expected."""
        changes: list[datetime] = []
        for recipient in _several(recipients):
            if recipient.kind in (RecipientKind.SCHEDULE, RecipientKind.RELIEVED) and recipient.name in self.schedules:
                with suppress(ScheduleInvalid):
                    change = self.schedules[recipient.name].next_change(after)
                    changes += [] if change is None else [change]
        return min(changes, default=None)

    def scheduled(self, recipients: Iterable[Recipient]) -> Set[PersonId]:
        """Everybody who is ever on call by any schedule among these."""
        schedules = (each for each in _several(recipients) if each.kind is RecipientKind.SCHEDULE)
        return frozenset(who for each in schedules for who in self._on_call.get(each.name, ()))

    @cached_property
    def _on_call(self) -> Mapping[str, Set[PersonId]]:
        """Whom each schedule names."""
        return {name: frozenset(who for _, who in each.mentioned()) for name, each in self.schedules.items()}

    def check(self, recipients: Iterable[Recipient], *, source: str = "") -> None:
        """Raise `UnknownRecipient` for the first that `find` would not know; ``source`` says where they come from.

        Raises `DirectoryInvalid` for a person who is called what a question to an on-call system is called: in a log,
        the two could not be told apart.
        """
        for recipient in _several(recipients):
            self._check(recipient, source)
            if recipient.kind is RecipientKind.ON_CALL and str(recipient) in self.people:
                problem = "so the question to that on-call system is written: give the person another id"
                raise DirectoryInvalid(f"people.{recipient}", problem)

    def _check(self, recipient: Recipient, source: str = "") -> None:
        known = self._found[_recipient(recipient).kind]
        if recipient.name not in known and recipient.kind is not RecipientKind.ON_CALL:
            raise UnknownRecipient(recipient.kind, recipient.name, known, source=source)

    @cached_property
    def _found(self) -> Mapping[RecipientKind, Mapping[str, tuple[PersonId, ...]]]:
        """Whom each name means that a recipient can have, while the incident has assigned nobody; at no moment."""
        return {
            RecipientKind.PERSON: {name: (person.id,) for name, person in self.people.items()},
            RecipientKind.TEAM: self.teams,
            RecipientKind.ON_CALL: {},
            RecipientKind.THOSE: dict.fromkeys(INVOLVED, ()),
            RecipientKind.ROLE: {**self.roles, **{name: () for name in _ROLES if name not in self.roles}},
            RecipientKind.SCHEDULE: dict.fromkeys(self.schedules, ()),
            RecipientKind.RELIEVED: dict.fromkeys(self.schedules, ()),
        }

    def contact(self, person: str, method: str) -> str | None:
        """The person's address for a contact method; `None` if there is none, and for someone who has left."""
        known = self.people.get(person)
        return None if known is None else known.contacts.get(method)

    def name_of(self, person: str) -> str:
        """What people call somebody: their name, or the id of whoever has none or is not known."""
        known = self.people.get(PersonId(person))
        return (known.name.strip() if known else "") or person

    def held_until(self, severity: str, at: datetime) -> datetime | None:
        """Until when pages wait at a moment for an incident of a severity, by its key; `None` if they do not.

        Windows that touch or overlap are one: it is the end of the last.
        """
        return held_until(self._holds.get(severity, ()), moment("at", at))

    @cached_property
    def _holds(self) -> Mapping[str, Sequence[Hold]]:
        return holds(self.maintenance)

    @cached_property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that are the same for equal directories only.

        Members and contacts count in their order; in which order people, teams and roles were written does not.
        """
        people = [
            (each.id, each.name, each.timezone, each.escalates, [*each.contacts.items()])
            for each in self.people.values()
        ]
        schedules = {name: convert.to_plain(each) for name, each in self.schedules.items()}
        content: list[Any] = [sorted(people), sorted(self.teams.items()), sorted(self.roles.items())]
        # A directory without schedules or maintenance keeps the fingerprint that it had before there were any.
        content += [schedules] if schedules or self.maintenance else []
        content += [convert.to_plain(self.maintenance)] if self.maintenance else []
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()

    def to_form(self) -> Any:
        """Itself as documents hold it: a table for each of its fields, or a row of them, without what is empty."""
        return _filled(
            people={name: _person_form(person) for name, person in self.people.items()},
            teams={name: [*members] for name, members in self.teams.items()},
            roles={name: [*members] for name, members in self.roles.items()},
            schedules={name: convert.to_plain(schedule) for name, schedule in self.schedules.items()},
            maintenance=[convert.to_plain(each) for each in self.maintenance],
        )

    @classmethod
    def from_form(cls, form: Any) -> Directory:
        """The directory that a document describes.

        The form has no class, because the reader of such classes shows values that do not fit: addresses, perhaps.
        """
        try:
            tables = dict(_known("", form, cls))
            forms = _table("people", tables.get("people", {}))
            people = {name: _person(name, each) for name, each in forms.items()}
            schedules = _table("schedules", tables.get("schedules", {}))
            tables["people"] = people
            tables["schedules"] = {name: _schedule(name, each, people) for name, each in schedules.items()}
            windows = _rows("maintenance", tables.get("maintenance", []))
            tables["maintenance"] = [_window(index, each) for index, each in enumerate(windows)]
            return cls(**tables)
        except DirectoryInvalid as error:
            raise DocumentInvalid(f"$.{error.path}" if error.path else "$", error.problem) from error

    def to_toml(self) -> str:
        """The directory as people edit it."""
        return convert.to_toml(self)

    @classmethod
    def from_toml(cls, text: str, *, source: str = "") -> Directory:
        """Read what `to_toml` writes; `DirectoryInvalid` names the place, and ``source`` the file if given."""
        try:
            return convert.from_toml(text, Directory, source=source)
        except DocumentInvalid as error:
            path, problem = error.path.removeprefix("$").removeprefix("."), error.problem
        # Not inside the handler: the parser's error can hold the whole text, and would come along as the context.
        raise DirectoryInvalid(path, problem, source=source)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        schedules = f", schedules {len(self.schedules)}" if self.schedules else ""
        maintenance = f", maintenance {len(self.maintenance)}" if self.maintenance else ""
        counted = f"people {len(self.people)}, teams {len(self.teams)}, roles {len(self.roles)}"
        return f"<directory: {counted}{schedules}{maintenance}>"

    def _details(self) -> Iterable[str]:
        yield from map(repr, self.people.values())
        yield from (f"{name}: {value!r}" for name, value in said(self) if name != "people")


def _several(recipients: Iterable[Recipient]) -> Iterator[Recipient]:
    words = "those whom to find are a list of Recipient, such as [team('payments')]"
    return map(_recipient, several(recipients, PlaybookInvalid, words))


def _recipient(recipient: Recipient) -> Recipient:
    return expect(Recipient, recipient, PlaybookInvalid, "whom to find is a Recipient, such as team('payments')")


def _person_form(person: Person) -> dict[str, Any]:
    """A person as documents hold them, under their id."""
    return _filled(name=person.name, timezone=person.timezone, escalates=person.escalates, contacts={**person.contacts})


def _filled(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _person(name: object, form: object) -> Person:
    """The person whom a table of a document describes."""
    person = _id(name)
    return Person(id=person, **_known(f"people.{person}", form, Person, besides="id"))


def _schedule(name: object, form: object, people: Mapping[str, Person]) -> Schedule:
    """The schedule that a table of a document describes."""
    path = f"schedules.{_name('schedules', name)}"
    table = _table(path, form)
    try:
        return convert.from_plain(table, Schedule)
    except DocumentInvalid as error:
        refused = DirectoryInvalid(path + error.path.removeprefix("$"), error.problem)
    _check_without_swaps(path, table, people)
    raise refused


def _check_without_swaps(path: str, table: Mapping[Any, Any], people: Mapping[str, Person]) -> None:
    """Refuse somebody whom nobody knows, who is the reason if a turn is not whose a swap says it is."""
    with suppress(DocumentInvalid):
        schedule = convert.from_plain({key: each for key, each in table.items() if key != "swaps"}, Schedule)
        _check_mentioned(path, schedule, people)


def _window(index: int, form: object) -> Maintenance:
    """The maintenance window that a table of a document describes."""
    path = f"maintenance[{index}]"
    try:
        return convert.from_plain(_table(path, form), Maintenance)
    except DocumentInvalid as error:
        refused = error.__cause__
        if isinstance(refused, DirectoryInvalid):
            raise DirectoryInvalid(below(path, refused.path), refused.problem) from None
        raise DirectoryInvalid(path + error.path.removeprefix("$"), error.problem) from None


def _by_id(people: object) -> Iterator[tuple[str, Person]]:
    for key, person in _table("people", people).items():
        name = _name("people", key)
        if not isinstance(person, Person):
            raise DirectoryInvalid(f"people.{name}", "a Person is expected here")
        if person.id != name:
            raise DirectoryInvalid(f"people.{name}", f"this is the person {person.id!r}, who belongs under that id")
        yield name, person


def _lists(path: str, what: str, value: object) -> Iterator[tuple[str, tuple[PersonId, ...]]]:
    """The members of teams or the people of roles, by name."""
    for key, members in _table(path, value).items():
        place = f"{path}.{_name(path, key)}"
        if not _is_list(members):
            raise DirectoryInvalid(place, f'{what} is a list of people, such as ["ada", "grace"]')
        yield key, tuple(PersonId(_name(f"{place}[{index}]", member)) for index, member in enumerate(members))


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _check_members(path: str, members: tuple[PersonId, ...], people: Mapping[str, Person]) -> None:
    seen: set[str] = set()
    for index, member in enumerate(members):
        _check_known(f"{path}[{index}]", member, people)
        if member in seen:
            raise DirectoryInvalid(f"{path}[{index}]", f"{shown(member)} is in this list already")
        seen.add(member)


def _check_mentioned(path: str, schedule: Schedule, people: Mapping[str, Person]) -> None:
    for place, person in schedule.mentioned():
        _check_known(f"{path}.{place}", person, people)


def _check_known(path: str, person: str, people: Mapping[str, Person]) -> None:
    if person not in people:
        raise DirectoryInvalid(path, f"no person is called {shown(person)}. {nearest(person, people)}".rstrip())


def _contacts(path: str, value: object) -> Iterator[tuple[str, str]]:
    for key, address in _table(path, value).items():
        method = _name(path, key)
        if not _is_address(address):
            raise DirectoryInvalid(
                f"{path}.{method}", "an address is text that is not blank, without NUL or half of a surrogate pair"
            )
        yield method, address


def _is_address(value: object) -> TypeGuard[str]:
    """Whether some store and some screen can hold it, and it is not blank; a method knows more about its own."""
    try:
        return checked_text("address", value).strip() != ""
    except FieldInvalid:
        return False


def _known(path: str, value: object, kind: type[Any], *, besides: str = "") -> Mapping[str, Any]:
    """A table that has only the fields of a class for keys."""
    table = _table(path, value)
    keys = [attribute.name for attribute in fields(kind) if attribute.name != besides]
    for key in table:
        if key not in keys:
            problem = f"there is no key {shown(key)} here; there are {', '.join(keys)}. {nearest(str(key), keys)}"
            raise DirectoryInvalid(path, problem.rstrip())
    return table


def _table(path: str, value: object) -> Mapping[Any, Any]:
    """What is to be a table; like what is to be text, it is refused without being shown: it may be an address."""
    if not isinstance(value, Mapping):
        raise DirectoryInvalid(path, "a table is expected here")
    return value  # pyright: ignore[reportUnknownVariableType]


def _rows(path: str, value: object) -> Sequence[object]:
    if not _is_list(value):
        raise DirectoryInvalid(path, f"a list of tables is expected here: write each as [[{path}]]")
    return value


def _name(path: str, value: object) -> str:
    return _checked(checked_name, path, value)


def _text(path: str, value: object) -> str:
    return _checked(checked_text, path, value)


def _checked(check: Callable[[str, object], str], path: str, value: object) -> str:
    if not isinstance(value, str):
        raise DirectoryInvalid(path, "text is expected here")
    try:
        return check(path, value)
    except FieldInvalid as error:
        raise DirectoryInvalid(path, error.problem) from None


def _flag(path: str, value: object) -> None:
    if not isinstance(value, bool):
        raise DirectoryInvalid(path, "true or false is expected here")


def _zone(path: str, value: object) -> None:
    try:
        _known_zone(_text(path, value))
    except CalendarInvalid as error:
        raise DirectoryInvalid(path, str(error)) from None


@lru_cache(maxsize=1_000)
def _known_zone(name: str) -> None:
    """Look a zone up once: `ZoneInfo` remembers only a few that nobody holds, and reads the others from files."""
    zone_of(name)
