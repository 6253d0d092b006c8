"""The laws of rules and trees have names and meanings of their own."""

from __future__ import annotations

from incidentkit.policy.law import Law


def test_every_law_says_what_it_means() -> None:
    assert all(law.meaning.endswith(".") for law in Law)
    assert len({law.meaning for law in Law}) == len(Law)
