"""Policies as builders of obligations, and playbooks as documents: what they want, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from incidentkit import EMERGENCY, Playbook, SeverityScheme, convert
from incidentkit.errors import DocumentInvalid, IncidentkitError, PlaybookInvalid
from incidentkit.model.conditions import ALWAYS
from incidentkit.policy.escalation import EVERYBODY, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.obligation import Attempt, Backoff, Obligation
from incidentkit.policy.recipient import Recipient, person, role, team
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.testing import directories, playbooks

MINUTE = timedelta(minutes=1)
CONTACT = ContactChain((Attempt("push", 5 * MINUTE), Attempt("phone", 5 * MINUTE)), rounds=2)
FIRST = Level("first", person("ada"))
SECOND = Level("second", team("payments"), UNRESOLVED_FOR >= 30 * MINUTE, until=EVERYBODY)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


def test_a_level_is_an_obligation_with_its_rounds() -> None:
    first, second, _ = EscalationPolicy(levels=(FIRST, SECOND), contact=CONTACT).obligations()
    assert (first.id, second.id) == ("page/first", "page/second")
    assert [attempt.method for attempt in first.chain] == ["push", "phone", "push", "phone"]
    assert first.personal
    assert str(second.until) == 'outstanding <= 0 or status in ("resolved", "closed", "cancelled")'


def test_a_level_that_is_reached_brings_those_before_it_only_if_cumulative() -> None:
    late = (evolve(FIRST, when=UNRESOLVED_FOR >= 60 * MINUTE), SECOND)
    cumulative = EscalationPolicy(levels=late, contact=CONTACT).obligations()[0]
    alone = EscalationPolicy(levels=late, contact=CONTACT, cumulative=False).obligations()[0]
    assert "unresolved_for >= 30min" in str(cumulative.when)
    assert "unresolved_for >= 30min" not in str(alone.when)


def test_targets_become_clocks_of_their_owner() -> None:
    clocks = ResponsePolicy(owner=role("incident commander")).obligations(EMERGENCY.scheme)
    assert [clock.id for clock in clocks[:3]] == ["respond/SEV-1", "resolve/SEV-1", "respond/SEV-2"]
    assert [clock.due.within for clock in clocks[:3] if clock.due] == [15 * MINUTE, 15 * MINUTE, 60 * MINUTE]
    assert not ResponsePolicy(owner=role("x")).obligations(SeverityScheme("P1", "P2"))


@given(directories().flatmap(playbooks))
def test_a_playbook_reads_back_from_toml_and_json_as_the_same_version(playbook: Playbook) -> None:
    for again in (
        Playbook.from_toml(playbook.to_toml()),
        convert.from_json(convert.to_json(playbook), Playbook),
    ):
        assert again == playbook
        assert (again.version, again.obligations) == (playbook.version, playbook.obligations)


def test_every_change_is_another_version_and_no_change_is_none() -> None:
    policy = EscalationPolicy(levels=(FIRST,), contact=CONTACT, backoff=Backoff(jitter=0))
    playbook = Playbook(name="x", rules=EMERGENCY.rules, escalation=policy)
    assert evolve(playbook, escalation=evolve(policy, backoff=Backoff(jitter=0.0))).version == playbook.version
    assert evolve(playbook, escalation=evolve(policy, cumulative=False)).version != playbook.version
    assert playbook.reference == f"x@{playbook.version[:12]}"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Attempt("push", timedelta()), "the wait after 'push' is above zero"),
        (lambda: Attempt("push", -MINUTE), "the wait after 'push' is above zero"),
        (lambda: Attempt("push", timedelta(days=366)), "no more than a year"),
        (lambda: Attempt("push", raw(5)), "the wait after 'push' is a timedelta, not 5"),
        (lambda: Backoff([timedelta()]), "a delay before another try is above zero"),
        (lambda: Backoff(jitter=1.5), "a jitter is a share from 0 to 1, not 1.5"),
        (lambda: Backoff(jitter=True), "a jitter is a number, not True"),
        (lambda: Level("x", ()), "level 'x' reaches nobody"),
        (lambda: Level("x", raw(["ada"])), "one or a list of them, not 'ada'"),
        (lambda: Level("n" * 101, person("ada")), "100 characters at the most"),
        (lambda: Level("x", person("ada"), because="nul \x00"), "contains a NUL"),
        (lambda: Level("x", person("ada"), because="x" * 1_001), "1000 characters at the most"),
        (lambda: Level("x", person("ada"), raw("true")), "when and until are conditions, not 'true'"),
        (lambda: ContactChain(()), "a contact chain has an attempt or more"),
        (lambda: ContactChain((Attempt("push"),)), "the attempt by 'push' of a contact chain has a wait"),
        (lambda: ContactChain((Attempt("push", MINUTE),), rounds=0), "1 to 100 rounds, not 0"),
        (lambda: EscalationPolicy(levels=(), contact=CONTACT), "1 to 50 levels of different names"),
        (lambda: EscalationPolicy(levels=(FIRST, FIRST), contact=CONTACT), "levels of different names"),
        (lambda: EscalationPolicy(levels=(FIRST,), contact=CONTACT, grace=-MINUTE), "the grace is no time or more"),
        (lambda: quorum(0), "a quorum is one person or more, not 0"),
        (
            lambda: Recipient.parse("teem payments"),
            "not 'teem'. Did you mean 'team'",
        ),
        (
            lambda: Obligation(id="x", when=ALWAYS, applies=UNRESOLVED_FOR >= MINUTE),
            "no clock can be in",
        ),
        (lambda: Obligation(id="x", when=ALWAYS, chain=[Attempt("a"), Attempt("b")]), "nothing comes after 'a'"),
        (lambda: Backoff(raw(None)), "the delays of a backoff are a list of timedeltas, not None"),
        (lambda: Backoff(raw("")), "the delays of a backoff are a list of timedeltas, not ''"),
        (lambda: Backoff(raw({})), "the delays of a backoff are a list of timedeltas, not {}"),
        (lambda: Obligation(id="x", when=ALWAYS, chain=raw(7)), "a chain is a list of attempts, not 7"),
        (lambda: Obligation(id="x", when=ALWAYS, chain=raw("push")), "a chain is a list of attempts, not 'push'"),
        (lambda: Obligation(id="x", when=ALWAYS, recipients=raw(None)), "recipients, acknowledgers and fallback are"),
        (lambda: Obligation(id="x", when=ALWAYS, acknowledgers=raw("")), "such as [team('payments')], not ''"),
        (lambda: Obligation(id="x", when=ALWAYS, fallback=raw({})), "such as [team('payments')], not {}"),
        (
            lambda: Obligation(id="x", when=ALWAYS, fallback=raw(person("ada"))),
            "such as [team('payments')], not Recipient(",
        ),
        (lambda: Obligation(id="x", when=ALWAYS, after=raw("page")), "after is a list of the ids of obligations"),
        (lambda: Obligation(id="x", when=ALWAYS, after=raw([7])), "after is a list of the ids of obligations, not 7"),
        (lambda: Level("a", raw(None)), "fallback and catch_all are recipients, one or a list of them, not None"),
        (lambda: Level("a", person("ada"), acknowledgers=raw("ada")), "one or a list of them, not 'ada'"),
        (lambda: Level("a", raw(["ada"])), "one or a list of them, not 'ada'"),
        (lambda: ContactChain(raw(None)), "hand_over, raise_notice and stand_down are lists of attempts, not None"),
        (
            lambda: EscalationPolicy(levels=raw(Level("a", person("ada"))), contact=CONTACT),
            "an escalation is made of a list of levels, not",
        ),
        (lambda: EscalationPolicy(levels=[FIRST], contact=CONTACT, catch_all=raw("")), "one or a list of them, not ''"),
        (
            lambda: EscalationPolicy(levels=[FIRST], contact=CONTACT, stand_down=raw({})),
            "are lists of attempts, not {}",
        ),
        (
            lambda: EscalationPolicy(levels=[FIRST], contact=CONTACT, backoff=raw(None)),
            "the backoff of an escalation is a Backoff, not None",
        ),
        (lambda: ResponsePolicy(owner=raw("ada")), "the owner of the clocks is a recipient, not 'ada'"),
    ],
)
def test_policies_that_make_no_sense_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(PlaybookInvalid) as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("role executive", "rule executive", "$.escalation.levels[2].to[0]", "Did you mean 'role'"),
        ("unresolved_for >= 1h", "unresolvd_for >= 1h", "$.escalation.levels[2].when", "Did you mean 'unresolved_for'"),
        ("applies = 'worst_severity >= \"SEV-2\"'", "applies = 'SEV-2'", "$.escalation.applies", "column 4"),
        ('wait = "1min"', 'wait = "-1min"', "$.escalation.contact.attempts[2]", "above zero"),
        (
            'owner = "role incident commander"',
            'owner = "commander"',
            "$.response.owner",
            "a recipient is a person, team, role",
        ),
        ("[escalation.contact]", "[escalation.contct]", "$.escalation", "Did you mean 'contact'"),
    ],
)
def test_a_playbook_document_names_the_place_of_what_is_wrong(old: str, new: str, path: str, message: str) -> None:
    text = convert.to_toml(EMERGENCY)
    assert old in text
    with pytest.raises(DocumentInvalid) as caught:
        Playbook.from_toml(text.replace(old, new), source="emergency.toml")
    assert caught.value.path.startswith(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith("emergency.toml, ")
    assert isinstance(caught.value, IncidentkitError)
