"""One condition by itself: five comparisons and flags, joined by ``or``."""

from __future__ import annotations

from benchmarks.cases import Known, varied
from benchmarks.measure import Calls, Row
from incidentkit.model.vocabulary import Facts
from incidentkit.playbooks.emergency import CORE_IMPACT, EMERGENCY


def by_hand(known: Known) -> bool:
    """`CORE_IMPACT`."""
    found: bool = (
        known["production_down"]
        or known["core_functionality"]
        or known["major_feature_broken"]
        or known["error_rate"] > 0.10
        or known["degradation"] > 0.50
    )
    return found


def rows() -> list[Row]:
    """The condition with facts that were checked for it, and with those of the whole playbook."""
    playbook = [EMERGENCY.facts(case) for case in varied(by_hand)]
    own = [Facts.read(facts, CORE_IMPACT.vocabulary) for facts in playbook]
    hand = Calls(function=by_hand, inputs=[facts.values for facts in playbook])
    return [
        Row(
            name="condition",
            work="evaluate(checked facts of the condition)",
            hand=hand,
            ours=Calls(function=CORE_IMPACT.evaluate, inputs=own),
        ),
        Row(
            name="condition-playbook",
            work="evaluate(checked facts of the playbook)",
            hand=hand,
            ours=Calls(function=CORE_IMPACT.evaluate, inputs=playbook),
        ),
    ]
