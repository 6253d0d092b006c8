"""What can still become of a question about rolling back: every course that unknown facts leave possible, exactly.

The facts that matter are answered one after the other, in one order, in each way that conditions can tell apart. What
comes of it is a decision diagram; a fork whose ways all lead to the same is left out of it. So a fact is in the diagram
if and only if its answer can change the course, and the diagram is a single course if and only if that is certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from attrs import define, evolve, field, frozen

from incidentkit.model.conditions import Answer, Condition, samples
from incidentkit.model.facts import Choice
from incidentkit.model.vocabulary import AnyFact, Facts, Vocabulary
from incidentkit.policy.advice import Course
from incidentkit.policy.question import Conclusion, Question, Reply, Walk, is_question
from incidentkit.policy.tree import DecisionTree

MOST_CASES: Final = 1_000
"""Cases up to which it is found out exactly what can still become of it."""

MOST_OPEN: Final = 100
"""Unknown facts up to which that is tried."""

Subject: TypeAlias = Condition | Choice
"""What is answered from facts: a criterion, or a question of the tree."""


@frozen(kw_only=True, eq=False)
class Weighing:
    """What is weighed, and by which tree."""

    immediate: tuple[Condition, ...]
    tree: DecisionTree[Conclusion]
    conclusions: Mapping[str, Course]
    consider: tuple[Condition, ...]
    hotfix_instead: tuple[Condition, ...]


@frozen(eq=False)
class Fork:
    """A fact whose answer makes a difference, and what comes of each answer; of equal ones there is only one."""

    fact: AnyFact
    ways: tuple[Way, ...]


Way: TypeAlias = Fork | Course


@frozen
class Outcome:
    """Every course that is left, and the facts that can change it."""

    possible: tuple[Course, ...]
    questions: tuple[AnyFact, ...]


@frozen(kw_only=True)
class _State:
    """How far it is settled: whether a criterion of each list holds, and where the tree has led."""

    immediate: Answer
    node: Question[Conclusion] | Conclusion
    consider: Answer
    instead: Answer


class _TooMany(Exception):
    """More cases than anybody would look at."""


@define(eq=False)
class Prospect:
    """A weighing, with the order in which its facts are asked for, and those that nobody can tell."""

    weighing: Weighing
    order: Vocabulary
    unsure: frozenset[str]
    _seen: dict[object, Way] = field(init=False, factory=dict[object, "Way"])
    _forks: dict[tuple[str, tuple[int, ...]], Fork] = field(init=False, factory=dict[Any, Fork])
    _kinds: dict[str, tuple[Any, ...]] = field(init=False, factory=dict[str, tuple[Any, ...]])

    def outcome(self, facts: Facts) -> Outcome:
        """What can still become of it, by what is known.

        Beyond `MOST_OPEN` unknown facts or `MOST_CASES` cases every course is left, and every fact that may matter.
        """
        state = self._state(facts)
        asked = [] if self._course(state) else [*self._open(self._left(state, facts), facts)]
        try:
            if len(asked) > MOST_OPEN:
                raise _TooMany
            way = self._way(facts)
        except _TooMany:
            return Outcome((*Course,), tuple(fact for fact in asked if fact.name not in self.unsure))
        ways = _ways(way)
        names = {each.fact.name for each in ways if isinstance(each, Fork)} - self.unsure
        return Outcome(
            tuple(course for course in Course if course in ways),
            tuple(fact for name, fact in self.order.items() if name in names),
        )

    def walk(self, facts: Facts) -> Walk[Conclusion]:
        """The tree, as far as the facts answer it, and those who are unsure."""
        walk = self.weighing.tree.walk()
        while (question := walk.question) is not None and (answer := self._answer(question, facts)) is not None:
            walk = walk.answer(answer)
        return walk

    def _answer(self, question: Question[Conclusion], facts: Facts) -> str | None:
        """The answer to a question; where it has a branch for that, being unsure is one."""
        read = self._read(question, facts)
        answer = question.answer_from(read)
        if answer is not None or read is facts or question.subject is None:
            return answer
        return Reply.UNSURE if {fact.name for fact in _unknown(question.subject, read)} <= self.unsure else None

    def _read(self, question: Question[Conclusion], facts: Facts) -> Facts:
        """The facts that a question is answered from; what nobody can tell is none of them if it may be said so."""
        if not self.unsure or Reply.UNSURE not in question.branches:
            return facts
        return evolve(facts, values={name: value for name, value in facts.values.items() if name not in self.unsure})

    def _way(self, facts: Facts) -> Way:
        """What comes of the next fact that matters, answer by answer."""
        state = self._state(facts)
        course = self._course(state)
        if course is not None:
            return course
        left = [*self._left(state, facts)]
        case = (state, tuple(_told(*each) for each in left))
        if case not in self._seen:
            if len(self._seen) >= MOST_CASES:
                raise _TooMany
            fact = next(self._open(left, facts))
            ways = tuple(self._way(facts.with_value(fact, value)) for value in self._values(fact, facts))
            self._seen[case] = self._fork(fact, ways)
        return self._seen[case]

    def _fork(self, fact: AnyFact, ways: tuple[Way, ...]) -> Way:
        """The fork of a fact, or where all its ways lead."""
        if all(way is ways[0] for way in ways):
            return ways[0]
        return self._forks.setdefault((fact.name, tuple(map(id, ways))), Fork(fact, ways))

    def _state(self, facts: Facts) -> _State:
        weighing = self.weighing
        immediate, consider, instead = (
            _any(some, facts) for some in (weighing.immediate, weighing.consider, weighing.hotfix_instead)
        )
        return _State(immediate=immediate, node=self.walk(facts).node, consider=consider, instead=instead)

    def _course(self, state: _State) -> Course | None:
        """What to do, as far as that is settled: the order in which things count."""
        if state.immediate:
            return Course.ROLL_BACK_AT_ONCE
        if state.immediate is None or is_question(state.node):
            return None
        course = self.weighing.conclusions[str(state.node)]
        match course, state.consider, state.instead:
            case Course.ROLL_BACK, _, False:
                return course
            case Course.ROLL_BACK, _, True:
                return Course.CONSIDER_ROLLING_BACK
            case (Course.HOTFIX, False, _) | (Course.HOTFIX, _, True):
                return course
            case Course.HOTFIX, True, False:
                return Course.CONSIDER_ROLLING_BACK
            case ((Course.ROLL_BACK | Course.HOTFIX), _, _):
                return None
            case _:
                return course

    def _left(self, state: _State, facts: Facts) -> Iterator[tuple[Subject, Facts]]:
        """What is not settled and may change the course, with the facts that it is read by."""
        weighing = self.weighing
        course = None if is_question(state.node) else weighing.conclusions[str(state.node)]
        lists = (
            (state.immediate, True, weighing.immediate),
            (state.consider, course in (None, Course.HOTFIX) and state.instead is not True, weighing.consider),
            (
                state.instead,
                course in (None, Course.ROLL_BACK) or (course is Course.HOTFIX and state.consider is not False),
                weighing.hotfix_instead,
            ),
        )
        for holds, matters, conditions in lists:
            if holds is None and matters:
                yield from ((each, facts) for each in conditions if each.walk(facts) is None)
        if is_question(state.node):
            yield from (
                (each.subject, self._read(each, facts)) for each in state.node.questions if each.subject is not None
            )

    def _open(self, left: Iterable[tuple[Subject, Facts]], facts: Facts) -> Iterator[AnyFact]:
        """The facts that could settle it, in the order in which to ask."""
        unknown = ((fact.name, read) for subject, read in left for fact in _unknown(subject, read))
        names = {name for name, read in unknown if read is facts or name not in self.unsure}
        return (fact for name, fact in self.order.items() if name in names)

    def _values(self, fact: AnyFact, facts: Facts) -> Iterable[Any]:
        """A value of every kind that can be told apart, of those that are possible."""
        if fact.name not in self._kinds:
            self._kinds[fact.name] = self._told_apart(fact, facts)
        return self._kinds[fact.name]

    def _told_apart(self, fact: AnyFact, facts: Facts) -> tuple[Any, ...]:
        conditions = [each for each in self._subjects if isinstance(each, Condition)]
        leaves = [leaf for each in conditions for leaf in each.leaves if fact.name in leaf.vocabulary]
        is_chosen = any(each == fact for each in self._subjects if not isinstance(each, Condition))
        possible = facts.possible.get(fact.name)
        kinds: dict[tuple[object, ...], Any] = {}
        for value in samples(fact, conditions):
            if possible is None or value in possible:
                world = Facts(self.order, {fact.name: value})
                kinds.setdefault((value if is_chosen else None, *(leaf.walk(world) for leaf in leaves)), value)
        return tuple(kinds.values())

    @property
    def _subjects(self) -> Iterator[Subject]:
        weighing = self.weighing
        yield from (*weighing.immediate, *weighing.consider, *weighing.hotfix_instead)
        yield from (each.subject for each in weighing.tree.root.questions if each.subject is not None)


def _any(conditions: Iterable[Condition], facts: Facts) -> Answer:
    """Whether one of them holds."""
    answers = [condition.walk(facts) for condition in conditions]
    return True if True in answers else None if None in answers else False


def _unknown(subject: Subject, facts: Facts) -> Iterator[AnyFact]:
    """The facts that keep a subject from being answered; none if it is."""
    if not isinstance(subject, Condition):
        return iter(() if subject in facts else (subject,))
    leaves = (leaf for leaf in subject.leaves if leaf.walk(facts) is None) if subject.walk(facts) is None else ()
    return (fact for leaf in leaves for fact in leaf.mentioned)


def _told(subject: Subject, facts: Facts) -> tuple[object, ...]:
    """What is known of a subject, leaf by leaf."""
    if isinstance(subject, Condition):
        return (subject, *(leaf.walk(facts) for leaf in subject.leaves))
    return (subject, facts.get(subject))


def _ways(way: Way) -> set[Way]:
    """Every fork and every course of a diagram."""
    found, left = {way}, [way]
    while left:
        each = left.pop()
        new = {*each.ways} - found if isinstance(each, Fork) else ()
        found.update(new)
        left.extend(new)
    return found
