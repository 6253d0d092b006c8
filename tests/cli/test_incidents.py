"""The commands with which people declare incidents, say what they do, and look how they stand."""

from __future__ import annotations

import re
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from getpass import getuser
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from attrs import evolve

from incidentkit import EMERGENCY
from incidentkit.cli import main
from incidentkit.cli.sayings import SAYINGS
from incidentkit.convert import to_toml
from incidentkit.drills import practice_directory
from incidentkit.errors import StoreOutdated
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import TABLE
from incidentkit.providers.store import Append
from incidentkit.stores import SqlStore, schema
from tests.cli.invocation import Invoke
from tests.stores.postgres import Postgres

HOSTILE = "\x1b[31mred\x1b[0m <!channel> [bold]x[/bold]\nINC-9: closed"
FLAT = "[31mred [0m <!channel> [bold]x[/bold] INC-9: closed"


@pytest.fixture
def declared(invoke: Invoke, database: str) -> str:
    """A database with an incident."""
    invoke("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada")
    return database


def log(database: str, incident: str = "INC-7") -> Incident:
    with SqlStore(database) as store:
        return Incident.replay(store.load(incident))


def test_declaring_begins_an_incident(invoke: Invoke, database: str) -> None:
    done = invoke(
        *("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada"),
        *("--label", "service=checkout", "--label", "region=eu"),
    )
    assert (done.status, done.err) == (0, "")
    assert done.lines == [
        "INC-7: declared: Checkout returns 500 (SEV-2)",
        "Nobody is paged until a desk runs on this database, as 'incidentkit run' does.",
    ]
    incident = log(database)
    assert (incident.title, incident.timeline[0].by, incident.playbook) == (
        *("Checkout returns 500", "ada"),
        EMERGENCY.reference,
    )
    assert incident.labels == {"region": "eu", "service": "checkout"}


def test_without_an_id_one_is_made_up(invoke: Invoke, database: str) -> None:
    done = invoke("declare", database, "x")
    assert re.match(r"inc-[0-9a-f]{12}: declared: x \(SEV-1", done.out)


def test_facts_decide_how_severe_it_is(invoke: Invoke, database: str) -> None:
    done = invoke("declare", database, "x", "--id", "INC-7", "--fact", "error_rate=34%", "--fact", "data_lost=no")
    assert "(SEV-1, not certain: SEV-2" in done.out
    assert log(database).facts["error_rate"] == 0.34


def test_whoever_is_logged_in_says_so_unless_told_otherwise(
    invoke: Invoke, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("declare", database, "x", "--id", "INC-7")
    assert log(database).timeline[0].by == getuser()

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    done = invoke("acknowledge", database, "INC-7")
    assert (done.status, done.err) == (
        2,
        "incidentkit: error: who says so is not known here: name them with --by\n",
    )


def test_with_people_it_is_told_who_is_reached_first(invoke: Invoke, database: str, people: str) -> None:
    done = invoke("declare", database, "x", "--severity", "SEV-2", "--directory", people)
    assert "If nobody does anything, at " in done.lines[1]
    assert "You are on call; push for noor" in done.lines[1]


def test_what_no_desk_has_done_is_told(invoke: Invoke, database: str, people: str) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 14, 23, tzinfo=UTC), tick=False):
        invoke("declare", database, "x", "--id", "INC-7", "--severity", "SEV-2")
        assert "If nobody does anything" in invoke("show", database, "INC-7", "--directory", people).out
    (told,) = (line for line in invoke("show", database, "INC-7", "--directory", people).lines if "Due now" in line)
    assert "nothing was done since 2026-03-02 14:23:00 UTC, so no desk seems to run on this database" in told
    assert "push for noor" in told


def test_every_saying_is_a_command_of_the_lifecycle() -> None:
    names = {saying.name.replace("-", "_") for saying in SAYINGS}
    assert names <= TABLE.keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("acknowledge", "--note", "on it"), "acknowledged: on it"),
        (("decline", "--reason", "on a train"), "declined: on a train"),
        (("note", "we see it too"), "noted: we see it too"),
        (("update", "rolling back", "--next-steps", "watch"), "updated: rolling back; next: watch"),
        (("update", "rolling back", "--eta", "soon", "--public", "We know."), "updated: rolling back; expected: soon"),
        (("start-mitigation",), "mitigation started"),
        (("mitigated",), "mitigated"),
        (("resolve", "--note", "rolled back"), "resolved: rolled back"),
        (("cancel", "a test"), "cancelled: a test"),
        (("fulfil", "review", "--note", "held"), "review is done: held"),
        (("waive", "review", "a duplicate"), "review is waived, because a duplicate"),
        (("assign", "incident commander", "linus"), "incident commander is linus"),
        (("escalate", "executive"), "executive"),
        (("snooze", "30min", "we wait for a vendor"), "we wait for a vendor"),
        (("hold", "it may have been an attack"), "evidence is held, because it may have been an attack"),
        (("label", "service", "checkout"), "labelled service=checkout"),
        (
            ("add-action-item", "watch", "Watch the disk", "--owner", "noor", "--due", "2026-04-01"),
            "action item watch for noor, by the end of 2026-04-01 UTC: Watch the disk",
        ),
    ],
    ids=str,
)
def test_what_people_say_is_recorded(invoke: Invoke, declared: str, arguments: tuple[str, ...], said: str) -> None:
    command, *rest = arguments
    done = invoke(command, declared, "INC-7", *rest, "--by", "ada")
    assert (done.status, done.err) == (0, "")
    assert said in done.out
    assert done.out.endswith("; what follows is up to the desk that runs on this database.\n")
    event = log(declared).timeline[-1]
    assert event.by == "ada"
    assert said in str(event)


def evidence(invoke: Invoke, database: str) -> list[str]:
    """What is shown of the evidence of the incident."""
    shown = invoke("show", database, "INC-7").out
    return re.findall(r"^evidence +(.*)$", shown, re.MULTILINE)


def test_it_is_shown_since_when_evidence_is_held_and_why(invoke: Invoke, database: str) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 14, 23, tzinfo=UTC), tick=False):
        invoke("declare", database, "x", "--id", "INC-7", "--severity", "SEV-2")
        assert evidence(invoke, database) == []
        invoke("hold", database, "INC-7", "it may have been an attack", "--by", "ada")
    invoke("hold", database, "INC-7", "so that nobody forgets", "--by", "grace")
    held = "held since 2026-03-02 14:23 UTC, by ada, because it may have been an attack"
    assert evidence(invoke, database) == [held]
    invoke("lift-hold", database, "INC-7", "the disks are copied", "--by", "ada")
    assert evidence(invoke, database) == []
    with time_machine.travel(datetime(2027, 3, 2, 14, 23, tzinfo=UTC), tick=False):
        invoke("hold", database, "INC-7", "there is another disk", "--by", "grace")
    assert evidence(invoke, database) == ["held since 2027-03-02 14:23 UTC, by grace, because there is another disk"]


def test_evidence_that_the_playbook_holds_is_held_until_a_person_lifts_that(invoke: Invoke, database: str) -> None:
    invoke("declare", database, "x", "--id", "INC-7", "--fact", "security_compromised=yes")
    invoke("tick", database, "--practice")
    (held,) = evidence(invoke, database)
    assert held.endswith("UTC, because the playbook wants it")
    invoke("lift-hold", database, "INC-7", "the disks are copied")
    invoke("tick", database, "--practice")
    assert evidence(invoke, database) == []


def test_with_people_it_is_told_what_follows(invoke: Invoke, declared: str, people: str) -> None:
    done = invoke("acknowledge", declared, "INC-7", "--by", "noor", "--directory", people)
    assert re.match(r"acknowledged; if nothing else happens, (now|at .* UTC): .*for kwame", done.out)


def test_an_incident_is_closed_once_nothing_is_owed_or_it_is_waived(invoke: Invoke, database: str) -> None:
    invoke("declare", database, "x", "--severity", "SEV-1", "--id", "INC-7")
    refused = invoke("close", database, "INC-7")
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    possible = refused.err.partition("INC-7 is investigating: close is not possible now; possible now: ")[2]
    assert possible.startswith("start-mitigation, mitigated, resolve, cancel, acknowledge")
    assert "change_severity" not in possible
    invoke("resolve", database, "INC-7")
    owed = invoke("close", database, "INC-7")
    assert (owed.status, owed.err.count("\n")) == (2, 1)
    listed = owed.err.partition("INC-7 is not closed, because this is owed: ")[2].partition(";")[0]
    items = re.findall(r"'(.+?)'", listed)
    assert len(items) == len({*items}) > 1
    assert "do it, say so with fulfil, or close it with --waive NAME=REASON for each" in owed.err
    waivers = [part for item in items for part in ("--waive", f"{item}=not needed")]
    assert invoke("close", database, "INC-7", *waivers).out.startswith("closed")
    reopened = invoke("reopen", database, "INC-7", "it is back")
    assert reopened.out.startswith("reopened: it is back")


def test_active_incidents_are_listed_the_newest_first(invoke: Invoke, declared: str) -> None:
    invoke("declare", declared, "Search is slow", "--severity", "SEV-3", "--id", "INC-8")
    invoke("declare", declared, "Mail is late", "--severity", "SEV-4", "--id", "INC-9")
    invoke("acknowledge", declared, "INC-7", "--by", "noor")
    invoke("resolve", declared, "INC-8")
    header, _, *rows = invoke("list", declared).lines
    assert re.split(r"\s{2,}", header) == ["id", "status", "severity", "declared, UTC", "acknowledged by", "title"]
    assert [row.split()[0] for row in rows] == ["INC-9", "INC-7"]
    assert re.fullmatch(
        r"INC-7  investigating  SEV-2     \d{4}-\d\d-\d\d \d\d:\d\d  noor             Checkout returns 500", rows[1]
    )


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--all",), ["INC-8", "INC-7"]),
        (("--status", "resolved"), ["INC-8"]),
        (("--status", "resolved", "--status", "investigating"), ["INC-8", "INC-7"]),
        (("--severity", "SEV-2"), ["INC-7"]),
        (("--all", "--severity", "SEV-3", "--severity", "SEV-2"), ["INC-8", "INC-7"]),
        (("--all", "--label", "service=search"), ["INC-8"]),
        (("--all", "--text", "check 500"), ["INC-7"]),
        (("--all", "--since", "1h"), ["INC-8", "INC-7"]),
        (("--all", "--before", "1h"), []),
        (("--since", "2200-01-01T00:00:00Z"), []),
        (("--all", "--since", "2026-01-02"), ["INC-8", "INC-7"]),
        (("--all", "--since", "2200-01-01"), []),
        (("--all", "--before", "2026-01-02"), []),
        (("--all", "--severity", "REDD"), []),
        (("--all", "--limit", "1"), ["INC-8"]),
    ],
    ids=str,
)
def test_incidents_are_found_by_what_is_asked_for(
    invoke: Invoke, declared: str, options: tuple[str, ...], found: list[str]
) -> None:
    invoke("declare", declared, "Slow", "--severity", "SEV-3", "--id", "INC-8", "--label", "service=search")
    invoke("resolve", declared, "INC-8")
    done = invoke("list", declared, *options)
    assert (done.status, done.err) == (0, "")
    assert [line.split()[0] for line in done.lines if line.startswith("INC")] == found
    assert ("No incident is like that." in done.lines) == (not found)
    assert ("There are more than these 1: --limit shows them." in done.lines) == ("--limit" in options)


def test_what_is_shown_is_what_it_is_who_has_it_and_what_is_owed(invoke: Invoke, declared: str) -> None:
    invoke("acknowledge", declared, "INC-7", "--by", "noor")
    invoke("decline", declared, "INC-7", "--by", "mika")
    invoke("assign", declared, "INC-7", "incident commander", "linus")
    done = invoke("show", declared, "INC-7")
    assert (done.status, done.err) == (0, "")
    printed = re.sub(r" +", " ", done.out)
    for words in (
        *("INC-7: Checkout returns 500\n====", "\nstatus investigating since 20", "\nseverity SEV-2\n"),
        *("\nacknowledged noor\n", "\ndeclined mika\n", "\nincident commander linus\n"),
        *(f"\nplaybook {EMERGENCY.reference}\n", "\n- open: SEV-2: resolve within 1h (who is not known here, due 20"),
        "\nWho is reached next is not known without --directory.\n",
    ):
        assert words in printed
    assert "Timeline" not in printed


def test_more_is_shown_if_wanted(invoke: Invoke, declared: str, people: str) -> None:
    done = invoke(
        *("show", declared, "INC-7", "--timeline", "--obligations", "--preview", "10min", "--directory", people)
    )
    assert "SEV-2: resolve within 1h (kwame, due" in done.out
    assert "You are on call; push for noor" in done.out.partition("Next\n----")[2].partition("What people owe")[0]
    assert "You are on call; phone for noor" in done.out.partition("\nIf nobody does anything\n---")[2]
    assert done.out.rstrip().endswith("ada  declared: Checkout returns 500 (SEV-2)")


def test_looking_changes_nothing(invoke: Invoke, declared: str, people: str) -> None:
    before = log(declared).timeline
    invoke("show", declared, "INC-7", "--directory", people, "--preview", "4h")
    invoke("list", declared)
    assert log(declared).timeline == before


def test_an_incident_that_is_over_and_restricted_is_shown(invoke: Invoke, database: str) -> None:
    invoke("declare", database, "x", "--fact", "security_compromised=yes", "--id", "INC-7", "--label", "team=web")
    invoke("tick", database, "--practice")
    invoke("cancel", database, "INC-7", "a test")
    printed = re.sub(r" +", " ", invoke("show", database, "INC-7").out)
    assert "\nrestricted only those may know of it who must\n" in printed
    assert "\nlabel team web\n" in printed
    assert "\nprivate channel incident-" in printed
    assert "\nstatus cancelled since" in printed


def test_an_incident_goes_by_its_own_playbook(invoke: Invoke, database: str, tmp_path: Path) -> None:
    file = tmp_path / "playbook.toml"
    file.write_text(to_toml(evolve(EMERGENCY, name="ours", review=None)), encoding="utf-8")
    invoke("declare", database, "x", "--severity", "SEV-2", "--id", "INC-7", "--playbook", str(file))
    assert log(database).playbook.startswith("ours@")
    done = invoke("fulfil", database, "INC-7", "review")
    assert "nothing that people can do or waive is called 'review'" in done.err


@pytest.fixture
def bakery(tmp_path: Path) -> str:
    """The file of a playbook with a role of its own."""
    file = tmp_path / "bakery.toml"
    text = to_toml(evolve(EMERGENCY, name="bakery")).replace("on-call engineer", "baker")
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.fixture
def bakers(tmp_path: Path) -> str:
    """The file of a directory that fits that playbook, and does not fit the emergency playbook."""
    file = tmp_path / "bakers.toml"
    roles = {name.replace("on-call engineer", "baker"): who for name, who in practice_directory().roles.items()}
    file.write_text(evolve(practice_directory(), roles=roles).to_toml(), encoding="utf-8")
    return str(file)


@pytest.fixture
def baked(invoke: Invoke, database: str, bakery: str) -> str:
    """A database with an incident that has a playbook of its own."""
    declared = ("declare", database, "Oven is off", "--severity", "SEV-2", "--id", "INC-1", "--by", "ada")
    invoke(*declared, "--playbook", bakery)
    return database


def change(database: str, statement: str) -> None:
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        connection.execute(statement)
        connection.commit()


def test_people_go_with_the_playbook_of_the_incident(invoke: Invoke, baked: str, bakers: str) -> None:
    own = log(baked, "INC-1").playbook
    assert own.startswith("bakery@")
    shown = invoke("show", baked, "INC-1", "--directory", bakers, "--preview", "1h")
    assert (shown.status, shown.err) == (0, "")
    assert re.search(rf"^playbook +{own}$", shown.out, re.MULTILINE)
    assert "You are on call; push for noor" in shown.out
    said = invoke("acknowledge", baked, "INC-1", "--by", "noor", "--directory", bakers)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("acknowledged; if nothing else happens, ")


def test_people_who_do_not_fit_the_playbook_of_the_incident_are_refused(
    invoke: Invoke, baked: str, people: str
) -> None:
    before = log(baked, "INC-1").timeline
    for command, *rest in (("show",), ("note", "hm")):
        done = invoke(command, baked, "INC-1", *rest, "--directory", people)
        assert (done.status, done.err) == (2, "incidentkit: error: playbook bakery: no role is called 'baker'.\n")
    assert log(baked, "INC-1").timeline == before


def test_what_is_shown_without_people_differs_by_nothing_but_people(
    invoke: Invoke, baked: str, bakery: str, bakers: str
) -> None:
    names = "|".join([*practice_directory().people, "who is not known here", "nobody was found"])

    def shown(*options: str) -> str:
        done = invoke("show", baked, "INC-1", "--obligations", *options)
        assert (done.status, done.err) == (0, "")
        head, _, rest = done.out.partition("\nNext\n")
        return re.sub(rf"({names})(, ({names}))*| +|-{{2,}}", "", head + rest[rest.index("What people owe") :])

    for minutes, (command, *words) in enumerate([("note", "hm"), ("acknowledge",), ("resolve",), ("reopen", "again")]):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20 * minutes), tick=False):
            invoke("tick", baked, "--directory", bakers, "--playbook", bakery)
            invoke(command, baked, "INC-1", *words, "--by", "noor")
            assert shown() == shown("--directory", bakers)


def test_a_playbook_that_is_given_is_looked_by_and_nothing_is_recorded_by_it(
    invoke: Invoke, baked: str, bakery: str, tmp_path: Path
) -> None:
    own = log(baked, "INC-1").playbook
    file = tmp_path / "ours.toml"
    ours = evolve(EMERGENCY, name="ours", review=None)
    file.write_text(to_toml(ours), encoding="utf-8")
    assert f"{own}; this is told by {ours.reference}\n" in invoke("show", baked, "INC-1", "--playbook", str(file)).out
    done = invoke("fulfil", baked, "INC-1", "review", "--playbook", str(file))
    assert (done.status, done.out.startswith("review is done")) == (0, True)
    assert done.err == f"incidentkit: INC-1 goes by its own playbook {own}, not by {ours.reference}\n"
    assert invoke("note", baked, "INC-1", "hm", "--playbook", bakery).err == ""


def test_another_playbook_takes_over_and_that_is_said_if_the_database_lacks_it(
    invoke: Invoke, baked: str, bakery: str, bakers: str, people: str
) -> None:
    own = log(baked, "INC-1").playbook
    change(baked, "DELETE FROM incidentkit_playbooks")
    lack = f"the database does not have the incident's playbook {own}, and {EMERGENCY.reference} takes over"
    done = invoke("note", baked, "INC-1", "hm")
    assert (done.status, done.err) == (0, f"incidentkit: {lack}: --playbook names another one\n")
    assert invoke("note", baked, "INC-1", "hm", "--playbook", bakery, "--directory", bakers).err == ""
    shown = invoke("show", baked, "INC-1", "--directory", people).out
    assert f"{own}; this is told by {EMERGENCY.reference}, because {lack}: --playbook names another one\n" in shown
    refused = invoke("note", baked, "INC-1", "hm", "--directory", bakers)
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert f"no role is called 'on-call engineer'; {lack}" in refused.err


def test_a_playbook_that_this_release_cannot_read_keeps_nobody_from_acknowledging(invoke: Invoke, baked: str) -> None:
    own = log(baked, "INC-1").playbook
    change(baked, "UPDATE incidentkit_playbooks SET document = '{}'")
    done = invoke("acknowledge", baked, "INC-1", "--by", "noor")
    assert (done.status, done.out.startswith("acknowledged")) == (0, True)
    assert f"this release cannot read the incident's playbook {own}" in done.err


def test_an_incident_without_a_playbook_goes_by_the_one_that_is_given(
    invoke: Invoke, database: str, bakery: str, bakers: str
) -> None:
    with SqlStore(database) as store:
        declared = Incident.declare("INC-1", title="x", at=store.now(), by="ada", severity=EMERGENCY.scheme["SEV-2"])
        store.append(Append(incident=declared.id, events=declared.timeline.events, expected_version=0))
    assert f"none; this is told by {EMERGENCY.reference}\n" in invoke("show", database, "INC-1").out
    refused = invoke("show", database, "INC-1", "--directory", bakers)
    assert "no role is called 'on-call engineer': --playbook names another one" in refused.err
    done = invoke("acknowledge", database, "INC-1", "--by", "noor", "--directory", bakers, "--playbook", bakery)
    assert (done.status, done.err) == (0, "")


def test_an_incident_is_moved_to_another_playbook_which_the_database_keeps(
    invoke: Invoke, declared: str, bakery: str, bakers: str, people: str
) -> None:
    refused = invoke(
        "change-playbook", declared, "INC-7", "it is the oven", "--playbook", bakery, "--directory", people
    )
    assert "playbook bakery: no role is called 'baker'" in refused.err
    done = invoke("change-playbook", declared, "INC-7", "it is the oven", "--playbook", bakery, "--by", "ada")
    assert (done.status, done.err) == (0, "")
    assert "bakery@" in done.out
    reference = log(declared).playbook
    assert reference.startswith("bakery@")
    assert "You are on call; push for noor" in invoke("show", declared, "INC-7", "--directory", bakers).out


def test_labels_are_set_and_removed(invoke: Invoke, declared: str) -> None:
    invoke("label", declared, "INC-7", "service", "search")
    invoke("label", declared, "INC-7", "service", "checkout")
    assert log(declared).labels == {"service": "checkout"}
    assert "INC-7" in invoke("list", declared, "--label", "service=checkout").out
    assert invoke("unlabel", declared, "INC-7", "service").out.startswith("removed the label service")
    assert log(declared).labels == {}


def test_days_begin_in_utc(invoke: Invoke, database: str) -> None:
    with time_machine.travel(datetime(2026, 11, 29, 23, 59, tzinfo=UTC), tick=False):
        invoke("declare", database, "late", "--id", "INC-1")
    with time_machine.travel(datetime(2026, 11, 30, tzinfo=UTC), tick=False):
        invoke("declare", database, "early", "--id", "INC-2")
    assert "INC-1" not in invoke("list", database, "--since", "2026-11-30").out
    assert "INC-2" in invoke("list", database, "--since", "2026-11-30").out
    assert "INC-2" not in invoke("list", database, "--before", "2026-11-30").out


@pytest.fixture
def alone(invoke: Invoke, database: str) -> str:
    """A database with an incident for which everybody was paged in vain."""
    invoke("drill", "--asleep", "all", "--for", "2h", "--database", database)
    return database


def test_paging_in_vain_is_seen_until_somebody_has_it(invoke: Invoke, alone: str) -> None:
    assert "DRILL-1  investigating, exhausted  SEV-1 " in invoke("list", alone).out
    shown = invoke("show", alone, "DRILL-1").out
    assert re.search(r"^paging +exhausted at 2026-03-02 03:10 UTC, and nobody has it$", shown, re.MULTILINE)
    invoke("acknowledge", alone, "DRILL-1", "--by", "noor")
    assert "exhausted" not in invoke("list", alone).out
    shown = invoke("show", alone, "DRILL-1").out
    assert re.search(r"^paging +exhausted at 2026-03-02 03:10 UTC$", shown, re.MULTILINE)
    invoke("resolve", alone, "DRILL-1")
    invoke("reopen", alone, "DRILL-1", "it is back")
    assert "exhausted" not in invoke("list", alone).out
    assert "exhausted at" not in invoke("show", alone, "DRILL-1").out


def test_paging_in_vain_stands_out_on_a_terminal(alone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["list", alone]) == 0
    assert main(["show", alone, "DRILL-1"]) == 0
    red = re.findall(r"\x1b\[1;31m(.*?)\x1b\[0m", terminal.getvalue())
    assert [line.split()[0] for line in red] == ["DRILL-1", "paging"]


def test_words_of_people_stay_words(invoke: Invoke, database: str, people: str) -> None:
    printed = invoke("declare", database, HOSTILE, "--severity", "SEV-2", "--id", "INC-7").out
    for arguments in (
        ("note", database, "INC-7", HOSTILE),
        ("note", database, "INC-7", HOSTILE, "--directory", people),
        ("update", database, "INC-7", HOSTILE, "--by", HOSTILE.replace("\n", " ").replace("\x1b", "")),
        ("show", database, "INC-7", "--timeline", "--directory", people),
        ("list", database),
        ("tick", database, "--practice"),
    ):
        done = invoke(*arguments)
        assert done.status == 0
        printed += done.out
    assert all(line.isprintable() for line in printed.split("\n"))
    assert not re.search(r"^(INC-9|closed)", printed, re.MULTILINE)
    assert printed.count(FLAT) > 5


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("list", "incidents.db"), "write sqlite:///incidents.db, or postgresql://user@host/database"),
        (("list", "mysql://root:hunter2@db/x"), "'mysql' is no kind of store"),
        (("list", "postgresql://ada:hunter2@127.0.0.1:1/x"), "postgresql://127.0.0.1:1/x: it cannot be reached"),
        (("list", "sqlite://"), "it would be forgotten when the command ends: name a file"),
        (("declare", "sqlite:///:memory:", "x"), "it would be forgotten"),
        (("list", "sqlite:////nowhere/x.db"), "there is no such file; 'incidentkit declare' makes one"),
        (("declare", "sqlite:////nowhere/x.db", "x"), "its folder has to be there"),
        (("show", "DB", "INC-8"), "the store has no incident 'INC-8'"),
        (("show", "DB", "INC-7", "--preview", "4h"), "so it needs people: --directory people.toml"),
        (("show", "DB", "INC-7", "--preview", "4"), "'4' is not a duration"),
        (("acknowledge", "DB", "INC-8"), "the store has no incident 'INC-8'"),
        (("declare", "DB", "x", "--id", "INC-7"), "the store has an incident 'INC-7' already"),
        (("declare", "DB", " "), "title"),
        (
            ("declare", "DB", "x", "--severity", "SEV-9"),
            "no severity is called 'SEV-9' in the playbook emergency; there are SEV-1, SEV-2, SEV-3, SEV-4",
        ),
        (("declare", "DB", "x", "--fact", "data_lots=yes"), "Did you mean 'data_lost'? --playbook names another one\n"),
        (
            ("declare", "DB", "x", "--fact", "oven_off=yes"),
            "no fact is called 'oven_off' in the playbook emergency: --playbook names another one\n",
        ),
        (("update", "DB", "INC-7", "x", "--playbook", "nowhere.toml"), "nowhere.toml: No such file or directory"),
        (("change-playbook", "DB", "INC-7", "it grew"), "the following arguments are required: --playbook"),
        (("declare", "DB", "x", "--label", "a=b", "--label", "a=c"), "--label says twice what 'a' is"),
        (("declare", "DB", "x", "--label", "a"), "'a' is not of the form NAME=VALUE"),
        (("fulfil", "DB", "INC-7", "reviews"), "Did you mean 'review'?"),
        (("waive", "DB", "INC-7", "review"), "the following arguments are required: REASON"),
        (("hold", "DB", "INC-7"), "the following arguments are required: REASON"),
        (("lift-hold", "DB", "INC-7", " "), "reason"),
        (("escalate", "DB", "INC-7", "executives"), "Did you mean 'executive'?"),
        (("assign", "DB", "INC-7", "boss", "ada"), "invalid choice: 'boss'"),
        (("list", "DB", "--limit", "0"), "'0' is no number from 1 on"),
        (("list", "DB", "--status", "open"), "invalid choice: 'open'"),
        (("list", "DB", "--since", "yesterday"), "'yesterday' is no time such as"),
        (("list", "DB", "--all", "--status", "closed"), "not allowed with argument"),
        (("list", "DB", "--text", "..."), "text: one looks for 1 to 20 words"),
        (("run", "DB"), "say who with --directory people.toml"),
        (("tick", "DB"), "or page invented people with --practice"),
        (("run", "DB", "--practice", "--directory", "people.toml"), "not allowed with argument --practice"),
        (("run", "DB", "--practice", "--poll", "0s"), "'0s' is no pause: write one like 1s"),
        (("run", "DB", "--directory", "nowhere.toml"), "nowhere.toml: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_status_two(
    invoke: Invoke, declared: str, arguments: tuple[str, ...], problem: str
) -> None:
    done = invoke(*(declared if each == "DB" else each for each in arguments))
    assert done.status == 2
    assert problem in done.err
    assert done.err.count("\n") == 1
    assert done.err[:-1].isprintable()
    assert "hunter2" not in done.err + done.out


def test_what_is_refused_makes_no_database(invoke: Invoke, database: str, tmp_path: Path, bakers: str) -> None:
    before = {*tmp_path.iterdir()}
    for command, *rest in (
        ("declare", " "),
        ("declare", "x", "--severity", "SEV-9"),
        ("declare", "x", "--fact", "oven_off=yes"),
        ("declare", "x", "--directory", bakers),
        ("run", "--directory", bakers),
        ("tick", "--directory", bakers),
        ("run", "--practice", "--poll", "0s"),
    ):
        done = invoke(command, database, *rest)
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        if bakers in rest:
            problem = "playbook emergency: no role is called 'on-call engineer': --playbook names another one\n"
            assert done.err.endswith(problem)
    assert {*tmp_path.iterdir()} == before


def test_looking_at_a_database_that_is_not_there_makes_none(invoke: Invoke, database: str, tmp_path: Path) -> None:
    for arguments in (("list",), ("show", "INC-7"), ("acknowledge", "INC-7"), ("export",)):
        command, *rest = arguments
        assert invoke(command, database, *rest).status == 2
    assert [*tmp_path.iterdir()] == []


def old(database: str) -> None:
    """Make the tables of the first release."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(schema, "STEPS", schema.STEPS[:1])
        patched.setattr(schema, "VERSION", 1)
        with SqlStore(database) as store:
            store.migrate()


def test_looking_upgrades_nothing_and_says_what_does(invoke: Invoke, database: str) -> None:
    old(database)
    done = invoke("list", database)
    assert done.status == 2
    assert "its tables are of version 1, this release needs 2: run 'incidentkit migrate'" in done.err
    with SqlStore(database, migrate=False) as store, pytest.raises(StoreOutdated):
        store.now()
    done = invoke("migrate", database)
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{database}: its tables were upgraded from version 1 to 2: 0 incidents.\n"
    assert invoke("list", database).out == "No incident is like that.\n"


def test_migrating_makes_a_database_and_does_so_once(invoke: Invoke, database: str) -> None:
    assert invoke("migrate", database).out == f"{database}: its tables were made: 0 incidents.\n"
    invoke("declare", database, "x")
    assert invoke("migrate", database).out == f"{database}: its tables were up to date already: 1 incident.\n"


def test_the_help_of_every_command_says_what_it_is_for(invoke: Invoke) -> None:
    listed = invoke("--help").out
    for saying in SAYINGS:
        assert f"  {saying.name}" in listed
        done = invoke(saying.name, "--help")
        assert done.status == 0
        assert "else your login name" in " ".join(done.out.split())


def test_people_work_on_an_incident_in_postgresql(invoke: Invoke, postgres: Postgres, people: str) -> None:
    address = postgres.database().replace("+psycopg", "")
    invoke("declare", address, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada")
    ticked = invoke("tick", address, "--directory", people)
    assert (ticked.status, ticked.err) == (0, "")
    assert "INC-7: paging noor by push: You are on call (SEV-2: Checkout returns 500)\n" in ticked.out
    assert invoke("acknowledge", address, "INC-7", "--by", "noor").status == 0
    assert "noor" in invoke("list", address).lines[-1]
    assert invoke("export", address).out.count("\n") == 3


def test_nothing_that_is_said_at_a_terminal_keeps_people_asleep(invoke: Invoke, declared: str, people: str) -> None:
    for words in (("note", "hm"), ("update", "we look"), ("decline",)):
        command, *rest = words
        invoke(command, declared, "INC-7", *rest, "--by", "ines")
    assert "paging noor by push: You are on call" in invoke("tick", declared, "--directory", people).out
