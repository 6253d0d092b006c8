"""Strategies for directories, and for whom playbooks name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st

from incidentkit.model.identity import PersonId
from incidentkit.model.people import Role
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.recipient import Recipient, person, role, schedule, team
from incidentkit.testing.identity import PEOPLE, WORDS

METHODS: Final = ("push", "phone", "mail")
"""Contact methods."""

_TEAMS: Final = ("payments", "Größe")
_ROLES: Final = ("on-call engineer", str(Role.COMMANDER), str(Role.LEGAL_ADVISER))
_ADDRESSES: Final = st.sampled_from(WORDS)


@st.composite
def directories(
    draw: st.DrawFn, *, people: st.SearchStrategy[str] = PEOPLE, methods: Sequence[str] = METHODS
) -> Directory:
    """Directories of one to four people, with two teams and three roles, some of which have nobody.

    ``people`` draws ids. Of the contact ``methods``, many people have all, and some have none.
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
    )


def recipients(directory: Directory) -> st.SearchStrategy[Recipient]:
    """Recipients that a directory knows, and every role that an incident can assign."""
    people = [person(name) for name in directory.people]
    teams = [team(name) for name in directory.teams]
    roles = [role(name) for name in {**directory.roles, **dict.fromkeys(map(str, Role))}]
    schedules = [schedule(name) for name in directory.schedules]
    return st.one_of([st.sampled_from(each) for each in (people, teams, roles, schedules) if each])
