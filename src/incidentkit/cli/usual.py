"""What people usually do in a drill, where no option says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from attrs import evolve

from incidentkit.drills import Drill, Story, Work, Written
from incidentkit.memory import Acknowledges
from incidentkit.policy.recipient import Recipient


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


RESPONSE: Final = Acknowledges(_minutes(7))
"""What the first person does who is paged, or told of it if nobody is."""

URGENT: Final = Work(
    command=_minutes(1),
    updates=(
        Written(
            after=_minutes(3),
            text="we see it too, and look at what changed last",
            next_steps="undo the latest change",
            public="We know of a problem, and are looking for its cause.",
        ),
        Written(
            after=_minutes(18),
            text="the latest change is being undone",
            next_steps="watch how many requests fail",
            eta="within half an hour",
            public="We have found the cause, and are undoing it.",
        ),
        Written(
            after=_minutes(33),
            text="half of it is undone, and fewer requests fail",
            next_steps="undo the rest",
            eta="within a quarter of an hour",
            public="It works again for some of you.",
        ),
        Written(
            after=_minutes(48),
            text="no requests have failed for ten minutes",
            next_steps="run the smoke tests, and watch",
            eta="within a few minutes",
            public="It works again. We are watching it.",
        ),
    ),
    start_mitigation=_minutes(13),
    mitigated=_minutes(38),
    resolve=_minutes(53),
    resolution="the latest change was undone",
    fulfil=_minutes(5),
    review=_minutes(143),
    close=_minutes(173),
)
"""What whoever acknowledges first does then, if somebody is paged or updates are owed."""

ORDINARY: Final = Work(
    updates=(
        Written(
            after=_minutes(10),
            text="the cause is known, and few are affected",
            next_steps="correct it, and release it with what is ready",
            eta="within three hours",
        ),
    ),
    start_mitigation=_minutes(30),
    resolve=_minutes(143),
    resolution="corrected in the latest release",
    fulfil=_minutes(5),
    review=_minutes(173),
    close=_minutes(188),
)
"""What whoever takes it up does then that can wait."""


def usual(drill: Drill, *, everybody_asleep: bool, idle: bool) -> Drill:
    """The drill with what people usually do in it: the first answers who is asked, and works unless ``idle``."""
    first = evolve(drill, people={}, faults={}, lasts=timedelta.resolution).run()
    people = {} if everybody_asleep else dict.fromkeys(_first_asked(drill, first), RESPONSE)
    return evolve(drill, people={**people, **drill.people}, work=Work() if idle else _work(first))


def _first_asked(drill: Drill, first: Story) -> Iterator[str]:
    """Who answers: the first of the first level, and the first who is told if nobody is paged at once."""
    escalation = drill.playbook.escalation
    recipients: tuple[Recipient, ...] = () if escalation is None else escalation.levels[0].recipients
    people = [who for recipient in recipients for who in drill.directory.find(recipient, at=drill.start)]
    yield from people[:1]
    if not first.pages:
        yield from (notice.person for notice in first.notices[:1])


def _work(first: Story) -> Work:
    """What is usual for an incident that begins like that when everything works."""
    is_urgent = first.pages or first.incident.severity.targets.update is not None
    return URGENT if is_urgent else ORDINARY
