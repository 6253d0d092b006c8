"""The public strategies: what they draw is valid, fits what they were given, and reaches what matters."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar, get_args

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from incidentkit import (
    EMERGENCY,
    Choice,
    Clock,
    Condition,
    DecisionTree,
    Duration,
    Facts,
    Flag,
    Incident,
    Number,
    Playbook,
    Severity,
    SeverityFact,
    SeverityRules,
    SeverityScheme,
    Status,
    SupportCalendar,
    Targets,
    Triage,
    Vocabulary,
    Worse,
    convert,
    testing,
    when,
)
from incidentkit.drills.fault import Fault
from incidentkit.errors import FieldInvalid, IncidentkitError
from incidentkit.model.commands import Assess, Assign, ChangeSeverity, Command, HandOver
from incidentkit.model.events import (
    ActionEnded,
    ActionStarted,
    Became,
    Decision,
    Event,
    FellDue,
    TakenOver,
)
from incidentkit.model.facts import FactKind
from incidentkit.model.identity import PersonId, checked_name, checked_text
from incidentkit.policy.act import ActKind
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import EscalationPolicy
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.recipient import Recipient, role
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Check, Decide, Include, Instruct, Use
from incidentkit.policy.template import Template
from incidentkit.providers.tools import operation
from incidentkit.testing import (
    attended,
    commands,
    conditions,
    contact_chains,
    decision_trees,
    declarations,
    directories,
    escalation_policies,
    events,
    fact_values,
    facts,
    faults,
    histories,
    incidents,
    known_facts,
    maintenance_windows,
    moments,
    names,
    obligations,
    playbooks,
    postmortems,
    recipients,
    rotations,
    runbooks,
    schedules,
    severities,
    severity_rules,
    severity_schemes,
    shelves,
    support_calendars,
    targets,
    texts,
    tool_requests,
    triages,
    vocabularies,
)
from incidentkit.testing.communication import communication_policies
from incidentkit.testing.template import templates

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
FAILED = Number("failed", question="What share of payments fails?", minimum=0, maximum=1, worse=Worse.HIGHER)
WAIT = Duration("wait", question="How long?", minimum=timedelta(minutes=1), maximum=timedelta(hours=2))
AGE = Clock("age", question="Since when?")
REGION = Choice("region", question="Where?", options=("eu", "unsure", *map(str, range(500))))
EXPOSED = Flag("exposed", question="Is card data exposed?")
SEVERITY = SeverityFact(scheme=SCHEME)
VOCABULARY = Vocabulary(FAILED, WAIT, AGE, REGION, EXPOSED, SEVERITY)
FEW = Vocabulary(FAILED, WAIT, EXPOSED)
RULES = SeverityRules(
    when(EXPOSED, P1), when((FAILED > 0.25) & (AGE >= timedelta(hours=1)), P1), when(FAILED > 0.02, P2), otherwise=P3
)
TEAM = st.sampled_from(["Zoë", "7"])
DIRECTORY = Directory(people={"Zoë": Person(id=PersonId("Zoë"), contacts={"push": "Zoë"})}, teams={"7": ("Zoë",)})

EVERY: dict[str, st.SearchStrategy[Any]] = {
    "attended": attended(),
    "commands": commands(),
    "conditions": conditions(VOCABULARY),
    "contact_chains": contact_chains(),
    "decision_trees": decision_trees(),
    "declarations": declarations(),
    "directories": directories(),
    "escalation_policies": escalation_policies(DIRECTORY),
    "events": events(),
    "fact_values": fact_values(WAIT),
    "facts": facts("down"),
    "histories": histories(),
    "incidents": incidents(),
    "known_facts": known_facts(VOCABULARY),
    "maintenance_windows": maintenance_windows(),
    "moments": moments(),
    "names": names(),
    "obligations": obligations("duty", DIRECTORY),
    "playbooks": playbooks(DIRECTORY),
    "postmortems": postmortems(),
    "recipients": recipients(DIRECTORY),
    "rotations": rotations(),
    "runbooks": runbooks(FEW),
    "schedules": schedules(),
    "severities": severities(),
    "severity_rules": severity_rules(),
    "severity_schemes": severity_schemes(),
    "shelves": shelves(),
    "support_calendars": support_calendars(),
    "targets": targets(),
    "texts": texts(),
    "tool_requests": tool_requests(operation("deploy_tool.history")),
    "triages": triages(),
    "vocabularies": vocabularies(),
}


THOROUGHLY = settings().max_examples >= 1_000
"""Whether there is time."""

OTHERS = (
    *("IncidentMachine", "ManualClock", "MemoryToolbox", "memory_toolbox"),
    *("Breach", "Law", "assert_decisions", "check_policy", "check_rules", "check_schedule", "check_tree"),
    *("Check", "Level", "PromiseBroken", "Rig", "Untold", "conformance", "faults"),
)
"""The names that are no strategies."""


def reaches(strategy: st.SearchStrategy[T], condition: Callable[[T], bool]) -> T:
    """An example of that kind; an error if there is none among many. Repeatable, so that it fails for a reason."""
    many = settings(max_examples=5_000, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    return find(strategy, condition, settings=many)


def drawn(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """So many examples, the same each time; what a user's settings would complain about fails, but a slow machine."""
    examples: list[T] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategy)
    def collect(example: T) -> None:
        examples.append(example)

    collect()
    return examples


# All of them


def test_it_exports_exactly_these_names() -> None:
    assert testing.__all__ == sorted([*OTHERS, *EVERY], key=lambda name: (name[0].islower(), name))
    assert testing.__all__ == sorted(testing.__all__, key=lambda name: (name[0].islower(), name))
    assert all(getattr(testing, name).__doc__ for name in testing.__all__)


@pytest.mark.parametrize("name", EVERY)
def test_drawing_needs_no_special_settings(name: str) -> None:
    assert drawn(EVERY[name], 30)


def words_in(value: object) -> int:
    """How long a value is, written out."""
    return len(str(value)) if isinstance(value, Incident) else len(repr(value))


@pytest.mark.parametrize("name", EVERY)
def test_examples_shrink_to_something_small(name: str) -> None:
    """The simplest choices, which is where shrinking goes and generating begins, give something small."""
    simplest = settings(max_examples=1, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    assert words_in(find(EVERY[name], lambda _: True, settings=simplest)) <= LARGEST.get(name, 350)


LARGEST = {"escalation_policies": 800, "events": 500, "obligations": 800, "postmortems": 500}
"""How long the smallest example may be where it has much to say, in characters."""

# Words


@given(texts(), texts(blank=False), names())
def test_a_log_takes_every_text_and_name(text: str, written: str, name: str) -> None:
    assert checked_text("text", text) == text
    assert checked_text("text", written).strip()
    assert checked_name("name", name) == name


@pytest.mark.parametrize(
    "part", ["", "\n", "🚨", "<script>", "**", "|", '"', "\u202e", "ß", "ع", "緊", "срочно", "\x7f"]
)
def test_texts_are_nasty(part: str) -> None:
    assert reaches(texts(), lambda text: part in text if part else not text) is not None


# Facts


@given(st.data())
def test_values_are_those_that_a_fact_can_have(data: st.DataObject) -> None:
    fact: Any = data.draw(facts("down") | st.sampled_from([*VOCABULARY.values()]))
    assert fact.check(data.draw(fact_values(fact))) is not None
    kind: Any = FactKind
    assert convert.from_json(convert.to_json(fact), kind) == fact


@pytest.mark.parametrize(
    "bounds",
    [
        {"minimum": int(sys.float_info.max)},
        {"maximum": -sys.float_info.max},
        {"minimum": 2**53 + 1, "maximum": 2**53 + 3},
        {"minimum": 0.25, "maximum": 0.5},
        {"minimum": -5},
    ],
)
def test_values_lie_within_bounds_where_floats_are_rare(bounds: dict[str, Any]) -> None:
    fact = Number("count", question="How many?", **bounds)
    assert all(fact.check(value) == value for value in drawn(fact_values(fact), 30))


@pytest.mark.parametrize("kind", [kind for kind in get_args(FactKind) if kind is not SeverityFact])
def test_every_kind_of_fact_is_drawn(kind: type[Any]) -> None:
    assert reaches(vocabularies(), lambda vocabulary: any(isinstance(fact, kind) for fact in vocabulary.values()))


def test_a_scheme_brings_the_severity_into_a_vocabulary() -> None:
    assert SEVERITY in reaches(vocabularies(scheme=SCHEME), lambda each: "severity" in each).values()
    assert all(0 < len(each) <= 2 for each in drawn(vocabularies(most=2), 20))


@given(known_facts(VOCABULARY, at=NOW), known_facts(VOCABULARY, complete=True))
def test_facts_are_known_at_the_moment_given_and_completely_if_wanted(some: Facts, all_of_them: Facts) -> None:
    assert some.at == NOW
    assert [*all_of_them] == [*VOCABULARY.values()]
    assert Facts.read(all_of_them, VOCABULARY) == all_of_them


@pytest.mark.parametrize("share", [0.02, 0.25])
def test_facts_lie_at_the_thresholds_around_which_they_are_drawn(share: float) -> None:
    around = [rule.condition for rule in RULES.rules]
    assert reaches(known_facts(RULES.vocabulary, around=around), lambda known: known.values.get("failed") == share)
    edge = reaches(
        known_facts(RULES.vocabulary, around=around),
        lambda known: "age" in known.started and known[AGE] == timedelta(hours=1),
    )
    assert (AGE >= timedelta(hours=1)).evaluate(edge) is True


def test_nothing_and_everything_may_be_known_and_clocks_may_not_have_started() -> None:
    reaches(known_facts(VOCABULARY), lambda known: not known.values)
    reaches(known_facts(VOCABULARY), lambda known: len(known.values) + len(known.possible) == len(VOCABULARY))
    reaches(known_facts(VOCABULARY, at=NOW), lambda known: known.started.get("age", NOW) > NOW)
    reaches(known_facts(VOCABULARY), lambda known: "severity" in known.possible)


def test_clocks_are_read_at_both_ends_of_time() -> None:
    for end in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert drawn(known_facts(VOCABULARY, at=end, around=[AGE >= timedelta.max]), 30)
        assert drawn(commands(at=end), 100)
        assert drawn(incidents(at=end), 30)


# Conditions, rules and trees


@given(conditions(VOCABULARY))
def test_conditions_read_back_from_their_text(condition: Condition) -> None:
    assert Condition.parse(str(condition), VOCABULARY) == condition


def test_without_facts_there_are_constant_conditions() -> None:
    assert {condition.evaluate({}) for condition in drawn(conditions(Vocabulary()), 50)} == {True, False}


@given(severity_rules(VOCABULARY, scheme=SCHEME), severity_rules())
def test_rules_are_over_the_facts_and_the_scheme_given(mine: SeverityRules[Any], other: SeverityRules[Any]) -> None:
    assert mine.vocabulary == VOCABULARY
    assert mine.scheme is SCHEME
    for rules in (mine, other):
        assert SeverityRules.from_toml(rules.to_toml()) == rules
        assert convert.from_json(convert.to_json(rules), SeverityRules) == rules


@given(decision_trees(VOCABULARY, scheme=SCHEME), decision_trees())
def test_trees_are_over_the_facts_and_the_scheme_given(mine: DecisionTree[Any], other: DecisionTree[Any]) -> None:
    assert mine.vocabulary.items() <= VOCABULARY.items()
    for tree in (mine, other):
        assert DecisionTree.from_toml(tree.to_toml()) == tree
        assert convert.from_json(convert.to_json(tree), DecisionTree) == tree


@pytest.mark.parametrize("fact", [FAILED, WAIT, AGE, EXPOSED, SEVERITY])
def test_trees_ask_every_kind_of_fact(fact: Any) -> None:
    reaches(decision_trees(VOCABULARY, scheme=SCHEME), lambda tree: fact.name in tree.vocabulary)


@given(triages(RULES))
def test_a_triage_is_what_the_rules_given_say(triage: Triage[Any]) -> None:
    assert RULES.triage(triage.facts) == triage
    assert triage.possible <= {*SCHEME}


@pytest.mark.parametrize("rules", [RULES, EMERGENCY.rules])
@pytest.mark.parametrize("certain", [True, False])
def test_triages_are_certain_and_not_of_every_severity(rules: SeverityRules[Any], certain: bool) -> None:
    found = {triage.severity for triage in drawn(triages(rules), 1_000) if triage.certain is certain}
    assert found == {*[*rules.scheme][: None if certain else -1]}  # what could be worse than the mildest is not certain


# Severities


@given(severity_schemes(), support_calendars(), severities())
def test_schemes_and_calendars_survive_documents(
    scheme: SeverityScheme[Any], calendar: SupportCalendar, severity: Severity[Any]
) -> None:
    assert convert.from_toml(convert.to_toml(scheme), SeverityScheme) == scheme
    assert convert.from_json(convert.to_json(calendar), SupportCalendar) == calendar
    assert convert.from_json(convert.to_json(severity), Severity) == severity


def test_targets_count_on_the_calendars_given() -> None:
    office = SupportCalendar("office", zone="Europe/Berlin", hours="Mon-Fri 09:00-17:00")
    assert {calendar for each in drawn(targets([office]), 50) for calendar in each.calendars} == {office}
    reaches(targets(), lambda each: None not in [getattr(each, name) for name in Targets.names()])
    reaches(targets(), lambda each: each == Targets())


def test_a_calendar_is_made_of_the_parts_given() -> None:
    given_parts = support_calendars(name=st.just("shop"), zone=st.just("Asia/Kathmandu"), overnight=False)
    for calendar in drawn(given_parts, 30):
        assert (calendar.name, str(calendar.zone)) == ("shop", "Asia/Kathmandu")
        assert all(hours.opens < hours.closes for hours in calendar.hours)


# Commands and incidents


def test_every_kind_of_command_is_drawn() -> None:
    """Nearly all among a few hundred, every one among many."""
    missing = {*get_args(Command)} - {type(command) for command in drawn(commands(), 3_000 if THOROUGHLY else 400)}
    assert len(missing) <= (0 if THOROUGHLY else 8), missing


@given(commands(at=NOW, rules=RULES, people=TEAM, version=3))
def test_commands_fit_what_they_are_given_for(command: Command) -> None:
    assert command.at == NOW
    assert command.by in ("Zoë", "7")
    assert command.based_on in (None, 2, 3)
    match command:
        case Assess(assessment=assessment):
            assert assessment.severity in SCHEME
        case ChangeSeverity(severity=severity):
            assert severity in SCHEME
        case Assign(to=to) | HandOver(to=to):
            assert to in ("Zoë", "7")
        case _:
            assert 0 <= getattr(command, "event", 0) < 3
    assert convert.from_json(convert.to_json(command), type(command)) == command


@given(st.data())
def test_a_command_is_applied_or_refused_with_a_typed_error(data: st.DataObject) -> None:
    incident = data.draw(incidents(at=NOW))
    try:
        assert incident.apply(data.draw(commands(at=NOW + timedelta(days=9), version=incident.version))).version
    except IncidentkitError as error:
        assert str(error)


@pytest.mark.parametrize("status", Status)
def test_incidents_end_in_every_status(status: Status) -> None:
    reaches(incidents(), lambda incident: incident.status is status)


def test_every_kind_of_event_happens() -> None:
    """Of those that commands become: most in a few histories, every one in many."""
    several = drawn(histories(most=20), 2_000 if THOROUGHLY else 60)
    missing = {*get_args(Event)} - {*get_args(Decision), TakenOver, ActionStarted, ActionEnded}
    missing -= {type(event) for history in several for event in history[-1].timeline}
    assert len(missing) <= (0 if THOROUGHLY else 20), missing


@pytest.mark.parametrize(("examples", "least"), [(100, 26), (300, 42)])
def test_events_are_of_nearly_every_kind(examples: int, least: int) -> None:
    kinds = Counter(type(event) for event in drawn(events(), examples))
    assert len(kinds) >= least
    assert max(kinds.values()) <= examples / 5


def test_events_are_of_the_people_and_the_rules_given_and_survive_json() -> None:
    several = drawn(events(rules=RULES, people=TEAM), 200)
    assert {event.by for event in several} == {"Zoë", "7"}
    for event in several:
        assert getattr(event, "severity", P1) in SCHEME
        assert {*getattr(event, "people", ()), *getattr(event, "found", ())} <= {"Zoë", "7"}
        assert convert.from_json(convert.to_json(event), type(event)) == event


@given(histories(at=NOW, rules=RULES, people=TEAM, most=5))
def test_a_history_goes_from_step_to_step(history: tuple[Incident, ...]) -> None:
    first, last = history[0], history[-1]
    assert first.declared_at == NOW
    assert first.version == 1
    assert len(history) <= 6
    assert all(after.version == before.version + 1 for before, after in pairwise(history))
    assert {*last.possible} <= {*SCHEME}
    assert {event.by for event in last.timeline} <= {"Zoë", "7"}
    for incident in history:
        assert Incident.replay(incident.timeline) == incident
        assert convert.from_json(convert.to_json(incident), Incident) == incident


def test_the_log_learns_of_some_things_late_and_of_severities_chosen_and_found() -> None:
    reaches(histories(), lambda history: any(event.recorded_at > event.at for event in history[-1].timeline))
    reaches(declarations(rules=RULES), lambda incident: len(incident.possible) > 1)
    reaches(declarations(rules=RULES), lambda incident: incident.severity == P3 and not incident.facts)
    reaches(declarations(), lambda incident: incident.started_at < incident.declared_at)


@given(st.data())
def test_incidents_have_the_shape_that_is_asked_for(data: st.DataObject) -> None:
    some: dict[str, st.SearchStrategy[Any]] = {
        "status": st.sampled_from(Status),
        "severity": st.sampled_from(SCHEME.severities),
        "restricted": st.booleans(),
        "acknowledged": st.booleans(),
        "lasting": st.sampled_from([timedelta(), timedelta(minutes=20), timedelta(hours=7), timedelta(days=400)]),
    }
    shape = data.draw(st.fixed_dictionaries({}, optional=some))
    incident = data.draw(incidents(rules=RULES, most=data.draw(st.integers(0, 8)), **shape))
    seen = {
        "status": incident.status,
        "severity": incident.severity,
        "restricted": incident.restricted,
        "acknowledged": bool(incident.acknowledged),
        "lasting": incident.as_of - incident.declared_at,
    }
    assert {name: seen[name] for name in shape} == shape
    assert "severity" not in shape or len(incident.possible) == 1
    assert Incident.replay(incident.timeline) == incident


@pytest.mark.parametrize(
    "shape",
    [
        {"status": Status.CLOSED, "acknowledged": True},
        {"status": Status.CANCELLED, "severity": P1},
        {"status": Status.INVESTIGATING, "restricted": True, "acknowledged": False},
        {"status": Status.MONITORING, "lasting": timedelta(hours=2)},
    ],
)
def test_a_shape_is_brought_about_and_not_waited_for(shape: dict[str, Any]) -> None:
    """Nothing is drawn and thrown away."""
    assert len(drawn(incidents(rules=RULES, **shape), 40)) >= 40
    simplest = settings(max_examples=1, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    assert find(incidents(rules=RULES, **shape), lambda _: True, settings=simplest).version <= 5


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        ({"status": "over"}, "status: one of investigating, .*, closed, .*, not 'over'"),
        ({"status": P1}, "status: one of investigating, .*, not "),
        ({"severity": "SEV-1"}, "severity: one of P1, P2, P3, not 'SEV-1'"),
        ({"severity": EMERGENCY.scheme["SEV-1"]}, "severity: one of P1, P2, P3, not .*SEV-1.*"),
        ({"restricted": 1}, "restricted: whether it is restricted is True or False, not 1"),
        ({"acknowledged": "ada"}, "acknowledged: whether anybody has it is True or False, not 'ada'"),
        ({"lasting": 7}, "lasting: an incident lasts for a timedelta, not 7"),
        ({"lasting": timedelta(hours=-1)}, "lasting: an incident lasts for no time or more, not for -1 day, 23:00:00"),
        ({"lasting": timedelta.max}, "lasting: years end with 9999, and no incident lasts for 999999999 days"),
    ],
)
def test_what_no_incident_can_be_is_refused_when_the_strategy_is_made(shape: dict[str, Any], problem: str) -> None:
    with pytest.raises(FieldInvalid, match=problem):
        incidents(rules=RULES, **shape)


@pytest.mark.parametrize("status", Status)
def test_a_status_a_severity_and_a_fault_may_be_given_by_word(status: Status) -> None:
    for incident in drawn(incidents(rules=RULES, status=str(status), severity="P2", most=0), 3):
        assert (incident.status, incident.severity) == (status, P2)
    assert {each.fault for some in drawn(faults(kinds=["refused"]), 10) for each in some} == {Fault.REFUSED}


@pytest.mark.parametrize(
    ("kinds", "problem"),
    [(["explode"], "one of .*refused.*, not 'explode'"), ("refuse", "a list of .*, not 'refuse'"), ([], "not none")],
)
def test_a_fault_that_there_is_not_is_refused_when_the_strategy_is_made(kinds: Any, problem: str) -> None:
    with pytest.raises(FieldInvalid, match=f"kinds: .*{problem}"):
        faults(kinds=kinds)


@pytest.mark.parametrize("strategy", [commands, declarations, histories, incidents])
def test_a_moment_without_zone_is_refused_when_the_strategy_is_made(strategy: Callable[..., Any]) -> None:
    with pytest.raises(FieldInvalid, match=r"at: .* is not a datetime with a time zone"):
        strategy(at=datetime(2026, 3, 2))


# Plans


def test_an_attended_log_reaches_every_decision_and_outcome() -> None:
    kinds = {type(event) for incident in drawn(attended(), 120 if THOROUGHLY else 30) for event in incident.timeline}
    assert {Became, FellDue, ActionStarted, ActionEnded} <= kinds


def test_an_attended_log_reads_back_equal() -> None:
    for incident in drawn(attended(EMERGENCY, Directory(roles={each.name: () for each in EMERGENCY.recipients})), 50):
        assert convert.from_json(convert.to_json(incident), Incident) == incident


@cache
def several_playbooks() -> list[Playbook]:
    """Drawn once: each takes a tenth of a second."""
    return drawn(playbooks(DIRECTORY), 100 if THOROUGHLY else 40)


def test_policies_name_only_whom_the_directory_knows() -> None:
    for playbook in several_playbooks():
        DIRECTORY.check(playbook.recipients)


def test_playbooks_read_back_as_the_same_version() -> None:
    for playbook in several_playbooks()[:: 1 if THOROUGHLY else 2]:
        for copy in (
            convert.from_toml(convert.to_toml(playbook), Playbook),
            convert.from_json(convert.to_json(playbook), Playbook),
        ):
            assert copy == playbook
            assert copy.version == playbook.version


@pytest.mark.parametrize(
    "part",
    [
        "trees",
        "escalation",
        "communication",
        "response",
        "checklists",
        "review",
        "rollback",
        "preservation",
        "runbooks",
    ],
)
def test_every_part_of_a_playbook_is_drawn_and_left_out(part: str) -> None:
    assert {bool(getattr(playbook, part)) for playbook in several_playbooks()} == {True, False}


@pytest.mark.parametrize("kind", ActKind)
def test_every_act_is_announced_in_some_playbook(kind: ActKind) -> None:
    reaches(communication_policies(), lambda policy: any(kind in each.kinds for each in policy.announcements))


@given(templates(public=True), templates())
def test_templates_for_the_public_have_only_what_everybody_may_read(public: Template, other: Template) -> None:
    public.check_public()
    for template in (public, other):
        assert convert.from_json(convert.to_json(template), Template) == template


@given(recipients(), escalation_policies(), obligations("duty"))
def test_without_a_directory_policies_name_anybody(
    recipient: Recipient, policy: EscalationPolicy, obligation: Obligation
) -> None:
    assert Recipient.parse(str(recipient)) == recipient
    assert policy.levels
    assert obligation.id == "duty"


@pytest.mark.parametrize("kind", [Use, Check, Instruct, Decide, Include])
def test_every_kind_of_step_is_drawn_in_runbooks(kind: type[Any]) -> None:
    shelf = reaches(shelves(FEW), lambda each: any(kind is type(step) for step in each.runbooks[-1].steps))
    assert shelf.runbooks


@given(runbooks(FEW, owners=st.just(role("lead")), methods=["push"]))
def test_runbooks_ask_for_the_facts_given_and_name_the_people_given(runbook: Runbook) -> None:
    assert {fact.name: fact for fact in runbook.mentioned}.items() <= FEW.items()
    assert runbook.named == (role("lead"),)
    assert {attempt.method for attempt in runbook.notice} <= {"push"}


def test_an_incident_is_often_acknowledged() -> None:
    acknowledged = [bool(incident.acknowledged) for incident in drawn(incidents(), 200)]
    assert sum(acknowledged) >= 10


def test_an_incident_that_fails_is_shown_by_its_log() -> None:
    @settings(max_examples=20, database=None, derandomize=True)
    @given(incidents(status="resolved"))
    def fails(incident: Incident) -> None:
        raise AssertionError(incident.id)

    with pytest.raises(AssertionError) as caught:
        fails()
    shown = "\n".join(caught.value.__notes__)
    assert "declared: " in shown
    assert "lambda" not in shown
    assert len(shown.splitlines()) < 20
