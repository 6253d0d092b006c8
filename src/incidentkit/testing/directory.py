"""Strategies for directories, for the maintenance windows in them, and for whom playbooks name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from incidentkit.model.identity import PersonId
from incidentkit.model.people import Role
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.recipient import Recipient, person, role, schedule, team
from incidentkit.testing.calendar import moments
from incidentkit.testing.identity import PEOPLE, WORDS

METHODS: Final = ("push", "phone", "mail")
"""Contact methods."""

_TEAMS: Final = ("payments", "Größe")
_ROLES: Final = ("on-call engineer", str(Role.COMMANDER), str(Role.LEGAL_ADVISER))
_SEVERITIES: Final = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
_LENGTHS: Final = st.timedeltas(timedelta(minutes=3), timedelta(hours=4))
_AHEAD: Final = st.timedeltas(timedelta(hours=-2), timedelta(hours=2))
_ADDRESSES: Final = st.sampled_from(WORDS)


@st.composite
def maintenance_windows(
    draw: st.DrawFn, *, severities: Sequence[str] = _SEVERITIES, people: st.SearchStrategy[str] = PEOPLE
) -> Maintenance:
    """Windows of three minutes to four hours that hold pages of one to all of the ``severities``.

    They begin up to two hours before or after the moments that `moments` draws. ``people`` draws who planned them.
    """
    at = draw(moments().filter(lambda each: 1 < each.year < 9999))
    starts = at + draw(_AHEAD)
    return Maintenance(
        starts=starts,
        ends=starts + draw(_LENGTHS),
        severities=draw(st.lists(st.sampled_from(severities), min_size=1, unique=True)),
        by=PersonId(draw(people)),
        reason=draw(st.sampled_from(WORDS)),
    )


@st.composite
def directories(
    draw: st.DrawFn,
    *,
    people: st.SearchStrategy[str] = PEOPLE,
    methods: Sequence[str] = METHODS,
    severities: Sequence[str] = _SEVERITIES,
) -> Directory:
    """Directories of one to four people, with two teams and three roles, some of which have nobody.

    ``people`` draws ids. Of the contact ``methods``, many people have all, and some have none. At times there is
    maintenance, for ``severities`` of these keys.
    """
    contacts = st.lists(st.sampled_from(methods), unique=True) | st.just([*methods])
    ids = draw(st.lists(people, min_size=1, max_size=4, unique=True))
    members = st.lists(st.sampled_from(ids).map(PersonId), max_size=3, unique=True)
    return Directory(
        people={
            each: Person(id=PersonId(each), contacts={method: draw(_ADDRESSES) for method in draw(contacts)})
            for each in ids
        },
        teams={name: draw(members) for name in _TEAMS},
        roles={name: draw(members) for name in _ROLES},
        maintenance=draw(st.just([]) | st.lists(maintenance_windows(severities=severities), max_size=2)),
    )


def recipients(directory: Directory | None = None) -> st.SearchStrategy[Recipient]:
    """Recipients that a directory knows, and every role that an incident can assign; any, if none is given."""
    return _ANYBODY if directory is None else _known(directory)


def _known(directory: Directory) -> st.SearchStrategy[Recipient]:
    people = [person(name) for name in directory.people]
    teams = [team(name) for name in directory.teams]
    roles = [role(name) for name in {**directory.roles, **dict.fromkeys(map(str, Role))}]
    schedules = [schedule(name) for name in directory.schedules]
    return st.one_of([st.sampled_from(each) for each in (people, teams, roles, schedules) if each])


_ANYBODY: Final = st.one_of(
    PEOPLE.map(person),
    st.sampled_from(_TEAMS).map(team),
    st.sampled_from([*_ROLES, *Role]).map(role),
    st.sampled_from(["primary", "Nächte"]).map(schedule),
)
