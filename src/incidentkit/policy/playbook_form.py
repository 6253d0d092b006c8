"""Playbooks as documents hold them: conditions as text, recipients as text, everything else as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from attrs import field, frozen

from incidentkit.errors import place
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import FactKind
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.escalation import ANYBODY, WATCHED, ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.question import Conclusion
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.situation import OVER
from incidentkit.policy.tree import DecisionTree


@frozen(kw_only=True)
class LevelForm:
    """A level of an escalation in a document."""

    name: str
    to: tuple[str, ...]
    """Recipients, such as ``role on-call engineer``."""
    when: str = "true"
    until: str = str(ANYBODY)
    acknowledgers: tuple[str, ...] = ()
    because: str = ""
    source: str = ""


@frozen(kw_only=True)
class EscalationForm:
    """An escalation policy in a document."""

    levels: tuple[LevelForm, ...]
    contact: ContactChain
    applies: str = "true"
    until: str = str(OVER)
    held: str = str(WATCHED)
    cumulative: bool = True
    backoff: Backoff = field(factory=Backoff)
    grace: timedelta = timedelta(seconds=10)
    acknowledgement_expires_after: timedelta | None = None
    fallback: tuple[str, ...] = ()
    waits: bool = False
    follow_shifts: bool = True
    catch_all: tuple[str, ...] = ()
    hand_over: tuple[Attempt, ...] = ()
    raise_notice: tuple[Attempt, ...] = ()
    stand_down: tuple[Attempt, ...] = ()


@frozen(kw_only=True)
class ResponseForm:
    """A response policy in a document."""

    owner: str
    reminders: tuple[Attempt, ...] = ()


@frozen(kw_only=True)
class PlaybookForm:
    """A playbook in a document."""

    name: str
    rules: SeverityRules[Any]
    trees: dict[str, DecisionTree[Conclusion]] = field(factory=dict[str, DecisionTree[Conclusion]])
    facts: tuple[FactKind, ...] = ()
    """The facts that only its policies ask for."""
    escalation: EscalationForm | None = None
    response: ResponseForm | None = None


def escalation_form(policy: EscalationPolicy) -> EscalationForm:
    """A policy as documents hold it."""
    return EscalationForm(
        levels=tuple(map(_level_form, policy.levels)),
        contact=policy.contact,
        applies=str(policy.applies),
        until=str(policy.until),
        held=str(policy.held),
        cumulative=policy.cumulative,
        backoff=policy.backoff,
        grace=policy.grace,
        acknowledgement_expires_after=policy.acknowledgement_expires_after,
        fallback=tuple(map(str, policy.fallback)),
        waits=policy.waits,
        follow_shifts=policy.follow_shifts,
        catch_all=tuple(map(str, policy.catch_all)),
        hand_over=policy.hand_over,
        raise_notice=policy.raise_notice,
        stand_down=policy.stand_down,
    )


def _level_form(level: Level) -> LevelForm:
    return LevelForm(
        name=level.name,
        to=tuple(map(str, level.recipients)),
        when=str(level.when),
        until=str(level.until),
        acknowledgers=tuple(map(str, level.acknowledgers)),
        because=level.because,
        source=level.source,
    )


def escalation_of(form: EscalationForm, vocabulary: Vocabulary) -> EscalationPolicy:
    """The policy that a form describes; `DocumentInvalid` names the place of what it cannot be."""
    levels = [_level(each, f"escalation.levels[{index}]", vocabulary) for index, each in enumerate(form.levels)]
    applies, until, held = (_condition(form, each, "escalation", vocabulary) for each in ("applies", "until", "held"))
    fallback, catch_all = (_recipients(getattr(form, name), f"escalation.{name}") for name in ("fallback", "catch_all"))
    with place("escalation"):
        return EscalationPolicy(
            levels=levels,
            contact=form.contact,
            applies=applies,
            until=until,
            held=held,
            cumulative=form.cumulative,
            backoff=form.backoff,
            grace=form.grace,
            acknowledgement_expires_after=form.acknowledgement_expires_after,
            fallback=fallback,
            waits=form.waits,
            follow_shifts=form.follow_shifts,
            catch_all=catch_all,
            hand_over=form.hand_over,
            raise_notice=form.raise_notice,
            stand_down=form.stand_down,
        )


def _level(form: LevelForm, path: str, vocabulary: Vocabulary) -> Level:
    recipients = _recipients(form.to, f"{path}.to")
    acknowledgers = _recipients(form.acknowledgers, f"{path}.acknowledgers")
    when, until = (_condition(form, name, path, vocabulary) for name in ("when", "until"))
    with place(path):
        return Level(
            form.name,
            recipients,
            when,
            until=until,
            acknowledgers=acknowledgers,
            because=form.because,
            source=form.source,
        )


def _recipients(texts: Iterable[str], path: str) -> list[Recipient]:
    recipients: list[Recipient] = []
    for index, text in enumerate(texts):
        with place(f"{path}[{index}]"):
            recipients.append(Recipient.parse(text))
    return recipients


def _condition(form: LevelForm | EscalationForm, name: str, path: str, vocabulary: Vocabulary) -> Condition:
    with place(f"{path}.{name}"):
        return Condition.parse(getattr(form, name), vocabulary)


def response_form(policy: ResponsePolicy) -> ResponseForm:
    """A policy as documents hold it."""
    return ResponseForm(owner=str(policy.owner), reminders=policy.reminders)


def response_of(form: ResponseForm) -> ResponsePolicy:
    """The policy that a form describes."""
    with place("response.owner"):
        owner = Recipient.parse(form.owner)
    return ResponsePolicy(owner=owner, reminders=form.reminders)
