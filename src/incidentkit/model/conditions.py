"""One language for every "if": expressions over facts with three answers, true, false and unknown.

A condition is a frozen tree of comparisons joined by `&`, `|` and `~`, and means what Kleene's strong logic says: it is
true or false as soon as the known facts make it so whatever the others are, leaf by leaf, and unknown otherwise.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Final, Never, NoReturn, TypeAlias, assert_never, cast

from attrs import AttrsInstance, fields, frozen

from incidentkit.errors import ConditionInvalid, ExpressionInvalid, IncidentkitError, expect, shown
from incidentkit.model.expression import (
    MAX_DEPTH,
    Junction,
    Negation,
    Operator,
    Relation,
    Syntax,
    Truth,
    parse_expression,
    scalar_text,
)
from incidentkit.model.source import Source
from incidentkit.model.vocabulary import AnyFact, Facts, FactSource, Vocabulary, is_fact
from incidentkit.text.printed import Printed

Answer: TypeAlias = bool | None
"""True, false, or unknown."""

COMPARE: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""What each operator does with the value of a fact and a threshold, in that order."""

_OR, _AND, _NOT, _LEAF = range(4)
"""How tightly each form binds in text; a part that binds no tighter than its whole is written in brackets."""


class Condition(Printed, ABC):
    """An "if" over facts. Make one by comparing facts, join them with ``&``, ``|`` and ``~``.

    ``and``, ``or``, ``not`` and ``if`` raise `TypeError`: Python would decide there and then, knowing no facts.
    """

    @abstractmethod
    def walk(self, facts: Facts) -> Answer:
        """The answer by Kleene's tables, leaf by leaf: the definition that the compiled form must agree with."""

    @abstractmethod
    def write(self, source: Source) -> str:
        """The Python expression for it, all facts known."""

    @abstractmethod
    def __str__(self) -> str: ...

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions it is made of; none for a leaf."""
        return ()

    @property
    def mentioned(self) -> Iterable[AnyFact]:
        """The facts it mentions, from left to right."""
        return (fact for part in self.parts for fact in part.mentioned)

    @staticmethod
    def parse(text: str, vocabulary: Vocabulary | Iterable[AnyFact]) -> Condition:
        """Read what `str` of a condition writes: ``error_rate > 0.1 or data_at_risk``.

        Comparisons, ``in``, ``and``, ``or``, ``not``, numbers, durations (``1h30min``) and quoted text, over the facts
        of the vocabulary; at most 10,000 characters and 100 levels. Raises `ExpressionInvalid` with the column.
        """
        if not isinstance(vocabulary, Vocabulary):
            vocabulary = Vocabulary(*expect(Iterable, vocabulary, ConditionInvalid, "a vocabulary is made of facts"))
        expect(str, text, ConditionInvalid, "a condition is parsed from text")
        try:
            return _condition(parse_expression(text), text, vocabulary)
        except ConditionInvalid as error:
            raise ExpressionInvalid(text, 1, str(error)) from None
        except RecursionError:
            raise ExpressionInvalid(text, 1, "nested too deeply for what is left of Python's stack") from None

    def evaluate(self, facts: FactSource, *, at: datetime | None = None) -> Answer:
        """True, false, or `None` for unknown. ``at`` is the moment at which running clocks are read.

        Raises what `Facts.read` raises: `UnknownFact`, `FactInvalid`, `FactValueInvalid`.
        """
        known = Facts.seen(facts, self.vocabulary, at=at)
        try:
            return self._compiled(known.values)
        except KeyError:
            return self.walk(known)

    def explain(self, facts: FactSource, *, at: datetime | None = None) -> Explanation:
        """The answer, and the answer of every part with the value it rests on."""
        return explained(self, Facts.read(facts, self.vocabulary, at=at))

    def next_change(self, facts: FactSource, *, at: datetime | None = None) -> datetime | None:
        """When the answer will next be another one if nothing but time goes on; `None` if it never will.

        Exact to the microsecond: at every earlier moment the answer is today's, and at this one it is not.
        """
        known = Facts.read(facts, self.vocabulary, at=at)
        answer = self.walk(known)
        for moment in self._turning_points(known):
            if self.walk(known.later(moment)) is not answer:
                return moment
        return None

    def first_true(self, facts: Facts) -> datetime | None:
        """From which moment on, not before that of the facts, it is true if nothing but time goes on.

        `None` if it never will be. The facts must have a moment, as `Facts.at`, and know the vocabulary of this
        condition; they are taken as they are.
        """
        if self.evaluate(facts):
            return facts.at
        return next((moment for moment in self._turning_points(facts) if self.walk(facts.later(moment))), None)

    def grounds(self, facts: Facts) -> Condition:
        """The part of it that makes it true: of alternatives the first that is true, and so on inwards."""
        return self

    def _turning_points(self, facts: Facts) -> list[datetime]:
        """The moments still to come at which a running clock reaches something it is compared with."""
        moments: set[datetime] = set()
        for leaf in self.leaves:
            if isinstance(leaf, Comparison) and leaf.fact.name in facts.started:
                try:
                    moments.add(facts.started[leaf.fact.name] + leaf.threshold)
                except OverflowError:
                    continue  # beyond the year 9999: never
        return sorted(moment for moment in moments if facts.at is not None and moment > facts.at)

    @cached_property
    def leaves(self) -> tuple[Condition, ...]:
        """The comparisons and flags it is made of, from left to right."""
        return tuple(leaf for part in self.parts for leaf in part.leaves) if self.parts else (self,)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The facts it mentions, in the order in which it mentions them."""
        return Vocabulary(*self.mentioned)

    @cached_property
    def depth(self) -> int:
        """Levels of nesting; a leaf has one."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @property
    def binding(self) -> int:
        """How tightly its text binds."""
        return _LEAF

    @cached_property
    def _compiled(self) -> Callable[[Mapping[str, Any]], bool]:
        source = Source()
        source.line(0, f"return {self.write(source)}")
        return source.function()

    def _bracketed(self, part: Condition) -> str:
        return str(part) if part.binding > self.binding else f"({part})"

    def __and__(self, other: Condition) -> Condition:
        return _joined(All, (self, other))

    def __or__(self, other: Condition) -> Condition:
        return _joined(AnyOf, (self, other))

    # Type checkers refuse whatever stands on the other side of these; at run time the message says what to write.

    def __rand__(self, other: Never) -> NoReturn:
        raise _not_a_condition(other, All, self)

    def __ror__(self, other: Never) -> NoReturn:
        raise _not_a_condition(other, AnyOf, self)

    def __invert__(self) -> Condition:
        return Not(self)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self} has no answer before it is evaluated: write & for 'and', | for 'or', ~ for 'not',"
            " condition.evaluate(facts) in an 'if', and 'is not None' to see whether there is one"
        )

    def __lt__(self, other: Never) -> NoReturn:
        raise _compared(self, "<", other)

    def __le__(self, other: Never) -> NoReturn:
        raise _compared(self, "<=", other)

    def __gt__(self, other: Never) -> NoReturn:
        raise _compared(self, ">", other)

    def __ge__(self, other: Never) -> NoReturn:
        raise _compared(self, ">=", other)

    def __repr__(self) -> str:
        return f"<condition {self}>"

    def __getstate__(self) -> dict[str, Any]:
        """Only what defines the condition: compiled code neither pickles nor needs to."""
        return {
            attribute.name: getattr(self, attribute.name) for attribute in fields(cast(type[AttrsInstance], type(self)))
        }


@frozen(slots=False, repr=False, order=False)
class Constant(Condition):
    """True or false whatever the facts are: `ALWAYS` and `NEVER`."""

    value: bool

    def walk(self, facts: Facts) -> Answer:
        """The constant itself."""
        return self.value

    def write(self, source: Source) -> str:
        """``True`` or ``False``."""
        return str(self.value)

    def __str__(self) -> str:
        return scalar_text(self.value)

    def __invert__(self) -> Condition:
        return NEVER if self.value else ALWAYS


ALWAYS: Final = Constant(True)
"""The condition that holds whatever is known."""

NEVER: Final = Constant(False)
"""The condition that never holds."""


@frozen(slots=False, repr=False, order=False)
class Comparison(Condition):
    """A fact compared with one threshold, which the fact has checked: ``error_rate > 0.1``."""

    fact: AnyFact
    operator: Operator
    threshold: Any

    def __attrs_post_init__(self) -> None:
        if not is_fact(self.fact) or self.operator not in [*COMPARE]:
            raise ConditionInvalid(
                f"a fact is compared by {', '.join(COMPARE)}, not {shown(self.fact)} by {shown(self.operator)}"
            )
        object.__setattr__(self, "threshold", self.fact.threshold(self.operator, self.threshold))

    def walk(self, facts: Facts) -> Answer:
        """The answer of the comparison; unknown while the values still possible answer differently."""
        return _asked(self.fact, facts, lambda value: COMPARE[self.operator](value, self.threshold))

    def write(self, source: Source) -> str:
        """Read, compare with a bound constant."""
        return f"{source.read(self.fact.name)} {self.operator} {source.constant(self.threshold)}"

    @property
    def mentioned(self) -> Iterable[AnyFact]:
        """Its one fact."""
        return (self.fact,)

    def __str__(self) -> str:
        return f"{self.fact.name} {self.operator} {self.fact.text(self.threshold)}"


@frozen(slots=False, repr=False, order=False)
class OneOf(Condition):
    """A fact whose value is one of several: ``region in ("eu", "us")``."""

    fact: AnyFact
    options: tuple[Any, ...]

    def __attrs_post_init__(self) -> None:
        options = tuple(self.options)
        if not options:
            raise ConditionInvalid(f"{self.fact.name}.one_of() is given nothing, so it could never hold")
        _check_one_by_one(self.fact, options[0])
        object.__setattr__(self, "options", tuple(self.fact.threshold("==", option) for option in options))

    def walk(self, facts: Facts) -> Answer:
        """Whether the value is among the options; unknown while the values still possible answer differently."""
        return _asked(self.fact, facts, lambda value: value in self.options)

    def write(self, source: Source) -> str:
        """Read, look for it in a bound tuple."""
        return f"{source.read(self.fact.name)} in {source.constant(self.options)}"

    @property
    def mentioned(self) -> Iterable[AnyFact]:
        """Its one fact."""
        return (self.fact,)

    def __str__(self) -> str:
        return f"{self.fact.name} in ({', '.join(map(self.fact.text, self.options))})"


def _check_one_by_one(fact: AnyFact, first: object) -> None:
    if isinstance(first, list | tuple):
        several = shown(cast(object, first))
        raise ConditionInvalid(f"{fact.name}.one_of() takes its values one by one: one_of(*{several})")


def _asked(fact: AnyFact, facts: Facts, question: Callable[[Any], bool]) -> Answer:
    """The answer that the known value gives, or that all values still possible agree on."""
    value = facts.values.get(fact.name)
    if value is not None:
        return question(value)
    answers = {question(possible) for possible in facts.possible.get(fact.name, ())}
    return answers.pop() if len(answers) == 1 else None


@frozen(slots=False, repr=False, order=False)
class Not(Condition):
    """The opposite of a condition; unknown stays unknown. Written ``~condition``, which undoes itself."""

    part: Condition

    def __attrs_post_init__(self) -> None:
        if isinstance(self.part, Not | Constant):
            raise ConditionInvalid(f"write ~condition: the opposite of {self.part} is {~self.part}")
        _check_depth(self)

    def walk(self, facts: Facts) -> Answer:
        """The opposite answer."""
        answer = self.part.walk(facts)
        return None if answer is None else not answer

    def write(self, source: Source) -> str:
        """Negate."""
        return f"(not {self.part.write(source)})"

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The one that it negates."""
        return (self.part,)

    @property
    def binding(self) -> int:
        """As tight as ``not``, or as a comparison where the grammar has a negative one."""
        return _LEAF if self._negative else _NOT

    @property
    def _negative(self) -> str | None:
        """The text of a comparison that has a negative form of its own: ``!=`` and ``not in``."""
        match self.part:
            case Comparison(operator="=="):
                return str(self.part).replace(" == ", " != ", 1)
            case OneOf():
                return str(self.part).replace(" in ", " not in ", 1)
            case _:
                return None

    def __str__(self) -> str:
        return self._negative or f"not {self._bracketed(self.part)}"

    def __invert__(self) -> Condition:
        return self.part


@frozen(slots=False, repr=False, order=False)
class _Junction(Condition):
    """Two or more conditions joined by one word; a part joined by the same word belongs in the same row."""

    word: ClassVar[str]
    decisive: ClassVar[bool]
    """The answer of one part that settles the whole; if no part has it, the whole has the opposite."""

    conditions: tuple[Condition, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.conditions) < 2 or any(isinstance(part, type(self)) for part in self.conditions):
            raise ConditionInvalid(f"{self.word!r} joins two or more conditions in one row: write them with & and |")
        _check_depth(self)

    def walk(self, facts: Facts) -> Answer:
        """Settled as soon as one part is decisive, else unknown if one is unknown."""
        unknown = False
        for part in self.conditions:
            answer = part.walk(facts)
            if answer is self.decisive:
                return answer
            unknown = unknown or answer is None
        return None if unknown else not self.decisive

    def write(self, source: Source) -> str:
        """Join with the word, which means the same in Python."""
        return f"({f' {self.word} '.join(part.write(source) for part in self.conditions)})"

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions that it joins."""
        return self.conditions

    def __str__(self) -> str:
        return f" {self.word} ".join(map(self._bracketed, self.conditions))


@frozen(slots=False, repr=False, order=False)
class All(_Junction):
    """Two or more conditions that must all hold."""

    word = "and"
    decisive = False

    def grounds(self, facts: Facts) -> Condition:
        """The grounds of each part that is not always true."""
        parts = [ground for part in self.conditions if (ground := part.grounds(facts)) != ALWAYS]
        return parts[0] if len(parts) == 1 else _joined(All, tuple(parts)) if parts else ALWAYS

    @property
    def binding(self) -> int:
        """Tighter than ``or``."""
        return _AND


@frozen(slots=False, repr=False, order=False)
class AnyOf(_Junction):
    """Two or more conditions of which one must hold."""

    word = "or"
    decisive = True

    def grounds(self, facts: Facts) -> Condition:
        """The grounds of the first part that is true."""
        return next((part.grounds(facts) for part in self.conditions if part.walk(facts)), self)

    @property
    def binding(self) -> int:
        """The loosest."""
        return _OR


@frozen
class Explanation:
    """Why a condition has the answer it has: itself, the value it rests on, and the same for its parts."""

    condition: Condition
    answer: Answer
    because: str
    """For a comparison, what is known of its fact, or the question that would tell; empty for what has parts."""
    parts: tuple[Explanation, ...]

    def lines(self, depth: int = 0) -> Iterator[str]:
        """One line for the condition and each of its parts, indented by their level."""
        word = {True: "true", False: "false", None: "unknown"}[self.answer]
        yield f"{'  ' * depth}{self.condition}: {word}{f' ({self.because})' if self.because else ''}"
        for part in self.parts:
            yield from part.lines(depth + 1)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def explained(condition: Condition, facts: Facts) -> Explanation:
    """Walk a condition and keep every answer on the way."""
    parts = tuple(explained(part, facts) for part in condition.parts)
    because = "" if parts else "; ".join(_known_of(fact, facts) for fact in condition.vocabulary.values())
    return Explanation(condition, condition.walk(facts), because, parts)


def _known_of(fact: AnyFact, facts: Facts) -> str:
    if fact.name in facts.values:
        if isinstance(fact, Condition):
            return ""  # a flag's value is its answer
        return f"{fact.name} is {fact.text(facts.values[fact.name])}"
    if fact.name in facts.possible:
        return f"{fact.name} is one of {', '.join(sorted(map(fact.text, facts.possible[fact.name])))}"
    return fact.question


def samples(fact: AnyFact, conditions: Iterable[Condition]) -> tuple[Any, ...]:
    """Values of a fact that, one by one, bring about everything that these conditions can tell apart about it."""
    thresholds: list[Any] = []
    for leaf in (leaf for condition in conditions for leaf in condition.leaves):
        match leaf:
            case Comparison(fact=mentioned, threshold=threshold) if mentioned == fact:
                thresholds.append(threshold)
            case OneOf(fact=mentioned, options=options) if mentioned == fact:
                thresholds.extend(options)
            case _:
                pass
    return fact.samples(thresholds)


def _joined(kind: type[All | AnyOf], conditions: Iterable[object]) -> Condition:
    """Join conditions; what is joined by the same word already goes into the same row."""
    row: list[Condition] = []
    for condition in conditions:
        if not isinstance(condition, Condition):
            raise _not_a_condition(condition, kind, row[0])
        row.extend(condition.parts if isinstance(condition, kind) else (condition,))
    return kind(tuple(row))


def _check_depth(condition: Condition) -> None:
    if condition.depth > MAX_DEPTH:
        raise ConditionInvalid(f"a condition is nested {MAX_DEPTH} levels at the most")


_SIGN: Final[dict[type[Condition], str]] = {All: "&", AnyOf: "|"}


def _not_a_condition(other: object, kind: type[Condition], condition: Condition) -> TypeError:
    name, what = (other.name, f"the {other.tag} {other.name}") if is_fact(other) else (shown(other),) * 2
    sign = _SIGN[kind]
    if isinstance(other, bool):
        what = f"{other} is none; == compares objects, so write fact.is_(value) where you wrote fact == value"
        return TypeError(f"{sign} joins conditions, and {what}")
    return TypeError(
        f"{sign} joins conditions, and {what} is none. Python reads {sign} before < and >,"
        f" so put comparisons in brackets: {_python(condition)} {sign} ({name} > ...)"
    )


def _python(condition: Condition) -> str:
    """A condition as a part of a Python expression: a flag as it is, all else in brackets."""
    return str(condition) if is_fact(condition) else f"({condition})"


def _compared(condition: Condition, sign: str, other: object) -> TypeError:
    hint = "put each comparison in brackets"
    if type(condition) in _SIGN:
        *first, last = condition.parts
        hint = f"write {f' {_SIGN[type(condition)]} '.join([*map(_python, first), f'({last} {sign} {shown(other)})'])}"
    return TypeError(f"{condition} {sign} {other!r} compares a condition with a value: {hint}")


def _condition(syntax: Syntax, text: str, vocabulary: Vocabulary) -> Condition:
    """Give the names of a syntax tree their facts."""
    match syntax:
        case Truth(value=value):
            return ALWAYS if value else NEVER
        case Negation(part=part):
            return ~_condition(part, text, vocabulary)
        case Junction(word=word, parts=parts):
            return _joined(All if word == "and" else AnyOf, [_condition(part, text, vocabulary) for part in parts])
        case Relation():
            try:
                return _related(syntax, vocabulary)
            except IncidentkitError as error:
                raise ExpressionInvalid(text, syntax.column, str(error)) from error
        case _:
            assert_never(syntax)


def _related(relation: Relation, vocabulary: Vocabulary) -> Condition:
    """What a name says, alone or compared."""
    fact = vocabulary[relation.name]
    values = tuple(map(fact.from_scalar, relation.values))
    if relation.operator == "in":
        return OneOf(fact, values)
    if relation.operator is not None:
        return Comparison(fact, relation.operator, values[0])
    if isinstance(fact, Condition):
        return fact
    raise ConditionInvalid(f"{fact.name} is a {fact.tag}: compare it with something")
