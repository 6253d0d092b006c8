"""How far a run has come: what came of each step, and what is next.

Nothing of this is kept. It follows from the log: the next step is the first that has not ended, and what it waits for
is an obligation, so it is planned, claimed, told and explained like everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, cast

from attrs import evolve, field, frozen

from incidentkit.errors import FactValueInvalid
from incidentkit.model.action import NOBODY, ActionKey, Outcome
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.progress import ONCE, InForce, Tried
from incidentkit.model.runs import Confirmation, Run, RunStanding
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.audience import Audience
from incidentkit.policy.chain import again_at
from incidentkit.policy.obligation import Backoff
from incidentkit.policy.shelf import SAMPLE_KEY, Placed
from incidentkit.policy.step import CONFIRMED_FOR, Check, Decide, Failure, Include, Use
from incidentkit.policy.stride import ENDED, UNDO, Stage, Stride
from incidentkit.providers.answer import Receipt
from incidentkit.providers.tools import Change, operations_of
from incidentkit.providers.undoing import undoing

RETRIES: Final = Backoff()
"""How what a tool could not do for the time being is tried again."""


@frozen(slots=False)
class Course:
    """How far a run has come by a moment."""

    incident: Incident
    run: Run
    placed: tuple[Placed, ...] = field(repr=False)
    """Its steps, as the playbook has them."""
    audience: Audience
    facts: Facts = field(repr=False)
    """What is known of the incident."""
    now: datetime

    @cached_property
    def known(self) -> Facts:
        """What is known in this run: besides, what its tools and people answered; the word of people goes first."""
        return self.seen(self.facts)

    def seen(self, facts: Facts) -> Facts:
        """Facts of the incident with those of the run."""
        own = self._own
        if not own:
            return facts
        possible = {name: each for name, each in facts.possible.items() if name not in own}
        return Facts(facts.vocabulary, {**facts.values, **own}, possible, facts.started, facts.at)

    @cached_property
    def _own(self) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for placed in self.placed:
            if isinstance(placed.step, Use | Check):
                tried = self._latest(self.run.step(placed.name))[1]
                for name, fact in placed.step.learns.items():
                    if tried is not None and tried.outcome is Outcome.SUCCEEDED and name in tried.readings:
                        values[fact.name] = tried.readings[name]
        return {name: value for name, value in {**values, **self.run.answers}.items() if self._fits(name, value)}

    def _fits(self, name: str, value: object) -> bool:
        """Whether a fact of the playbook can have that value: a run may be older than the playbook."""
        fact = self.facts.vocabulary.get(name)
        try:
            return fact is not None and fact.check(value) is not None
        except FactValueInvalid:
            return False

    @cached_property
    def forward(self) -> tuple[Stride, ...]:
        """Its steps in their order, without those of an included runbook that is not gone through."""
        strides: list[Stride] = []
        dropped: set[str] = set()
        begin, is_blocked = self.run.since, False
        for placed in self.placed:
            if placed.within in dropped:
                dropped.add(placed.name)
                continue
            stride = self._later(placed, begin) if is_blocked else self._stride(placed, begin)
            strides.append(stride)
            if stride.stage in (Stage.SKIPPED, Stage.LEFT_OUT) and isinstance(placed.step, Include):
                dropped.add(placed.name)
            begin, is_blocked = max(begin, stride.since), is_blocked or not stride.is_over
        return tuple(strides)

    @cached_property
    def is_undoing(self) -> bool:
        """Whether nothing of it is done any more, but undone."""
        failed = (each for each in self.forward if each.stage is Stage.FAILED and not each.goes_on)
        return self.run.undoing or any(each.on_failure is Failure.UNDO for each in failed) or self._began_to_undo

    @property
    def _began_to_undo(self) -> bool:
        """Whether a failure has brought it about that anything is undone, whatever became of the failed step since."""
        in_force = self.incident.progress.in_force
        undone = (each for each in self.forward if (each.id + UNDO, ONCE) in in_force)
        return any(not self._is_asked(each) for each in undone)

    @cached_property
    def backward(self) -> tuple[Stride, ...]:
        """What is undone, the latest first: as far as people asked for that, or a failure does."""
        strides: list[Stride] = []
        begin, is_blocked = self.run.since, False
        for stride in reversed(self.forward):
            if self._is_to_be_undone(stride):
                undone = self._undone(stride, begin)
                undone = evolve(undone, stage=Stage.LATER, key=None) if is_blocked and not undone.is_over else undone
                strides.append(undone)
                goes_on = not undone.is_over and not self._is_halted(undone)
                begin, is_blocked = max(begin, undone.since), is_blocked or goes_on
        return tuple(strides)

    def _is_to_be_undone(self, stride: Stride) -> bool:
        if not (self.is_undoing or self._is_asked(stride)):
            return False
        if not isinstance(stride.placed.step, Use) or not stride.placed.step.tool.changes:
            return False
        return stride.stage is Stage.DONE or self._may_have_worked(stride)

    def _is_asked(self, stride: Stride) -> bool:
        """Whether people asked for just this step to be undone, or for the one that it is part of."""
        return _is_among(stride, self.run.undone)

    def _is_halted(self, stride: Stride) -> bool:
        """Whether a step that is to be undone is left alone, because the run was cancelled after that was asked for."""
        return self.is_stopped and not _is_among(stride, self.run.undone_since)

    def _may_have_worked(self, stride: Stride) -> bool:
        tried = self._latest(stride.id)[1]
        return tried is not None and tried.outcome in (None, Outcome.UNKNOWN, Outcome.SUCCEEDED)

    def has_worked(self, stride: Stride) -> bool:
        """Whether it was done, be it that people left it out meanwhile."""
        return stride.stage is Stage.DONE or _is_done(self._latest(stride.id)[1])

    def is_undone(self, stride: Stride) -> bool:
        """Whether what it did is undone, be it by people."""
        return any(each.placed.name == stride.placed.name and each.stage is Stage.DONE for each in self.backward)

    @property
    def is_stopped(self) -> bool:
        """Whether nothing of it is begun until somebody resumes it, nor undone but for what is asked for since."""
        return self.run.standing is RunStanding.CANCELLED

    @property
    def current(self) -> tuple[Stride, ...]:
        """What is at its turn: nothing forward once it is cancelled, has ended or is being undone."""
        going = () if self.is_undoing or self.run.standing is not RunStanding.RUNNING else self.forward
        undone = (each for each in self.backward if not self._is_halted(each))
        return tuple(each for each in (*going, *undone) if not each.is_over and each.stage is not Stage.LATER)

    @property
    def steps(self) -> tuple[Stride, ...]:
        """Its steps as people are told of them, then those that are undone; what nothing becomes of is stopped."""
        forward = (_stopped(each, self._stops) if self._stops else each for each in self.forward)
        backward = (_stopped(each, _CANCELLED) if self._is_halted(each) else each for each in self.backward)
        return (*forward, *backward)

    @property
    def _stops(self) -> str:
        """Why no step of it is begun any more; empty while it goes on."""
        match self.run.standing:
            case RunStanding.CANCELLED:
                return _CANCELLED
            case RunStanding.ENDED:
                return "the run was undone" if self.is_undoing else "the run has ended"
            case RunStanding.RUNNING:
                return "the run is being undone" if self.is_undoing else ""

    @property
    def ended(self) -> tuple[datetime, str] | None:
        """Since when, or from when on, nothing of it is left to do, and why; `None` before that."""
        if self.run.standing is not RunStanding.RUNNING:
            return None
        strides = self.backward if self.is_undoing else (*self.forward, *self.backward)
        if not all(each.is_over for each in strides):
            return None
        at = max([self.run.since, *(each.since for each in strides)])
        irreversible = [each.placed.name for each in strides if each.stage is Stage.IRREVERSIBLE]
        left = f", but for {', '.join(irreversible)}, which no tool can undo" if irreversible else ""
        return at, f"what it did is undone{left}" if self.is_undoing else "every step has ended"

    def _later(self, placed: Placed, begin: datetime) -> Stride:
        """A step that comes after one which has not ended, though it may have been done before that was so."""
        later = Stride(id=self.run.step(placed.name), placed=placed, stage=Stage.LATER, since=begin)
        ended = self._stride(placed, begin)
        return ended if ended.stage in ENDED else later

    def _said(self, id: str, placed: Placed) -> Stride | None:
        """What people said of a step that is not at its turn, or not any more."""
        settled = self.incident.progress.settled.get(id)
        if settled is None:
            return None
        stage = Stage.DONE if settled.done else Stage.LEFT_OUT
        because = ": ".join(filter(None, (settled.by, settled.words)))
        return Stride(id=id, placed=placed, stage=stage, since=settled.at, because=because)

    def _stride(self, placed: Placed, begin: datetime) -> Stride:
        """How it stands with a step whose turn has come; the one before it ended at ``begin``."""
        id, step = self.run.step(placed.name), placed.step
        said = self._said(id, placed)
        if said is not None:
            return said
        operation = None if placed.name in self.run.by_hand else placed.operation
        stride = Stride(id=id, placed=placed, stage=Stage.NEXT, since=begin, operation=operation)
        if id in self.incident.progress.runs.skipped:
            return evolve(stride, stage=Stage.SKIPPED, because=self.incident.progress.runs.skipped[id])
        instance = self.incident.progress.in_force.get((id, ONCE))
        if instance is None:
            return self._pending(stride)
        stride = evolve(stride, since=instance.since)
        match step:
            case Include():
                return evolve(stride, stage=Stage.DONE)
            case Decide(fact=fact):
                at = max(instance.since, self.run.answered.get(fact.name, instance.since))
                is_known = fact.name in self.known.values
                return evolve(stride, stage=Stage.DONE, since=at) if is_known else evolve(stride, stage=Stage.OPEN)
            case Use() if stride.operation is not None:
                return _asking(self._use(stride, instance, is_confirmed=step.is_confirmed, valid=step.valid))
            case Check() if stride.operation is not None:
                return _asking(self._check(stride, instance, step))
            case _:
                return evolve(stride, stage=Stage.OPEN)

    def _pending(self, stride: Stride) -> Stride:
        """How it stands with a step that has not come into force."""
        if self._is_held(stride):
            return _held(stride)
        if stride.placed.step.when.evaluate(self.known) is None:
            asked = {each.name: each.question for each in stride.placed.step.when.mentioned}
            because = " ".join(question for name, question in asked.items() if name not in self.known.values)
            return evolve(stride, stage=Stage.UNKNOWN, because=because)
        return stride

    def _is_held(self, stride: Stride) -> bool:
        return stride.is_destructive and self.incident.evidence_held

    def _latest(self, id: str) -> tuple[ActionKey, Tried | None]:
        """The action that a step has come to, and what came of it; `None` if it was never tried."""
        key = self.incident.progress.latest.get((id, ONCE, NOBODY))
        return (ActionKey(id, ONCE), None) if key is None else (key, self.incident.progress.tried[key])

    def _use(self, stride: Stride, instance: InForce, *, is_confirmed: bool, valid: timedelta) -> Stride:
        """How it stands with what a tool does once."""
        key, tried = self._latest(stride.id)
        stride = evolve(stride, attempt=self.incident.progress.tries(stride.id) + 1)
        if self._is_held(stride) and not _is_done(tried):
            return _held(stride)
        word = self._word(stride, instance, valid)
        unheeded = self._unheeded(stride, instance, valid)
        if tried is None:
            return self._confirmed(unheeded, key, word, needed=is_confirmed)
        ended = tried.lease_until if tried.ended is None else tried.ended
        if tried.outcome is Outcome.SUCCEEDED:
            return evolve(stride, stage=Stage.DONE, since=ended)
        if tried.outcome is None and tried.lease_until > self.now:
            return evolve(stride, stage=Stage.TRYING, since=tried.first, at=tried.lease_until)
        if tried.outcome is Outcome.FAILED:
            if word is None:
                return self._failed(unheeded, tried, ended)
            return evolve(stride, stage=Stage.TRYING, key=ActionKey(stride.id, ONCE, arm=key.arm + 1), since=word.at)
        if stride.is_destructive:
            because = "it may have been done: look, and say whether it is to be tried again"
            because = f"it was not done: {tried.problem}" if tried.outcome is Outcome.POSTPONED else because
            return self._confirmed(_adding(because, unheeded), key, word, needed=True)
        if tried.tries <= RETRIES.retries:
            return evolve(stride, stage=Stage.TRYING, key=key, since=tried.first, at=again_at(RETRIES, key, tried))
        if word is not None:
            return evolve(stride, stage=Stage.TRYING, key=key, since=word.at)
        return self._failed(unheeded, tried, ended)

    def _confirmed(self, stride: Stride, key: ActionKey, word: Confirmation | None, *, needed: bool) -> Stride:
        """It is tried, if nobody has to confirm that, or somebody has."""
        if needed and word is None:
            return evolve(stride, stage=Stage.UNCONFIRMED)
        since = stride.since if word is None else max(stride.since, word.at)
        return evolve(stride, stage=Stage.TRYING, key=key, since=since, because="")

    def _word(self, stride: Stride, instance: InForce, valid: timedelta) -> Confirmation | None:
        """The confirmation that counts for the next try: for just that, not too old, by somebody who may give it."""
        for word in reversed(self.incident.progress.runs.confirmed.get(stride.id, ())):
            if word.attempt == stride.attempt and not self._objection(word, stride, instance, valid):
                return word
        return None

    def _unheeded(self, stride: Stride, instance: InForce, valid: timedelta) -> Stride:
        """The step, with why what people said last of its next try does not count, if they said anything."""
        said = self.incident.progress.runs.confirmed.get(stride.id, ())
        words = [word for word in said if word.attempt == stride.attempt]
        return evolve(stride, because=self._objection(words[-1], stride, instance, valid)) if words else stride

    def _objection(self, word: Confirmation, stride: Stride, instance: InForce, valid: timedelta) -> str:
        """Why a confirmation does not count; empty if it does."""
        if not self.may_confirm(stride, word.by, word.at):
            named = " or ".join(map(str, stride.placed.confirmed_by))
            found = ", ".join(self.confirming(stride, word.at)) or "nobody was found, so anybody who is known may"
            return f"{word.by} confirmed it, who may not: {named} ({found})"
        given = f"the confirmation of {word.at:%H:%M} by {word.by}"
        if word.at < instance.since:
            return f"{given} came before its turn"
        if stride.is_destructive and word.place < self.incident.progress.lifted_hold_place:
            return f"{given} came before the hold on evidence was lifted"
        return "" if self.now <= word.at + valid else f"{given} has run out"

    def may_confirm(self, stride: Stride, person: str, at: datetime) -> bool:
        """Whether a person may confirm a step; anybody of the directory, if nobody is found who is to do so."""
        found = self.confirming(stride, at)
        return person in (found or self.audience.directory.people)

    def confirming(self, stride: Stride, at: datetime) -> tuple[PersonId, ...]:
        """Who may confirm a step at a moment; nobody, if nobody is found."""
        return self.audience.found(stride.placed.confirmed_by, at)

    def _failed(self, stride: Stride, tried: Tried, at: datetime) -> Stride:
        """What becomes of a step that has failed for good, or of which nobody knows what came of it in the end."""
        unknown = "nobody knows whether it was done" if tried.outcome in (None, Outcome.UNKNOWN) else ""
        because = tried.problem or unknown or "it failed"
        goes_on = stride.on_failure is Failure.GO_ON
        return evolve(_adding(because, stride), stage=Stage.FAILED, since=at, goes_on=goes_on)

    def _check(self, stride: Stride, instance: InForce, step: Check) -> Stride:
        """How it stands with what is checked again and again: one action each time, counted as attempts."""
        latest, tried = self._latest(stride.id)
        stride = evolve(stride, attempt=self.incident.progress.tries(stride.id) + 1)
        word = self._word(stride, instance, CONFIRMED_FOR)
        if tried is None:
            return evolve(stride, stage=Stage.TRYING, key=latest)
        if tried.outcome is None and tried.lease_until > self.now:
            return evolve(stride, stage=Stage.TRYING, at=tried.lease_until)
        ended = self._checked(self._unheeded(stride, instance, CONFIRMED_FOR), step, latest)
        if ended is None:
            at = tried.lease_until if tried.ended is None else tried.ended
            at = max(at + step.every, tried.retry_at or at)
            return evolve(stride, stage=Stage.TRYING, key=evolve(latest, attempt=latest.attempt + 1), at=at)
        if ended.stage is not Stage.DONE and word is not None:
            again = ActionKey(stride.id, ONCE, arm=latest.arm + 1)
            return evolve(stride, stage=Stage.TRYING, key=again, since=word.at)
        return ended

    def _checked(self, stride: Stride, step: Check, latest: ActionKey) -> Stride | None:
        """What all the checks up to the latest say together; `None` if another one is to come."""
        well_since: datetime | None = None
        misses, begun = 0, None
        for attempt in range(latest.attempt + 1):
            tried = self.incident.progress.tried.get(evolve(latest, attempt=attempt))
            if tried is None:  # no desk leaves one out, but a log may come from anywhere
                continue
            at = tried.lease_until if tried.ended is None else tried.ended
            begun = begun or tried.first
            if tried.outcome is not Outcome.SUCCEEDED:
                misses += 1
                if misses > RETRIES.retries:
                    return self._failed(stride, evolve(tried, problem=f"it could not be checked: {tried.problem}"), at)
                continue
            misses, healthy = 0, tried.readings.get("healthy")
            if healthy is None:
                because = "the tool does not say whether all is well: read what it said"
                return evolve(stride, stage=Stage.OPEN, since=at, because=because)
            if healthy is True:
                well_since = well_since or at
                if at - well_since >= step.lasting:
                    return evolve(stride, stage=Stage.DONE, since=at)
            elif well_since is not None:
                return self._failed(stride, evolve(tried, problem="it was well, and is not any more"), at)
            elif at - begun >= step.patience:
                return self._failed(stride, evolve(tried, problem="it is not well"), at)
        return None

    def _undone(self, stride: Stride, begin: datetime) -> Stride:
        """How it stands with undoing a step that was done, or may have been."""
        id = stride.id + UNDO
        placed, tried = stride.placed, self._latest(stride.id)[1]
        undo = Stride(id=id, placed=placed, stage=Stage.NEXT, since=begin, is_undoing=True)
        said = self._said(id, placed)
        if said is not None:
            return evolve(undo, stage=said.stage, since=said.since, because=said.because)
        if tried is not None and tried.outcome is None and tried.lease_until > self.now:
            return evolve(undo, stage=Stage.TRYING, at=tried.lease_until, because="it is being done at this moment")
        undo = self._opposite(undo, tried)
        instance = self.incident.progress.in_force.get((id, ONCE))
        if undo.stage in ENDED or instance is None:
            return _held(undo) if self._is_held(undo) else undo
        undo = evolve(undo, since=instance.since)
        if undo.operation is None:
            return evolve(undo, stage=Stage.OPEN)
        return self._use(undo, instance, is_confirmed=undo.is_destructive, valid=CONFIRMED_FOR)

    def _opposite(self, undo: Stride, tried: Tried | None) -> Stride:
        """By what a step is undone: by its tool, if that can, and by people where nobody knows what was so before."""
        assert isinstance(undo.placed.step, Use)
        tool = undo.placed.step.tool
        if not tool.undone_by:
            return evolve(undo, stage=Stage.IRREVERSIBLE, because=f"nothing undoes {tool.name}")
        if tried is None or not _is_done(tried):
            by_hand = "people did it" if tried is None else "nobody knows whether it was done"
            return evolve(undo, because=f"{by_hand}: see to it that it is as before")
        try:
            done = cast(Change, undo.placed.request(SAMPLE_KEY))
            request = undoing(done, Receipt(former=tried.former), key=SAMPLE_KEY)
        except (ValueError, KeyError, TypeError) as error:  # the playbook may be another one than it was done by
            return evolve(undo, because=str(error))
        if request is None:
            return evolve(undo, stage=Stage.DONE, because="there was nothing to change")
        opposite = next(each for each in operations_of(tool.slot) if each.request is type(request))
        return evolve(undo, operation=opposite, former=tried.former)


_CANCELLED: Final = "the run is cancelled until somebody resumes it"


def _stopped(stride: Stride, why: str) -> Stride:
    """The step in a run that does not go on, unless it has ended or failed for good, or a try is under way."""
    if stride.is_over or (stride.stage is Stage.FAILED and stride.on_failure is not Failure.WAIT):
        return stride
    if stride.stage is Stage.TRYING and stride.key is None:
        return evolve(stride, because=f"a try is under way; {why}")
    failed = f"it has failed: {stride.because}" if stride.stage is Stage.FAILED else ""
    return evolve(stride, stage=Stage.STOPPED, key=None, at=None, because="; ".join(filter(None, (failed, why))))


def _held(stride: Stride) -> Stride:
    return evolve(stride, stage=Stage.HELD, because="it may destroy evidence, which is held")


def _asking(stride: Stride) -> Stride:
    """The step; left to people, if the tool could not even be asked with the values that it has by now."""
    if stride.key is None:
        return stride
    try:
        stride.request(SAMPLE_KEY)
    except (ValueError, KeyError, TypeError) as error:  # the playbook may be another one than it was started by
        return evolve(stride, stage=Stage.OPEN, key=None, because=str(error))
    return stride


def _adding(because: str, stride: Stride) -> Stride:
    """The step; what it says of itself comes after why it is so."""
    return evolve(stride, because="; ".join(filter(None, (because, stride.because))))


def _is_among(stride: Stride, names: frozenset[str]) -> bool:
    """Whether a step is one of these, or part of one."""
    return any(stride.placed.name == each or stride.placed.name.startswith(f"{each}/") for each in names)


def _is_done(tried: Tried | None) -> bool:
    return tried is not None and tried.outcome is Outcome.SUCCEEDED
