"""Worlds that are written down, since what comes about in them seldom does in a drawn one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve

from incidentkit import Incident, Severity
from incidentkit.model.action import Outcome
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    ChangeSeverity,
    Command,
    Decline,
    Escalate,
    Mitigate,
    Regress,
    Reopen,
    Resolve,
    Unacknowledge,
    Update,
)
from incidentkit.model.conditions import ALWAYS
from incidentkit.model.events import Became, Event
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.targets import Target
from incidentkit.policy.act import Act, ActKind
from incidentkit.policy.communication import Announcement, CommunicationPolicy, Occasion
from incidentkit.policy.escalation import EVERYBODY as EVERYBODY_HAS
from incidentkit.policy.escalation import EXHAUSTED, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt, Backoff, Obligation, Recurrence
from incidentkit.policy.recipient import on_call, person, role, schedule, team
from incidentkit.policy.situation import UNRESOLVED_FOR, worst_severity_of
from incidentkit.policy.template import Template
from incidentkit.policy.turn import PLANNER
from tests.policy.simulation import BREACH, DOWN, EVERYBODY, P1, P2, P3, RULES, START, Answer, Wanting, World

MINUTE: Final = timedelta(minutes=1)
CONTACT: Final = ContactChain([Attempt("push", 4 * MINUTE), Attempt("phone", 3 * MINUTE)], rounds=2)
NOTICE: Final = [Attempt("mail", MINUTE), Attempt("phone", MINUTE)]
WELL, ILL, AWAY = Answer(Outcome.SUCCEEDED), Answer(Outcome.FAILED), Answer(None)
KNOWS: Final = Answer(Outcome.SUCCEEDED, found=("bob", "zoe"))
BUSY: Final = Answer(Outcome.POSTPONED)
SLOW: Final = Answer(Outcome.SUCCEEDED, after=2 * MINUTE, found=("bob",))
UNSURE: Final = Answer(Outcome.UNKNOWN, after=MINUTE / 2)


FIRST: Final = Level("first", team("payments"))
ADA: Final = Level("first", person("ada"))
LATER: Final = Level("level 2", person("eve"), UNRESOLVED_FOR >= 10 * MINUTE)
BOTH: Final = Level("both", [person("ada"), person("eve")])
TURNS: Final = Level("turns", schedule("turns"))
ROTA: Final = Level("first", on_call("rota"))
WORST_IS_P1: Final = worst_severity_of(RULES.scheme) >= P1
IN_VAIN: Final = Target(5 * MINUTE)


def said(minutes: float, kind: Any, who: str, **rest: Any) -> tuple[datetime, Command]:
    """A command and when it is given."""
    at = START + minutes * MINUTE
    return at, kind(at=at, by=who, **rest)


def becomes(minutes: float, severity: Severity[Any]) -> tuple[datetime, Command]:
    return said(minutes, ChangeSeverity, "ada", severity=severity, reason="told so")


def scene(
    *levels: Level,
    script: Sequence[tuple[datetime, Command]] = (),
    answers: Sequence[Answer] = (WELL,),
    severity: Severity[Any] = P1,
    wanted: Sequence[Obligation] = (),
    asleep: tuple[float, float] | None = None,
    maintenance: tuple[float, float] | None = None,
    communication: CommunicationPolicy | None = None,
    log: Sequence[Event] = (),
    **policy: Any,
) -> World:
    """What a policy of these levels makes of a script."""
    settings: dict[str, Any] = {"contact": CONTACT, **policy}
    paging = EscalationPolicy(levels=levels or (FIRST, LATER), **settings)
    book = Wanting(name="scene", rules=RULES, escalation=paging, communication=communication, wanted=tuple(wanted))
    declared = Incident.declare("INC-1", title="Checkout fails", at=START, by="ada", severity=severity).extended(log)
    nap = () if asleep is None else ((START + asleep[0] * MINUTE, START + asleep[1] * MINUTE),)
    extra = tuple(START + minutes * MINUTE for minutes in (1.3, 6.1, 13, 25.5, 47))
    return World(
        playbook=book,
        directory=EVERYBODY if maintenance is None else evolve(EVERYBODY, maintenance=[_window(*maintenance)]),
        declared=declared,
        commands=tuple(script),
        answers=tuple(answers),
        extra=extra,
        naps=nap,
    )


def _window(begin: float, end: float) -> Maintenance:
    starts, ends = (START + minutes * MINUTE for minutes in (begin, end))
    return Maintenance(starts=starts, ends=ends, severities=["P1"], by="ada", reason="The database is moved.")


def duty(**rest: Any) -> Obligation:
    """Something that ada and eve owe."""
    owed: dict[str, Any] = {"id": "duty", "when": ALWAYS, "chain": CONTACT.links, **rest}
    return Obligation(recipients=[person("ada"), person("eve")], **owed)


POSTS: Final = [Act(ActKind.POST, "operations"), Act(ActKind.POST, "everybody")]
NEWS: Final = CommunicationPolicy(
    owner=person("eve"),
    announcements=[
        Announcement(name="ticket", acts=[Act(ActKind.OPEN_TICKET)], template="news"),
        Announcement(name="update", acts=POSTS, template="news", on=Occasion.UPDATED),
        Announcement(name="end", acts=POSTS, template="news", on=Occasion.OVER, after=("update",)),
    ],
    templates={"news": Template("News of {incident}")},
    backoff=Backoff([MINUTE / 3], repeats=2),
)


def became(id: str, instance: str, *people: str) -> Became:
    """What another version of the playbook brought into force."""
    return Became(
        incident=IncidentId("INC-1"),
        at=START,
        by=PLANNER,
        recorded_at=START,
        obligation=id,
        instance=instance,
        people=tuple(map(PersonId, people)),
        because="so it was",
    )


KNOWN: Final = said(0, Assess, "ada", assessment=RULES.triage({DOWN: True}))
NOTICES: Final[dict[str, Any]] = {"raise_notice": NOTICE, "stand_down": NOTICE, "hand_over": NOTICE}
BEFORE: Final = UNRESOLVED_FOR >= 2 * MINUTE
BETWEEN: Final = BEFORE & ~(UNRESOLVED_FOR >= 20 * MINUTE)

SCENES: Final = (
    *(
        scene(answers=[answer], script=[said(40, Resolve, "bob")], catch_all=[person("eve")], **NOTICES)
        for answer in (WELL, ILL, AWAY, BUSY, UNSURE, Answer(Outcome.POSTPONED, retry_after=2 * MINUTE))
    ),
    scene(answers=[WELL, ILL, BUSY, UNSURE, AWAY], script=[said(40, Resolve, "ada")], **NOTICES),
    scene(ADA, LATER, cumulative=False, asleep=(3, 9), answers=[BUSY, WELL]),
    scene(ADA, evolve(LATER, when=UNRESOLVED_FOR >= 14 * MINUTE), catch_all=[person("bob")]),
    scene(evolve(FIRST, until=EVERYBODY_HAS), script=[said(2, Acknowledge, "ada"), said(6, Acknowledge, "bob")]),
    scene(Level("scribes", role("scribe"), until=EVERYBODY_HAS), ADA, catch_all=[person("eve")], cumulative=False),
    scene(
        evolve(FIRST, until=quorum(2)),
        LATER,
        script=[
            said(2, Acknowledge, "ada"),
            said(6, Acknowledge, "bob"),
            said(8, Unacknowledge, "bob"),
            said(12, Acknowledge, "eve"),
        ],
        grace=MINUTE,
    ),
    scene(
        evolve(ADA, acknowledgers=[person("eve")]),
        script=[said(1, Acknowledge, "bob"), said(7, Acknowledge, "eve")],
    ),
    scene(Level("first", team("Größe")), fallback=[person("eve")], catch_all=[person("bob")]),
    scene(Level("first", team("Größe")), LATER, waits=True),
    scene(
        script=[said(5, Mitigate, "ada"), said(25, Regress, "ada", reason="it is back")],
        acknowledgement_expires_after=8 * MINUTE,
    ),
    scene(
        script=[said(2, Acknowledge, "ada"), said(5, Mitigate, "ada"), said(25, Regress, "ada", reason="it is back")],
        acknowledgement_expires_after=8 * MINUTE,
    ),
    scene(
        ADA,
        evolve(LATER, when=UNRESOLVED_FOR >= 40 * MINUTE),
        script=[
            said(3, Escalate, "ada", level="level 2"),
            said(9, Acknowledge, "bob"),
            said(12, Escalate, "ada", level="level 2"),
        ],
    ),
    *(
        scene(
            evolve(FIRST, until=until),
            script=[said(2, Acknowledge, "ada"), said(5, Escalate, "eve", level="first"), said(6, Acknowledge, "bob")],
        )
        for until in (FIRST.until, EVERYBODY_HAS, quorum(2), quorum(3))
    ),
    *(
        scene(
            evolve(FIRST, until=EVERYBODY_HAS),
            log=[became("page/first", "1", *people)],
            script=[said(2, Acknowledge, "ada")],
            catch_all=[person("eve")],
        )
        for people in (["ada", "zoe"], ["zoe"])
    ),
    scene(script=[said(2, Acknowledge, "ada"), said(5, Escalate, "eve", level="first")]),
    *(
        scene(
            evolve(FIRST, acknowledgers=[person("ada"), person("eve")], until=until),
            script=[
                said(2, Acknowledge, "ada"),
                said(5, Escalate, "eve", level="first"),
                said(6, Acknowledge, "bob"),
                said(9, Acknowledge, "eve"),
            ],
        )
        for until in (FIRST.until, quorum(2))
    ),
    scene(
        script=[
            said(1, Decline, "ada"),
            said(2, Acknowledge, "bob"),
            becomes(5, P1),
            said(5, Acknowledge, "eve"),
            said(9, Unacknowledge, "bob"),
        ],
        severity=P3,
        **NOTICES,
    ),
    scene(TURNS, follow_shifts=True, **NOTICES),
    *(
        scene(TURNS, script=[said(minutes, Acknowledge, who) for minutes, who in has_it], **NOTICES)
        for has_it in ([(24, "ada"), (30, "bob")], [(24, "ada"), (30, "eve")], [(100, "bob")])
    ),
    *(scene(evolve(TURNS, recipients=[schedule("turns"), person(each)])) for each in ("ada", "bob", "eve")),
    scene(
        script=[
            said(2, Acknowledge, "ada"),
            said(10, Resolve, "bob"),
            said(15, Reopen, "bob", reason="it is back"),
        ],
        **NOTICES,
    ),
    scene(evolve(FIRST, when=BREACH), LATER, applies=~DOWN, script=[KNOWN], severity=P3),
    scene(evolve(FIRST, when=BREACH), LATER, applies=~BREACH, script=[KNOWN], severity=P3),
    scene(ADA, script=[said(1, Decline, "ada")], answers=[BUSY], backoff=Backoff([MINUTE / 3, MINUTE / 2])),
    scene(evolve(ADA, until=quorum(2)), script=[said(2, Acknowledge, "ada")]),
    scene(answers=[BUSY], backoff=Backoff([MINUTE / 3, MINUTE / 2])),
    scene(wanted=[duty(until=BETWEEN), duty(id="another", due=IN_VAIN)], script=[said(30, Resolve, "ada")]),
    scene(ADA, script=[said(1, Acknowledge, "ada")], wanted=[duty(until=BETWEEN)]),
    *(
        scene(evolve(ROTA, until=until), answers=[answer], fallback=[person("eve")], catch_all=[person("ada")])
        for until in (ROTA.until, EVERYBODY_HAS)
        for answer in (KNOWS, AWAY, BUSY)
    ),
    scene(ROTA, answers=[KNOWS], script=[said(10, Escalate, "ada", level="first")]),
    scene(maintenance=(5, 30), asleep=(3, 9), wanted=[duty()]),
    scene(maintenance=(3, 20), script=[becomes(10, P2)]),
    scene(ADA, script=[said(1, Acknowledge, "ada")], wanted=[duty(until=~(UNRESOLVED_FOR >= 15 * MINUTE))]),
    *(
        scene(
            ROTA,
            script=[said(0.5, Escalate, "ada", level="first")],
            answers=answers,
            fallback=[person("eve")],
            backoff=Backoff(delays),
            asleep=(0.6, 4),
        )
        for answers in ([SLOW], [SLOW, ILL], [BUSY, KNOWS], [AWAY, KNOWS])
        for delays in ([MINUTE / 6, 2 * MINUTE], [MINUTE / 6] * 9)
    ),
    *(scene(ADA, answers=[each, WELL], asleep=(0.5, 11), catch_all=[person("bob")]) for each in (AWAY, UNSURE, BUSY)),
    *(
        scene(evolve(ADA, recipients=[person("bob")]), answers=answers, asleep=(0.5, 11))
        for answers in ([BUSY, WELL], [WELL, BUSY], [BUSY, WELL, WELL])
    ),
    scene(ADA, script=[said(20, Acknowledge, "ada"), said(25, Decline, "ada")], catch_all=[person("bob")]),
    scene(
        FIRST,
        applies=WORST_IS_P1,
        script=[becomes(2, P3), said(3, Acknowledge, "ada")],
        acknowledgement_expires_after=8 * MINUTE,
        catch_all=[person("eve")],
    ),
    *(
        scene(
            TURNS,
            evolve(TURNS, name="eves", recipients=[schedule("eves")]),
            script=[said(1, Acknowledge, "ada"), said(2, Acknowledge, "bob"), *then],
            answers=answers,
            **NOTICES,
        )
        for then in (
            [],
            [said(22.1, Decline, "ada")],
            [said(22.1, Unacknowledge, "ada")],
            [said(50, Acknowledge, "zoe")],
        )
        for answers in ([WELL], [BUSY])
    ),
    scene(
        TURNS,
        evolve(TURNS, name="eves", recipients=[schedule("eves")]),
        script=[said(90, Acknowledge, "bob")],
        **NOTICES,
    ),
    scene(FIRST, script=[said(2, Acknowledge, "zoe")]),
    *(
        scene(
            evolve(ADA, recipients=[person("ada"), person("eve")]),
            evolve(BOTH, when=reached),
            answers=answers,
            catch_all=[person("bob")],
        )
        for reached in (ALWAYS, UNRESOLVED_FOR >= 2 * MINUTE)
        for answers in ([WELL], [ILL, WELL], [BUSY, UNSURE, ILL], [BUSY, WELL])
    ),
    scene(
        evolve(BOTH, name="first"),
        BOTH,
        answers=[BUSY, WELL, ILL],
        contact=ContactChain([Attempt("push", 4 * MINUTE)], rounds=3),
        backoff=Backoff([MINUTE / 6, MINUTE / 6]),
        asleep=(4.1, 20),
    ),
    scene(
        ADA,
        evolve(LATER, recipients=[person("bob")]),
        contact=ContactChain([Attempt("phone", 5 * MINUTE)], rounds=1),
        answers=[Answer(Outcome.UNKNOWN)],
        catch_all=[person("bob")],
        cumulative=False,
    ),
    *(
        scene(
            BOTH,
            answers=answers,
            contact=ContactChain([Attempt("push", 4 * MINUTE)], rounds=1),
            backoff=Backoff([MINUTE / 6, MINUTE / 6]),
            script=[said(2, Resolve, "bob")],
            **NOTICES,
        )
        for answers in ([UNSURE, BUSY], [UNSURE, ILL])
    ),
    scene(ADA, log=[became("page/one", "1", "bob"), became(EXHAUSTED, "1.2", "eve")], catch_all=[person("eve")]),
    *(
        scene(
            ADA,
            answers=answers,
            communication=NEWS,
            wanted=[duty(id="report", recurrence=Recurrence.PER_UPDATE, due=IN_VAIN)],
            script=[
                said(6, Update, "ada", text="We look at it."),
                said(8, Update, "ada", text="We have found it."),
                said(30, Resolve, "ada"),
                said(40, Reopen, "ada", reason="it is back"),
                *([said(45, Update, "ada", text="We look again.")] if again else []),
                said(60, Resolve, "ada"),
            ],
        )
        for again in (True, False)
        for answers in ([WELL], [ILL], [BUSY], [BUSY, WELL, ILL], [UNSURE, AWAY])
    ),
)
