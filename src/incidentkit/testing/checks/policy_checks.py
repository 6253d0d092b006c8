"""Checks of escalations: what becomes of an incident of each severity if nobody reacts, and what the linter says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, Final

from attrs import frozen

from incidentkit.errors import FieldInvalid, expect, shown
from incidentkit.model.durations import duration_text
from incidentkit.model.facts import SeverityFact
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import EXHAUSTED, EscalationPolicy
from incidentkit.policy.explanation import FARTHEST
from incidentkit.policy.finding import Code
from incidentkit.policy.law import Law, left_out
from incidentkit.policy.linting import lint
from incidentkit.policy.outlook import Outlook, Page
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import RecipientKind
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.turn import PLANNER
from incidentkit.providers.pager import Purpose
from incidentkit.testing.checks.breach import Breach, hold
from incidentkit.testing.checks.stretches import gap_breach
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.text.document import Table

__tracebackhide__: Final = ON_PURPOSE

WITHIN: Final = timedelta(days=2)
"""How far is looked ahead unless told otherwise."""

_SOME_NIGHT: Final = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
"""When the incident begins where that makes no difference."""

CODES: Final = frozenset(
    {
        Code.UNREACHABLE_LEVEL,
        Code.OUT_OF_ORDER,
        Code.QUORUM_TOO_LARGE,
        Code.EVERYBODY_OF_NOBODY,
        Code.EXPIRES_WITHIN_A_ROUND,
        Code.NO_CATCH_ALL,
        Code.CATCH_ALL_PAGED_BEFORE,
        Code.ONLY_ON_CALL,
        Code.NOBODY_TO_ACKNOWLEDGE,
        Code.STOPPED_FROM_THE_BEGINNING,
        Code.UNKNOWN_RECIPIENT,
        Code.NOBODY,
        Code.NO_METHOD,
    }
)
"""What the linter finds that keeps an escalation from what it says; its other findings are advice, and gaps apart."""


def check_policy(
    policy: Playbook | EscalationPolicy,
    directory: Directory | None = None,
    *,
    at: datetime | None = None,
    within: timedelta = WITHIN,
    allow: Iterable[str] = (),
) -> None:
    """Raise `LawsBroken` if an escalation does not do what anybody expects of one, with the pages that show it.

    For each severity an incident is played through in which nobody reacts and every page arrives: somebody is paged,
    no address twice at once by the same method, what is worse no later, and in the end the catch-all. What the linter
    finds that keeps a level from being reached or from ending is told with its code.

    ``at`` is when the incident begins, and has to be given if the directory has schedules or maintenance; ``within`` is
    how far is looked ahead. Without a directory one person stands for each recipient. ``allow`` leaves laws and codes
    out, by the words that the report has for them. Raises `FieldInvalid` for other arguments, and for a playbook
    without an escalation.
    """
    allowed = left_out(allow, OF_POLICIES, "check_policy")
    case = _case(policy, directory, at, within)
    breaches = (breach for check in CHECKS for breach in check(case))
    title = f"the escalation of {case.playbook.name}" if isinstance(policy, Playbook) else "the escalation policy"
    hold(title, (each for each in breaches if each.law not in allowed))


def _case(policy: object, directory: object, at: object, within: object) -> PolicyCase:
    if type(within) is not timedelta or not timedelta() < within <= FARTHEST:
        raise FieldInvalid("within", f"one looks ahead by {FARTHEST.days} days at the most, not {shown(within)}")
    playbook = _playbook(policy)
    people = _stand_ins(playbook) if directory is None else directory
    expect(Directory, people, partial(FieldInvalid, "directory"), "people are in a Directory")
    assert isinstance(people, Directory)
    if at is None and (people.maintenance or (directory is not None and people.schedules)):
        raise FieldInvalid("at", "schedules and maintenance say who is paged: say when the incident begins")
    begins = _SOME_NIGHT if at is None else moment("at", at)
    return PolicyCase(playbook=playbook, directory=people, begins=begins, within=within, is_real=directory is not None)


def _playbook(policy: object) -> Playbook:
    """A playbook of nothing but the rules and the escalation."""
    if isinstance(policy, EscalationPolicy):
        scheme = _scheme(policy)
        return Playbook(name="a policy", rules=SeverityRules(otherwise=scheme.severities[-1]), escalation=policy)
    playbook = expect(Playbook, policy, partial(FieldInvalid, "policy"), "a Playbook or an EscalationPolicy is checked")
    assert isinstance(playbook, Playbook)
    if playbook.escalation is None:
        raise FieldInvalid("policy", f"{playbook.name} has no escalation to check")
    return Playbook(name=playbook.name, rules=playbook.rules, escalation=playbook.escalation)


def _scheme(policy: EscalationPolicy) -> SeverityScheme[Any]:
    """The scheme of the severities that its conditions ask for; two that say nothing if they ask for none."""
    conditions = (policy.applies, policy.until, policy.held, *(level.when for level in policy.levels))
    asked = (fact for condition in conditions for fact in condition.mentioned)
    return next((fact.scheme for fact in asked if isinstance(fact, SeverityFact)), SeverityScheme("grave", "mild"))


def _stand_ins(playbook: Playbook) -> Directory:
    """A directory in which one person, who has every contact method, stands for each recipient."""
    ids = {
        each: PersonId(each.name if each.kind is RecipientKind.PERSON else str(each)) for each in playbook.recipients
    }

    def those(kind: RecipientKind) -> dict[str, list[PersonId]]:
        return {each.name: [id] for each, id in ids.items() if each.kind is kind}

    schedules = those(RecipientKind.SCHEDULE)
    return Directory(
        people={id: Person(id=id, contacts=dict.fromkeys(playbook.methods, id)) for id in ids.values()},
        teams=those(RecipientKind.TEAM),
        roles=those(RecipientKind.ROLE),
        schedules={name: _always(*several) for name, several in schedules.items()},
    )


def _always(person: PersonId) -> Schedule:
    starts = date(2020, 1, 6)
    return Schedule(
        Rotation(name="always", zone="UTC", starts=starts, every="1 week", at="09:00", participants=[person])
    )


@frozen(kw_only=True, slots=False)
class PolicyCase:
    """An escalation that is checked, with what becomes of an incident of each severity."""

    playbook: Playbook
    directory: Directory
    begins: datetime
    within: timedelta
    is_real: bool
    """Whether the people are those of a directory, and no stand-ins."""

    @property
    def escalation(self) -> EscalationPolicy:
        """What is checked."""
        assert self.playbook.escalation is not None
        return self.playbook.escalation

    @cached_property
    def outlooks(self) -> Mapping[Severity[Any], Outlook]:
        """What becomes of an incident, by severity, the mildest first."""
        return {severity: self._outlook(severity) for severity in sorted(self.playbook.scheme)}

    def _outlook(self, severity: Severity[Any]) -> Outlook:
        incident = Incident.declare(
            "CHECKED",
            title="an incident that is only thought of",
            at=self.begins,
            by=PLANNER,
            severity=severity,
            playbook=self.playbook,
        )
        return Outlook(incident, self.playbook, self.directory, self.begins, self.begins + self.within)

    @cached_property
    def pages(self) -> Mapping[Severity[Any], Sequence[Page]]:
        """Who is paged for each severity."""
        return {
            severity: [page for page in outlook.pages() if page.purpose is Purpose.PAGE]
            for severity, outlook in self.outlooks.items()
        }

    def applies(self, severity: Severity[Any]) -> bool:
        """Whether the escalation applies to incidents of a severity; unknown counts as true."""
        return self.escalation.applies.evaluate(self.outlooks[severity].facts) is not False

    def table(self, pages: Iterable[Page]) -> Table:
        """Pages, with the time since the incident began."""
        rows = [(self.after(page.at), page.person, page.method, page.obligation) for page in pages]
        return Table(("after", "who", "through", "for"), rows)

    def after(self, at: datetime) -> str:
        """How long after the beginning a moment is."""
        return duration_text(at - self.begins)

    def told(self, at: datetime) -> str:
        """The same in a sentence."""
        return "at once" if at == self.begins else f"after {self.after(at)}"


def _linted(case: PolicyCase) -> Iterator[Breach]:
    """What the linter finds."""
    directory = case.directory if case.is_real else None
    at = case.begins if case.is_real else None
    for finding in lint(case.playbook, directory, at=at, ahead=case.within):
        if finding.code in CODES:
            yield Breach(law=finding.code, where=finding.path, what=finding.message)


def _paged_before(case: PolicyCase) -> Iterator[Breach]:
    """A catch-all of recipients who are all on a level; of a directory's people the linter says it."""
    on_levels = {each for level in case.escalation.levels for each in level.recipients}
    catch_all = case.escalation.catch_all
    if catch_all and not case.is_real and on_levels.issuperset(catch_all):
        people = ", ".join(map(str, catch_all))
        yield Breach(
            law=Code.CATCH_ALL_PAGED_BEFORE,
            where="escalation.catch_all",
            what=f"everybody of the catch-all is on a level and was paged in vain before: {people}",
        )


def _gaps(case: PolicyCase) -> Iterator[Breach]:
    """Time in which nobody is on call by a schedule that it names."""
    schedules = [each.name for each in case.playbook.recipients if each.kind is RecipientKind.SCHEDULE]
    for name in (each for each in schedules if each in case.directory.schedules):
        schedule = case.directory.schedules[name]
        gaps = schedule.gaps(case.begins, case.begins + case.within)
        if gaps:
            who = f"Nobody is on call by the schedule {name!r}"
            yield gap_breach(gaps, schedule.layers[0].zone, where=f"schedules.{name}", who=who)


def _unpaged(case: PolicyCase) -> Iterator[Breach]:
    """Severities for which nobody is paged."""
    applied = False
    for severity, pages in case.pages.items():
        applied = applied or case.applies(severity)
        is_worst = severity == max(case.playbook.scheme)
        if not pages and (applied or is_worst):
            what = f"Nobody is paged for {severity} within {duration_text(case.within)}."
            yield Breach(law=Law.PAGED, where=severity.key, what=what)


def _later(case: PolicyCase) -> Iterator[Breach]:
    """Levels that are reached, and first pages that go out, later for the worse of two severities that page at all."""
    for mild, grave in pairwise(case.outlooks):
        before, after = ({each.level: each.at for each in case.outlooks[one].reached()} for one in (mild, grave))
        compared = [(f"level {level!r} is reached", at, after.get(level)) for level, at in before.items()]
        if case.pages[mild] and case.pages[grave]:
            compared.append(("the first page goes out", case.pages[mild][0].at, case.pages[grave][0].at))
        for what, early, late in compared if case.pages[grave] else ():
            if late is None or late > early:
                when = "never" if late is None else case.told(late)
                is_later = f"for {grave} never" if late is None else f"for {grave} later"
                rows = [(str(mild), case.told(early)), (str(grave), when)]
                yield Breach(
                    law=Law.NO_LATER,
                    where=grave.key,
                    what=f"For {mild} {what} {rows[0][1]}, {is_later}.",
                    table=Table(("severity", what), rows),
                )


def _paged_twice(case: PolicyCase) -> Iterator[Breach]:
    """Pages to one address at one moment: of one person, or of two who share it."""
    for severity, pages in case.pages.items():
        together: dict[tuple[datetime, str, str], list[Page]] = {}
        for page in pages:
            address = case.directory.people[page.person].contacts[page.method]
            together.setdefault((page.at, page.method, address), []).append(page)
        if several := [each for each in together.values() if len(each) > 1]:
            twice, *others = several
            people = " and ".join(dict.fromkeys(page.person for page in twice))
            yield Breach(
                law=Law.PAGED_ONCE,
                where=severity.key,
                what=f"For {severity} one address is paged twice at once by {twice[0].method}, that of {people}.",
                table=case.table(twice),
                rest=f"And {'once' if len(others) == 1 else f'{len(others)} times'} more." if others else "",
            )


def _endless(case: PolicyCase) -> Iterator[Breach]:
    """Severities for which it does not end, or ends without the catch-all."""
    for severity, outlook in case.outlooks.items():
        pages = case.pages[severity]
        if not pages:
            continue
        caught = [page for page in pages if page.obligation == EXHAUSTED]
        if outlook.exhausted_at() is None:
            what = f"For {severity} chains have not come to their end within {duration_text(case.within)}."
            yield Breach(law=Law.ENDS, where=severity.key, what=what, table=case.table(pages[-1:]))
        elif case.escalation.catch_all and not caught:
            what = f"For {severity} nobody of the catch-all is paged, though everybody was paged in vain."
            yield Breach(law=Law.CAUGHT, where=severity.key, what=what, table=case.table(pages[-1:]))


CHECKS: Final[tuple[Callable[[PolicyCase], Iterator[Breach]], ...]] = (
    _linted,
    _paged_before,
    _gaps,
    _unpaged,
    _later,
    _paged_twice,
    _endless,
)
"""What is looked for in every escalation."""

OF_POLICIES: Final[frozenset[Law | Code]] = CODES | {
    Code.GAP,
    Law.PAGED,
    Law.NO_LATER,
    Law.PAGED_ONCE,
    Law.ENDS,
    Law.CAUGHT,
}
"""The laws of escalations, with the codes of the linter."""
