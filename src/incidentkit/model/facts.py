"""The kinds of facts: flags, numbers, choices, durations, clocks and severity. Compared, they make conditions."""

from __future__ import annotations

import math
import re
import sys
from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeGuard, cast

from attrs import field, frozen

from incidentkit.errors import ConditionInvalid, FactInvalid, FactValueInvalid, expect, shown
from incidentkit.model.conditions import Answer, Comparison, Condition, OneOf
from incidentkit.model.durations import parse_duration
from incidentkit.model.expression import Operator, Scalar, scalar_text
from incidentkit.model.severity import Severity, SeverityScheme, is_severity
from incidentkit.model.source import Source
from incidentkit.model.vocabulary import (
    AnyFact,
    Fact,
    Facts,
    V,
    Vocabulary,
    Worse,
    aware,
    check_name,
    check_question,
    check_worse,
)


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class Flag(Fact[bool], Condition):
    """Something that is so or is not: ``Flag("data_at_risk", question="Is data at risk?")``.

    A flag is a condition itself, the one that holds when it is so. Its values are `True` and `False` and nothing that
    merely looks like them. It is worse when so, unless ``worse`` says otherwise.
    """

    tag: ClassVar[str] = "flag"

    worse: Worse = field(default=Worse.HIGHER, kw_only=True, validator=check_worse)

    def check(self, value: object) -> bool:
        """`True` or `False`; `FactValueInvalid` for anything else, also for 0, 1 and text."""
        if value is True or value is False:
            return value
        raise self.refuse(value, "True or False")

    @property
    def answers(self) -> str:
        """Yes or no."""
        return "yes or no"

    def understand(self, text: str) -> object:
        """Yes and no, and what else people say for them."""
        return _YES_OR_NO.get(text.casefold())

    def threshold(self, operator: Operator, value: object) -> bool:
        """A flag stands for itself and is not compared."""
        raise ConditionInvalid(f"{self.name} is a flag: write {self.name} or not {self.name}, without comparing it")

    def samples(self, thresholds: Iterable[bool]) -> tuple[bool, ...]:
        """Both."""
        return (False, True)

    def is_(self, value: bool) -> Condition:
        """The condition that it is so, or that it is not."""
        return self if self.check(value) else ~self

    def walk(self, facts: Facts) -> Answer:
        """Its value."""
        value: Answer = facts.values.get(self.name)
        return value

    def write(self, source: Source) -> str:
        """Read it."""
        return source.read(self.name)

    @property
    def mentioned(self) -> Iterable[AnyFact]:
        """Itself."""
        return (self,)

    def __str__(self) -> str:
        return self.name


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class _Measured(Fact[V], Generic[V]):
    """A fact whose values have an order and perhaps bounds, which both belong to the domain."""

    minimum: V | None = field(default=None, kw_only=True)
    maximum: V | None = field(default=None, kw_only=True)
    worse: Worse = field(default=Worse.NEITHER, kw_only=True, validator=check_worse)

    def __attrs_post_init__(self) -> None:
        for name, bound in (("minimum", self.minimum), ("maximum", self.maximum)):
            if bound is not None:
                try:
                    object.__setattr__(self, name, self._measure(bound))
                except FactValueInvalid as error:
                    raise FactInvalid(f"a bound of {error}") from None
        if self.minimum is not None and self.maximum is not None and not self.minimum < self.maximum:  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
            raise FactInvalid(
                f"{self.name}: nothing lies between {self.text(self.minimum)} and {self.text(self.maximum)}"
            )

    @abstractmethod
    def _measure(self, value: object) -> V:
        """The value, if it is of the right type; bounds apart."""

    @abstractmethod
    def _beyond(self, value: V, sign: int) -> V | None:
        """A value below (-1) or above (1) another one, if there is any."""

    def check(self, value: object) -> V:
        """The value, if it has the right type and lies within the bounds."""
        measured: Any = self._measure(value)
        if self.minimum is not None and measured < self.minimum:
            raise self.refuse(value, f"at least {self.text(self.minimum)}")
        if self.maximum is not None and measured > self.maximum:
            raise self.refuse(value, f"at most {self.text(self.maximum)}")
        return cast(V, measured)

    def threshold(self, operator: Operator, value: object) -> V:
        """The value, if this fact can have it: a threshold out of bounds would never or always be passed."""
        return _threshold(self, operator, value)

    def samples(self, thresholds: Iterable[V]) -> tuple[V, ...]:
        """Each threshold, a value between any two, and one beyond the first and the last."""
        cuts: list[Any] = sorted(set(cast(Iterable[Any], thresholds)))
        if not cuts:
            return tuple(bound for bound in (self.minimum, self.maximum) if bound is not None)[:1] or (
                self._measure(self._zero),
            )
        middles = [middle for low, high in pairwise(cuts) if low < (middle := self._middle(low, high)) < high]
        low = self._beyond(cuts[0], -1) if self.minimum is None else self.minimum
        high = self._beyond(cuts[-1], 1) if self.maximum is None else self.maximum
        values: set[Any] = {*cuts, *middles, *(end for end in (low, high) if end is not None)}
        return tuple(sorted(values))

    @abstractmethod
    def _middle(self, low: V, high: V) -> Any:
        """A value between two others, if there is any."""

    _zero: ClassVar[object]

    @property
    def _bounds(self) -> str:
        """The bounds in words: `` from 0 to 1``, `` of at least 0``."""
        low, high = (None if bound is None else self.text(bound) for bound in (self.minimum, self.maximum))
        if low is not None and high is not None:
            return f" from {low} to {high}"
        return f" of at least {low}" if low is not None else f" of at most {high}" if high is not None else ""

    def is_(self, value: V) -> Condition:
        """The condition that it is exactly this."""
        return Comparison(self, "==", value)

    def one_of(self, *values: V) -> Condition:
        """The condition that it is one of these."""
        return OneOf(self, values)

    def __lt__(self, value: V) -> Condition:
        return Comparison(self, "<", value)

    def __le__(self, value: V) -> Condition:
        return Comparison(self, "<=", value)

    def __gt__(self, value: V) -> Condition:
        return Comparison(self, ">", value)

    def __ge__(self, value: V) -> Condition:
        return Comparison(self, ">=", value)


def _check_unit(instance: Number, attribute: object, value: object) -> None:
    expect(str, value, FactInvalid, f"the unit of {instance.name} is text")


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class Number(_Measured[float]):
    """A count or a measure: ``Number("error_rate", question="What share of requests fails?", minimum=0, maximum=1)``.

    Values are integers and finite floats, never `True`, text or NaN, and lie within the bounds, both included. A share
    has the bounds 0 and 1, so that 34 for 34 % is refused rather than believed. ``unit`` is for people.
    """

    tag: ClassVar[str] = "number"

    unit: str = field(default="", kw_only=True, validator=_check_unit)
    _zero: ClassVar[object] = 0

    def _measure(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(value, "a number")
        if not -sys.float_info.max <= value <= sys.float_info.max:
            raise self.refuse(value, "a finite number")
        return float(value) if isinstance(value, float) else int(value)

    @property
    def answers(self) -> str:
        """A number with its bounds; a share may be given as a percentage."""
        return f"a number{self._bounds}{', or a percentage' if self.maximum == 1 else ''}"

    def understand(self, text: str) -> object:
        """``12``, ``0.34``, ``1_000``; ``34%`` is 0.34."""
        if text.endswith("%") and self.maximum == 1:
            return float(Decimal(text[:-1]) / 100)  # one rounding, so that 1.1% is 0.011
        text = text.replace(",", "") if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+", text) else text
        return int(text) if re.fullmatch(r"-?[0-9_]{1,300}", text) else float(text)

    def _middle(self, low: float, high: float) -> float:
        """An integer between integers, where there is one; of large numbers only integers may lie close enough."""
        whole, half = (int(low) + int(high)) // 2, low / 2 + high / 2
        is_counted = isinstance(low, int) and isinstance(high, int)
        return whole if low < whole < high and (is_counted or not low < half < high) else half

    def _beyond(self, value: float, sign: int) -> float | None:
        beyond = value + sign
        if beyond == value:
            beyond = math.nextafter(value, sign * math.inf)
        return beyond if -sys.float_info.max <= beyond <= sys.float_info.max else None


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class Duration(_Measured[timedelta]):
    """A length of time that somebody states: ``Duration("time_to_fix", question="How long will a fix take?")``.

    Values are `datetime.timedelta`, not negative. For time that passes by itself there is `Clock`.
    """

    tag: ClassVar[str] = "duration"
    _zero: ClassVar[object] = timedelta()

    def _measure(self, value: object) -> timedelta:
        if not isinstance(value, timedelta) or value < timedelta():
            raise self.refuse(value, "a timedelta of zero or more")
        return timedelta(value.days, value.seconds, value.microseconds)

    @property
    def answers(self) -> str:
        """A duration with its bounds."""
        return f"a duration{self._bounds}, such as 10min or 1h30min"

    def understand(self, text: str) -> object:
        """``1h30min``, also ``90 minutes``."""
        return _duration(text)

    def _middle(self, low: timedelta, high: timedelta) -> timedelta:
        return low + (high - low) / 2

    def _beyond(self, value: timedelta, sign: int) -> timedelta | None:
        try:
            beyond = value + sign * timedelta(seconds=1)
        except OverflowError:
            return timedelta.max if value < timedelta.max else None
        return beyond if beyond >= timedelta() else timedelta() if value else None


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class Clock(Fact[timedelta]):
    """Time that passes by itself: ``Clock("unresolved_for", question="For how long has it not been resolved?")``.

    Its value is the moment at which it started (it runs) or a reading (it stands still). It compares with at-least
    only, so that a condition turns at an exact moment: ``UNRESOLVED_FOR >= timedelta(minutes=30)``.
    """

    tag: ClassVar[str] = "clock"
    worse: ClassVar[Worse] = Worse.HIGHER

    def check(self, value: object) -> Any:
        """A start, in UTC from here on, or a reading of zero or more."""
        if isinstance(value, datetime):
            return aware(self.name, value)
        if isinstance(value, timedelta) and value >= timedelta():
            return value
        raise self.refuse(value, "a datetime (when it started) or a timedelta of zero or more (what it shows)")

    @property
    def answers(self) -> str:
        """A time or a duration."""
        return "when it started, such as 2026-03-02T14:23:00Z, or what it shows, such as 10min"

    def understand(self, text: str) -> object:
        """A time in ISO 8601 with its zone, or a duration."""
        return datetime.fromisoformat(text) if "-" in text else _duration(text)

    def threshold(self, operator: Operator, value: object) -> timedelta:
        """A length of zero or more, compared with at-least."""
        if operator != ">=":
            raise ConditionInvalid(
                f"{self.name} is a clock: compare it with >=, and write 'not' before it for less than"
            )
        if not isinstance(value, timedelta) or value < timedelta():
            raise ConditionInvalid(
                f"{self.name} >= {shown(value)}: a clock is compared with a timedelta of zero or more"
            )
        return value

    def samples(self, thresholds: Iterable[timedelta]) -> tuple[timedelta, ...]:
        """Zero, and each threshold: at-least tells no more apart."""
        return tuple(sorted({timedelta(), *thresholds}))

    def __ge__(self, value: timedelta) -> Condition:
        return Comparison(self, ">=", value)


def _options(options: Iterable[str]) -> tuple[str, ...]:
    if isinstance(options, str):
        return (options,)
    words: Iterable[Any] = expect(Iterable, options, FactInvalid, "the options of a choice are words")
    return tuple(str.__str__(word) if isinstance(word, str) else word for word in words)


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class Choice(Fact[str]):
    """One of several words: ``Choice("region", question="Which region?", options=("eu", "us"))``.

    With ``worse`` the options have an order, mildest first for `Worse.HIGHER`; without, they have none.
    """

    tag: ClassVar[str] = "choice"

    options: tuple[str, ...] = field(kw_only=True, converter=_options)
    worse: Worse = field(default=Worse.NEITHER, kw_only=True, validator=check_worse)

    def __attrs_post_init__(self) -> None:
        words = cast(tuple[Any, ...], self.options)
        if not all(isinstance(word, str) and word for word in words) or len(set(words)) != len(words):
            raise FactInvalid(f"{self.name}: options are different words, not {shown(words)}")
        if len(words) < 2:
            raise FactInvalid(f"{self.name}: a choice has two options or more, not {shown(words)}")

    def check(self, value: object) -> str:
        """The option of that name."""
        if isinstance(value, str) and value in self.options:
            return self.options[self.options.index(value)]
        raise self.refuse(value, f"one of {', '.join(self.options)}")

    @property
    def answers(self) -> str:
        """Its options."""
        return " or ".join(self.options)

    def understand(self, text: str) -> object:
        """An option, in any case."""
        return _whatever_case(text, self.options)

    def threshold(self, operator: Operator, value: object) -> str:
        """An option, compared for equality: options are not more or less."""
        if operator != "==":
            raise ConditionInvalid(f"{self.name} is a choice: compare it with ==, != or in, not with {operator}")
        return _threshold(self, operator, value)

    def samples(self, thresholds: Iterable[str]) -> tuple[str, ...]:
        """Every option."""
        return self.options

    def is_(self, value: str) -> Condition:
        """The condition that it is this option."""
        return Comparison(self, "==", value)

    def one_of(self, *values: str) -> Condition:
        """The condition that it is one of these options."""
        return OneOf(self, values)


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class SeverityFact(Fact[Severity[Any]]):
    """The severity of the incident itself, so that policies can ask for it: ``SeverityFact(scheme=SCHEME) >= P1``.

    More is worse: ``>= P2`` means P2 or worse. While the severity is not certain its value is the set of those still
    possible, and a condition on it is unknown unless they all agree.
    """

    tag: ClassVar[str] = "severity"
    worse: ClassVar[Worse] = Worse.HIGHER

    name: str = field(default="severity", validator=check_name)
    question: str = field(default="How severe is it?", kw_only=True, validator=check_question)
    scheme: SeverityScheme[Any] = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        expect(SeverityScheme, self.scheme, FactInvalid, f"the scheme of {self.name} is a SeverityScheme")

    def check(self, value: object) -> Any:
        """A severity of the scheme, or several as a frozenset; one alone is certain, none is refused."""
        if is_severity(value) and value in self.scheme:
            return value
        if _is_set(value) and value:
            severities = frozenset(map(self.check, value))
            return severities if len(severities) > 1 else next(iter(severities))
        raise self.refuse(value, f"a severity of {self.scheme.name}")

    @property
    def answers(self) -> str:
        """The keys of the scheme."""
        return " or ".join(self.scheme.keys)

    def understand(self, text: str) -> object:
        """The key of a severity, in any case."""
        return self.scheme[_whatever_case(text, self.scheme.keys)]

    def threshold(self, operator: Operator, value: object) -> Severity[Any]:
        """A severity of the scheme."""
        return _threshold(self, operator, value)

    def samples(self, thresholds: Iterable[Severity[Any]]) -> tuple[Severity[Any], ...]:
        """Every severity, mildest first."""
        return self.scheme.severities[::-1]

    def from_scalar(self, value: Scalar) -> Any:
        """Text is the key of a severity."""
        return self.scheme[value] if isinstance(value, str) else value

    def text(self, value: Severity[Any]) -> str:
        """The key, quoted."""
        return scalar_text(value.key)

    def is_(self, value: Severity[Any]) -> Condition:
        """The condition that it is exactly this."""
        return Comparison(self, "==", value)

    def one_of(self, *values: Severity[Any]) -> Condition:
        """The condition that it is one of these."""
        return OneOf(self, values)

    def __lt__(self, value: Severity[Any]) -> Condition:
        return Comparison(self, "<", value)

    def __le__(self, value: Severity[Any]) -> Condition:
        return Comparison(self, "<=", value)

    def __gt__(self, value: Severity[Any]) -> Condition:
        return Comparison(self, ">", value)

    def __ge__(self, value: Severity[Any]) -> Condition:
        return Comparison(self, ">=", value)


FactKind: TypeAlias = Flag | Number | Duration | Clock | Choice | SeverityFact
"""Every kind of fact: what a document may hold where it describes facts."""


def kinds(vocabulary: Vocabulary) -> tuple[FactKind, ...]:
    """The facts of a vocabulary, for a document; `FactInvalid` if one is of a kind that documents do not know."""
    facts = tuple(vocabulary.values())
    if foreign := [fact for fact in facts if not isinstance(fact, FactKind)]:
        raise FactInvalid(f"documents know no {type(foreign[0]).__name__}, which {foreign[0].name} is")
    return cast(tuple[FactKind, ...], facts)


def _is_set(value: object) -> TypeGuard[frozenset[object]]:
    return isinstance(value, frozenset)


_YES_OR_NO: Final = {**dict.fromkeys(("yes", "y", "true"), True), **dict.fromkeys(("no", "n", "false"), False)}


_UNIT_WORDS: Final = re.compile(r"(d)ays?|(h)(?:ours?|rs?)|(min)(?:ute)?s?|(s)ec(?:ond)?s?")


def _duration(text: str) -> timedelta:
    """A duration, also with spaces and with its units written out."""
    return parse_duration(
        _UNIT_WORDS.sub(lambda word: str(word[word.lastindex or 0]), "".join(text.casefold().split()))
    )


def _whatever_case(text: str, words: Iterable[str]) -> str:
    """The word that is meant: the very same, or the only one that differs in case."""
    alike = [word for word in words if word.casefold() == text.casefold()]
    return text if text in alike or len(alike) != 1 else alike[0]


def _threshold(fact: Fact[V], operator: Operator, value: object) -> V:
    """A threshold that is a value of the fact."""
    try:
        return fact.check(value)
    except FactValueInvalid as error:
        raise ConditionInvalid(f"{fact.name} {operator} {shown(value)} asks for what cannot be: {error}") from None
