"""The command line, run as people run it: what it prints, where, and with which exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY
from incidentkit.cli import main
from incidentkit.cli.screen import PlainScreen, screen_on
from incidentkit.convert import to_toml
from incidentkit.drills import practice_directory
from tests.cli.invocation import Invoke

HOSTILE = "\x1b[31mred\x1b[0m [bold]markup[/bold] [link=https://example.com]x[/link]\r\n\x07\u202eend"

NOTHING: Mapping[str, str] = MappingProxyType({})


class Terminal(StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


def run(
    *arguments: str, env: Mapping[str, str] = NOTHING, program: tuple[str, ...] = ("-m", "incidentkit")
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **env},
        timeout=60,
        check=False,
    )


def test_a_drill_prints_what_happens_and_how_it_came_out() -> None:
    done = run("drill")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "A drill of the playbook emergency: 4h from 2026-03-02 02:10:00 UTC on"
    assert "+00:05  02:15:00  noor        paged by phone (You are on call)" in lines
    assert "+00:07  02:17:00  noor        acknowledged" in lines
    assert "to resolve      1h" in lines
    assert "all     3     3      6" in lines
    assert lines[-1] == "Nothing."
    assert "+03:00  05:10:00  noor        closed" in lines
    assert any(line.split()[:4] == ["met", "Status", "page", "updated"] for line in lines)


def test_a_method_that_nobody_has_is_told_once(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text(practice_directory().to_toml().replace("\nsms =", "\nsmss ="), encoding="utf-8")
    done = invoke("drill", "--directory", str(file), "--for", "1min")
    assert (done.status, done.err) == (0, "")
    line = "pages by sms reach nobody (nobody in the directory has it. Did you mean 'smss'?)"
    assert done.out.count(line) == done.out.count("reach nobody") == 1


def test_the_same_drill_prints_the_same() -> None:
    assert run("drill", "--severity", "SEV-2").stdout == run("drill", "--severity", "SEV-2").stdout


def test_everybody_asleep_is_exit_status_one() -> None:
    done = run("drill", "--asleep", "all")
    assert (done.returncode, done.stderr) == (1, "")
    assert "all     12    12     12    12   48" in done.stdout
    assert "+01:00  03:10:00  -           Paging was exhausted" in done.stdout
    assert done.stdout.endswith("nobody had acknowledged, 1h after the declaration.\n")


def test_somebody_else_takes_over(invoke: Invoke) -> None:
    done = invoke("drill", "--severity", "SEV-2", "--asleep", "noor", "--acknowledge", "mika=4min")
    assert done.status == 0
    assert "+00:34  02:44:00  mika        acknowledged" in done.out


def test_all_asleep_but_one(invoke: Invoke) -> None:
    done = invoke("drill", "--asleep", "all", "--acknowledge", "esther=2min")
    assert done.status == 0
    assert "esther      acknowledged" in done.out


def test_whoever_declines_is_left_alone(invoke: Invoke) -> None:
    done = invoke("drill", "--severity", "SEV-2", "--decline", "noor=2min", "--acknowledge", "mika=4min")
    assert done.status == 1
    assert "+00:02  02:12:00  noor        declined\n" in done.out
    assert "+00:02  02:12:00  kwame       paged by push (everybody was paged in vain)\n" in done.out
    assert "+00:34  02:44:00  mika        acknowledged\n" in done.out
    assert "\nnoor    1     0 " in done.out


def test_facts_are_answers_as_people_type_them(invoke: Invoke) -> None:
    done = invoke("drill", "--fact", "error_rate=34%", "--fact", "core_functionality=yes", "--for", "1min")
    assert "(SEV-1, not certain: SEV-2" in done.out


def test_faults_are_tried_out(invoke: Invoke) -> None:
    done = invoke("drill", "--fault", "push=refused", "--fault", "phone=unavailable", "--for", "12min")
    assert "page by push: failed (push.page: it does not accept the request)" in done.out
    assert "page by phone: postponed (phone.page: it cannot be reached)" in done.out


def test_a_status_page_that_is_ill_for_an_hour_is_told_at_the_end(invoke: Invoke) -> None:
    done = invoke("drill", "--fault", "status-page=unavailable:1h")
    assert (done.status, done.err) == (0, "")
    assert done.out.count("the status page: postponed (status-page.publish: it cannot be reached)") == 1
    assert "\ntell/status page       15     +00:00  +00:56  never\n" in done.out
    assert done.out.endswith("It is not closed, because these are owed: SEV-1/status page updated.\n")


def test_whoever_is_reached_late_does_the_same(invoke: Invoke) -> None:
    done = invoke("drill", "--fault", "push=unavailable")
    assert "+00:12  02:22:00  noor        acknowledged\n" in done.out
    assert "+00:13  02:23:00  noor        incident commander is noor\n" in done.out
    assert "+03:05  05:15:00  noor        closed\n" in done.out


def test_an_ordinary_incident_is_taken_up_by_whoever_is_told_first(invoke: Invoke) -> None:
    done = invoke("drill", "--severity", "SEV-4")
    lines = done.out.splitlines()
    assert "+00:07  02:17:00  noor        acknowledged" in lines
    assert "+03:15  05:25:00  noor        closed" in lines
    assert "Nobody was paged." in lines


def test_whoever_is_told_first_need_not_be_on_call(invoke: Invoke, tmp_path: Path) -> None:
    practice = practice_directory()
    file = tmp_path / "people.toml"
    file.write_text(evolve(practice, roles={**practice.roles, "team": ("amara", "luca")}).to_toml(), encoding="utf-8")
    lines = invoke("drill", "--directory", str(file), "--severity", "SEV-3").out.splitlines()
    assert "+00:07  02:17:00  amara       acknowledged" in lines
    assert "+03:15  05:25:00  amara       closed" in lines


@pytest.mark.parametrize("without", [("communication", "checklists", "review"), ("escalation", "checklists")])
def test_a_playbook_that_wants_less_is_told_to_its_closure_too(
    invoke: Invoke, tmp_path: Path, without: tuple[str, ...]
) -> None:
    file = tmp_path / "playbook.toml"
    nothing: dict[str, Any] = {"communication": None, "escalation": None, "review": None, "checklists": ()}
    less = evolve(EMERGENCY, **{name: nothing[name] for name in without})
    file.write_text(to_toml(less), encoding="utf-8")
    done = invoke("drill", "--playbook", str(file))
    assert (done.status, done.err) == (0, "")
    assert done.out.count("  closed\n") == 1


def test_roles_that_nobody_has_are_told(invoke: Invoke, tmp_path: Path) -> None:
    practice = practice_directory()
    file = tmp_path / "people.toml"
    file.write_text(evolve(practice, roles=dict.fromkeys(practice.roles, ())).to_toml(), encoding="utf-8")
    done = invoke("drill", "--directory", str(file))
    assert done.status == 1
    assert "nobody was found who owes 12 things from now on" in done.out


def test_a_breach_is_restricted_and_closed_without_the_public(invoke: Invoke) -> None:
    done = invoke("drill", "--fact", "security_compromised=yes", "--messages")
    assert done.status == 0
    assert "it is restricted (security_compromised)" in done.out
    assert "Channel #incident-20260302-001-private, private, closed" in done.out
    assert "+03:00  05:10:00  noor        closed\n" in done.out
    assert "Status page, " not in done.out


def test_messages_and_the_timeline_are_printed_if_wanted(invoke: Invoke) -> None:
    shown = ("Channel #incident-20260302-001", "We know of a problem, and are looking for its cause.", "\nTimeline\n")
    without, both = invoke("drill").out, invoke("drill", "--messages", "--timeline").out
    assert [each in without for each in shown] == [False] * 3
    assert [each in both for each in shown] == [True] * 3
    assert both.index("\nTimeline\n") < both.index("\nHow long it took\n")


def test_whoever_is_idle_acknowledges_and_does_nothing(invoke: Invoke) -> None:
    done = invoke("drill", "--idle")
    assert "noor        acknowledged" in done.out
    assert "mitigation started" not in done.out
    assert "overdue   an update is owed, every 15min" in done.out


def test_times_are_those_of_the_start_and_its_zone(invoke: Invoke) -> None:
    done = invoke("drill", "--start", "2026-07-01T23:59:30+02:00", "--for", "6min")
    assert "+00:05  00:04:30  noor        paged by phone" in done.out


def test_a_playbook_and_a_directory_of_ones_own(invoke: Invoke, tmp_path: Path) -> None:
    playbook, people = tmp_path / "playbook.toml", tmp_path / "people.toml"
    playbook.write_text(to_toml(EMERGENCY), encoding="utf-8")
    people.write_text(practice_directory().to_toml(), encoding="utf-8")
    own = invoke("drill", "--playbook", str(playbook), "--directory", str(people))
    assert own.out == invoke("drill").out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "the following arguments are required: COMMAND; see incidentkit --help"),
        (("dril",), "invalid choice: 'dril'. Did you mean 'drill'?"),
        (("mitigate",), "invalid choice: 'mitigate'. Did you mean 'mitigated'?"),
        (("quite-another",), "invalid choice: 'quite-another' (choose from"),
        (("drill", "--sev", "SEV-1"), "unrecognized arguments: --sev"),
        (("drill", "--\x1b[31m"), "unrecognized arguments: -- [31m"),
        (("drill", "--severity", "SEV-9"), "no severity is called 'SEV-9'"),
        (("drill", "--severity", "SEV-1", "--fact", "data_lost=yes"), "not allowed with argument --severity"),
        (("drill", "--fact", "data_lost"), "'data_lost' is not of the form NAME=VALUE"),
        (("drill", "--fact", "data_lots=yes"), "Did you mean 'data_lost'?"),
        (("drill", "--fact", "data_lost=perhaps"), "data_lost: 'perhaps' is no answer: say yes or no"),
        (("drill", "--fact", "data_lost=yes", "--fact", "data_lost=no"), "--fact says twice what 'data_lost' is"),
        (("drill", "--asleep", "noro"), "no person is called 'noro'"),
        (("drill", "--acknowledge", "noro=1min"), "no person is called 'noro'"),
        (("drill", "--decline", "noro=1min"), "Did you mean 'noor'?"),
        (("drill", "--asleep", "noor", "--acknowledge", "noor=1min"), "'noor' is in --asleep and in --acknowledge"),
        (("drill", "--asleep", "noor", "--decline", "noor=1min"), "'noor' is in --asleep and in --decline"),
        (("drill", "--decline", "noor=1min", "--acknowledge", "noor=1min"), "in --acknowledge and in --decline"),
        (("drill", "--decline", "noor=1min", "--decline", "noor=2min"), "--decline says twice what 'noor' is"),
        (("drill", "--acknowledge", "noor=7"), "'7' is not a duration: write it like 15min"),
        (("drill", "--acknowledge", "noor=-7min"), "noor answers after no time or more, not after -7min"),
        (("drill", "--acknowledge", "noor=3000000d"), "noor answers within a year, not after 3000000d"),
        (("drill", "--decline", "noor=366d"), "noor answers within a year, not after 366d"),
        (("drill", "--acknowledge", "noor=999999999999d"), "'999999999999d' is longer than"),
        (("drill", "--for", "3000000d"), "a drill takes some time, a year at the most, not 3000000d"),
        (("drill", "--start", "9999-06-01T00:00:00Z", "--acknowledge", "noor=300d"), "in the year 9990 at the latest"),
        (("drill", "--fault", "push=broken"), "there are dropped, lost, delayed, duplicated, refused, unavailable"),
        (("drill", "--fault", "push=refused:soon"), "'soon' is not a duration"),
        (("drill", "--fault", "push=refused:0s"), "lasts of an outage is some time, a year at the most"),
        (("drill", "--fault", "statuspage=refused"), "Did you mean 'status-page'?"),
        (("drill", "--fault", "fone=refused"), "Did you mean 'phone'?"),
        (("drill", "--start", "yesterday"), "'yesterday' is no time such as 2026-03-02T02:10:00+00:00"),
        (("drill", "--start", "2026-03-02T02:10"), "has no time zone"),
        (("drill", "--start", "9999-12-31T00:00:00Z"), "in the year 9990 at the latest, not in 9999"),
        (("drill", "--for", "0s"), "a drill takes some time"),
        (("drill", "--playbook", "nowhere.toml"), "nowhere.toml: No such file or directory"),
        (("drill", "--directory", "."), "Is a directory"),
        (("drill", "--database", "drill.db"), "write sqlite:///incidents.db"),
        (("drill", "--database", "sqlite://"), "it would be forgotten when the command ends"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_two(invoke: Invoke, arguments: tuple[str, ...], problem: str) -> None:
    done = invoke(*arguments)
    assert (done.status, done.out) == (2, "")
    assert problem in done.err
    assert done.err.startswith("incidentkit")
    assert done.err.count("\n") == 1
    assert done.err[:-1].isprintable()


@pytest.mark.parametrize(
    ("option", "content", "problem"),
    [
        ("--directory", b"\xff\xfe", "$: it is not text in UTF-8"),
        ("--directory", b"[people.ada]\nphone = 1\n", "there is no key 'phone' here"),
        ("--playbook", b"name = \x1b", "$: this is not TOML: Invalid value (at line 1, column 8)"),
        ("--playbook", b"name = 'x'\n", "rules"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(
    invoke: Invoke, tmp_path: Path, option: str, content: bytes, problem: str
) -> None:
    file = tmp_path / "file.toml"
    file.write_bytes(content)
    done = invoke("drill", option, str(file))
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err[:-1].isprintable()
    assert "file.toml, " in done.err
    assert problem in done.err


def test_a_directory_without_the_roles_of_the_playbook_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text("[people.ada]\n", encoding="utf-8")
    done = invoke("drill", "--directory", str(file))
    assert (done.status, done.out) == (2, "")
    assert "role" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "xterm-256color", "FORCE_COLOR": "1"}])
def test_words_of_people_stay_words(env: dict[str, str]) -> None:
    done = run("drill", "--title", HOSTILE, "--for", "1min", env=env)
    assert done.returncode == 0
    assert all(line.isprintable() for line in done.stdout.splitlines())
    assert "declared: [31mred [0m [bold]markup[/bold] [link=https://example.com]x[/link] end (SEV-1)" in done.stdout


def test_letters_that_the_terminal_lacks_are_shown_as_their_codes() -> None:
    done = run("drill", "--title", "Ωmega", "--for", "1min", env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "\\u03a9mega" in done.stdout


def test_a_reader_who_goes_away_hears_no_complaint() -> None:
    program = [sys.executable, "-m", "incidentkit", "drill", "--asleep", "all"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) not in (0, 1, 2)


def test_a_program_without_stdout_ends_quietly() -> None:
    without = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, '-m', 'incidentkit', 'drill'])"
    done = run(program=("-c", without))
    assert (done.returncode, done.stdout, done.stderr) == (141, "", "")


WITHOUT_RICH = "import sys; sys.modules['rich'] = None; from incidentkit.cli import main; sys.exit(main(sys.argv[1:]))"


WITHOUT_SQL = WITHOUT_RICH.replace("rich", "sqlalchemy")


def test_a_drill_needs_no_database_and_the_rest_says_what_to_install(tmp_path: Path) -> None:
    assert run("drill", "--for", "1min", program=("-c", WITHOUT_SQL)).returncode == 0
    database = f"sqlite:///{tmp_path / 'x.db'}"
    for arguments in (("list", database), ("run", database, "--practice"), ("drill", "--database", database)):
        done = run(*arguments, program=("-c", WITHOUT_SQL))
        assert (done.returncode, done.stdout) == (2, "")
        problem = "DATABASE: SQLAlchemy is not installed: pip install 'incidentkit[sql]'"
        assert done.stderr == f"incidentkit: error: {problem}\n"
    assert not [*tmp_path.iterdir()]


def test_checks_of_providers_say_what_to_install() -> None:
    without = WITHOUT_RICH.replace("rich", "hypothesis")
    done = run("conform", "incidentkit.memory:MemoryPager", program=("-c", without))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "incidentkit: error: the checks are not installed: pip install 'incidentkit[testing]'\n"


def test_a_missing_driver_is_named_with_what_to_install(tmp_path: Path) -> None:
    without = WITHOUT_RICH.replace("rich", "psycopg")
    done = run("list", "postgresql://ada:hunter2@db/x", program=("-c", without))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "psycopg is not installed: pip install 'incidentkit[sql]', and for PostgreSQL" in done.stderr
    assert "hunter2" not in done.stderr


def test_it_prints_the_same_without_rich() -> None:
    done = run("drill", program=("-c", WITHOUT_RICH))
    assert (done.returncode, done.stdout) == (0, run("drill").stdout)


def test_a_terminal_without_rich_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "incidentkit.cli.rich_screen", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert isinstance(screen_on(Terminal(), 8), PlainScreen)


def test_a_terminal_has_colours_and_words_stay_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["drill", "--title", HOSTILE, "--asleep", "all"]) == 1
    printed = terminal.getvalue()
    assert "[bold]markup[/bold]" in printed
    assert "\x1b[36m+00:05" in printed
    assert not {"\x07", "\r", "\u202e"} & {*printed}
    assert "\x1b[31mred" not in printed


def test_a_terminal_that_wants_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["drill"]) == 0
    assert "\x1b" not in terminal.getvalue()


def test_the_version_and_the_help_go_to_stdout(invoke: Invoke) -> None:
    assert invoke("--version").out.startswith("incidentkit ")
    assert "try a playbook out" in invoke("--help").out
    help = invoke("drill", "--help")
    assert (help.status, help.err) == (0, "")
    assert "error_rate=34%" in help.out
    assert "34%%" not in help.out


def test_the_console_script_is_the_same_program() -> None:
    script = Path(sys.executable).with_name("incidentkit")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == run("--version").stdout
