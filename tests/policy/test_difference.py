"""What is different between two versions of a playbook: complete, the same from both sides, and read by people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeGuard

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Flag, Playbook, Severity, SeverityRules, SeverityScheme, Target, Targets, when
from incidentkit.convert import from_plain, to_plain
from incidentkit.errors import IncidentkitError, PlaybookInvalid
from incidentkit.model.conditions import ALWAYS
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import Announcement, CommunicationPolicy
from incidentkit.policy.difference import Change, ChangeKind, Part, PlaybookDiff
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.question import Conclusion, ask
from incidentkit.policy.recipient import role, team
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.policy.step import Check, Instruct, Use
from incidentkit.policy.template import Section, Template
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing import directories, playbooks
from incidentkit.text.markdown import to_markdown
from incidentkit.text.plain import to_plain as to_text
from incidentkit.text.slack import to_slack

MINUTE = timedelta(minutes=1)
DOWN = Flag("down", question="Is it down?")
SLOW = Flag("slow", question="Is it slow?")
BRIEFLY = Flag("briefly", question="Does it happen briefly?")
TARGETS = Targets(respond=Target(10 * MINUTE))


def scheme(targets: Targets = TARGETS, **severity: Any) -> SeverityScheme[Any]:
    return SeverityScheme(Severity("P1", targets=targets, **severity), Severity("P2"), name="shop")


def rules(*lines: Any, of: SeverityScheme[Any] | None = None) -> SeverityRules[Any]:
    known = of or scheme()
    several = lines or ((DOWN, "P1", "nobody can buy"), (SLOW, "P2", "it hurts"))
    every = [when(condition, known[key], because=because) for condition, key, because in several]
    return SeverityRules(*every, otherwise=known["P2"])


FIRST = Level("first", team("shop"), because="the shop is yours")
SECOND = Level("second", role("manager"), UNRESOLVED_FOR >= 20 * MINUTE)
CHAIN = ContactChain((Attempt("push", 5 * MINUTE), Attempt("phone", 6 * MINUTE)), rounds=2)


def book(*levels: Level, **parts: Any) -> Playbook:
    contact = parts.pop("contact", CHAIN)
    escalation = EscalationPolicy(levels=levels or (FIRST, SECOND), contact=contact, cumulative=False)
    given: dict[str, Any] = {"name": "shop", "rules": rules(), "escalation": escalation, **parts}
    return Playbook(**given)


def told(before: Playbook, after: Playbook, part: Part) -> list[tuple[str, str, str | None, str | None]]:
    return [(each.where, each.what, each.before, each.after) for each in before.diff(after).of(part)]


# Laws


OTHERS: dict[type[Any], list[Any]] = {
    bool: [True, False],
    int: [1, 2, 7],
    float: [0.25, 0.5],
    str: [
        "true",
        "data_at_risk",
        "unresolved_for >= 7min",
        "7min",
        "role manager",
        "phone",
        "{title}",
        "words",
        "SEV-2",
    ],
}


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def places(plain: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a document."""
    if path:
        yield path
    entries = plain.items() if is_table(plain) else enumerate(plain) if is_list(plain) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


PLAIN = to_plain(EMERGENCY)
PLACES = [*places(PLAIN)]


def edited(plain: object, path: tuple[Any, ...], how: int) -> Any:
    """The document with another value, without what is there, with it in the first place, or with it twice."""
    key, *rest = path
    copy: Any = [*plain] if is_list(plain) else {**plain} if is_table(plain) else plain
    others = OTHERS.get(copy[key].__class__, [])
    if rest:
        copy[key] = edited(copy[key], (*rest,), how)
    elif others and how < 6:
        copy[key] = others[how % len(others)]
    elif is_list(plain) and how % 3:
        copy.insert(0, copy.pop(key) if how % 3 == 1 else copy[key])
    else:
        del copy[key]
    return copy


@st.composite
def versions(draw: st.DrawFn) -> Playbook:
    """The emergency playbook, edited in a few places; edits that make none are left out."""
    plain, playbook = PLAIN, EMERGENCY
    for path, how in draw(st.lists(st.tuples(st.sampled_from(PLACES), st.integers(0, 9)), max_size=4)):
        try:
            changed = edited(plain, path, how)
            playbook = from_plain(changed, Playbook)
        except (IncidentkitError, LookupError, TypeError, AttributeError):
            continue
        plain = changed
    return playbook


def holds_the_laws(one: Playbook, other: Playbook) -> PlaybookDiff:
    diff = one.diff(other)
    assert not one.diff(one)
    assert bool(diff) == (one.version != other.version)
    assert {*map(mirrored, diff.changes)} == {*other.diff(one).changes}
    assert (diff.before, diff.after) == (one.reference, other.reference)
    assert len({*diff.changes}) == len(diff.changes)
    return diff


def mirrored(change: Change) -> Change:
    return change.mirrored


@settings(max_examples=settings().max_examples // 2)  # playbooks are large
@given(versions(), versions())
def test_nothing_is_different_if_and_only_if_the_versions_are_the_same(one: Playbook, other: Playbook) -> None:
    diff = holds_the_laws(one, other)
    for write in (to_markdown, to_text, to_slack):
        assert write(diff.to_document())


@given(directories().flatmap(lambda known: st.tuples(playbooks(known), playbooks(known))))
def test_playbooks_that_have_little_in_common_are_compared_too(pair: tuple[Playbook, Playbook]) -> None:
    one, other = pair
    holds_the_laws(one, other)
    wanted = [{each.id for each in playbook.obligations} for playbook in pair]
    new, gone = (
        {each.where for each in one.diff(other).of(Part.OBLIGATIONS, kind)}
        for kind in (ChangeKind.NEW, ChangeKind.GONE)
    )
    assert (new, gone) == (wanted[1] - wanted[0], wanted[0] - wanted[1])


def test_a_copy_is_not_different() -> None:
    diff = EMERGENCY.diff(Playbook.from_toml(EMERGENCY.to_toml()))
    assert not diff
    assert str(diff).endswith("Nothing is different.")


@pytest.mark.parametrize("other", [None, "shop", EMERGENCY.reference])
def test_a_playbook_is_compared_with_playbooks(other: Any) -> None:
    with pytest.raises(PlaybookInvalid, match="compared with a Playbook"):
        EMERGENCY.diff(other)


# What is told


def test_levels_are_new_and_gone() -> None:
    third = Level("third", team("press"), DOWN, because="the press calls")
    assert told(book(), book(FIRST, third), Part.OBLIGATIONS)[:2] == [
        (
            "page/second",
            "",
            "level second; for role manager; when unresolved_for >= 20min; by 2 times: push (5min), phone (6min)",
            None,
        ),
        ("exhausted", "after", "page/first, page/second", "page/first, page/third"),
    ]
    added = told(book(), book(FIRST, third), Part.OBLIGATIONS)[2]
    assert added[0] == "page/third"
    assert str(added[3]).startswith("the press calls; for team press; when down; by 2 times")


def test_a_chain_that_many_share_is_told_once() -> None:
    other = ContactChain((Attempt("push", 5 * MINUTE), Attempt("phone", 4 * MINUTE)), rounds=2)
    text = str(book().diff(book(contact=other)))
    assert (
        "- page/first, page/second, exhausted, chain: 2 times: push (5min), phone (6min)"
        " becomes 2 times: push (5min), phone (4min)\n"
    ) in text
    assert "- escalation / contact, attempts: push (5min), phone (6min) becomes push (5min), phone (4min)" in text
    assert "Of what it wants: 3 changed." in text


def test_conditions_and_recipients_are_told_as_they_are_written() -> None:
    second = evolve(SECOND, recipients=(role("chief"), team("shop")), when=UNRESOLVED_FOR >= 15 * MINUTE)
    expected = [
        ("page/second", "when", "unresolved_for >= 20min", "unresolved_for >= 15min"),
        ("page/second", "recipients", "role manager", "role chief, team shop"),
    ]
    assert told(book(), book(FIRST, second), Part.OBLIGATIONS) == expected
    assert told(book(), book(FIRST, second), Part.POLICIES) == [
        ("escalation / levels / second", "to", "role manager", "role chief, team shop"),
        ("escalation / levels / second", "when", "unresolved_for >= 20min", "unresolved_for >= 15min"),
    ]


def test_order_of_levels_is_told() -> None:
    assert told(book(), book(SECOND, FIRST), Part.POLICIES) == [
        ("escalation / levels", "order", "first, second", "second, first")
    ]


def test_targets_are_told_with_the_clocks_that_follow_from_them() -> None:
    clocks = ResponsePolicy(owner=role("manager"))
    before = book(response=clocks)
    after = book(
        response=clocks, rules=rules(of=scheme(Targets(respond=Target(5 * MINUTE), resolve=Target(60 * MINUTE))))
    )
    assert told(before, after, Part.SEVERITIES) == [("P1", "respond", "10min", "5min"), ("P1", "resolve", "none", "1h")]
    assert ("respond/P1", "due", "10min", "5min") in told(before, after, Part.OBLIGATIONS)
    assert [each.where for each in before.diff(after).of(Part.OBLIGATIONS, ChangeKind.NEW)] == ["resolve/P1"]


def test_a_rule_keeps_its_reason_when_it_is_edited_and_its_condition_otherwise() -> None:
    down, slow = (DOWN, "P1", "nobody can buy"), (SLOW, "P2", "it hurts")
    edits: dict[Any, list[Any]] = {
        ((DOWN & SLOW, "P1", "nobody can buy"), slow): [("nobody can buy", "when", "down", "down and slow")],
        ((DOWN, "P2", "nobody can buy"), slow): [("down", "severity", "P1", "P2")],
        (slow, down): [("", "order", "down, slow", "slow, down")],
        (down,): [("slow", "", "when: slow; severity: P2; because: it hurts", None)],
        (down, down, slow): [("down (2)", "", None, "when: down; severity: P1; because: nobody can buy")],
    }
    for lines, expected in edits.items():
        assert told(book(), book(rules=rules(*lines)), Part.RULES) == expected
    otherwise = SeverityRules(*rules().rules[:-1], otherwise=when(ALWAYS, rules().scheme["P1"]))
    assert ("otherwise", "severity", "P2", "P1") in told(book(), book(rules=otherwise), Part.RULES)


def test_facts_are_told_by_their_questions() -> None:
    asked = rules((evolve(DOWN, question="Is the shop down?"), "P1", "nobody can buy"), (BRIEFLY, "P2", "it hurts"))
    assert told(book(), book(rules=asked), Part.FACTS) == [
        ("down", "question", "Is it down?", "Is the shop down?"),
        ("slow", "", "Is it slow?", None),
        ("briefly", "", None, "Does it happen briefly?"),
    ]


def test_trees_are_told_question_by_question() -> None:
    wait, act = Conclusion("Wait"), Conclusion("Act")

    def tree(condition: Any, *, yes: Conclusion = act, title: str = "What now?") -> dict[str, Any]:
        return {
            "now": DecisionTree(title, ask("Is it bad?", condition, yes=yes, no=ask("Does it last?", yes=act, no=wait)))
        }

    before = book(trees=tree(DOWN))
    assert told(before, book(trees=tree(SLOW)), Part.TREES) == [("now / Is it bad?", "answered by", "down", "slow")]
    assert told(before, book(trees=tree(DOWN, yes=wait)), Part.TREES) == [("now / Is it bad?", "yes", "Act", "Wait")]
    assert told(before, book(trees=tree(DOWN, title="And?")), Part.TREES) == [("now", "title", "What now?", "And?")]
    assert [each[:2] for each in told(before, book(), Part.TREES)] == [("now", "")]


def test_templates_are_told_section_by_section() -> None:
    def with_template(template: Template) -> Playbook:
        announcement = Announcement(name="team", template="alert", to=[team("shop")])
        notice = (Attempt("mail"),)
        communication = CommunicationPolicy(
            owner=role("lead"), announcements=[announcement], templates={"alert": template}, notice=notice
        )
        return book(communication=communication)

    before = with_template(Template("Alert: {title}", ["Since {started}", Section(lines={"Status": "{status}"})]))
    other = with_template(Template("Alarm: {title}", ["Since {started}", Section(lines={"State": "{status}"})]))
    longer = with_template(Template("Alert: {title}", ["Since {started}", "It is bad", {"Status": "{status}"}]))
    assert told(before, other, Part.TEMPLATES) == [
        ("alert", "title", "Alert: {title}", "Alarm: {title}"),
        ("alert", "section 2", "Status: {status}", "State: {status}"),
    ]
    assert told(before, longer, Part.TEMPLATES) == [("alert", "sections", "none", "It is bad")]
    assert ("tell/team", "message") in [each[:2] for each in told(before, longer, Part.OBLIGATIONS)]


def test_a_policy_that_is_new_is_told_as_a_whole() -> None:
    checklist = Checklist(
        name="start", owner=role("lead"), items=[Item(name="look", what="Look at it", within=5 * MINUTE)]
    )
    after = book(checklists=[checklist])
    assert told(book(), after, Part.OBLIGATIONS) == [
        ("start/look", "", None, "Look at it; for role lead; when true; within 5min")
    ]
    assert told(book(), after, Part.POLICIES) == [
        (
            "checklists / start",
            "",
            None,
            "name: start; owner: role lead; items: name: look; what: Look at it; within: 5min",
        )
    ]


def test_another_name_alone_wants_the_same() -> None:
    diff = book().diff(book(name="store"))
    assert told(book(), book(name="store"), Part.POLICIES) == [("", "name", "shop", "store")]
    assert "It wants the same, in the same cases." in str(diff)


def test_what_people_wrote_stays_text() -> None:
    evil = "*bold* `code` | <script> \x1b[2J\n# title"
    diff = book().diff(book(FIRST, Level(r"[x](y)", role("manager"), because=evil)))
    assert "\x1b" not in str(diff)
    assert "\n# title" not in str(diff)
    markdown = to_markdown(diff.to_document())
    assert "\n# title" not in markdown
    assert [line for line in markdown.splitlines() if line.startswith("# ")] == [markdown.splitlines()[0]]


def test_a_long_text_shows_where_it_is_different() -> None:
    one, other = (book(evolve(FIRST, because=f"{'so ' * 100}{end}{' so' * 100}"), SECOND) for end in ("good", "bad"))
    (line,) = (line for line in str(one.diff(other)).splitlines() if line.startswith("- page/first, because"))
    assert "good so" in line
    assert "bad so" in line
    assert len(line) < 400


def test_it_says_which_runbooks_and_which_of_their_steps_are_different() -> None:
    look, call = Use("look", "database.status"), Instruct("call")
    old = Runbook("restart", [look, call, Instruct("wait")], owner=role("manager"))
    steps: list[Any] = [
        evolve(call, when=DOWN),
        evolve(look, on_failure="go on"),
        Check("well", "database.replica_status"),
    ]
    new = evolve(old, steps=steps, owner=role("lead"))
    gone, begun = Runbook("gone", [call], owner=role("manager")), Runbook("new", [call], owner=role("manager"))
    changes = book(runbooks=[old, gone]).diff(book(runbooks=[new, begun])).of(Part.RUNBOOKS)
    assert [(each.kind, each.where, each.what) for each in changes] == [
        (ChangeKind.CHANGED, "restart", "owner"),
        (ChangeKind.CHANGED, "restart / look", "on_failure"),
        (ChangeKind.CHANGED, "restart / call", "when"),
        (ChangeKind.GONE, "restart / wait", ""),
        (ChangeKind.NEW, "restart / well", ""),
        (ChangeKind.CHANGED, "restart", "order"),
        (ChangeKind.GONE, "gone", ""),
        (ChangeKind.NEW, "new", ""),
    ]
    assert (changes[2].before, changes[2].after) == ("true", "down")


def test_a_step_of_another_kind_is_told_as_a_whole() -> None:
    before = Runbook("look", [Use("look", "metrics.errors", {"last": MINUTE})], owner=role("manager"))
    after = evolve(before, steps=[Check("look", "metrics.errors", {"last": MINUTE})])
    (change,) = book(runbooks=[before]).diff(book(runbooks=[after])).changes
    assert (change.part, change.where, change.what) == (Part.RUNBOOKS, "look", "look")
    assert "kind: use" in (change.before or "")
    assert "kind: check" in (change.after or "")
