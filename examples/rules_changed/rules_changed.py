"""Tells what changes for whom if a new version of severity rules is taken, before it is."""

from __future__ import annotations

from typing import Any

from incidentkit import Choice, Flag, Number, SeverityRules, SeverityScheme, Worse, when
from incidentkit.analysis import deciding_facts, difference, prove

P1, P2, P3 = SeverityScheme("P1", "P2", "P3")

CARD_DATA_EXPOSED = Flag("card_data_exposed", question="Is card data exposed?")
FAILED_PAYMENTS = Number(
    "failed_payments", question="What share of payments fails?", minimum=0, maximum=1, worse=Worse.HIGHER
)
BACKUP_WORKS = Flag("backup_works", question="Does the backup provider work?", worse=Worse.LOWER)
REGION = Choice("region", question="Where?", options=("eu", "us", "asia"))

VERSION_3 = SeverityRules(
    when(CARD_DATA_EXPOSED, P1),
    when(FAILED_PAYMENTS > 0.25, P1),
    when(FAILED_PAYMENTS > 0.02, P2),
    otherwise=P3,
)

VERSION_4 = SeverityRules(
    when((FAILED_PAYMENTS > 0.25) & ~BACKUP_WORKS, P1),
    when(FAILED_PAYMENTS > 0.05, P2),
    when(CARD_DATA_EXPOSED, P1),
    when(REGION.is_("eu") & (FAILED_PAYMENTS > 0.01), P2),
    otherwise=P3,
)

VERSION_5 = SeverityRules(VERSION_4.rules[2], *VERSION_4.rules[:2], VERSION_4.rules[3], otherwise=P3)

TUESDAY = {CARD_DATA_EXPOSED: True, FAILED_PAYMENTS: 0.3, BACKUP_WORKS: False, REGION: "us"}


def tell(rules: SeverityRules[Any], name: str) -> None:
    proof = prove(rules)
    print(f"{name}: {'every law is proved' if proof else ', '.join(each.law for each in proof.broken) + ' broken'}")
    for each in proof.broken:
        print(f"  {each}; {each.witness}")


def main() -> None:
    tell(VERSION_3, "version 3")
    tell(VERSION_4, "version 4")
    tell(VERSION_5, "version 5")

    print("\nFrom version 3 to version 5:\n")
    for group in difference(VERSION_3, VERSION_5).groups:
        print(f"{group.before.severity} becomes {group.after.severity} where {group.region}")

    print("\nOn Tuesday it was", deciding_facts(VERSION_3, TUESDAY))
    print("By version 5 it would be", deciding_facts(VERSION_5, TUESDAY))


if __name__ == "__main__":
    main()
