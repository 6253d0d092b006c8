"""Whether to roll back, from the command line: what it prints, and with which exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from incidentkit import EMERGENCY
from incidentkit.convert import to_toml
from tests.cli.invocation import Invoke


def test_what_is_known_is_weighed(invoke: Invoke) -> None:
    done = invoke("rollback", "error_rate=34%", "well_understood=yes")
    assert (done.status, done.err) == (0, "")
    assert done.lines[0] == "Roll back at once"
    assert "- Error rate > 10% (error_rate is 0.34) - When to Rollback, Immediate Rollback" in done.lines
    assert "- Issue is well understood (well_understood is true) - When to Rollback, Hotfix Instead" in done.lines


def test_what_can_still_change_it_is_exit_status_one(invoke: Invoke) -> None:
    done = invoke("rollback")
    assert (done.status, done.err) == (1, "")
    assert "1. Is production down? (production_down)" in done.lines


def test_what_an_incident_answers_itself_may_be_given(invoke: Invoke) -> None:
    done = invoke("rollback", "status=monitoring", "users_affected=3")
    assert any("Already partially mitigated" in line for line in done.lines)


def test_what_nobody_can_tell_is_not_asked_for(invoke: Invoke) -> None:
    done = invoke("rollback", "time_to_fix=40min", "rollback_safe=Unsure")
    assert "- Is rollback safe? unsure - Rollback vs Hotfix?" in done.lines
    assert not any("(rollback_safe)" in line for line in done.lines)


def test_what_is_known_of_an_incident_in_a_database_is_weighed(invoke: Invoke, database: str) -> None:
    facts = ("--fact", "error_rate=34%", "--fact", "data_lost=no")
    invoke("declare", database, "Checkout returns 500", "--id", "INC-7", *facts)
    of_incident = ("rollback", "--incident", database, "INC-7")
    assert invoke(*of_incident).lines[0] == "Roll back at once"
    done = invoke(*of_incident, "--fact", "error_rate=2%", "rollback_safe=no")
    assert done.lines[0] != "Roll back at once"
    assert not any("(data_lost)" in line or "(rollback_safe)" in line for line in done.lines)
    assert not any("Already partially mitigated" in line for line in done.lines)
    invoke("mitigated", database, "INC-7")
    assert any("Already partially mitigated" in line for line in invoke(*of_incident, "error_rate=2%").lines)
    refused = invoke("rollback", "--incident", database, "INC-8")
    assert (refused.status, refused.out) == (2, "")
    assert "the store has no incident 'INC-8'" in refused.err


def test_an_incident_goes_by_its_own_playbook(invoke: Invoke, database: str, tmp_path: Path) -> None:
    own = tmp_path / "none.toml"
    own.write_text(to_toml(evolve(EMERGENCY, name="ours", rollback=None)), encoding="utf-8")
    invoke("declare", database, "Checkout returns 500", "--id", "INC-7", "--playbook", str(own))
    done = invoke("rollback", "--incident", database, "INC-7")
    assert (done.status, done.err) == (2, "incidentkit: error: the playbook ours has no rollback policy\n")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["error_rate=3%", "--fact", "error_rate=4%"], "what is known says twice what 'error_rate' is"),
        (["eror_rate=34%"], "no fact is called 'eror_rate' in the playbook emergency. Did you mean 'error_rate'?"),
        (["error_rate=34"], "error_rate: '34' is no answer: say a number from 0 to 1, or a percentage"),
        (["error_rate"], "'error_rate' is not of the form NAME=VALUE"),
        (["error_rate=3%", "error_rate=4%"], "what is known says twice what 'error_rate' is"),
    ],
)
def test_what_cannot_be_known_is_one_line_and_exit_status_two(
    invoke: Invoke, arguments: list[str], problem: str
) -> None:
    done = invoke("rollback", *arguments)
    assert (done.status, done.out) == (2, "")
    assert problem in done.err
    assert len(done.err.splitlines()) == 1


def test_a_playbook_of_ones_own_is_gone_by(invoke: Invoke, tmp_path: Path) -> None:
    assert EMERGENCY.rollback is not None
    ours, none = tmp_path / "ours.toml", tmp_path / "none.toml"
    immediate = EMERGENCY.rollback.immediate[:1]
    own = evolve(EMERGENCY, name="ours", rollback=evolve(EMERGENCY.rollback, immediate=immediate))
    ours.write_text(to_toml(own), encoding="utf-8")
    none.write_text(to_toml(evolve(EMERGENCY, name="ours", rollback=None)), encoding="utf-8")
    assert invoke("rollback", "--playbook", str(ours), "error_rate=34%").status == 1
    assert invoke("rollback", "--playbook", str(ours), "production_down=yes").status == 0
    done = invoke("rollback", "--playbook", str(none))
    assert (done.status, done.err) == (2, "incidentkit: error: the playbook ours has no rollback policy\n")
