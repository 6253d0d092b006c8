"""Runbooks as values and in documents: they come back equal, and what they cannot be is refused with its place."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from incidentkit import Duration, Flag, Number, Playbook, SeverityRules, SeverityScheme
from incidentkit.convert import from_json, from_plain, to_json, to_plain
from incidentkit.errors import DocumentInvalid, ParametersInvalid, PlaybookInvalid, RunbookInvalid
from incidentkit.model.conditions import ALWAYS
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.preservation import PreservationPolicy
from incidentkit.policy.recipient import role
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.shelf import Shelf
from incidentkit.policy.situation import STATUS
from incidentkit.policy.step import Check, Decide, Failure, Include, Instruct, Use
from incidentkit.testing import runbooks, shelves
from incidentkit.testing.rules import RULES
from incidentkit.text.document import Steps, Strong
from incidentkit.text.markdown import to_markdown

MINUTE = timedelta(minutes=1)
SAFE = Flag("safe_to_restart", question="Is a restart safe?")
UP = Flag("database_up", question="Does the database answer?")
BREACH = Flag("breach", question="Was somebody in?")
LEAD, COMMANDER = role("technical lead"), role("incident commander")

VERIFY = Runbook(
    "verify",
    [Check("health", "health_check.check", {"environment": "{where}"}, patience=2 * MINUTE, lasting=MINUTE)],
    owner=LEAD,
    parameters=[Parameter(name="where", default="production")],
)
RESTART = Runbook(
    "restart",
    [
        Use("status", "database.status", learns={"healthy": UP}),
        Decide("safe", SAFE, when=~UP, owner=COMMANDER),
        Use("restart", "database.restart", when=SAFE & ~UP, confirmed_by=COMMANDER, valid=5 * MINUTE),
        Use("logs", "logging.archive", {"last": "{period}"}, on_failure=Failure.GO_ON, within=MINUTE),
        Use("off", "feature_flag_tool.disable", {"features": ("search", "feed")}, confirm=True, temporary=True),
        Instruct("tell", what="Tell the vendor", source="vendor handbook, 2"),
        Include("verify", "verify", {"where": "production"}),
    ],
    owner=LEAD,
    what="Restart the database",
    parameters=[Parameter(name="period", kind="duration", default=15 * MINUTE, question="How far back?")],
    fits=~UP & STATUS.is_(STATUS.options[0]),
    notice=[Attempt("push", MINUTE), Attempt("mail")],
    source="database handbook",
)


def book(*runbooks: Runbook, **parts: Any) -> Playbook:
    return Playbook(name="shop", rules=RULES, runbooks=runbooks or (VERIFY, RESTART), **parts)


def no_rules() -> SeverityRules[Any]:
    """Rules that ask for no facts, so that those of drawn runbooks are their own."""
    scheme: SeverityScheme[Any] = SeverityScheme("P1", "P2", name="shop")
    return SeverityRules(otherwise=scheme["P2"])


HELD = PreservationPolicy(held=BREACH, guardians=[role("security")], notice=[Attempt("phone")], source="security, 1")


# Documents


@given(shelves())
def test_a_playbook_with_runbooks_reads_back_with_its_version(shelf: Shelf) -> None:
    playbook = Playbook(name="shop", rules=no_rules(), runbooks=shelf.runbooks)
    read = Playbook.from_toml(playbook.to_toml())
    assert read == playbook == from_json(to_json(playbook), Playbook)
    assert read.version == playbook.version


@given(shelves())
def test_runbooks_read_back_without_a_playbook(shelf: Shelf) -> None:
    assert Shelf.from_toml(shelf.to_toml()) == shelf == from_json(to_json(shelf), Shelf)


@given(runbooks())
def test_a_runbook_reads_back_alone(runbook: Runbook) -> None:
    assert Runbook.from_toml(runbook.to_toml()) == runbook == from_json(to_json(runbook), Runbook)


def test_every_change_of_a_runbook_is_another_version() -> None:
    others = [
        evolve(RESTART, owner=COMMANDER),
        evolve(RESTART, steps=RESTART.steps[::-1]),
        evolve(RESTART, steps=[evolve(RESTART.steps[0], when=SAFE), *RESTART.steps[1:]]),
        evolve(RESTART, parameters=[evolve(RESTART.parameters[0], default=MINUTE)]),
    ]
    versions = {book(VERIFY, each).version for each in (RESTART, *others)}
    assert len(versions) == 5


def test_what_holds_evidence_reads_back() -> None:
    playbook = book(preservation=HELD)
    assert Playbook.from_toml(playbook.to_toml()) == playbook
    assert Playbook.from_toml(playbook.to_toml()).version != book().version


def test_defaults_are_not_written() -> None:
    plain = to_plain(Runbook("tell", [Instruct("call"), Use("status", "database.status")], owner=LEAD))
    steps = [{"kind": "instruct", "name": "call"}, {"kind": "use", "name": "status", "operation": "database.status"}]
    assert plain == {"name": "tell", "owner": "role technical lead", "steps": steps}


def test_a_length_of_time_is_text_wherever_nothing_else_can_stand() -> None:
    plain = to_plain(Runbook("look", [Use("errors", "metrics.errors", {"last": 5 * MINUTE})], owner=LEAD))
    assert plain["steps"][0]["arguments"] == {"last": "5min"}
    assert Use("errors", "metrics.errors", {"last": "5min"}) == Use("errors", "metrics.errors", {"last": 5 * MINUTE})
    with pytest.raises(RunbookInvalid, match="step 'errors': last: 'soon' is not a duration"):
        Use("errors", "metrics.errors", {"last": "soon"})


def test_a_length_of_time_for_a_parameter_is_marked_as_such() -> None:
    waits = Runbook(
        "waits",
        [Use("errors", "metrics.errors", {"last": "{period}"})],
        owner=LEAD,
        parameters=[Parameter(name="period", kind="duration")],
    )
    outer = Runbook("outer", [Include("wait", "waits", {"period": 5 * MINUTE})], owner=LEAD)
    plain = to_plain(outer)
    assert plain["steps"][0]["parameters"] == {"period": {"duration": "5min"}}
    assert from_plain(plain, Runbook) == outer
    assert book(waits, outer) == Playbook.from_toml(book(waits, outer).to_toml())


def test_a_runbook_of_a_playbook_may_bring_its_facts() -> None:
    plain = to_plain(Playbook(name="shop", rules=RULES))
    plain["runbooks"] = [to_plain(VERIFY), to_plain(RESTART)]
    read = from_plain(plain, Playbook)
    assert read == book()
    assert {"safe_to_restart", "database_up"} <= read.vocabulary.keys()


def test_a_fact_cannot_mean_two_things() -> None:
    plain = to_plain(book())
    plain["runbooks"][1]["facts"] = [{"kind": "flag", "name": "database_up", "question": "Is it fast?"}]
    with pytest.raises(DocumentInvalid, match=r"\$\.runbooks\[1\]\.facts: .*database_up"):
        from_plain(plain, Playbook)


def at(plain: dict[str, Any], *path: Any) -> Any:
    value: Any = plain
    for key in path:
        value = value[key]
    return value


WRONG: list[tuple[tuple[Any, ...], str, object, str]] = [
    ((), "fits", "database_upp", r"\$\.fits: .*Did you mean 'database_up'"),
    ((), "owner", "lead", r"\$\.owner: "),
    (("steps", 0), "kind", "usee", r"\$\.steps\[0\]: 'usee' is not a kind known here; there are use, check, instruct"),
    (("steps", 0), "operation", "database.statu", r"\$\.steps\[0\]: step 'status': .*database.status"),
    (("steps", 0, "learns"), "healthy", "up", r"\$\.steps\[0\]\.learns\.healthy: no fact is called 'up'"),
    (("steps", 1), "fact", "safe", r"\$\.steps\[1\]\.fact: no fact is called 'safe'"),
    (("steps", 1), "when", "not up", r"\$\.steps\[1\]\.when: column 5"),
    (("steps", 1), "owner", "me", r"\$\.steps\[1\]\.owner: "),
    (("steps", 2), "confirmed_by", ["role a", "b"], r"\$\.steps\[2\]\.confirmed_by\[1\]: "),
    (("steps", 2), "confirm", False, r"\$\.steps\[2\]: step 'restart': what is destructive is confirmed"),
    (("steps", 3, "arguments"), "last", "{perio}", r"\$: runbook 'restart', step 'logs': \{perio\} is no parameter"),
    (("steps", 3, "arguments"), "last", "soon", r"\$\.steps\[3\]: step 'logs': last: 'soon' is not a duration"),
    (("steps", 4, "arguments"), "features", ["a", 1], r"\$\.steps\[4\]\.arguments\.features\[1\]: 1 is not text"),
    (("steps", 4, "arguments"), "features", {"a": 1}, r"\$\.steps\[4\]\.arguments\.features: .* is not a scalar"),
    (("steps", 4), "on_failure", "undoo", r"\$\.steps\[4\]\.on_failure: 'undoo' is not one of wait, go on, undo"),
    (("parameters", 0), "default", "soon", r"\$\.parameters\[0\]: the default of parameter period: "),
    (("parameters", 0), "kind", "time", r"\$\.parameters\[0\]\.kind: 'time' is not one of text, names"),
    (("notice", 0), "wait", "1", r"\$\.notice\[0\]\.wait: "),
]  # fmt: skip


@pytest.mark.parametrize(("path", "key", "value", "message"), WRONG)
def test_what_a_runbook_cannot_be_is_refused_with_its_place(
    path: tuple[Any, ...], key: str, value: object, message: str
) -> None:
    alone, within = to_plain(RESTART), to_plain(book())
    at(alone, *path)[key] = value
    at(within, "runbooks", 1, *path)[key] = value
    with pytest.raises(DocumentInvalid, match=message):
        from_plain(alone, Runbook)
    with pytest.raises(DocumentInvalid, match=message.replace(r"\$", r"\$\.runbooks\[1\]", 1)):
        from_plain(within, Playbook)


def test_one_runbook_is_no_shelf_and_the_error_says_what_reads_it() -> None:
    with pytest.raises(
        DocumentInvalid, match=r"^x\.toml, \$: .* This is one runbook, which Runbook\.from_toml reads\."
    ):
        Shelf.from_toml(VERIFY.to_toml(), source="x.toml")
    with pytest.raises(DocumentInvalid, match=r"there are runbooks, facts\.$"):
        Shelf.from_toml("name = 'x'")


def test_an_error_names_the_step_and_the_way_to_what_it_needs() -> None:
    text: Any = "lead"
    with pytest.raises(RunbookInvalid, match=r"^step 'a': its guard is a condition, as Condition\.parse reads it, not"):
        Instruct("a", when=text)
    with pytest.raises(
        RunbookInvalid, match=r"^step 'a': its owner is a recipient, such as role\('technical lead'\), not"
    ):
        Instruct("a", owner=text)
    with pytest.raises(
        RunbookInvalid, match=r"^runbook 'r': its owner is a recipient, such as role\('technical lead'\)"
    ):
        Runbook("r", [Instruct("a")], owner=text)
    with pytest.raises(RunbookInvalid, match=r"a slot and a method\. Did you mean 'deploy_tool\.rollback'\?") as caught:
        Use("a", "deploy.rollback")
    assert str(caught.value).count("deploy_tool.rollback") == 1


def test_what_includes_nothing_is_refused_where_the_runbooks_stand() -> None:
    plain = to_plain(Shelf((VERIFY, RESTART)))
    plain["runbooks"][1]["steps"][6]["runbook"] = "verifi"
    with pytest.raises(DocumentInvalid, match=r"\$\.runbooks: .*Did you mean 'verify'"):
        from_plain(plain, Shelf)


# Arguments


@pytest.mark.parametrize(
    ("operation", "arguments", "message"),
    [
        ("orchestrator.scale", {"replicas": "ten"}, r"step 'x': replicas: 'ten' is no count from 0"),
        ("orchestrator.scale", {"replicas": True}, "step 'x': replicas: True is no count from 0"),
        ("orchestrator.restart", {"service": ("a", "b")}, "step 'x': service: "),
        ("metrics.errors", {"last": 15}, "step 'x': last: a length of time is one second or more"),
        ("feature_flag_tool.disable", {"features": "search"}, "step 'x': features: names stand in a tuple"),
        ("deploy_tool.rollback", {"version": 2}, "step 'x': version: "),
        ("vcs_tool.push", {"branch": "a..{{b"}, "step 'x': branch: .*'a..{b' has '..'"),
        ("support.search_tickets", {"limit": 5, "text": 7}, "step 'x': text: "),
    ],
)
def test_what_no_tool_can_be_asked_with_is_refused_when_it_is_written(
    operation: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunbookInvalid, match=message):
        Use("x", operation, arguments)
    step = {"kind": "use", "name": "x", "operation": operation, "arguments": arguments}
    with pytest.raises(DocumentInvalid, match=r"\$\.steps\[0\]"):
        from_plain({"name": "r", "owner": "role a", "steps": [step]}, Runbook)


@pytest.mark.parametrize(
    ("operation", "learns", "message"),
    [
        ("database.status", {"up": UP}, "its answer has no 'up'; there are healthy, note"),
        ("database.status", {"output": UP}, "its answer has no 'output'"),
        ("database.status", {"healthy": Number("errors", question="How many?")}, "'healthy' is a flag, and errors is"),
        ("database.replica_status", {"lag": UP}, "'lag' is a duration or a clock, and database_up is a flag"),
        ("database.query", {"rows": UP, "more": UP}, "'rows' is a number, and database_up is a flag"),
        ("config_tool.get", {"value": UP}, "'value' is a choice, and database_up is a flag"),
        ("test_runner.run", {"failed": UP}, "'failed' is a number, and database_up is a flag"),
        ("database.restart", {"note": UP}, "database.restart changes something, and tells nothing that can be learned"),
    ],
)
def test_what_an_answer_never_tells_is_refused(operation: str, learns: dict[str, Any], message: str) -> None:
    arguments = {"database.query": {"sql": "x"}, "config_tool.get": {"name": "x"}}.get(operation, {})
    with pytest.raises(RunbookInvalid, match=f"step 'x': .*{message}"):
        Use("x", operation, arguments, learns=learns)


def test_what_an_answer_tells_is_learned_as_a_fact_of_its_kind() -> None:
    lag = Duration("replica_lag", question="How far behind is it?")
    assert Use("x", "database.replica_status", learns={"healthy": UP, "lag": lag}).learns["lag"] == lag


def test_what_a_parameter_says_is_checked_when_the_runbook_is_started() -> None:
    scale = Use("scale", "orchestrator.scale", {"replicas": "{many}"})
    shelf = Shelf((Runbook("r", [scale], owner=LEAD, parameters=[Parameter(name="many")]),))
    with pytest.raises(ParametersInvalid, match="replicas: 'ten' is no count"):
        shelf.values("r", {"many": "ten"}, "INC-1", "SEV-1")


def test_what_an_included_runbook_does_not_take_is_refused_when_it_is_written() -> None:
    where = Parameter(name="where", options=["production", "staging"])
    inner = Runbook("inner", VERIFY.steps, owner=LEAD, parameters=[where])
    count, free = Parameter(name="count", kind="count"), Parameter(name="free")

    def outer(argument: str) -> Shelf:
        included = Include("inc", "inner", {"where": argument})
        return Shelf((inner, Runbook("outer", [included], owner=LEAD, parameters=[count, free])))

    with pytest.raises(RunbookInvalid, match="'outer', step 'inc': where: 'nowhere' is not one of production, staging"):
        outer("nowhere")
    with pytest.raises(RunbookInvalid, match=r"step 'inc': \{count\} is count, and 'where' is to be text"):
        outer("{count}")
    with pytest.raises(ParametersInvalid, match="step 'inc': where: 'nowhere' is not one of production, staging"):
        outer("{free}").values("outer", {"count": 1, "free": "nowhere"}, "INC-1", "SEV-1")
    assert outer("{free}").values("outer", {"count": 1, "free": "staging"}, "INC-1", "SEV-1")["free"] == "staging"


def test_what_an_included_runbook_is_given_is_read_as_if_a_person_had_said_it() -> None:
    many = Parameter(name="many", kind="count")
    inner = Runbook("inner", [Use("x", "orchestrator.scale", {"replicas": "{many}"})], owner=LEAD, parameters=[many])
    outer = Runbook("outer", [Include("inc", "inner", {"many": "10"})], owner=LEAD)
    _, placed = Shelf((inner, outer)).placed("outer", {}, "INC-1", "SEV-1")
    assert placed.values["many"] == 10


# Words


def test_words_of_a_step_may_name_parameters_as_arguments_do() -> None:
    tell = Instruct("tell", what="Tell {who} of {incident}, {{sic}}")
    runbook = Runbook("tell", [tell], owner=LEAD, parameters=[Parameter(name="who", kind="names")])
    (placed,) = Shelf((runbook,)).placed("tell", {"who": "ada grace"}, "INC-1", "SEV-1")
    assert (tell.words, placed.words) == ("Tell {who} of {incident}, {sic}", "Tell ada, grace of INC-1, {sic}")
    with pytest.raises(RunbookInvalid, match=r"'tell', step 'tell': \{who\} is no parameter of the runbook"):
        Runbook("tell", [tell], owner=LEAD)
    with pytest.raises(RunbookInvalid, match=r"step 'tell': 'Tell \{Who\}': braces name a parameter"):
        Instruct("tell", what="Tell {Who}")


def test_braces_that_are_written_twice_count_once_for_how_long_words_may_be() -> None:
    assert len(Instruct("x", what="{{" * 1_000).words) == 1_000
    with pytest.raises(PlaybookInvalid, match="because has 1000 characters at the most, not 1001"):
        Instruct("x", what="{{" * 1_001)


# For people


def test_a_runbook_is_a_numbered_list() -> None:
    assert to_markdown(RESTART.to_document()).splitlines() == [
        "# restart",
        "",
        "Restart the database",
        "",
        "Owner: role technical lead",
        "",
        'For incidents with `not database_up and status == "investigating"`',
        "",
        "## What has to be said",
        "",
        "- `{period}`, duration: How far back? If nobody says: `15min`",
        "",
        "## Steps",
        "",
        "1. **status**: `database.status`, which tells database\\_up.",
        "2. **Is a restart safe?**, if `not database_up`: answered by role incident commander, as `safe_to_restart`",
        (
            "3. **restart**, if `safe_to_restart and not database_up`: `database.restart`. Destructive: "
            "every try is confirmed by role incident commander. No tool undoes it."
        ),
        "4. **logs**: `logging.archive` with last `{period}`. No tool undoes it. If it fails, go on.",
        (
            "5. **off**: `feature_flag_tool.disable` with features `search, feed`. Confirmed by role "
            "technical lead. Undone by feature\\_flag\\_tool.enable. Temporary: it is undone or made "
            "permanent in the end."
        ),
        "6. **Tell the vendor**: done by role technical lead. \\[vendor handbook, 2\\]",
        "7. **verify**: go through `verify` with where `production`",
        "",
        "Source: database handbook",
    ]


NASTY = Runbook("x", [Use('say "no" <b>', "database.restart", when=SAFE), Instruct("tell; them"), VERIFY.steps[0]],
                owner=LEAD, parameters=[Parameter(name="where")])  # fmt: skip


def test_a_flowchart_has_guards_as_diamonds_and_marks_what_is_destructive() -> None:
    assert NASTY.to_mermaid().splitlines() == [
        "flowchart TD",
        '    s1["1. say #34;no#34; #60;b#62; (destructive)"]',
        '    g1{"safe_to_restart"}',
        '    s2[/"2. tell; them"/]',
        '    s3["3. health"]',
        '    done(["Done"])',
        '    g1 -->|"YES"| s1',
        '    g1 -->|"NO"| s2',
        "    s1 --> s2",
        "    s2 --> s3",
        "    s3 --> done",
        "    classDef destructive stroke-width:4px",
        "    class s1 destructive",
    ]


@given(runbooks())
def test_a_flowchart_reaches_every_step_and_its_end(runbook: Runbook) -> None:
    chart = runbook.to_mermaid()
    known = {*re.findall(r"^    (\w+)[\[({]", chart, re.MULTILINE)}
    arrows = re.findall(r'^    (\w+) -->(?:\|"\w+"\|)? (\w+)$', chart, re.MULTILINE)
    guards = [step for step in runbook.steps if step.when != ALWAYS]
    assert len(known) == len(runbook.steps) + len(guards) + 1
    assert {place for arrow in arrows for place in arrow} == known
    assert len(arrows) == len(runbook.steps) + 2 * len(guards)
    assert "<" not in chart


@given(runbooks())
def test_every_step_stands_in_the_list(runbook: Runbook) -> None:
    (steps,) = (block for block in runbook.to_document().blocks if isinstance(block, Steps))
    assert [Strong(step.words) for step in runbook.steps] == [line[0] for line in steps.items]
