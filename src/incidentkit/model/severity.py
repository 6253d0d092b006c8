"""How urgent: severities, and the scheme that puts them in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeGuard

from attrs import Attribute, evolve, field, frozen
from typing_extensions import TypeVar

from incidentkit.errors import DocumentInvalid, SchemeInvalid, SchemesDiffer, UnknownSeverity, expect, place, shown
from incidentkit.model.calendar import SupportCalendar
from incidentkit.model.targets import Target, TargetForm, Targets
from incidentkit.text.printed import Printed, said

S = TypeVar("S", default=Any)
"""A type that stands for a scheme, if one wants the type checker to keep schemes apart; any class will do."""

Label: TypeAlias = str | bool | int | float | tuple[str, ...] | Mapping[str, str]
"""What an organisation says about a severity besides; kept, passed on, never read."""

FEWEST: Final = 2
MOST: Final = 7
"""How many severities a scheme has, at the least and at the most."""

LONGEST_REMEMBERED: Final = 1_000
"""Characters of a scheme that documents name, up to which it is kept for the next document; hostile ones are not."""


def _text(instance: Severity[Any], attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or (attribute.name == "key" and not value.strip()):
        raise SchemeInvalid(f"the {attribute.name} of a severity is text, not {shown(value)}")


def _targets(instance: Severity[Any], attribute: Attribute[Targets], value: object) -> None:
    expect(Targets, value, SchemeInvalid, f"the targets of {instance.key} are Targets")


def _labels(labels: Mapping[str, Any]) -> dict[str, Label]:
    """A copy that nobody else changes; lists, as documents have them, become tuples."""
    expect(Mapping, labels, SchemeInvalid, "labels are a mapping by name")
    for name in labels:
        expect(str, name, SchemeInvalid, "the name of a label is text")
    return {name: _label(name, label) for name, label in labels.items()}


def _label(name: str, label: Any) -> Label:
    """A label that every document can hold, as a copy."""
    if isinstance(label, str | bool | int) or (isinstance(label, float) and isfinite(label)):
        return label
    if _is_row(label) and _are_texts(label):
        return tuple(label)
    if _is_table(label) and _are_texts(label) and _are_texts(label.values()):
        return {**label}
    raise SchemeInvalid(
        f"label {shown(name)} is to be text, a flag, a finite number, or texts in a list or by name,"
        f" and is {shown(label)}"
    )


def _is_row(label: object) -> TypeGuard[list[str] | tuple[str, ...]]:
    return isinstance(label, list | tuple)


def _is_table(label: object) -> TypeGuard[Mapping[str, str]]:
    return isinstance(label, Mapping)


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


@frozen(eq=False, repr=False)
class Severity(Printed, Generic[S]):
    """A named level of urgency. `max` of several is the worst, and ``severity >= SEV_2`` means "SEV-2 or worse".

    A severity belongs to the scheme that was made with it. It is identified by scheme and key, never by its targets:
    across schemes ``==`` is false and ``<`` raises `SchemesDiffer`.
    """

    key: str = field(validator=_text)
    name: str = field(default="", kw_only=True, validator=_text)
    criteria: str = field(default="", kw_only=True, validator=_text)
    """In the organisation's words, when it applies."""
    targets: Targets = field(factory=Targets, kw_only=True, validator=_targets)
    labels: Mapping[str, Label] = field(factory=dict[str, Label], kw_only=True, converter=_labels)
    """Whatever else the organisation says about it; kept and passed on, never read."""
    _scheme: SeverityScheme[S] | None = field(default=None, init=False)
    _rank: int = field(default=0, init=False)

    @property
    def scheme(self) -> SeverityScheme[S]:
        """The scheme that it was made with; `SchemeInvalid` before it is in one."""
        if self._scheme is None:
            raise SchemeInvalid(f"{self.key} is in no scheme yet: take it from the SeverityScheme it was given to")
        return self._scheme

    @property
    def rank(self) -> int:
        """How many severities of the scheme are milder."""
        _ = self.scheme
        return self._rank

    def __eq__(self, other: object) -> bool:
        return self is other or (is_severity(other) and self.key == other.key and self._is_beside(other))

    def __hash__(self) -> int:
        return hash(self.key)

    def _is_beside(self, other: Severity[Any]) -> bool:
        """Whether both are of one scheme: the same name, and the same keys in the same order."""
        mine, theirs = self._scheme, other._scheme
        return mine is theirs or (
            mine is not None and theirs is not None and (mine.name, mine.keys) == (theirs.name, theirs.keys)
        )

    def _beyond(self, other: Severity[S]) -> int:
        """By how much this one is worse."""
        try:
            beside = self._scheme is other._scheme is not None
        except AttributeError:
            beside = False
        if not beside:
            self._refuse_to_compare(other)
        return self._rank - other._rank

    def _refuse_to_compare(self, other: object) -> None:
        """Raise what is wrong with the pair, unless its schemes are two copies of one."""
        if not is_severity(other):
            raise TypeError(f"{self.key} is a severity and compares with severities, not with {shown(other)}")
        if not self._is_beside(other) or self.scheme.name != other.scheme.name:
            raise SchemesDiffer(
                f"{self.key} of {self.scheme.name} and {other.key} of {other.scheme.name} have no order:"
                " severities compare within one scheme"
            )

    def __lt__(self, other: Severity[S]) -> bool:
        return self._beyond(other) < 0

    def __le__(self, other: Severity[S]) -> bool:
        return self._beyond(other) <= 0

    def __gt__(self, other: Severity[S]) -> bool:
        return self._beyond(other) > 0

    def __ge__(self, other: Severity[S]) -> bool:
        return self._beyond(other) >= 0

    def to_form(self) -> SeverityReference:
        """Itself as documents name it: by its key and its scheme, which is all that identifies it."""
        return SeverityReference(self.key, self.scheme.name, self.scheme.keys)

    @classmethod
    def from_form(cls, form: SeverityReference) -> Severity[Any]:
        """The severity that a document names, equal to the one of that scheme, without targets."""
        short = len(form.scheme) + sum(map(len, form.order)) <= LONGEST_REMEMBERED
        return (_scheme if short else _scheme.__wrapped__)(form.scheme, form.order)[form.key]

    def definition(self) -> SeverityForm:
        """Everything about it, as documents hold it inside its scheme."""
        return SeverityForm(self.key, self.name, self.criteria, **self.targets.to_forms(), labels={**self.labels})

    def __str__(self) -> str:
        return self.key

    def __repr__(self) -> str:
        return f"<severity {self.key}{f' of {self._scheme.name}' if self._scheme else ''}>"

    def _details(self) -> Iterable[str]:
        return _told(self)


def _told(severity: Severity[Any]) -> Iterator[str]:
    return (f"{name}: {value!r}" for name, value in said(severity) if name != "key")


def is_severity(value: object) -> TypeGuard[Severity[Any]]:
    """Whether something is a severity, for code that was handed who knows what."""
    return isinstance(value, Severity)


@frozen(init=False, eq=False, repr=False)
class SeverityScheme(Printed, Generic[S]):
    """Two to seven severities, worst first::

        P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")

    It unpacks, counts and iterates, worst first, and gives a severity by its key. Schemes are equal when everything
    about them is, targets and labels included.
    """

    severities: tuple[Severity[S], ...]
    name: str
    labels: Mapping[str, Label]

    if TYPE_CHECKING:

        def __attrs_init__(
            self, severities: tuple[Severity[S], ...], name: str, labels: Mapping[str, Label]
        ) -> None: ...

    def __init__(
        self, *severities: str | Severity[Any], name: str = "", labels: Mapping[str, Label] | None = None
    ) -> None:
        """Raises `SchemeInvalid` for fewer than two or more than seven, and for a key that comes twice.

        ``name`` tells schemes apart that use the same keys; without it, a scheme is called by its keys.
        """
        unbound = [Severity[S](severity) if isinstance(severity, str) else severity for severity in severities]
        if not all(map(is_severity, unbound)):
            raise SchemeInvalid(f"a scheme is made of severities or their keys, not of {shown(severities)}")
        keys = [severity.key for severity in unbound]
        if not FEWEST <= len(keys) <= MOST:
            raise SchemeInvalid(f"a scheme has {FEWEST} to {MOST} severities, not {len(keys)}")
        if len({*keys}) < len(keys):
            raise SchemeInvalid(f"two severities are called {next(key for key in keys if keys.count(key) > 1)!r}")
        name = expect(str, name, SchemeInvalid, "the name of a scheme is text") or "/".join(keys)
        bound = tuple(evolve(severity) for severity in unbound)
        for rank, severity in enumerate(reversed(bound)):
            object.__setattr__(severity, "_scheme", self)
            object.__setattr__(severity, "_rank", rank)
        self.__attrs_init__(bound, name, _labels(labels or {}))
        _ = self.calendars

    def to_form(self) -> SchemeForm:
        """Itself as documents hold it: each calendar once, by name."""
        severities = tuple(severity.definition() for severity in self.severities)
        return SchemeForm(self.name, severities, tuple(self.calendars.values()), {**self.labels})

    @classmethod
    def from_form(cls, form: SchemeForm) -> SeverityScheme[Any]:
        """The scheme that a document describes."""
        calendars: dict[str, SupportCalendar] = {}
        for index, calendar in enumerate(form.calendars):
            if calendars.setdefault(calendar.name, calendar) is not calendar:
                raise DocumentInvalid(f"$.calendars[{index}]", f"two calendars are called {calendar.name!r}")
        severities = [each.severity(f"severities[{index}]", calendars) for index, each in enumerate(form.severities)]
        scheme = cls(*severities, name=form.name, labels=form.labels)
        for index, calendar in enumerate(form.calendars):
            if calendar.name not in scheme.calendars:
                raise DocumentInvalid(f"$.calendars[{index}]", f"no target counts on the calendar {calendar.name!r}")
        return scheme

    @classmethod
    def numbered(
        cls, prefix: str, count: int, *, first: int = 1, highest_is_worst: bool = False, name: str = ""
    ) -> SeverityScheme[S]:
        """``SEV-1`` to ``SEV-4``, or counted from 0, or with the highest number worst.

        Raises `SchemeInvalid` for fewer than two or more than seven.
        """
        expect(str, prefix, SchemeInvalid, "the prefix of numbered severities is text")
        for number in (count, first):
            expect(int, number, SchemeInvalid, "severities are numbered by whole numbers")
        if count > MOST:
            raise SchemeInvalid(f"a scheme has {FEWEST} to {MOST} severities, not {shown(count)}")
        keys = [f"{prefix}{number}" for number in range(first, first + count)]
        return cls(*(reversed(keys) if highest_is_worst else keys), name=name)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its severities, worst first."""
        return tuple(severity.key for severity in self.severities)

    @property
    def calendars(self) -> dict[str, SupportCalendar]:
        """The support calendars of its targets, by name; `SchemeInvalid` if two differ and are called the same."""
        calendars: dict[str, SupportCalendar] = {}
        for calendar in (calendar for severity in self.severities for calendar in severity.targets.calendars):
            if calendars.setdefault(calendar.name, calendar) != calendar:
                raise SchemeInvalid(f"two different calendars of {self.name} are called {calendar.name!r}")
        return calendars

    @property
    def worst(self) -> Severity[S]:
        """The first."""
        return self.severities[0]

    @property
    def mildest(self) -> Severity[S]:
        """The last."""
        return self.severities[-1]

    def __getitem__(self, key: str) -> Severity[S]:
        """The severity of that key; `UnknownSeverity` offers the nearest one."""
        for severity in self.severities:
            if severity.key == key:
                return severity
        raise UnknownSeverity(str(key), self.keys)

    def __iter__(self) -> Iterator[Severity[S]]:
        return iter(self.severities)

    def __len__(self) -> int:
        return len(self.severities)

    def __contains__(self, severity: object) -> bool:
        return severity in self.severities

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SeverityScheme) and self._definition == other._definition

    def __hash__(self) -> int:
        return hash((self.name, len(self.severities)))

    @property
    def _definition(self) -> tuple[object, ...]:
        return self.name, self.labels, [(s.key, s.name, s.criteria, s.targets, s.labels) for s in self.severities]

    def __repr__(self) -> str:
        return f"<scheme {self.name}: {' > '.join(self.keys)}>"

    def _details(self) -> Iterable[str]:
        for each in self.severities:
            yield str(each)
            yield from (f"    {line}" for line in _told(each))
        if self.labels:
            yield f"labels: {self.labels!r}"


@lru_cache(maxsize=64)
def _scheme(name: str, keys: tuple[str, ...]) -> SeverityScheme[Any]:
    """The scheme that documents name, made once: an incident names one in nearly every event."""
    return SeverityScheme[Any](*keys, name=name)


@frozen
class SeverityReference:
    """A severity where a document names one: its key, the name of its scheme, and the scheme's keys, worst first."""

    key: str
    scheme: str
    order: tuple[str, ...]


@frozen
class SeverityForm:
    """A severity in a document: its targets are tables of its own, their calendars are named."""

    key: str
    name: str = ""
    criteria: str = ""
    respond: TargetForm | None = None
    contain: TargetForm | None = None
    mitigate: TargetForm | None = None
    resolve: TargetForm | None = None
    update: TargetForm | None = None
    labels: dict[str, Any] = field(factory=dict[str, Any])

    def severity(self, path: str, calendars: Mapping[str, SupportCalendar]) -> Severity[Any]:
        """The severity that it describes, not yet in a scheme; ``path`` is where the form stands in its document."""
        targets: dict[str, Target] = {}
        for name in Targets.names():
            form: TargetForm | None = getattr(self, name)
            if form is not None:
                with place(f"{path}.{name}"):
                    targets[name] = form.target(calendars)
        with place(path):
            return Severity(
                self.key, name=self.name, criteria=self.criteria, targets=Targets(**targets), labels=self.labels
            )


@frozen
class SchemeForm:
    """A scheme in a document: its severities worst first, and the calendars that their targets name."""

    name: str
    severities: tuple[SeverityForm, ...]
    calendars: tuple[SupportCalendar, ...] = ()
    labels: dict[str, Any] = field(factory=dict[str, Any])
