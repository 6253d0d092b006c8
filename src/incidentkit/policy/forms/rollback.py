"""When to roll back, as documents hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from incidentkit.errors import place
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.advice import Course
from incidentkit.policy.forms.texts import condition_of
from incidentkit.policy.question import Conclusion
from incidentkit.policy.rollback import Criterion, RollbackPolicy
from incidentkit.policy.tree import DecisionTree


@frozen(kw_only=True)
class CriterionForm:
    """A criterion in a document: its condition as an expression."""

    when: str
    because: str = ""
    source: str = ""


@frozen(kw_only=True)
class RollbackForm:
    """A rollback policy in a document."""

    tree: str
    conclusions: dict[str, Course]
    immediate: tuple[CriterionForm, ...] = ()
    consider: tuple[CriterionForm, ...] = ()
    hotfix_instead: tuple[CriterionForm, ...] = ()


def rollback_form(policy: RollbackPolicy) -> RollbackForm:
    """A policy as documents hold it."""
    return RollbackForm(
        tree=policy.tree,
        conclusions={**policy.conclusions},
        immediate=_forms(policy.immediate),
        consider=_forms(policy.consider),
        hotfix_instead=_forms(policy.hotfix_instead),
    )


def _forms(criteria: Iterable[Criterion]) -> tuple[CriterionForm, ...]:
    return tuple(CriterionForm(when=str(each.when), because=each.because, source=each.source) for each in criteria)


def rollback_of(
    form: RollbackForm, vocabulary: Vocabulary, trees: Mapping[str, DecisionTree[Conclusion]]
) -> RollbackPolicy:
    """The policy that a form describes, over the trees of its playbook."""
    immediate, consider, instead = (
        _criteria(getattr(form, name), f"rollback.{name}", vocabulary)
        for name in ("immediate", "consider", "hotfix_instead")
    )
    with place("rollback"):
        policy = RollbackPolicy(
            immediate=immediate,
            tree=form.tree,
            conclusions=form.conclusions,
            consider=consider,
            hotfix_instead=instead,
        )
        policy.tree_in(trees)
    return policy


def _criteria(forms: Iterable[CriterionForm], path: str, vocabulary: Vocabulary) -> list[Criterion]:
    return [
        Criterion(condition_of(form, "when", f"{path}[{index}]", vocabulary), because=form.because, source=form.source)
        for index, form in enumerate(forms)
    ]
