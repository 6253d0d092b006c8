"""The linter: for each code something that has it and something that has it not, and what it says can be relied on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import (
    EMERGENCY,
    Conclusion,
    Condition,
    DecisionTree,
    Directory,
    Flag,
    Incident,
    Playbook,
    Rotation,
    Schedule,
    Severity,
    SeverityRules,
    SeverityScheme,
    Status,
    ask,
    when,
)
from incidentkit.drills import practice_directory
from incidentkit.errors import FieldInvalid, ScheduleInvalid
from incidentkit.model.conditions import ALWAYS, NEVER
from incidentkit.model.events import Became
from incidentkit.model.identity import PersonId
from incidentkit.policy.act import Act, ActKind
from incidentkit.policy.advice import Course
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import Announcement, CommunicationPolicy, Occasion
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import EVERYBODY, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.explanation import explain_hypothetical
from incidentkit.policy.finding import Code, Finding, lint_table
from incidentkit.policy.linting import lint
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.override import Addition, Override, Removal, Replacement
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.planning import plan
from incidentkit.policy.preservation import PreservationPolicy
from incidentkit.policy.recipient import Recipient, on_call, person, role, schedule, team
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import ReviewPolicy
from incidentkit.policy.rollback import Criterion, RollbackPolicy
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.situation import (
    ACKNOWLEDGED,
    ACKNOWLEDGEMENTS,
    HAVE_IT,
    OUTSTANDING,
    RESTRICTED,
    SAID_DONE,
    STATUS,
    UNACKNOWLEDGED_FOR,
    UNCERTAIN,
    UNRESOLVED_FOR,
    WAIVED,
    severity_of,
    worst_severity_of,
)
from incidentkit.policy.step import Check, Instruct, Step, Use
from incidentkit.policy.template import Template
from incidentkit.testing import attended, directories, playbooks
from incidentkit.text.document import Document
from incidentkit.text.plain import to_plain

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
SEV_1, SEV_2, SEV_3, _ = EMERGENCY.scheme
SEVERITY, WORST = severity_of(EMERGENCY.scheme), worst_severity_of(EMERGENCY.scheme)
LEGAL = Flag("legal", question="Is it a matter for lawyers?")

ADA, BOB, EVE, ZOE = (person(name) for name in ("ada", "bob", "eve", "zoe"))


def known(*names: str, **contacts: dict[str, str]) -> dict[str, Person]:
    return {name: Person(id=PersonId(name), contacts=contacts.get(name, {"push": name})) for name in names}


def rota(*participants: str, hours: str | None = None) -> Schedule:
    days: Any = {"every": "1 day", "at": "09:00", "starts": date(2026, 1, 1), "hours": hours}
    return Schedule(Rotation(name="primary", zone="UTC", participants=participants, **days))


DIRECTORY = Directory(
    people=known("ada", "bob", "eve", "zoe"),
    teams={"two": ["ada", "bob"], "empty": []},
    roles={"lead": ["eve"], "vacant": []},
    schedules={"always": rota("ada", "bob"), "office": rota("ada", hours="Mon-Fri 09:00-17:00")},
)


def escalation(*levels: Level, **rest: Any) -> Playbook:
    contact = ContactChain([Attempt("push", 5 * MINUTE)], rounds=2)
    given: dict[str, Any] = {"levels": levels, "contact": contact, "catch_all": [ZOE], **rest}
    policy = EscalationPolicy(**given)
    return Playbook(name="example", rules=EMERGENCY.rules, escalation=policy)


def one(recipients: Recipient | Iterable[Recipient] = ADA, when: Condition = ALWAYS, **rest: Any) -> Level:
    return Level("one", recipients, when, **rest)


def two(when: Condition = UNRESOLVED_FOR >= 30 * MINUTE, recipients: Recipient = BOB, **rest: Any) -> Level:
    return Level("two", recipients, when, **rest)


def three(when: Condition = UNRESOLVED_FOR >= 40 * MINUTE) -> Level:
    return Level("three", EVE, when)


def with_owner(owner: Recipient) -> Playbook:
    return evolve(escalation(one()), response=ResponsePolicy(owner=owner, reminders=[Attempt("push")]))


def without_contacts(name: str) -> Directory:
    return evolve(DIRECTORY, people=known("ada", "bob", "eve", "zoe", **{name: dict[str, str]()}))


GOOD = escalation(one(), two())


def rolling_back(course: Course = Course.HOTFIX, **lists: Iterable[Condition]) -> Playbook:
    tree = DecisionTree("Quick?", ask("Is it quick?", LEGAL, yes=Conclusion("one"), no=Conclusion("two")))
    criteria: Any = {name: [*map(Criterion, conditions)] for name, conditions in lists.items()}
    policy = RollbackPolicy(tree="quick", conclusions={"one": course, "two": Course.MITIGATE}, **criteria)
    return evolve(GOOD, trees={"quick": tree}, rollback=policy)


FAX = [Attempt("fax")]

FAXED = known("ada", "bob", "eve", "zoe", eve={"push": "eve", "fax": "1"})

OFFICE = escalation(one(schedule("office")))


def days(starts: float, ends: float, *severities: str) -> Maintenance:
    since, until = (NOW + timedelta(days=each) for each in (starts, ends))
    keys = severities or ("SEV-3",)
    return Maintenance(starts=since, ends=until, severities=keys, by=PersonId("zoe"), reason="a new disk")


def with_maintenance(*windows: Maintenance) -> Directory:
    return evolve(DIRECTORY, maintenance=windows)


ROTA = on_call("rota")

LEVEL_NAMES = [f"escalation.levels[{place}].name" for place in range(3)]


def overridden(*overrides: Override, name: str = "office") -> Directory:
    changed = evolve(DIRECTORY.schedules[name], overrides=overrides)
    return evolve(DIRECTORY, schedules={**DIRECTORY.schedules, name: changed})


def hours(starts: float, ends: float) -> dict[str, Any]:
    """Of a range from the midnight before on."""
    midnight = NOW.replace(hour=0, minute=0)
    return {"start": midnight + timedelta(hours=starts), "end": midnight + timedelta(hours=ends)}


WORKING: list[Override] = [
    Replacement(**hours(0, 10), person="ada", by="bob"),
    Removal(**hours(9, 10), person="ada"),
    Addition(**hours(0, 1000), person="bob"),
    # Over before the moment from which on schedules are looked at, or not yet in the time ahead
    Removal(**hours(-9, 2), person="ada"),
    Removal(**hours(60, 80), person="eve"),
]

INTERNAL = Template("{severity}: {title}")
PUBLIC = Template("We have a problem", ["{public_summary}"])
PUSH = [Attempt("push")]

CHANNEL = Announcement(name="channel", acts=ActKind.OPEN_CHANNEL)
PRIVATE = Announcement(name="private", acts=ActKind.OPEN_PRIVATE_CHANNEL, confidential=True)
POST = Announcement(name="post", template="internal", acts=ActKind.POST)
PUBLISH = Announcement(name="public", template="public", acts=ActKind.PUBLISH)
UPDATE = Announcement(name="update", template="public", acts=ActKind.PUBLISH, on=Occasion.UPDATED)
TICKET = Announcement(name="ticket", template="internal", acts=ActKind.OPEN_TICKET)
CLOSED = Announcement(name="closed", template="internal", acts=ActKind.CLOSE_TICKET, on=Occasion.FINISHED)


def tell(to: Recipient = ADA, name: str = "tell", **rest: Any) -> Announcement:
    return Announcement(name=name, template="internal", to=to, **rest)


def telling(*announcements: Announcement, **rest: Any) -> Playbook:
    """A playbook that announces something, with the templates that it uses."""
    used = {each.template for each in announcements}
    templates = {name: each for name, each in {"internal": INTERNAL, "public": PUBLIC}.items() if name in used}
    given: dict[str, Any] = {"owner": EVE, "templates": templates, "notice": PUSH, "reminders": ["push"], **rest}
    return evolve(GOOD, communication=CommunicationPolicy(announcements=announcements, **given))


def item(name: str = "item", **rest: Any) -> Item:
    return Item(name=name, **rest)


def owing(*items: Item, owner: Recipient = EVE, **rest: Any) -> Playbook:
    return evolve(GOOD, checklists=[Checklist(name="list", owner=owner, items=items, **rest)])


UP = Flag("database_up", question="Does the database answer?")
CALL = Instruct("call")
LOOK = Use("look", "database.status", learns={"healthy": UP})
PROMOTE = Use("promote", "database.failover", confirmed_by=[ADA])
SCALE = Use("scale", "orchestrator.scale", {"replicas": 10})
OR_UNDO = Check("well", "database.replica_status", learns={"healthy": UP}, on_failure="undo")
PERIOD = Parameter(name="period")


def running(*steps: Step, **rest: Any) -> Playbook:
    given: dict[str, Any] = {"owner": EVE, "notice": PUSH, **rest}
    return evolve(GOOD, runbooks=[Runbook("book", steps, **given)])


def holding(**parts: Any) -> Playbook:
    return evolve(GOOD, preservation=PreservationPolicy(held=LEGAL, **parts))


def reviewed(owner: Recipient) -> Playbook:
    return evolve(GOOD, review=ReviewPolicy(owner=owner, reminders=PUSH))


def rarely_updated(playbook: Playbook) -> Playbook:
    """The same for severities of which none owes updates again and again."""
    scheme = SeverityScheme(Severity("P1"), Severity("P2"), name="shop")
    return evolve(playbook, rules=SeverityRules(when(LEGAL, scheme["P1"]), otherwise=scheme["P2"]))


RESTRICTING: dict[str, Any] = {"restricted": LEGAL.is_(True), "guardians": [BOB]}

STOPPED = (
    *(
        (escalation(one(until=until)), "escalation.levels[0].until")
        for until in (
            ACKNOWLEDGEMENTS < 1,
            ACKNOWLEDGEMENTS >= 0,
            OUTSTANDING >= 1,
            EVERYBODY | (OUTSTANDING >= 1),
            ~ACKNOWLEDGED,
            HAVE_IT < 1,
            (HAVE_IT < 1) | LEGAL,
        )
    ),
    (escalation(one(), held=~ACKNOWLEDGED), "escalation.held"),
    (escalation(one(), until=HAVE_IT < 1), "escalation.until"),
    (escalation(one(when=UNRESOLVED_FOR >= 5 * MINUTE, until=~ACKNOWLEDGED)), "escalation.levels[0].until"),
)
"""Policies by which nobody is paged, and what says so."""

ROTATIONS = evolve(
    DIRECTORY,
    schedules={
        "primary": rota("ada", "bob", "eve"),
        "secondary": rota("bob", "eve", "ada"),
        "slow": Schedule(
            Rotation(
                name="slow",
                zone="UTC",
                participants=("ada", "bob"),
                starts=date(2026, 1, 1),
                every="1 week",
                at="09:00",
            )
        ),
    },
)
"""The first two never name the same person at once; the third does with both."""

PRIMARY, SECONDARY, SLOW = schedule("primary"), schedule("secondary"), schedule("slow")

CATCH_ALL, SECOND = "escalation.catch_all", "escalation.levels[1].recipients"

FOUND: list[tuple[Code, Playbook, Directory, list[str]]] = [
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one([PRIMARY, SECONDARY]), catch_all=PRIMARY), ROTATIONS, [CATCH_ALL]),
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one([ADA, BOB, EVE]), catch_all=PRIMARY), ROTATIONS, [CATCH_ALL]),
    (Code.ON_TWO_LEVELS, escalation(one(PRIMARY), two(recipients=ADA)), ROTATIONS, [SECOND]),
    (Code.ON_TWO_LEVELS, escalation(one(PRIMARY), two(recipients=SLOW)), ROTATIONS, [SECOND]),
    # A level that nothing reaches
    *((Code.STOPPED_FROM_THE_BEGINNING, playbook, DIRECTORY, [path]) for playbook, path in STOPPED),
    (Code.UNREACHABLE_LEVEL, escalation(one(), two(NEVER)), DIRECTORY, ["escalation.levels[1].when"]),
    (Code.UNREACHABLE_LEVEL, escalation(one(), two(LEGAL & ~LEGAL)), DIRECTORY, ["escalation.levels[1].when"]),
    (
        Code.UNREACHABLE_LEVEL,
        escalation(one(), two(SEVERITY.is_(SEV_3)), applies=WORST >= SEV_2),
        DIRECTORY,
        ["escalation.levels[1].when"],
    ),
    (Code.UNREACHABLE_LEVEL, escalation(one(until=~LEGAL | LEGAL | ALWAYS)), DIRECTORY, ["escalation.levels[0].when"]),
    (Code.UNREACHABLE_LEVEL, escalation(one(), two(ACKNOWLEDGEMENTS >= 1)), DIRECTORY, ["escalation.levels[1].when"]),
    (
        Code.UNREACHABLE_LEVEL,
        escalation(one(when=NEVER), two(), cumulative=False),
        DIRECTORY,
        ["escalation.levels[0].when"],
    ),
    # Levels for which only an on-call system is asked
    (Code.ONLY_ON_CALL, escalation(one(ROTA), catch_all=[]), DIRECTORY, ["escalation.levels[0].recipients"]),
    (
        Code.ONLY_ON_CALL,
        escalation(one(), two(recipients=ROTA), catch_all=[ZOE]),
        DIRECTORY,
        ["escalation.levels[1].recipients"],
    ),
    # Names of levels
    (
        Code.ALIKE_NAMES,
        escalation(one(), Level("ONE", BOB), Level("One", EVE)),
        DIRECTORY,
        [LEVEL_NAMES[1], LEVEL_NAMES[2]],
    ),
    # Levels out of order
    (
        Code.OUT_OF_ORDER,
        escalation(one(when=UNRESOLVED_FOR >= 30 * MINUTE), two(UNRESOLVED_FOR >= 10 * MINUTE), cumulative=False),
        DIRECTORY,
        ["escalation.levels[1].when"],
    ),
    (Code.OUT_OF_ORDER, escalation(one(), two(ALWAYS), cumulative=False), DIRECTORY, ["escalation.levels[1].when"]),
    (
        Code.OUT_OF_ORDER,
        escalation(one(when=UNRESOLVED_FOR >= MINUTE), two(ALWAYS), cumulative=False),
        DIRECTORY,
        ["escalation.levels[1].when"],
    ),
    # Levels for when nobody has acknowledged, and others
    (
        Code.BROUGHT_ALONG,
        escalation(one(), two(UNACKNOWLEDGED_FOR >= 10 * MINUTE), three(UNRESOLVED_FOR >= 40 * MINUTE)),
        DIRECTORY,
        ["escalation.levels[1].when"],
    ),
    (
        Code.BROUGHT_ALONG,
        escalation(one(), two(~ACKNOWLEDGED & LEGAL), three(LEGAL)),
        DIRECTORY,
        ["escalation.levels[1].when"],
    ),
    (Code.BROUGHT_ALONG, escalation(one(when=HAVE_IT < 1), two()), DIRECTORY, ["escalation.levels[0].when"]),
    # Who has to acknowledge
    (Code.QUORUM_TOO_LARGE, escalation(one(until=quorum(2))), DIRECTORY, ["escalation.levels[0].until"]),
    (Code.QUORUM_TOO_LARGE, escalation(one(until=ACKNOWLEDGEMENTS > 1)), DIRECTORY, ["escalation.levels[0].until"]),
    (
        Code.QUORUM_TOO_LARGE,
        escalation(one(team("two"), until=quorum(2), acknowledgers=role("lead"))),
        DIRECTORY,
        ["escalation.levels[0].until"],
    ),
    (
        Code.QUORUM_TOO_LARGE,
        escalation(one(schedule("always"), until=quorum(2))),
        DIRECTORY,
        ["escalation.levels[0].until"],
    ),
    (
        Code.EVERYBODY_OF_NOBODY,
        escalation(one(team("empty"), until=EVERYBODY)),
        DIRECTORY,
        ["escalation.levels[0].until"],
    ),
    (
        Code.NOBODY_TO_ACKNOWLEDGE,
        escalation(one(acknowledgers=team("empty"))),
        DIRECTORY,
        ["escalation.levels[0].acknowledgers"],
    ),
    # Times
    (
        Code.EXPIRES_WITHIN_A_ROUND,
        escalation(one(), acknowledgement_expires_after=4 * MINUTE),
        DIRECTORY,
        ["escalation.acknowledgement_expires_after"],
    ),
    (
        Code.CHAIN_OF_DAYS,
        escalation(one(), contact=ContactChain([Attempt("push", timedelta(hours=9))])),
        DIRECTORY,
        ["escalation.contact"],
    ),
    # Whom it reaches
    (Code.NO_CATCH_ALL, escalation(one(), catch_all=[]), DIRECTORY, ["escalation.catch_all"]),
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one(), catch_all=[ADA]), DIRECTORY, ["escalation.catch_all"]),
    (
        Code.ON_TWO_LEVELS,
        escalation(one(), two(recipients=team("two"))),
        DIRECTORY,
        ["escalation.levels[1].recipients"],
    ),
    (Code.NOTICE_REACHES_NOBODY, escalation(one(), stand_down=FAX), DIRECTORY, ["escalation.stand_down"]),
    (
        Code.NOTICE_REACHES_NOBODY,
        escalation(one(), raise_notice=FAX),
        evolve(DIRECTORY, people=FAXED),
        ["escalation.raise_notice"],
    ),
    (
        Code.NOTICE_REACHES_NOBODY,
        evolve(escalation(one(), stand_down=FAX), checklists=owing(item()).checklists),
        evolve(DIRECTORY, people=FAXED),
        ["escalation.stand_down"],
    ),
    (Code.UNKNOWN_RECIPIENT, escalation(one([ADA, team("three")])), DIRECTORY, ["escalation.levels[0].recipients[1]"]),
    (Code.UNKNOWN_RECIPIENT, with_owner(schedule("nights")), DIRECTORY, ["response.owner"]),
    (Code.NOBODY, escalation(one([ADA, team("empty")])), DIRECTORY, ["escalation.levels[0].recipients[1]"]),
    (Code.NOBODY, escalation(one(), catch_all=[role("vacant")]), DIRECTORY, ["escalation.catch_all[0]"]),
    (Code.NOBODY, escalation(one(), fallback=[role("scribe")]), DIRECTORY, ["escalation.fallback[0]"]),
    (Code.NOBODY, with_owner(role("incident commander")), DIRECTORY, ["response.owner"]),
    (
        Code.NOBODY,
        escalation(one(acknowledgers=team("empty"))),
        DIRECTORY,
        ["escalation.levels[0].acknowledgers[0]"],
    ),
    (Code.NO_METHOD, GOOD, without_contacts("bob"), ["people.bob.contacts"]),
    (Code.NO_METHOD, escalation(one(schedule("always"))), without_contacts("bob"), ["people.bob.contacts"]),
    (Code.NO_METHOD, with_owner(EVE), without_contacts("eve"), ["people.eve.contacts"]),
    (Code.METHOD_OF_NOBODY, escalation(one(), stand_down=FAX), DIRECTORY, ["escalation.stand_down[0]"]),
    (Code.UNUSED_METHOD, GOOD, evolve(DIRECTORY, people=FAXED), ["people.eve.contacts"]),
    (Code.GAP, OFFICE, DIRECTORY, ["schedules.office"] * 3),
    (
        Code.IDLE_OVERRIDE,
        OFFICE,
        overridden(Replacement(**hours(0, 9), person="ada", by="bob"), Removal(**hours(9, 10), person="eve")),
        ["schedules.office.overrides[0]", "schedules.office.overrides[1]"],
    ),
    (
        Code.IDLE_OVERRIDE,
        OFFICE,
        overridden(Addition(**hours(9, 17), person="ada")),
        ["schedules.office.overrides[0]"],
    ),
    # What is announced, and to whom
    (
        Code.NEVER_TOLD,
        telling(tell(), tell(name="2", applies=NEVER)),
        DIRECTORY,
        ["communication.announcements[1].applies"],
    ),
    (
        Code.NEVER_TOLD,
        telling(tell(applies=STATUS.is_(Status.CLOSED))),
        DIRECTORY,
        ["communication.announcements[0].applies"],
    ),
    (
        Code.NEVER_TOLD,
        telling(tell(applies=RESTRICTED.is_(True)), **RESTRICTING),
        DIRECTORY,
        ["communication.announcements[0].applies"],
    ),
    (Code.NO_PRIVATE_CHANNEL, telling(CHANNEL, POST, **RESTRICTING), DIRECTORY, ["communication.restricted"]),
    (Code.NO_GUARDIANS, telling(tell(), restricted=LEGAL.is_(True)), DIRECTORY, ["communication.guardians"]),
    (Code.NO_UPDATES, rarely_updated(telling(tell())), DIRECTORY, ["communication.reminders"]),
    (Code.NO_UPDATE_REMINDERS, telling(tell(), reminders=[]), DIRECTORY, ["communication.reminders"]),
    (
        Code.UNUSED_TEMPLATE,
        telling(tell(), templates={"internal": INTERNAL, "old": PUBLIC}),
        DIRECTORY,
        ["communication.templates.old"],
    ),
    (
        Code.NO_PUBLIC_SUMMARY,
        telling(PUBLISH, UPDATE, templates={"public": Template("{severity}, {status}")}),
        DIRECTORY,
        ["communication.templates.public"],
    ),
    (Code.NOTHING_OPENED, telling(POST, TICKET), DIRECTORY, ["communication.announcements[0].acts"]),
    (Code.NOTHING_OPENED, telling(CHANNEL, CLOSED), DIRECTORY, ["communication.announcements[1].acts"]),
    (Code.NOTHING_OPENED, telling(UPDATE), DIRECTORY, ["communication.announcements[0].acts"]),
    (Code.UNKNOWN_RECIPIENT, telling(tell(team("three"))), DIRECTORY, ["communication.announcements[0].to[0]"]),
    (Code.UNKNOWN_RECIPIENT, owing(item(owner=team("three"))), DIRECTORY, ["checklists[0].items[0].owner"]),
    (Code.NOBODY, telling(tell(role("vacant"))), DIRECTORY, ["communication.announcements[0].to[0]"]),
    (Code.NOBODY, telling(tell(), owner=role("vacant")), DIRECTORY, ["communication.owner"]),
    (
        Code.NOBODY,
        telling(restricted=LEGAL.is_(True), guardians=[ADA, role("vacant")]),
        DIRECTORY,
        ["communication.guardians[1]"],
    ),
    (Code.NOBODY, owing(item(), item("2", owner=EVE), owner=role("vacant")), DIRECTORY, ["checklists[0].owner"]),
    (Code.NOBODY, reviewed(role("vacant")), DIRECTORY, ["review.owner"]),
    (Code.NO_METHOD, telling(tell(EVE), owner=ADA), without_contacts("eve"), ["people.eve.contacts"]),
    (Code.NO_METHOD, telling(tell(), owner=EVE), without_contacts("eve"), ["people.eve.contacts"]),
    (
        Code.NO_METHOD,
        telling(restricted=LEGAL.is_(True), guardians=[EVE]),
        without_contacts("eve"),
        ["people.eve.contacts"],
    ),
    (Code.NO_METHOD, owing(item(within=MINUTE), reminders=PUSH), without_contacts("eve"), ["people.eve.contacts"]),
    (Code.NO_METHOD, reviewed(EVE), without_contacts("eve"), ["people.eve.contacts"]),
    (Code.METHOD_OF_NOBODY, telling(tell(), notice=FAX), DIRECTORY, ["communication.notice[0]"]),
    (Code.METHOD_OF_NOBODY, telling(reminders=["push", "fax"]), DIRECTORY, ["communication.reminders[1]"]),
    (Code.METHOD_OF_NOBODY, owing(item(within=MINUTE), reminders=FAX), DIRECTORY, ["checklists[0].reminders[0]"]),
    (Code.GAP, telling(tell(schedule("office"))), DIRECTORY, ["schedules.office"] * 3),
    # Runbooks
    (Code.NEVER_ANSWERED, running(CALL, fits=SAID_DONE), DIRECTORY, ["runbooks[0].fits"]),
    (Code.NEVER_ANSWERED, running(Instruct("a", when=UNCERTAIN)), DIRECTORY, ["runbooks[0].steps[0].when"]),
    (Code.NEVER_DONE, running(CALL, Instruct("b", when=LEGAL & ~LEGAL)), DIRECTORY, ["runbooks[0].steps[1].when"]),
    (Code.NEVER_DONE, running(Instruct("a", when=NEVER)), DIRECTORY, ["runbooks[0].steps[0].when"]),
    (Code.IDLE_GUARD, running(Instruct("a", when=LEGAL | ~LEGAL)), DIRECTORY, ["runbooks[0].steps[0].when"]),
    (Code.NOBODY_NAMED, running(Use("a", "database.restart")), DIRECTORY, ["runbooks[0].steps[0].confirmed_by"]),
    (
        Code.NOBODY_NAMED,
        running(Use("a", "logging.archive", {"last": MINUTE}, destroys=True)),
        DIRECTORY,
        ["runbooks[0].steps[0].confirmed_by"],
    ),
    (Code.NOT_UNDONE, running(evolve(PROMOTE, temporary=True)), DIRECTORY, ["runbooks[0].steps[0].temporary"]),
    (Code.NOT_UNDONE, running(PROMOTE, OR_UNDO), DIRECTORY, ["runbooks[0].steps[0].operation"]),
    (
        Code.PATIENT,
        running(Check("a", "metrics.errors", {"last": MINUTE}, patience=61 * MINUTE)),
        DIRECTORY,
        ["runbooks[0].steps[0].patience"],
    ),
    (Code.NOBODY_TOLD, running(CALL, notice=[]), DIRECTORY, ["runbooks[0].notice"]),
    (Code.NOBODY_TOLD, running(PROMOTE, notice=[]), DIRECTORY, ["runbooks[0].notice"]),
    (Code.UNUSED_PARAMETER, running(CALL, parameters=[PERIOD]), DIRECTORY, ["runbooks[0].parameters[0]"]),
    (Code.LEARNT_TWICE, running(LOOK, OR_UNDO), DIRECTORY, ["runbooks[0].steps[1].learns.healthy"]),
    (Code.UNKNOWN_RECIPIENT, running(CALL, owner=role("leed")), DIRECTORY, ["runbooks[0].owner"]),
    (Code.UNKNOWN_RECIPIENT, running(evolve(CALL, owner=role("leed"))), DIRECTORY, ["runbooks[0].steps[0].owner"]),
    (
        Code.UNKNOWN_RECIPIENT,
        running(evolve(PROMOTE, confirmed_by=[ADA, role("leed")])),
        DIRECTORY,
        ["runbooks[0].steps[0].confirmed_by[1]"],
    ),
    (Code.NOBODY, running(CALL, owner=role("vacant")), DIRECTORY, ["runbooks[0].owner"]),
    (Code.NO_METHOD, running(CALL), without_contacts("eve"), ["people.eve.contacts"]),
    (Code.METHOD_OF_NOBODY, running(CALL, notice=FAX), DIRECTORY, ["runbooks[0].notice[0]"]),
    (Code.METHOD_OF_NOBODY, holding(notice=FAX), DIRECTORY, ["preservation.notice[0]"]),
    (Code.UNKNOWN_RECIPIENT, holding(guardians=[EVE, role("leed")]), DIRECTORY, ["preservation.guardians[1]"]),
    # What is owed
    (Code.NEVER_OWED, owing(item(), item("2", when=LEGAL & ~LEGAL)), DIRECTORY, ["checklists[0].items[1].when"]),
    (
        Code.NEVER_OWED,
        owing(item(when=WORST < SEV_2), applies=WORST >= SEV_2),
        DIRECTORY,
        ["checklists[0].items[0].when"],
    ),
    (
        Code.NEVER_OWED,
        owing(item(when=STATUS.is_(Status.RESOLVED)), outlives=False),
        DIRECTORY,
        ["checklists[0].items[0].when"],
    ),
    (Code.NO_REMINDERS, owing(item(), item("2", within=MINUTE)), DIRECTORY, ["checklists[0].items[1].within"]),
    (Code.IDLE_REMINDERS, owing(item(), reminders=PUSH), DIRECTORY, ["checklists[0].reminders"]),
    # When to roll back
    (Code.NO_CRITERIA, rolling_back(), DIRECTORY, ["rollback"]),
    (
        Code.NEVER_ASKED,
        rolling_back(consider=[LEGAL, LEGAL | WAIVED], immediate=[UNCERTAIN & SAID_DONE]),
        DIRECTORY,
        ["rollback.consider[1].when", "rollback.immediate[0].when", "rollback.immediate[0].when"],
    ),
    (
        Code.NEVER_TRUE,
        rolling_back(immediate=[LEGAL & ~LEGAL], hotfix_instead=[LEGAL, STATUS.is_(Status.RESOLVED)]),
        DIRECTORY,
        ["rollback.hotfix_instead[1].when", "rollback.immediate[0].when"],
    ),
    (
        Code.SAID_TWICE,
        rolling_back(immediate=[LEGAL, LEGAL], hotfix_instead=[LEGAL]),
        DIRECTORY,
        ["rollback.hotfix_instead[0].when", "rollback.immediate[1].when"],
    ),
    (
        Code.WEIGHS_NOTHING,
        rolling_back(Course.MITIGATE, consider=[LEGAL], hotfix_instead=[ACKNOWLEDGED]),
        DIRECTORY,
        ["rollback.consider", "rollback.hotfix_instead"],
    ),
    (Code.WEIGHS_NOTHING, rolling_back(Course.ROLL_BACK, consider=[LEGAL]), DIRECTORY, ["rollback.consider"]),
    # Maintenance
    (Code.UNKNOWN_SEVERITY, GOOD, with_maintenance(days(0, 1, "SEV-2", "P2")), ["maintenance[0].severities[1]"]),
    (Code.LONG_MAINTENANCE, GOOD, with_maintenance(days(0, 7), days(-1, 6.5)), ["maintenance[1].ends"]),
    (Code.WORST_HELD, GOOD, with_maintenance(days(0, 1), days(1, 2, "SEV-1")), ["maintenance[1].severities[0]"]),
]

NOT_FOUND: list[tuple[Code, Playbook, Directory]] = [
    *((code, GOOD, DIRECTORY) for code in Code),
    (Code.UNREACHABLE_LEVEL, escalation(one(when=NEVER), two()), DIRECTORY),
    (Code.UNREACHABLE_LEVEL, escalation(one(), two(SEVERITY.is_(SEV_3)), applies=WORST >= SEV_3), DIRECTORY),
    (Code.UNREACHABLE_LEVEL, escalation(one(), two(), applies=LEGAL & ~LEGAL), DIRECTORY),
    *(
        (Code.STOPPED_FROM_THE_BEGINNING, escalation(one(when=when, until=until)), DIRECTORY)
        for when, until in (
            (ALWAYS, NEVER),
            (ALWAYS, ~(UNRESOLVED_FOR >= 5 * MINUTE)),
            (ALWAYS, EVERYBODY),
            (ALWAYS, OUTSTANDING >= 2),
            (ALWAYS, STATUS.is_(Status.INVESTIGATING)),
            (ALWAYS, LEGAL | ~LEGAL),
            (ACKNOWLEDGED.is_(True), HAVE_IT < 1),
            (NEVER, HAVE_IT < 1),
            (ALWAYS, ALWAYS),
        )
    ),
    (Code.OUT_OF_ORDER, escalation(one(when=UNRESOLVED_FOR >= 60 * MINUTE), two()), DIRECTORY),
    (Code.OUT_OF_ORDER, escalation(one(), two(), cumulative=False), DIRECTORY),
    (
        Code.OUT_OF_ORDER,
        escalation(one(when=UNACKNOWLEDGED_FOR >= 60 * MINUTE), two(), cumulative=False),
        DIRECTORY,
    ),
    (Code.OUT_OF_ORDER, escalation(one(when=LEGAL), two(), cumulative=False), DIRECTORY),
    *(
        (Code.BROUGHT_ALONG, escalation(one(), two(UNACKNOWLEDGED_FOR >= 10 * MINUTE), each), DIRECTORY)
        for each in (three(NEVER), three(UNACKNOWLEDGED_FOR >= 40 * MINUTE), three(HAVE_IT < 1))
    ),
    (
        Code.BROUGHT_ALONG,
        escalation(one(), two(UNACKNOWLEDGED_FOR >= 10 * MINUTE), three(), cumulative=False),
        DIRECTORY,
    ),
    (
        Code.BROUGHT_ALONG,
        escalation(one(), two((UNACKNOWLEDGED_FOR >= MINUTE) | (UNRESOLVED_FOR >= 30 * MINUTE)), three()),
        DIRECTORY,
    ),
    (Code.BROUGHT_ALONG, escalation(one(), two(HAVE_IT >= 2), three()), DIRECTORY),
    (Code.BROUGHT_ALONG, escalation(one(), two(), three(UNACKNOWLEDGED_FOR >= 40 * MINUTE)), DIRECTORY),
    (Code.QUORUM_TOO_LARGE, escalation(one(team("two"), until=quorum(2))), DIRECTORY),
    (Code.EVERYBODY_OF_NOBODY, escalation(one(team("empty"), until=EVERYBODY), fallback=[ADA]), DIRECTORY),
    (Code.EVERYBODY_OF_NOBODY, escalation(one(team("empty"), until=EVERYBODY & quorum(1))), DIRECTORY),
    (Code.EXPIRES_WITHIN_A_ROUND, escalation(one(), acknowledgement_expires_after=5 * MINUTE), DIRECTORY),
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one(), catch_all=[ADA, ZOE]), DIRECTORY),
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one(PRIMARY), catch_all=SECONDARY), ROTATIONS),
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one(PRIMARY), catch_all=ADA), ROTATIONS),
    (Code.CATCH_ALL_PAGED_BEFORE, escalation(one(schedule("office")), catch_all=schedule("always")), DIRECTORY),
    (Code.ON_TWO_LEVELS, escalation(one(PRIMARY), two(recipients=SECONDARY)), ROTATIONS),
    (Code.NOTICE_REACHES_NOBODY, escalation(one(EVE), stand_down=FAX), evolve(DIRECTORY, people=FAXED)),
    (Code.METHOD_OF_NOBODY, escalation(one(EVE), stand_down=FAX), evolve(DIRECTORY, people=FAXED)),
    (Code.UNUSED_METHOD, escalation(one(EVE), stand_down=FAX), evolve(DIRECTORY, people=FAXED)),
    (Code.NO_METHOD, GOOD, without_contacts("eve")),
    (Code.GAP, escalation(one(schedule("always"))), DIRECTORY),
    (Code.GAP, GOOD, DIRECTORY),
    (Code.UNKNOWN_SEVERITY, GOOD, with_maintenance(days(-1, 0, "P2"))),
    (Code.LONG_MAINTENANCE, GOOD, with_maintenance(days(-9, 0))),
    (Code.WORST_HELD, GOOD, with_maintenance(days(-1, 0, "SEV-1"), days(0, 1, "SEV-2", "SEV-3"))),
    (Code.ONLY_ON_CALL, escalation(one(ROTA), catch_all=[], fallback=[ADA]), DIRECTORY),
    (Code.ONLY_ON_CALL, escalation(one(ROTA), catch_all=[ADA]), DIRECTORY),
    (Code.ONLY_ON_CALL, escalation(one([ROTA, ADA]), catch_all=[]), DIRECTORY),
    (Code.ONLY_ON_CALL, escalation(one(), two(recipients=ROTA), fallback=[ZOE]), DIRECTORY),
    (Code.NOBODY_TO_ACKNOWLEDGE, escalation(one(acknowledgers=[team("empty"), ADA])), DIRECTORY),
    (Code.NOBODY_TO_ACKNOWLEDGE, escalation(one(acknowledgers=team("empty"), until=EVERYBODY)), DIRECTORY),
    (Code.NOBODY_TO_ACKNOWLEDGE, escalation(one(acknowledgers=team("empty"), until=LEGAL)), DIRECTORY),
    (Code.NOBODY_TO_ACKNOWLEDGE, escalation(one(acknowledgers=team("empty"), until=HAVE_IT >= 1)), DIRECTORY),
    *((Code.IDLE_OVERRIDE, OFFICE, overridden(each)) for each in WORKING),
    (Code.IDLE_OVERRIDE, GOOD, overridden(Removal(**hours(0, 9), person="ada"))),
    # What is announced, and what is owed
    (Code.NEVER_TOLD, telling(tell(applies=LEGAL)), DIRECTORY),
    (Code.NEVER_TOLD, telling(tell(applies=LEGAL & ~LEGAL)), DIRECTORY),  # while that is unknown it goes out
    (Code.NEVER_TOLD, telling(tell(applies=STATUS.is_(Status.CLOSED), on=Occasion.FINISHED)), DIRECTORY),
    (Code.NEVER_TOLD, telling(tell(applies=RESTRICTED.is_(True), confidential=True), **RESTRICTING), DIRECTORY),
    (Code.NEVER_TOLD, telling(CHANNEL, PRIVATE, POST, PUBLISH, UPDATE, TICKET, CLOSED), DIRECTORY),
    (Code.NO_PRIVATE_CHANNEL, telling(CHANNEL, PRIVATE, **RESTRICTING), DIRECTORY),
    (Code.NO_PRIVATE_CHANNEL, telling(CHANNEL), DIRECTORY),
    (Code.NO_PRIVATE_CHANNEL, telling(tell(), **RESTRICTING), DIRECTORY),
    (Code.NO_GUARDIANS, telling(tell(), **RESTRICTING), DIRECTORY),
    (Code.NO_UPDATES, rarely_updated(telling(tell(), reminders=[])), DIRECTORY),
    (Code.NO_UPDATE_REMINDERS, rarely_updated(telling(tell(), reminders=[])), DIRECTORY),
    (Code.UNUSED_TEMPLATE, telling(tell(), PUBLISH), DIRECTORY),
    (Code.NO_PUBLIC_SUMMARY, telling(PUBLISH, tell()), DIRECTORY),
    (Code.NOTHING_OPENED, telling(PRIVATE, POST, TICKET, CLOSED, PUBLISH, UPDATE), DIRECTORY),
    (Code.NOTHING_OPENED, telling(evolve(POST, acts=Act(ActKind.POST, "operations"))), DIRECTORY),
    (Code.NEVER_ANSWERED, running(Instruct("a", when=LEGAL), fits=ACKNOWLEDGED), DIRECTORY),
    (Code.NEVER_DONE, running(CALL, Instruct("a", when=STATUS.is_(Status.CLOSED))), DIRECTORY),
    (Code.IDLE_GUARD, running(CALL, Instruct("a", when=LEGAL)), DIRECTORY),
    (Code.NOBODY_NAMED, running(PROMOTE), DIRECTORY),
    (Code.NOT_UNDONE, running(PROMOTE, evolve(OR_UNDO, on_failure="wait")), DIRECTORY),
    (Code.NOT_UNDONE, running(OR_UNDO, PROMOTE, evolve(SCALE, temporary=True)), DIRECTORY),
    (Code.PATIENT, running(Check("a", "metrics.errors", {"last": MINUTE}, patience=60 * MINUTE)), DIRECTORY),
    (Code.NOBODY_TOLD, running(LOOK, SCALE, notice=[]), DIRECTORY),
    (Code.UNUSED_PARAMETER, running(evolve(SCALE, arguments={"replicas": "{period}"}), parameters=[PERIOD]), DIRECTORY),
    (Code.LEARNT_TWICE, running(LOOK, PROMOTE, OR_UNDO), DIRECTORY),
    (Code.LEARNT_TWICE, running(evolve(LOOK, when=LEGAL), OR_UNDO), DIRECTORY),
    (Code.NEVER_OWED, owing(item(when=STATUS.is_(Status.RESOLVED)), item("2", when=ACKNOWLEDGED)), DIRECTORY),
    (Code.NEVER_OWED, owing(item(when=ACKNOWLEDGED, met=ACKNOWLEDGED | ~ACKNOWLEDGED)), DIRECTORY),
    (Code.NO_REMINDERS, owing(item(within=MINUTE), reminders=PUSH), DIRECTORY),
    (Code.NO_REMINDERS, owing(item()), DIRECTORY),
    (Code.IDLE_REMINDERS, owing(item(within=MINUTE), reminders=PUSH), DIRECTORY),
    (Code.NOBODY, owing(item(owner=EVE), owner=role("vacant")), DIRECTORY),
    (Code.NO_METHOD, owing(item()), without_contacts("eve")),
    (Code.NO_METHOD, telling(tell(), reminders=[]), without_contacts("eve")),
    (Code.NO_CRITERIA, rolling_back(consider=[LEGAL]), DIRECTORY),
    (Code.NEVER_ASKED, rolling_back(consider=[ACKNOWLEDGED, SEVERITY >= SEV_1, UNRESOLVED_FOR >= MINUTE]), DIRECTORY),
    (Code.NEVER_TRUE, rolling_back(consider=[STATUS.is_(Status.MONITORING), WAIVED, LEGAL | ~LEGAL]), DIRECTORY),
    (Code.SAID_TWICE, rolling_back(immediate=[LEGAL], consider=[~LEGAL]), DIRECTORY),
    (Code.WEIGHS_NOTHING, rolling_back(Course.ROLL_BACK, hotfix_instead=[LEGAL]), DIRECTORY),
    (Code.WEIGHS_NOTHING, rolling_back(Course.HOTFIX, hotfix_instead=[LEGAL], consider=[LEGAL]), DIRECTORY),
    # Whom an on-call system names, nobody knows before
    (Code.UNKNOWN_RECIPIENT, escalation(one(ROTA)), DIRECTORY),
    (Code.NOBODY, escalation(one(ROTA)), DIRECTORY),
    (Code.QUORUM_TOO_LARGE, escalation(one([ROTA, ADA], until=quorum(2))), DIRECTORY),
    (Code.EVERYBODY_OF_NOBODY, escalation(one(ROTA, until=EVERYBODY)), DIRECTORY),
    (Code.NOTICE_REACHES_NOBODY, escalation(one([ROTA, BOB]), stand_down=FAX), evolve(DIRECTORY, people=FAXED)),
]


def paths(code: Code, playbook: Playbook, directory: Directory) -> list[str]:
    findings = lint(playbook, directory, at=NOW, ahead=timedelta(days=2))
    return [finding.path for finding in findings if finding.code == code]


@pytest.mark.parametrize(("code", "playbook", "directory", "expected"), FOUND)
def test_it_finds(code: Code, playbook: Playbook, directory: Directory, expected: list[str]) -> None:
    assert paths(code, playbook, directory) == expected


@pytest.mark.parametrize(("code", "playbook", "directory"), NOT_FOUND)
def test_it_does_not_find(code: Code, playbook: Playbook, directory: Directory) -> None:
    assert paths(code, playbook, directory) == []


def test_every_code_is_tried_and_has_a_meaning() -> None:
    assert {code for code, *_ in FOUND} == {*Code}
    assert all(code.meaning.endswith(".") for code in Code)
    assert len({code.meaning for code in Code}) == len(Code)


def test_the_emergency_playbook_and_the_practice_have_no_findings() -> None:
    assert lint(EMERGENCY, practice_directory(), at=NOW) == ()
    assert lint(EMERGENCY) == ()


def test_findings_are_sorted_and_shown_in_a_table() -> None:
    findings = lint(escalation(one(until=quorum(3)), two(NEVER), catch_all=[]), DIRECTORY)

    assert [each.code for each in findings] == ["ESC001", "ESC003", "ESC006"]
    assert str(findings[1]) == (
        "ESC003 escalation.levels[0].until: level 'one' asks for 3 acknowledgements, with 1 person on it:"
        " it goes on until others give theirs"
    )
    assert to_plain(Document([lint_table(findings)])).splitlines()[2].startswith("ESC001  escalation.levels[1].when")


def test_it_says_why_a_level_is_not_reached() -> None:
    def why(playbook: Playbook) -> str:
        return lint(playbook)[0].message.partition(": ")[2]

    assert why(escalation(one(), two(LEGAL & ~LEGAL))) == "there can be no incident with legal and not legal"
    assert why(escalation(one(), applies=NEVER)) == "the policy applies only with false, which rules out true"
    assert why(escalation(one(until=UNRESOLVED_FOR >= timedelta()))).startswith("it is over or held before, by unres")


def test_it_says_why_something_is_never_announced_or_owed() -> None:
    def why(playbook: Playbook) -> str:
        return lint(playbook)[0].message

    assert why(telling(tell(applies=STATUS.is_(Status.CLOSED)))) == (
        "announcement 'tell' never goes out: it applies only with status == \"closed\", which rules out true"
    )
    assert why(telling(tell(applies=RESTRICTED.is_(True)), **RESTRICTING)).startswith(
        "announcement 'tell' never goes out: it is called off before, by said_done or waived or restricted"
    )
    assert why(owing(item(when=STATUS.is_(Status.RESOLVED)), outlives=False)) == (
        "item 'item' is never owed: there can be no incident that is not over with status == \"resolved\""
    )
    assert why(owing(item(when=NEVER))) == "item 'item' is never owed: there can be no incident with false"
    assert why(owing(item(when=WORST < SEV_2), applies=WORST >= SEV_2)) == (
        "item 'item' is never owed: the checklist applies only with"
        ' worst_severity >= "SEV-2", which rules out worst_severity < "SEV-2"'
    )


def test_what_is_not_owed_for_want_of_a_time_needs_no_contact_method() -> None:
    playbook = evolve(owing(item(owner=EVE), item("2", within=MINUTE, owner=ADA), reminders=PUSH))

    assert lint(playbook, without_contacts("eve")) == ()
    assert [each.code for each in lint(playbook, without_contacts("ada"))] == [Code.NO_METHOD]


def test_it_gives_up_where_there_is_too_much_to_look_at() -> None:
    flags = [Flag(f"flag_{number}", question="Is it so?") for number in range(12)]
    never: Condition = flags[0] & ~flags[0]
    for flag in flags:
        never = never & flag

    assert lint(escalation(one(), two(never))) == ()


def test_without_a_moment_schedules_are_not_judged_but_their_people_are() -> None:
    assert [each.code for each in lint(OFFICE, DIRECTORY)] == []
    assert [each.code for each in lint(escalation(one(schedule("always"), until=quorum(2))), DIRECTORY)] == []
    assert [each.code for each in lint(OFFICE, without_contacts("ada"))] == [Code.NO_METHOD]


def test_a_level_that_is_said_to_be_brought_along_is_though_somebody_acknowledged() -> None:
    playbook = escalation(one(), two(UNACKNOWLEDGED_FOR >= 10 * MINUTE), three())
    incident = Incident.declare("INC-1", title="Checkout fails", at=NOW, by="zoe", severity=SEV_1)
    incident = incident.acknowledge(at=NOW + MINUTE, by="ada")

    decided = plan(incident, playbook, DIRECTORY, now=NOW + 40 * MINUTE).decisions
    assert {each.obligation for each in decided if isinstance(each, Became)} >= {"page/two", "page/three"}


@pytest.mark.parametrize("playbook", [playbook for playbook, _ in STOPPED])
def test_nobody_is_paged_for_a_level_that_is_said_to_be_stopped_from_the_beginning(playbook: Playbook) -> None:
    explained = explain_hypothetical(playbook, DIRECTORY, severity=SEV_1, at=NOW, within=timedelta(days=1))
    assert explained.pages == ()
    (finding,) = (each for each in lint(playbook) if each.code is Code.STOPPED_FROM_THE_BEGINNING)
    assert finding.message.startswith("nobody is paged for level 'one' before somebody has acknowledged: ")
    assert finding.message.endswith(" is true from the beginning")


def test_without_a_moment_two_schedules_are_not_compared_and_one_is_with_itself() -> None:
    def found(playbook: Playbook) -> list[Code]:
        return [each.code for each in lint(playbook, ROTATIONS) if each.code.startswith("ESC")]

    assert found(escalation(one(PRIMARY), two(recipients=SECONDARY), catch_all=SLOW)) == []
    assert found(escalation(one(PRIMARY), catch_all=ADA)) == []
    assert found(escalation(one(PRIMARY), catch_all=PRIMARY)) == [Code.CATCH_ALL_PAGED_BEFORE]
    assert found(escalation(one([ADA, BOB, EVE]), catch_all=PRIMARY)) == [Code.CATCH_ALL_PAGED_BEFORE]
    assert found(escalation(one(PRIMARY), two(recipients=PRIMARY))) == [Code.ON_TWO_LEVELS] * 3
    assert found(escalation(one(PRIMARY), two(recipients=ADA))) == [Code.ON_TWO_LEVELS]


def test_gaps_are_named_with_their_length() -> None:
    gap = next(each for each in lint(OFFICE, DIRECTORY, at=NOW) if each.code == Code.GAP)

    assert gap == Finding(Code.GAP, "schedules.office", "from 2026-03-02T02:10Z nobody is on call for 6h50min")


def test_gaps_of_one_length_are_one_finding() -> None:
    found = lint(OFFICE, DIRECTORY, at=NOW, ahead=timedelta(days=21))
    gaps = [each.message for each in found if each.code == Code.GAP]

    assert gaps == [
        "from 2026-03-02T02:10Z nobody is on call for 6h50min",
        "from 2026-03-02T17:00Z nobody is on call for 16h, and in 11 more gaps of that length until 2026-03-20T09:00Z",
        "from 2026-03-06T17:00Z nobody is on call for 2d16h, and in 1 more gap of that length until 2026-03-16T09:00Z",
        "from 2026-03-20T17:00Z nobody is on call for 2d9h10min",
    ]


def test_a_recipient_that_is_not_known_is_named_with_the_nearest() -> None:
    (finding,) = lint(escalation(one([ADA, team("tow")])), DIRECTORY)

    assert finding.message == "the directory knows no team tow. Did you mean 'two'?"


def test_what_is_to_be_looked_at_is_a_playbook_and_a_directory() -> None:
    wrong: Any = DIRECTORY
    with pytest.raises(
        FieldInvalid, match="playbook: a Playbook is looked at, and its Directory comes after it, not <"
    ):
        lint(wrong, GOOD)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(FieldInvalid, match="directory: a Directory is expected, not "):
        lint(GOOD, GOOD)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_times_that_make_no_sense_are_refused() -> None:
    with pytest.raises(FieldInvalid, match="ahead: schedules are looked at"):
        lint(GOOD, DIRECTORY, at=NOW, ahead=timedelta())
    with pytest.raises(FieldInvalid, match="at: "):
        lint(GOOD, DIRECTORY, at=datetime(2026, 3, 2))
    with pytest.raises(ScheduleInvalid):
        lint(OFFICE, DIRECTORY, at=datetime(2300, 1, 1, tzinfo=UTC))


# What it says can be relied on


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Playbook, Directory, Any]:
    directory = draw(directories(people=st.sampled_from(["ada", "bob", "eve"])))
    playbook = draw(playbooks(directory))
    return playbook, directory, draw(attended(playbook, directory, people=st.sampled_from(["ada", "bob", "eve"])))


@given(worlds())
def test_no_log_reaches_a_level_that_is_said_to_be_out_of_reach(world: tuple[Playbook, Directory, Any]) -> None:
    playbook, directory, incident = world
    findings = [each for each in lint(playbook, directory, at=NOW) if each.code == Code.UNREACHABLE_LEVEL]
    levels = () if playbook.escalation is None else playbook.escalation.levels

    reached = {each.obligation for each in incident.timeline if isinstance(each, Became)}
    for finding in findings:
        name = next(
            level.name for place, level in enumerate(levels) if finding.path == f"escalation.levels[{place}].when"
        )
        assert f"page/{name}" not in reached or incident.progress.escalations


def test_the_end_of_the_calendar_is_a_time_for_which_schedules_do_not_answer() -> None:
    with pytest.raises(ScheduleInvalid):
        lint(OFFICE, DIRECTORY, at=datetime(9998, 12, 31, tzinfo=UTC), ahead=timedelta(days=9_000))
