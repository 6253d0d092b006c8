"""Severity rules: the first that holds decides, and unknown facts leave several severities possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Generic

from attrs import field, frozen

from incidentkit import convert
from incidentkit.errors import RulesInvalid, expect, place
from incidentkit.model.conditions import ALWAYS, Condition, samples
from incidentkit.model.facts import FactKind, SeverityFact, kinds
from incidentkit.model.severity import S, Severity, SeverityScheme
from incidentkit.model.source import Source
from incidentkit.model.triage import Rule, Triage
from incidentkit.model.vocabulary import AnyFact, Facts, FactSource, Vocabulary
from incidentkit.text.printed import Printed

UNSAID: Final = "no rule before holds"
"""The reason of the default, where none is given."""

MANY: Final = 50
"""From so many rules on, facts that are read often become local variables of the generated function."""


def when(condition: Condition, severity: Severity[S], *, because: str = "", source: str = "") -> Rule[S]:
    """A line of `SeverityRules`: ``when(ERROR_RATE > 0.10, SEV_2, because="significant degradation")``."""
    return Rule(condition, severity, because=because, source=source)


@frozen(init=False, eq=False, repr=False)
class SeverityRules(Printed, Generic[S]):
    """Ordered rules and a default: the first rule that holds decides the severity.

    `triage` answers for whatever is known; `decide` is the fast way when everything that matters is.
    """

    rules: tuple[Rule[S], ...]
    """All of them, the default last."""
    vocabulary: Vocabulary
    """The facts that may be given, by name too, in the order in which to ask for them."""
    _function: Callable[[Mapping[str, Any]], Rule[S]] | None = field(default=None, init=False)

    if TYPE_CHECKING:

        def __attrs_init__(self, rules: tuple[Rule[S], ...], vocabulary: Vocabulary) -> None: ...

    def __init__(self, *rules: Rule[S], otherwise: Severity[S] | Rule[S], vocabulary: Vocabulary | None = None) -> None:
        """``vocabulary`` adds facts beside those that the rules mention, and sets the order of questions.

        Raises `RulesInvalid` for severities of two schemes, and for a rule that asks for the severity it would give.
        """
        default = otherwise if isinstance(otherwise, Rule) else Rule(ALWAYS, otherwise, because=UNSAID)
        every = (*rules, default)
        for rule in every:
            _check_rule(rule, default)
        expect(Vocabulary | NoneType, vocabulary, RulesInvalid, "further facts come in a Vocabulary")
        mentioned = Vocabulary(*(fact for rule in every for fact in rule.condition.mentioned))
        self.__attrs_init__(every, mentioned if vocabulary is None else vocabulary | mentioned)

    @property
    def scheme(self) -> SeverityScheme[S]:
        """The scheme of its severities."""
        return self.rules[-1].severity.scheme

    def decide(self, facts: FactSource) -> Rule[S] | None:
        """The rule that decides, or `None` while unknown facts leave that open. Raises what `Facts.read` raises."""
        if not isinstance(facts, Facts) or facts.vocabulary is not self.vocabulary:
            facts = Facts.seen(facts, self.vocabulary)
        try:
            return (self._function or self.compiled)(facts.values)
        except KeyError:
            rules = _open(self.rules, facts)
            return rules[0] if len(rules) == 1 else None

    def triage(self, facts: FactSource, *, at: datetime | None = None) -> Triage[S]:
        """The severity with everything behind it, whatever is known. Raises what `Facts.read` raises.

        ``at`` is the moment at which running clocks are read.
        """
        known = self.facts(facts, at=at)
        rules = _open(self.rules, known)
        return Triage(known, rules, _questions(rules, known))

    def facts(self, source: FactSource, *, at: datetime | None = None) -> Facts:
        """Check facts against the vocabulary once, for many calls of `decide`."""
        return Facts.read(source, self.vocabulary, at=at)

    @property
    def compiled(self) -> Callable[[Mapping[str, Any]], Rule[S]]:
        """The generated function: from checked values by name to the rule; `KeyError` when one is missing."""
        if self._function is None:
            object.__setattr__(self, "_function", self._source.function())
        assert self._function is not None
        return self._function

    @property
    def source(self) -> str:
        """The Python that the rules compile to, for those who want to see it."""
        return self._source.text

    @property
    def _source(self) -> Source:
        reads = (fact.name for rule in self.rules for fact in rule.condition.mentioned)
        source = Source(reads if len(self.rules) >= MANY else ())
        for rule in self.rules[:-1]:
            source.line(0, f"if {rule.condition.write(source)}: return {source.constant(rule)}")
        source.line(0, f"return {source.constant(self.rules[-1])}")
        return source

    def to_form(self) -> RulesForm:
        """Itself as documents hold it."""
        *rules, default = self.rules
        forms = (RuleForm(str(rule.condition), rule.severity.key, rule.because, rule.source) for rule in rules)
        otherwise = DefaultForm(default.severity.key, default.because, default.source)
        return RulesForm(self.scheme, kinds(self.vocabulary), tuple(forms), otherwise)

    @classmethod
    def from_form(cls, form: RulesForm) -> SeverityRules[Any]:
        """The rules that a document describes."""
        with place("facts"):
            vocabulary = Vocabulary(*form.facts)
        rules = [_rule(each, f"rules[{index}]", form.scheme, vocabulary) for index, each in enumerate(form.rules)]
        with place("otherwise.severity"):
            default = form.scheme[form.otherwise.severity]
        otherwise = when(ALWAYS, default, because=form.otherwise.because, source=form.otherwise.source)
        return cls(*rules, otherwise=otherwise, vocabulary=vocabulary)

    def to_toml(self) -> str:
        """The rules with their facts and scheme, as people who write no Python edit them."""
        return convert.to_toml(self)

    @classmethod
    def from_toml(cls, text: str, *, source: str = "") -> SeverityRules[Any]:
        """Read what `to_toml` writes; `DocumentInvalid` names the place, and ``source`` the file if given."""
        return convert.from_toml(text, SeverityRules[Any], source=source)

    def __eq__(self, other: object) -> bool:
        """Equal rules decide, explain and ask alike, and have equal schemes."""
        return isinstance(other, SeverityRules) and self._definition == other._definition

    def __hash__(self) -> int:
        return hash(self.rules)

    @property
    def _definition(self) -> tuple[object, ...]:
        return self.rules, self.vocabulary, self.scheme

    def __repr__(self) -> str:
        return f"<{len(self.rules)} severity rules of {self.scheme.name}>"

    def _details(self) -> Iterable[str]:
        return map(str, self.rules)

    def __getstate__(self) -> dict[str, Any]:
        """Only what defines the rules: compiled code neither pickles nor needs to."""
        return {"rules": self.rules, "vocabulary": self.vocabulary}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__attrs_init__(**state)


def title_of(rules: SeverityRules[Any]) -> str:
    """What reports call them: how many there are, counted as reports number them, so the default is one."""
    several = "1 severity rule" if len(rules.rules) == 1 else f"{len(rules.rules)} severity rules"
    return f"{several} of {rules.scheme.name} (default included)"


@frozen
class RuleForm:
    """A rule in a document: its condition as an expression, its severity by key."""

    when: str
    severity: str
    because: str = ""
    source: str = ""


@frozen
class DefaultForm:
    """The default of the rules in a document."""

    severity: str
    because: str = UNSAID
    source: str = ""


@frozen
class RulesForm:
    """Severity rules in a document, with everything that they refer to."""

    scheme: SeverityScheme[Any]
    facts: tuple[FactKind, ...]
    rules: tuple[RuleForm, ...]
    otherwise: DefaultForm


def _rule(form: RuleForm, path: str, scheme: SeverityScheme[Any], vocabulary: Vocabulary) -> Rule[Any]:
    with place(f"{path}.when"):
        condition = Condition.parse(form.when, vocabulary)
    with place(f"{path}.severity"):
        return when(condition, scheme[form.severity], because=form.because, source=form.source)


def _check_rule(rule: Rule[Any], default: Rule[Any]) -> None:
    expect(Rule, rule, RulesInvalid, "severity rules are made of when(...)")
    if rule is default and rule.condition != ALWAYS:
        raise RulesInvalid(f"{rule}: the default holds always: write otherwise=when(ALWAYS, ...)")
    scheme = default.severity.scheme
    if rule.severity not in scheme:
        raise RulesInvalid(
            f"{rule}: its severity is of {rule.severity.scheme.name}, and the default's of {scheme.name}"
        )
    if any(isinstance(fact, SeverityFact) for fact in rule.condition.mentioned):
        raise RulesInvalid(f"{rule}: a rule that decides the severity cannot ask for it")


def _open(rules: Sequence[Rule[S]], facts: Facts) -> tuple[Rule[S], ...]:
    """The rules that may be the first that holds: the unknown ones, up to and with the first that does hold."""
    found: list[Rule[S]] = []
    for rule in rules:
        answer = rule.condition.walk(facts)
        if answer is not False:
            found.append(rule)
        if answer is True:
            break
    return tuple(found)


def _questions(rules: Sequence[Rule[S]], facts: Facts) -> tuple[AnyFact, ...]:
    """The unknown facts that can change the answer, the one first that leaves the fewest severities on average.

    Ties go to the fact that the vocabulary names first. Behind those that narrow the answer alone come those that only
    can together with others; where all are of that kind, the first is one that completes such a set.
    """
    possible = len(_severities(rules))
    if possible == 1:
        return ()
    last = max(index for index, rule in enumerate(rules) if rule.severity != rules[-1].severity)
    leaves = (leaf for rule in rules[: last + 1] for leaf in rule.condition.leaves if leaf.walk(facts) is None)
    asked = {fact.name for leaf in leaves for fact in leaf.mentioned}
    unknown = [fact for name, fact in facts.vocabulary.items() if name in asked]
    left = {fact: _average_left(rules, facts, fact, possible) for fact in unknown}
    ranked = sorted(unknown, key=lambda fact: left[fact])
    if left[ranked[0]] == possible:
        first = _decisive(rules, facts, unknown)
        ranked.sort(key=lambda fact: fact is not first)
    return tuple(ranked)


def _average_left(rules: Sequence[Rule[S]], facts: Facts, fact: AnyFact, possible: int) -> float:
    """How many severities an answer leaves possible, on the average of the answers that the rules tell apart."""
    answers = samples(fact, (rule.condition for rule in rules))
    return sum(_left(rules, facts.with_value(fact, answer), possible) for answer in answers) / len(answers)


def _decisive(rules: Sequence[Rule[S]], facts: Facts, unknown: Iterable[AnyFact]) -> AnyFact:
    """The first fact whose answer changes what is possible, after those before it were answered somehow."""
    possible = len(_severities(rules))
    for fact in unknown:
        facts = facts.with_value(fact, samples(fact, (rule.condition for rule in rules))[0])
        if _left(rules, facts, possible) < possible:
            return fact
    raise AssertionError("once every fact is known, one severity is left")


def _left(rules: Iterable[Rule[S]], facts: Facts, possible: int) -> int:
    """How many severities these rules leave possible, out of so many that were before an answer."""
    left: set[Severity[S]] = set()
    for rule in rules:
        answer = rule.condition.walk(facts)
        if answer is not False:
            left.add(rule.severity)
        if answer is True or len(left) == possible:
            break
    return len(left)


def _severities(rules: Iterable[Rule[S]]) -> set[Severity[S]]:
    return {rule.severity for rule in rules}
