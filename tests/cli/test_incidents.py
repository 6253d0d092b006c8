"""The commands with which people declare incidents, say what they do, and look how they stand."""

from __future__ import annotations

import re
from getpass import getuser
from pathlib import Path

import pytest
from attrs import evolve

from incidentkit import EMERGENCY
from incidentkit.cli.sayings import SAYINGS
from incidentkit.convert import to_toml
from incidentkit.errors import StoreOutdated
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import TABLE
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
        "A desk that runs on this database pages.",
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


def test_with_people_it_is_told_what_follows(invoke: Invoke, declared: str, people: str) -> None:
    done = invoke("acknowledge", declared, "INC-7", "--by", "noor", "--directory", people)
    assert re.match(r"acknowledged; if nothing else happens, (now|at .* UTC): .*for kwame", done.out)


def test_an_incident_is_closed_once_nothing_is_owed_or_it_is_waived(invoke: Invoke, database: str) -> None:
    invoke("declare", database, "x", "--severity", "SEV-1", "--id", "INC-7")
    refused = invoke("close", database, "INC-7")
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "INC-7 is investigating: 'close' is not possible from there" in refused.err
    invoke("resolve", database, "INC-7")
    owed = invoke("close", database, "INC-7")
    assert "INC-7 is not closed: CLO002: SEV-1/" in owed.err
    items = [name for name, _ in re.findall(r"CLO002: (.+?) is (open|overdue)", owed.err)]
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
        (("declare", "DB", "x", "--severity", "SEV-9"), "no severity is called 'SEV-9'"),
        (("declare", "DB", "x", "--fact", "data_lots=yes"), "Did you mean 'data_lost'?"),
        (("declare", "DB", "x", "--label", "a=b", "--label", "a=c"), "--label says twice what 'a' is"),
        (("declare", "DB", "x", "--label", "a"), "'a' is not of the form NAME=VALUE"),
        (("fulfil", "DB", "INC-7", "reviews"), "Did you mean 'review'?"),
        (("waive", "DB", "INC-7", "review"), "the following arguments are required: REASON"),
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
        (("run", "DB", "--practice", "--poll", "0s"), "the poll of a run is a timedelta above zero"),
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
