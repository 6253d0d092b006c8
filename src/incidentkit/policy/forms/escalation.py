"""Escalations as documents hold them."""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen

from incidentkit.errors import place
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.escalation import ANYBODY, WATCHED, ContactChain, EscalationPolicy, Level
from incidentkit.policy.forms.texts import condition_of, recipients_of
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.situation import OVER


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
    applies, until, held = (condition_of(form, each, "escalation", vocabulary) for each in ("applies", "until", "held"))
    fallback, catch_all = (
        recipients_of(getattr(form, name), f"escalation.{name}") for name in ("fallback", "catch_all")
    )
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
    recipients = recipients_of(form.to, f"{path}.to")
    acknowledgers = recipients_of(form.acknowledgers, f"{path}.acknowledgers")
    when, until = (condition_of(form, name, path, vocabulary) for name in ("when", "until"))
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
