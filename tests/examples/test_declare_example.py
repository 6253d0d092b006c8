"""The program that takes one incident from facts to metrics and JSON."""

from __future__ import annotations

from textwrap import dedent

from incidentkit import Incident, Status
from incidentkit.convert import from_json
from tests.examples.program import EXAMPLES, printed_by

PROGRAM = EXAMPLES / "declare" / "declare.py"


def run() -> str:
    return printed_by(PROGRAM)


def test_the_timeline_goes_from_an_uncertain_severity_to_the_resolution() -> None:
    printed = run()

    order = [
        *("declared: Checkout returns 500 (SEV-1, not certain: SEV-2", "acknowledged", "assessed as SEV-2"),
        *("mitigation started", "handed over to linus", "mitigated: ", "resolved"),
    ]
    places = [printed.index(words, printed.index("Timeline")) for words in order]
    assert places == sorted(places)
    assert "SEV-2, resolved; linus is incident commander." in printed


def test_times_run_from_when_users_began_to_feel_it() -> None:
    rows = [line.rsplit(maxsplit=1) for line in run().splitlines()]

    assert ["to declare", "5min"] in rows
    assert ["to acknowledge", "2min"] in rows
    assert ["to mitigate", "27min"] in rows
    assert ["to resolve", "42min"] in rows


def test_a_command_that_comes_too_late_is_answered_with_what_is_possible() -> None:
    [line] = [line for line in run().splitlines() if line.startswith("IllegalTransition: ")]

    assert "'start_mitigation'" in line
    assert "reopen" in line


def test_the_json_is_the_incident() -> None:
    printed = run()

    text = printed.partition("As JSON\n-------\n\n")[2].partition("\n\nRead back")[0]
    incident = from_json(dedent(text), Incident)
    assert incident.status is Status.RESOLVED
    assert printed.endswith("Read back equal: yes\n")
