"""The program that tells what changed between two versions of rules."""

from __future__ import annotations

from tests.examples.program import EXAMPLES, printed_by

PROGRAM = EXAMPLES / "rules_changed" / "rules_changed.py"


def test_it_tells_the_broken_law_and_every_change() -> None:
    lines = printed_by(PROGRAM).splitlines()

    assert [line for line in lines if line.startswith("version")] == [
        "version 3: every law is proved",
        "version 4: monotone broken",
        "version 5: every law is proved",
    ]
    assert (
        "  with failed_payments 0 it is P1 (P1 if card_data_exposed), and with failed_payments 0.1, which is worse, it"
        in "\n".join(lines)
    )
    assert [line.split(" where ")[0] for line in lines if " becomes " in line] == [
        "P1 becomes P2",
        "P2 becomes P3",
        "P3 becomes P2",
    ]
    assert "P1 becomes P2 where not card_data_exposed and failed_payments > 0.25 and backup_works" in lines
    assert "By version 5 it would be P1: card_data_exposed yes" in lines
