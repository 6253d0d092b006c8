"""What can be known about an incident, and what is: facts by name, and the values known so far.

Read first: `Fact` is a question with a domain, `Vocabulary` a set of them, `Facts` the answers known at a moment.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeGuard, TypeVar, cast, overload

from attrs import evolve, field, fields, frozen

from incidentkit.errors import FactInvalid, FactValueInvalid, UnknownFact, expect, shown
from incidentkit.model.expression import KEYWORDS, Operator, Scalar, scalar_text
from incidentkit.text.printed import Printed

V = TypeVar("V")

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


LONGEST_ANSWER: Final = 1_000
"""Characters up to which anybody tries to understand what a person answers."""


class Worse(StrEnum):
    """Which way a fact gets worse, if either. A flag that holds counts as higher than one that does not."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


def check_name(instance: object, attribute: object, value: Any) -> None:
    """Refuse what cannot name a fact: names stand in expressions, and in generated code."""
    if type(value) is not str or not _NAME.fullmatch(value) or value in KEYWORDS:
        raise FactInvalid(
            f"{shown(value)} cannot name a fact: a name is a lower-case letter, then lower-case letters, digits and _,"
            f" 64 characters at the most, and none of {', '.join(sorted(KEYWORDS))}"
        )


def check_question(instance: Fact[Any], attribute: object, value: Any) -> None:
    """Refuse what is no question."""
    if not isinstance(value, str) or not value.strip():
        raise FactInvalid(
            f"{instance.name}: a fact carries the question that a person would be asked, not {shown(value)}"
        )


def check_worse(instance: Fact[Any], attribute: object, value: Any) -> None:
    """Refuse what is not a `Worse`, for the fields of that name."""
    if not isinstance(value, Worse):
        raise FactInvalid(f"{instance.name}: worse is one of {', '.join(Worse)}, not {shown(value)}")


@frozen(slots=False, repr=False, unsafe_hash=False, order=False)
class Fact(Printed, ABC, Generic[V]):
    """Something one can know about an incident: a question with a domain of answers.

    This is the base; `Flag`, `Number`, `Choice`, `Duration`, `Clock` and `SeverityFact` say which answers there are.
    Two facts are the same when everything about them is: one name with two definitions is refused wherever they meet.
    """

    tag: ClassVar[str]
    """What documents call this kind of fact."""

    name: str = field(validator=check_name)
    question: str = field(kw_only=True, validator=check_question)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __hash__(self) -> int:
        return hash(self.name)

    @abstractmethod
    def check(self, value: object) -> V:
        """The value, if this fact can have it; else `FactValueInvalid`. Nothing is coerced."""

    @property
    @abstractmethod
    def answers(self) -> str:
        """What a person may answer, in words: ``yes or no``, ``a number from 0 to 1, or a percentage``."""

    @abstractmethod
    def understand(self, text: str) -> object:
        """What a person means who answers with this text; `ValueError` if it means nothing to this kind of fact."""

    def answer(self, text: str) -> V:
        """The value that a person typed, such as ``yes``, ``34%`` or ``1h30min``.

        Raises `FactValueInvalid`, which says what can be answered.
        """
        if len(expect(str, text, FactInvalid, f"an answer to {self.name} is text")) <= LONGEST_ANSWER:
            for meant in (text.strip(), text.strip().rstrip(".")):
                with suppress(ValueError, LookupError, ArithmeticError):
                    return self.check(self.understand(meant))
        raise FactValueInvalid(self.name, f"{shown(text)} is no answer: say {self.answers}")

    @abstractmethod
    def threshold(self, operator: Operator, value: object) -> V:
        """The value, if this fact may be compared with it in this way; else `ConditionInvalid`."""

    @abstractmethod
    def samples(self, thresholds: Iterable[V]) -> tuple[V, ...]:
        """One value out of each region into which comparisons with these thresholds cut the domain, lowest first."""

    def from_scalar(self, value: Scalar) -> Any:
        """What a value written in an expression means to this fact; it is checked afterwards, by `threshold`."""
        return value

    def text(self, value: V) -> str:
        """A value of this fact as an expression writes it."""
        return scalar_text(cast(Scalar, value))

    def refuse(self, value: object, expected: str) -> FactValueInvalid:
        """The error for a value that is not in the domain."""
        return FactValueInvalid(self.name, f"{shown(value)} is not {expected}")

    def __getstate__(self) -> dict[str, Any]:
        """Only what defines the fact: what was computed from it is computed again."""
        return {attribute.name: getattr(self, attribute.name) for attribute in fields(type(self))}


AnyFact: TypeAlias = Fact[Any]
"""A fact of whichever kind."""


def is_fact(value: object) -> TypeGuard[AnyFact]:
    """Whether something is a fact, for code that was handed who knows what."""
    return isinstance(value, Fact)


class Vocabulary(Mapping[str, AnyFact]):
    """Facts by name, in the order in which a person would be asked. Frozen, hashable; no name stands for two facts."""

    def __init__(self, *facts: AnyFact) -> None:
        """Raises `FactInvalid` for something else than a fact, and for one name with two definitions."""
        self._facts: dict[str, AnyFact] = {}
        self._agreed: Vocabulary | None = None
        for fact in facts:
            if not is_fact(fact):
                raise FactInvalid(f"a vocabulary is made of facts, not of {shown(fact)}")
            if self._facts.setdefault(fact.name, fact) != fact:
                raise FactInvalid(f"two different facts are called {fact.name!r}")

    def agrees_with(self, other: Vocabulary) -> bool:
        """Whether no name stands for one fact here and for another one there; the latest answer yes is remembered."""
        if other is self or other is self._agreed:
            return True
        if any(other.get(name, fact) != fact for name, fact in self._facts.items()):
            return False
        self._agreed = other
        return True

    def __getitem__(self, name: str) -> AnyFact:
        """The fact of that name; `UnknownFact` offers the nearest one."""
        try:
            return self._facts[expect(str, name, FactInvalid, "a fact is looked up by its name")]
        except KeyError:
            raise UnknownFact(name, self._facts) from None

    def get(self, name: str, default: Any = None) -> Any:
        """The fact of that name, or the default."""
        return self._facts.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._facts

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __hash__(self) -> int:
        return hash(frozenset(self._facts))

    def __eq__(self, other: object) -> bool:
        """Equal vocabularies have the same facts in the same order: the order decides between equal questions."""
        return isinstance(other, Vocabulary) and [*self._facts.values()] == [*other._facts.values()]

    def __repr__(self) -> str:
        return f"Vocabulary({', '.join(self._facts)})"

    def __or__(self, other: Vocabulary) -> Vocabulary:
        """All facts of both, these first."""
        return Vocabulary(*self.values(), *expect(Vocabulary, other, FactInvalid, "| joins vocabularies").values())


@frozen(repr=False)
class Facts(Printed):
    """What is known at a moment: checked values by the name of their fact. Made by `Facts.read`.

    An unknown fact is simply absent. A fact whose value is one of several (a severity that is not certain yet) has the
    set of them in `possible`. Values are never changed in place: `with_value` and `later` give new facts.
    """

    vocabulary: Vocabulary
    values: Mapping[str, Any]
    """Every value that is known, by the name of its fact; a clock's is its reading at `at`."""
    possible: Mapping[str, frozenset[Any]] = field(factory=dict[str, frozenset[Any]])
    started: Mapping[str, datetime] = field(factory=dict[str, datetime])
    """When each running clock started, in UTC."""
    at: datetime | None = None

    @classmethod
    def read(cls, source: FactSource, vocabulary: Vocabulary, *, at: datetime | None = None) -> Facts:
        """Check what somebody knows against a vocabulary.

        ``source`` is a mapping by fact or by name, or any object with attributes named like facts, or `Facts` already.
        A missing fact or `None` is unknown. ``at`` is the moment that running clocks are read at.

        Raises `UnknownFact` for a name that the vocabulary lacks, `FactInvalid` for a fact that it defines otherwise,
        and `FactValueInvalid` for a value outside its fact's domain. A fact object that the vocabulary does not have
        is left out: what it says is true, and of no consequence here.
        """
        expect(Vocabulary, vocabulary, FactInvalid, "facts are read by a Vocabulary")
        if isinstance(source, Facts):
            facts = source if source.vocabulary is vocabulary else source._under(vocabulary)
            return facts if at is None else facts.later(at)
        if at is not None:
            at = aware("at", at)
        facts = cls(vocabulary, {}, {}, {}, at)
        for fact, value in _named(source, vocabulary):
            facts._enter(fact, _checked(fact, value))
        return facts

    @classmethod
    def seen(cls, source: FactSource, vocabulary: Vocabulary, *, at: datetime | None = None) -> Facts:
        """As `read`, but facts of a vocabulary that agrees with this one stay as they are: nothing is copied."""
        if isinstance(source, Facts) and at is None and vocabulary.agrees_with(source.vocabulary):
            return source
        return cls.read(source, vocabulary, at=at)

    def with_value(self, fact: AnyFact, value: object, *, at: datetime | None = None) -> Facts:
        """The same facts and this one more, or instead of what was known of it; ``at`` moves all clocks to a moment."""
        expect(Fact, fact, FactInvalid, "a value is that of a fact")
        if at is not None:
            return self.later(at).with_value(fact, value)
        facts = self._only(self.vocabulary, self.vocabulary.keys() - {fact.name})
        facts._enter(_same(fact, self.vocabulary), _checked(fact, value))
        return facts

    def later(self, at: datetime) -> Facts:
        """The same facts as they stand at another moment: running clocks have moved on."""
        at = aware("at", at)
        readings = {name: reading(start, at) for name, start in self.started.items()}
        return evolve(self, values={**self.values, **readings}, at=at)

    def __hash__(self) -> int:
        return hash((self.vocabulary, frozenset(self.values)))

    def __contains__(self, fact: object) -> bool:
        """Whether the value of a fact is known; a name does as well as the fact."""
        return (fact.name if isinstance(fact, Fact) else fact) in self.values

    @overload
    def __getitem__(self, fact: Fact[V]) -> V: ...
    @overload
    def __getitem__(self, fact: str) -> Any: ...
    def __getitem__(self, fact: Fact[Any] | str) -> Any:
        """The value of a fact, given by itself or by name; `KeyError` when it is not known."""
        return self.values[fact if isinstance(fact, str) else fact.name]

    def get(self, fact: AnyFact | str, default: Any = None) -> Any:
        """The value of a fact, given by itself or by name; the default when it is not known."""
        return self.values.get(fact if isinstance(fact, str) else fact.name, default)

    def __iter__(self) -> Iterator[AnyFact]:
        """The facts whose value is known, in the vocabulary's order."""
        return (fact for name, fact in self.vocabulary.items() if name in self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        known = [f"{name}={value!r}" for name, value in (*self.values.items(), *self.possible.items())]
        return f"<facts {', '.join(known) or 'unknown'}>"

    def _details(self) -> Iterable[str]:
        if self.at is not None:
            yield f"at {self.at}"
        yield from (f"{name} began at {started}" for name, started in self.started.items())

    def _enter(self, fact: AnyFact, value: object) -> None:
        """Put a checked value where it belongs; only while these facts are being made."""
        values, possible, started = self.values, self.possible, self.started
        assert isinstance(values, dict) and isinstance(possible, dict) and isinstance(started, dict)
        if isinstance(value, frozenset):
            possible[fact.name] = value
        elif isinstance(value, datetime):
            if self.at is None:
                raise FactValueInvalid(fact.name, "a running clock is read at a moment: say which with at=...")
            started[fact.name] = value
            values[fact.name] = reading(value, self.at)
        else:
            values[fact.name] = value

    def _under(self, vocabulary: Vocabulary) -> Facts:
        """What these facts say about the facts of another vocabulary, after proof that both mean the same."""
        shared = vocabulary.keys() & self.vocabulary.keys()
        for name in shared:
            _same(self.vocabulary[name], vocabulary)
        return self._only(vocabulary, shared)

    def _only(self, vocabulary: Vocabulary, names: Set[str]) -> Facts:
        """What is known of these facts."""
        return Facts(
            vocabulary,
            {name: value for name, value in self.values.items() if name in names},
            {name: value for name, value in self.possible.items() if name in names},
            {name: value for name, value in self.started.items() if name in names},
            self.at,
        )


FactSource: TypeAlias = Facts | Mapping[AnyFact, Any] | Mapping[str, Any] | Mapping[Any, Any] | object
"""Where facts are read from: a mapping by fact or by name, an object with attributes, or facts already checked."""


def _checked(fact: AnyFact, value: object) -> object:
    """The value, if the fact can have it; text that answers its question is refused with the way to read it."""
    try:
        return fact.check(value)
    except FactValueInvalid as error:
        if not isinstance(value, str):
            raise
        try:
            meant = fact.answer(value)
        except FactValueInvalid:
            raise error from None
        problem = str(error).removeprefix(f"{fact.name}: ")
        way = f'vocabulary["{fact.name}"].answer({shown(value)}) reads it as {shown(meant)}'
        raise FactValueInvalid(fact.name, f"{problem}; {way}") from None


def _named(source: object, vocabulary: Vocabulary) -> Iterator[tuple[AnyFact, object]]:
    """The facts that a source speaks of, with their values as given."""
    if isinstance(source, Mapping):
        pairs = _items(cast(Mapping[object, object], source), vocabulary)
    else:
        pairs = _attributes(source, vocabulary)
    return ((fact, value) for fact, value in pairs if value is not None)


def _items(mapping: Mapping[object, object], vocabulary: Vocabulary) -> Iterator[tuple[AnyFact, object]]:
    seen: set[str] = set()
    for key, value in mapping.items():
        fact = _fact_of(key, vocabulary)
        if fact.name in seen:
            raise FactValueInvalid(fact.name, "given twice, by name and by fact")
        seen.add(fact.name)
        if fact.name in vocabulary:
            yield fact, value


def _fact_of(key: object, vocabulary: Vocabulary) -> AnyFact:
    """The fact that a key of a mapping stands for; a fact that is not in the vocabulary stands for itself."""
    if is_fact(key):
        return _same(key, vocabulary) if key.name in vocabulary else key
    if isinstance(key, str):
        return vocabulary[key]
    raise FactInvalid(f"facts are given by fact or by name, not by {shown(key)}")


def _attributes(source: object, vocabulary: Vocabulary) -> Iterator[tuple[AnyFact, object]]:
    found = [(fact, getattr(source, name)) for name, fact in vocabulary.items() if hasattr(source, name)]
    if not found and len(vocabulary):
        raise FactInvalid(f"{shown(source)} has no attribute named like a fact; there are {', '.join(vocabulary)}")
    return iter(found)


def _same(fact: AnyFact, vocabulary: Vocabulary) -> AnyFact:
    """The vocabulary's fact of that name, after proof that it is this one."""
    known = vocabulary[fact.name]
    if known is not fact and known != fact:
        raise FactInvalid(f"two different facts are called {fact.name!r}: the one given is not the one in use here")
    return known


def reading(start: datetime, at: datetime) -> timedelta:
    """What a clock that started then shows now; nothing, before it started."""
    return max(at - start, timedelta())


def aware(what: str, moment: object) -> datetime:
    """The moment in UTC, if it is a datetime with a zone; else `FactValueInvalid` that names ``what``."""
    if type(moment) is datetime and moment.tzinfo is UTC:
        return moment
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise FactValueInvalid(what, f"{shown(moment)} is not a datetime with a time zone")
    try:
        offset = moment.utcoffset()
        in_utc = None if offset is None else datetime.astimezone(moment, UTC)
    except OverflowError:
        raise FactValueInvalid(what, f"{shown(moment)} is not between the years 1 and 9999 in UTC") from None
    except Exception:  # noqa: BLE001  # a time zone is somebody else's code
        raise FactValueInvalid(what, f"{shown(moment)} has a time zone that does not work") from None
    if in_utc is None:
        raise FactValueInvalid(what, f"{shown(moment)} is not a datetime with a time zone")
    return in_utc
