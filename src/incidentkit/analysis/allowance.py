"""What two definitions of a fact allow: values that only one of them has cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from incidentkit.model.facts import Choice
from incidentkit.model.vocabulary import AnyFact, Vocabulary


@frozen(kw_only=True)
class Allowance:
    """Values of a fact that one version allows, and the other does not."""

    fact: AnyFact
    """As the version defines it that allows them."""
    is_new: bool
    """Whether that is the new version."""
    values: str
    """Which they are, in words: options, or all beyond a bound."""

    def __str__(self) -> str:
        return f"{self.fact.name}: only the {'new' if self.is_new else 'old'} version allows {self.values}"


def allowances(old: Vocabulary, new: Vocabulary) -> Iterator[Allowance]:
    """What only one of two vocabularies allows, of the facts that both have."""
    for name, fact in new.items():
        if name in old:
            for is_new, one, other in ((False, old[name], fact), (True, fact, old[name])):
                yield from (Allowance(fact=one, is_new=is_new, values=words) for words in _beyond(one, other))


def _beyond(one: AnyFact, other: AnyFact) -> Iterator[str]:
    """What the one allows and the other does not."""
    if isinstance(one, Choice) and isinstance(other, Choice):
        options = [option for option in one.options if option not in other.options]
        if options:
            yield " and ".join(options)
        return
    least, most = ([getattr(fact, side, None) for fact in (one, other)] for side in ("minimum", "maximum"))
    if least[1] is not None and (least[0] is None or least[0] < least[1]):
        yield f"what is below {other.text(least[1])}"
    if most[1] is not None and (most[0] is None or most[0] > most[1]):
        yield f"what is above {other.text(most[1])}"
