"""Planners with one mistake each: the laws find every one of them, or they would not be worth much.

A mutant is the source of the planner with one passage replaced, which must be there exactly once, so that no mutant
silently becomes the planner itself when the planner changes.
"""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import Final

import pytest
from attrs import frozen

from incidentkit.policy import action, audience, chain, moment, planning, turn, view
from tests.policy.laws import LAWS, Case
from tests.policy.scenes import SCENES
from tests.policy.simulation import Planner

MODULES: Final = (moment, audience, chain, view, turn, action, planning)
"""What the planner consists of, each after those that it imports."""


@frozen
class Mistake:
    """What stands in the planner, and what stands there instead, once or several times over."""

    scene: int
    """The scene by which to begin to look for it: to look through all of them takes twenty seconds."""
    passages: tuple[str, ...]


def mistake(scene: int, *passages: str) -> Mistake:
    return Mistake(scene, passages)


MUTANTS: Final = {
    "pages despite one's own acknowledgement": mistake(
        9,
        "person not in {*self.incident.acknowledged, *self.incident.declined}",
        "person not in {*self.incident.declined}",
    ),
    "pages despite one's own decline": mistake(
        38,
        "person not in {*self.incident.acknowledged, *self.incident.declined}",
        "person not in {*self.incident.acknowledged}",
    ),
    "forgets to settle": mistake(
        0,
        "now=before - timedelta.resolution)\n",
        "now=before - timedelta.resolution)[:0]\n",
    ),
    "settles what only comes with the command": mistake(
        27, "before - timedelta.resolution", "before + timedelta(minutes=1)"
    ),
    "waits from the plan instead of the first try": mistake(
        0,
        "_next_try(obligation, latest, tried)",
        "_next_try(obligation, latest, evolve(tried, first=start))",
    ),
    "moves on before the wait is over": mistake(
        0,
        "over = ended if wait is None else tried.first + wait",
        "over = ended if wait is None else tried.first + wait - timedelta(seconds=20)",
    ),
    "waits from the latest end instead of the first try": mistake(
        2,
        "over = ended if wait is None else tried.first + wait",
        "over = ended if wait is None else ended + wait",
    ),
    "reaches a level twice": mistake(0, "        decisions += new\n", "        decisions += [*new, *new]\n"),
    "loses a retry": mistake(
        3,
        "tried.tries > obligation.backoff.retries",
        "tried.tries >= obligation.backoff.retries",
    ),
    "retries for ever": mistake(
        40,
        "tried.ended + backoff.delay(key, tried.tries)",
        "tried.ended + backoff.delay(key, min(tried.tries, len(backoff.delays)))",
        "tried.outcome is Outcome.SUCCEEDED or tried.tries > obligation.backoff.retries",
        "tried.outcome is Outcome.SUCCEEDED or not obligation.backoff.delays",
    ),
    "ignores retry_at": mistake(5, "return max(again, tried.retry_at or again)", "return again"),
    "ignores the backoff": mistake(3, "tried.ended + backoff.delay(key, tried.tries)", "tried.ended"),
    "does not wait for the lease": mistake(
        0,
        "again = tried.lease_until if tried.ended is None",
        "again = tried.first if tried.ended is None",
    ),
    "pages after the end": mistake(41, "if active or each.outlives", "if True"),
    "forgets what outlives the incident": mistake(0, "if active or each.outlives", "if active"),
    "ignores applies": mistake(
        36,
        "        elif obligation.applies.evaluate(past) is False:\n",
        "        elif False:\n",
    ),
    "takes an unknown condition for one that does not apply": mistake(
        37,
        "        elif obligation.applies.evaluate(past) is False:\n",
        "        elif obligation.applies.evaluate(past) is not True:\n",
    ),
    "unknown counts as reached": mistake(
        4,
        "tried.outcome is Outcome.SUCCEEDED or",
        "tried.outcome in (Outcome.SUCCEEDED, Outcome.UNKNOWN) or",
    ),
    "a definite failure waits": mistake(1, "if tried.outcome is Outcome.FAILED:", "if False:"),
    "due ignored": mistake(
        41,
        "start = instance.since if obligation.due is None else instance.due_since",
        "start = instance.since",
    ),
    "counts an acknowledgement from before the level": mistake(
        24,
        "if who in asked or (others and mark.place > begun)]",
        "if who in asked or others]",
    ),
    "counts only the people of the level": mistake(
        11,
        "if who in asked or (others and mark.place > begun)]",
        "if who in asked]",
    ),
    "re-arms everybody": mistake(
        11,
        "arming = self.incident.progress.armings.get(person) if obligation.personal else None",
        "arming = max(self.incident.progress.armings.values(), key=lambda each: each.at, default=None)",
    ),
    "never re-arms": mistake(
        11,
        "arming = self.incident.progress.armings.get(person) if obligation.personal else None",
        "arming = None",
    ),
    "no grace": mistake(11, "again.append(arming.at + obligation.grace)", "again.append(arming.at)"),
    "wake_at forgets a pending chain": mistake(
        0,
        "    later = [chain.at for chain in view.chains if chain.at > view.now]\n",
        "    later = []\n",
    ),
    "wake_at forgets what turns": mistake(
        0, "*view.resumptions(), *(turn.at for turn in turns)", "*view.resumptions()"
    ),
    "wake_at forgets what time resumes": mistake(42, "*later, *view.resumptions(),", "*later,"),
    "jitter not from the key": mistake(
        0,
        "tried.ended + backoff.delay(key, tried.tries)",
        "tried.ended + backoff.delay(key, tried.tries) * (1 + __import__('random').random())",
    ),
    "comes into force whatever until says": mistake(
        15,
        "        if until.evaluate(then) is not True:\n",
        "        if True:\n",
    ),
    "misses what time alone unmeets": mistake(52, "        over = next_change(until, then)\n", "        over = None\n"),
    "asks for what is met": mistake(9, "None if asks else facts", "None"),
    "falls due at once": mistake(41, "view.past), end)", "view.past), instance.since)"),
    "skips an attempt": mistake(
        0,
        "evolve(latest, attempt=latest.attempt + 1), at)",
        "evolve(latest, attempt=latest.attempt + 2), at)",
    ),
    "goes back to the first attempt": mistake(
        0,
        "evolve(latest, attempt=latest.attempt + 1), at)",
        "evolve(latest, attempt=(latest.attempt + 1) % 2), at)",
    ),
    "tries methods that a person does not have": mistake(
        0,
        "            if self._reaches(obligation, attempt):",
        "            if True:",
    ),
    "dates decisions by the clock": mistake(
        0,
        'return {"incident": self.view.incident.id, "at": at,',
        'return {"incident": self.view.incident.id, "at": self.view.now,',
    ),
    "says nothing of a quorum that cannot come": mistake(
        10,
        "if unreached or not obligation.links or not (begins_later or obligation.id in going_on):",
        "if unreached or not obligation.links:",
    ),
    "hurries the rounds of whoever lacks a method": mistake(
        0,
        "links[before : key.attempt]",
        "links[before : before + 1]",
    ),
    "starts the next round at once": mistake(
        0,
        "at=max(chain.at, _begun(links[before].wait, tried) + between)",
        "at=chain.at",
    ),
    "hurries the round after a try that was late": mistake(
        57,
        "_begun(links[before].wait, tried) + between",
        "tried.first + between",
    ),
    "comes into force though it is held": mistake(
        15,
        "when, hindered = obligation.when, obligation.hindered\n",
        "when, hindered = obligation.when, obligation.until\n",
    ),
    "never lets an acknowledgement expire": mistake(16, "expiry is None or incident", "True or incident"),
    "lets acknowledgements expire at once": mistake(
        16, "max(mark.at + expiry.after, incident", "max(mark.at, incident"
    ),
    "lets acknowledgements expire though it is watched": mistake(16, "ALWAYS, expiry.hindered,", "ALWAYS, NEVER,"),
    "is exhausted while somebody is still to be tried": mistake(
        0,
        "any(chain.over is None or chain.reached for chain in chains)",
        "all(chain.over is None for chain in chains)",
    ),
    "is exhausted before the last wait is over": mistake(
        0,
        "for _, instance in before), *ends]",
        "for _, instance in before)]",
    ),
    "drops the catch-all when there is another chain": mistake(
        1,
        "                names[obligation.id] = latest\n",
        "                pass\n",
    ),
    "never is exhausted": mistake(0, "        if not before or any(", "        if True or any("),
    "is exhausted though nobody was ever paged": mistake(0, "        if not before or any(", "        if any("),
    "does not hear whom people bring in": mistake(
        17,
        "        if obligation.calls(self.view.incident):\n",
        "        if False:\n",
    ),
    "pages nobody again who is brought in again": mistake(
        17,
        "if mark.place > instance.place]",
        "if mark.place > instance.place and False]",
    ),
    "brings in a level again for what was asked before it": mistake(
        17,
        "if mark.place > instance.place]",
        "if mark.place > 0]",
    ),
    "counts everybody where only some may acknowledge": mistake(
        12,
        "others = instance.place, not obligation.acknowledgers",
        "others = instance.place, True",
    ),
    "forgets the fallback": mistake(
        13,
        "found if found or obligation.asked else self.found(obligation.fallback, at)",
        "found",
    ),
    "waits for nobody": mistake(0, "        if not obligation.waits or", "        if True or"),
    "tells everybody who was not reached to stand down": mistake(
        1,
        "if tried.reached and key.obligation in personal",
        "if key.obligation in personal",
    ),
    "tells nobody to stand down whom only an earlier try may have reached": mistake(
        89,
        "if tried.reached and key.obligation in personal",
        "if tried.outcome not in ('failed', 'postponed') and key.obligation in personal",
    ),
    "tells who ended it to stand down": mistake(0, "and key.person != self.incident.moved_by", ""),
    "tells who came after the raise": mistake(27, "if mark.place < progress.raised_place", ""),
    "tells by another method what is known already": mistake(
        0,
        "enough = obligation.suffices or",
        "enough =",
    ),
    "does not follow shifts": mistake(28, "        if not obligation.follows or not", "        if True or not"),
    "pages the new shift of whoever has it": mistake(
        29,
        "        moment = partial(first_moment, ALWAYS, obligation.hindered, facts)\n        new =",
        "        moment = lambda begin: begin\n        new =",
    ),
    "follows only the shift that comes next": mistake(
        28,
        "begin = self.view.directory.next_change(recipients, at)",
        "begin = None",
    ),
    "pages the new shift as if it had been there": mistake(
        28, "max(start, instance.joined.get(person, start))", "start"
    ),
    "asks for a hand-over though the next shift has it": mistake(
        29,
        "if on_call and acknowledged.keys().isdisjoint(on_call):",
        "if on_call:",
    ),
    "asks for a hand-over though there is nobody to hand it over to": mistake(
        29,
        "if on_call and acknowledged.keys().isdisjoint(on_call):",
        "if acknowledged.keys().isdisjoint(on_call):",
    ),
    "asks those for a hand-over who go on by another schedule": mistake(
        77,
        "for each in named if each.kind is",
        "for each in () if each.kind is",
    ),
    "asks those for a hand-over who were never on call": mistake(
        29,
        "                if person in self.found([shift], mark.at):\n",
        "                if True:\n",
    ),
    "is exhausted in the moment in which somebody comes": mistake(
        8,
        "for turn in together if not turn.last]",
        "for turn in together]",
    ),
    "brings in the fallback while a system is asked": mistake(
        43, "not all(each.over for each in questions)", "not questions"
    ),
    "brings in the fallback as soon as a system was asked": mistake(
        43,
        "each.over for each in questions if each.over is not None",
        "",
    ),
    "brings in nobody whom a system named": mistake(
        43,
        "named = [(each, people) for each in questions if",
        "named = [(each, people) for each in questions[:0] if",
    ),
    "gives a system up too early": mistake(
        44,
        "given_up, left = tried.first + LONGEST_ASK,",
        "given_up, left = tried.first + LONGEST_ASK / 2,",
    ),
    "asks nobody again who is on call": mistake(49, "for arm in range(len(again) + 1)]", "for arm in range(1)]"),
    "is exhausted while a system is asked": mistake(
        43,
        "yield from map(self._held, self.questions(obligation, instance, which))",
        "yield from ()",
    ),
    "lets an earlier answer stop a level that is brought in again": mistake(
        17,
        "return len(places) if is_answered else 0",
        "return len(places)",
    ),
    "asks those for another acknowledgement who have it when a level is brought in again": mistake(
        20,
        "return len(places) if is_answered else 0",
        "return sum(again < begun or place > again for place in places)",
    ),
    "takes an answer that does not count for one to a level that is brought in again": mistake(
        25,
        "max(places, default=0) > again",
        "max((mark.place for mark in has_it.values()), default=0) > again",
    ),
    "waits for whoever has it": mistake(
        9,
        "outstanding = sum(person not in has_it for person in there)",
        "outstanding = len(there)",
    ),
    "waits for whoever has left": mistake(
        22,
        "there = [person for person in asked if person in known] or asked",
        "there = asked",
    ),
    "takes it that everybody has it when all have left": mistake(
        23,
        "there = [person for person in asked if person in known] or asked",
        "there = [person for person in asked if person in known]",
    ),
    "asks about what does not apply": mistake(36, " is None and _may_begin(obligation, facts):", " is None:"),
    "pages in maintenance": mistake(50, "held = at if until is None else until\n", "held = at\n"),
    "pages in maintenance what should have been paged before": mistake(50, "max(at, self.now))", "at)"),
    "holds for maintenance what is no page": mistake(
        50,
        "if chain.key is None or not chain.obligation.personal:",
        "if chain.key is None:",
    ),
    "holds pages in maintenance of another severity": mistake(
        0,
        "held_until(self.incident.severity.key,",
        "held_until(min(self.playbook.scheme).key,",
    ),
    "oversleeps the end of maintenance": mistake(
        50,
        "held = at if until is None else until\n",
        "held = at if until is None else until + timedelta(hours=2)\n",
    ),
    "calls people for two levels at once": mistake(
        4,
        "            at = max([chain.at, *others])\n",
        "            at = chain.at\n",
    ),
    "forgets a call by the catch-all as soon as its chain has ended": mistake(88, "[*self._ended()]", "[]"),
    "begins two calls in the same moment": mistake(79, "            if at <= self.now:\n", "            if False:\n"),
    "lets a call that failed put off another": mistake(
        1,
        "if is_of_it and tried.outcome not in (Outcome.FAILED, Outcome.POSTPONED):",
        "if is_of_it:",
    ),
    "begins a call together with one that is tried once more": mistake(
        87,
        "in sorted(chains, key=lambda each: each.key not in tried):",
        "in chains:",
    ),
    "puts off what is tried once more": mistake(82, "others = () if key in tried else", "others ="),
    "lets a person wait for calls to somebody else": mistake(
        80,
        "(key.obligation, key.person) == (level.id, chain.person)",
        "key.obligation == level.id",
    ),
    "hurries what comes after a try that was late": mistake(57, "tried.latest >= tried.first + wait and", "False and"),
    "waits for a system that fails all the time": mistake(
        45,
        "if tried.outcome is Outcome.POSTPONED and (again",
        "if tried.outcome is Outcome.POSTPONED and False and (again",
    ),
    "counts whom the directory does not know": mistake(
        78,
        "return {person: mark for person, mark in self.incident.progress.acknowledged.items() if person in known}",
        "return dict(self.incident.progress.acknowledged)",
    ),
    "does another act though the one before may be done": mistake(
        94,
        "if obligation.acts and tried.outcome is not Outcome.FAILED:",
        "if False:",
    ),
    "takes nobody for everybody": mistake(
        10, "outstanding = outstanding or int(not asked)", "outstanding = outstanding"
    ),
    "lets no acknowledgement expire once the severity is lowered": mistake(
        68, "return reached or expiry", "return expiry"
    ),
    "does for each person what is for all of them": mistake(
        92,
        "(PersonId(NOBODY),) if obligation.acts else people",
        "people",
    ),
    "goes on from what did not happen": mistake(92, "if obligation.presupposes and not", "if False and not"),
    "takes what failed for done": mistake(
        93,
        "frozenset({None, Outcome.SUCCEEDED, Outcome.UNKNOWN})",
        "frozenset({None, Outcome.SUCCEEDED, Outcome.UNKNOWN, Outcome.FAILED})",
    ),
    "previews other outcomes than it is told": mistake(
        0,
        "action=action.key, outcome=outcome, opened",
        "action=action.key, outcome=Outcome.SUCCEEDED, opened",
    ),
}
"""Each mistake by name."""


def mutant(name: str) -> Planner:
    """The planner with that mistake: its modules anew, each with what was imported from those before it."""
    sources, passages = [inspect.getsource(module) for module in MODULES], MUTANTS[name].passages
    for old, new in zip(passages[::2], passages[1::2], strict=True):
        count = sum(source.count(old) for source in sources)
        assert count == 1, f"{name}: this stands {count} times in the planner:\n{old}"
        sources = [source.replace(old, new) for source in sources]
    mutants = {module.__name__: ModuleType(module.__name__) for module in MODULES}
    with pytest.MonkeyPatch.context() as patch:
        for (path, module), source in zip(mutants.items(), sources, strict=True):
            patch.setitem(sys.modules, path, module)  # where imports look, and attrs for the names in annotations
            exec(compile(source, f"<planner that {name}>", "exec"), vars(module))  # noqa: S102  # our own source
    made = mutants[planning.__name__]
    return Planner(made.plan, made.settle, made.preview)


def killed_by(planner: Planner, begin: int = 0) -> str:
    """The first law that a planner breaks, and in which scene, from one on and round again; empty if it breaks none."""
    places = [*range(begin, len(SCENES)), *range(min(begin, len(SCENES)))]
    for place in places:
        case = Case(planner, SCENES[place])
        for law in LAWS:
            try:
                law(case)
            except Exception as error:  # noqa: BLE001  # a mutant may break in any way
                return f"{law.__name__}, in scene {place}: {error}"[:200]
    return ""


@pytest.mark.mutants
@pytest.mark.parametrize("name", MUTANTS)
def test_a_planner_with_this_mistake_breaks_a_law(name: str) -> None:
    assert killed_by(mutant(name), MUTANTS[name].scene), f"no law finds the planner that {name}"


@pytest.mark.mutants
def test_the_planner_itself_breaks_none() -> None:
    assert killed_by(Planner()) == ""
