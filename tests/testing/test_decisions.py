"""Tables of examples: what is decided otherwise is shown, and what cannot be read is refused with its place."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from incidentkit import (
    EMERGENCY,
    Clock,
    Conclusion,
    DecisionTree,
    Facts,
    Flag,
    Number,
    SeverityRules,
    SeverityScheme,
    Triage,
    Worse,
    ask,
    when,
)
from incidentkit.errors import DecisionsDiffer, DecisionsInvalid, FieldInvalid
from incidentkit.testing import assert_decisions, triages

P1, P2, P3 = PAYMENTS = SeverityScheme("P1", "P2", "P3")
FAILED = Number("failed_payments", question="What share of payments fails?", minimum=0, maximum=1, worse=Worse.HIGHER)
EXPOSED = Flag("card_data_exposed", question="Is card data exposed?")
OPEN_FOR = Clock("open_for", question="For how long has it been open?")
RULES = SeverityRules(
    when(EXPOSED, P1, because="card data"),
    when(FAILED > 0.25, P1),
    when(FAILED > 0.02, P2),
    otherwise=P3,
)
TREE = DecisionTree(
    "What to do?",
    ask(
        "Is card data exposed?",
        EXPOSED,
        yes=Conclusion("Call the bank", (P1,)),
        no=ask("Do users notice?", yes=Conclusion(severities=(P1, P2)), no=Conclusion("Wait")),
    ),
)


def test_rows_that_are_decided_as_they_say_pass() -> None:
    assert_decisions(
        RULES,
        """
            failed_payments | card_data_exposed | severity
            0.30            | no                | P1
            3%              | no                | P2
            0.00            | yes               | P1
                            | yes               | P1
            0               |                   | P1 or P3
        """,
    )


def test_the_table_may_be_drawn_as_in_markdown() -> None:
    assert_decisions(
        RULES,
        """
        | severity | failed_payments | card_data_exposed |
        |----------|:---------------:|-------------------|
        | P1       | 0.30            | no                |
        | P1 or P3 | 0               |                   |
        """,
    )


def test_a_row_may_be_a_mapping() -> None:
    rows: list[dict[Any, Any]] = [
        {FAILED: 0.3, "card_data_exposed": False, "severity": P1},
        {EXPOSED: "yes", "severity": "P1"},
    ]
    assert_decisions(RULES, iter(rows))


def test_a_running_clock_is_read_at_the_moment() -> None:
    rules = SeverityRules(when(OPEN_FOR >= timedelta(hours=1), P1), otherwise=P3)
    table = "open_for | severity\n2026-03-02T14:00:00Z | P1\n59min | P3"
    assert_decisions(rules, table, at=datetime(2026, 3, 2, 15, tzinfo=UTC))
    with pytest.raises(DecisionsInvalid, match="row 1, column 'open_for': a running clock is read at a moment"):
        assert_decisions(rules, table)


@given(triages())
def test_what_rules_decide_is_what_a_row_says(triage: Triage[Any]) -> None:
    facts: Facts = triage.facts
    severities = " or ".join(each.key for each in triage.possible)
    row = {name: facts.started.get(name, value) for name, value in facts.values.items()}
    assert_decisions(EMERGENCY.rules, [{**row, "severity": severities}], at=facts.at)


REPORT = """\
2 of 3 rows are decided otherwise.

row  failed_payments  card_data_exposed  expected  decided  by
---  ---------------  -----------------  --------  -------  ------------------------------------
1    0.30             no                 P2        P1       rule 2: P1 if failed_payments > 0.25
3    0.00             yes                P2        P1       rule 1: P1 if card_data_exposed"""


def test_a_wrong_row_is_shown_with_what_decided() -> None:
    with pytest.raises(DecisionsDiffer) as caught:
        assert_decisions(
            RULES,
            """
            failed_payments | card_data_exposed | severity
            0.30            | no                | P2
            0.03            | no                | P2
            0.00            | yes               | P2
            """,
        )
    assert str(caught.value) == REPORT
    assert caught.value.rows == (1, 3)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.rows) == (REPORT, (1, 3))


def test_what_all_wrong_rows_say_is_told_once() -> None:
    rows: list[dict[Any, Any]] = [{FAILED: share, EXPOSED: False, "severity": P1} for share in (0.5, 0.1, 0.2)]
    with pytest.raises(DecisionsDiffer) as caught:
        assert_decisions(RULES, rows)
    paragraphs = str(caught.value).split("\n\n")
    assert paragraphs[:2] == ["2 of 3 rows are decided otherwise.", "In each of them: card_data_exposed no."]
    assert paragraphs[2].startswith("row  failed_payments  expected  decided  by\n")


def test_rows_that_are_too_wide_are_told_one_by_one() -> None:
    names = [f"flag_{number}" for number in range(9)]
    rules = SeverityRules(*(when(Flag(name, question="?"), P1) for name in names), otherwise=P3)
    with pytest.raises(DecisionsDiffer) as caught:
        assert_decisions(rules, [{**dict.fromkeys(names, False), "severity": key} for key in ("P1", "P3", "P2")])
    assert str(caught.value).startswith("2 of 3 rows are decided otherwise.")
    assert max(map(len, str(caught.value).splitlines()[3:])) <= 100
    facts = {name: number == 8 for number, name in enumerate(names)}
    with pytest.raises(DecisionsDiffer) as caught:
        assert_decisions(rules, [{**facts, "severity": "P3"}])
    assert str(caught.value).splitlines() == [
        "The row is decided otherwise.",
        "",
        "row       1",
        *(f"{name}    {'yes' if value else 'no'}" for name, value in facts.items()),
        "expected  P3",
        "decided   P1",
        "by        rule 9: P1 if flag_8",
    ]


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("conclusion", "Wiat", "the tree comes to no 'Wiat'; there are "),
        ("conclusion", "Wiat", "Did you mean 'Wait'?"),
        ("conclusion", "Do user notice?", "Did you mean 'Do users notice?'?"),
        ("conclusion", "P9", "the tree comes to no 'P9'; "),
        ("Do users notice?", "ye", "'ye' is no answer to it; there are yes, no. Did you mean 'yes'?"),
    ],
)
def test_a_word_that_a_tree_does_not_know_is_refused_wherever_the_row_ends(
    column: str, cell: str, problem: str
) -> None:
    row = {EXPOSED: True, "conclusion": "Call the bank", column: cell}
    with pytest.raises(DecisionsInvalid) as caught:
        assert_decisions(TREE, [{EXPOSED: True, "conclusion": "P1"}, row])
    assert (caught.value.row, caught.value.column) == (2, column)
    assert problem in caught.value.problem


def test_a_tree_leads_where_a_row_says() -> None:
    assert_decisions(
        TREE,
        """
        card_data_exposed | Do users notice? | conclusion
        yes               |                  | Call the bank
        yes               |                  | P1
        yes               |                  | Call the bank: P1
        no                | yes              | P1 or P2
        no                | NO               | Wait
        no                |                  | Do users notice?
                          |                  | Is card data exposed?
        """,
    )
    assert_decisions(TREE, [{EXPOSED: True, "conclusion": Conclusion("Call the bank", (P1,))}])


def test_a_wrong_end_of_a_tree_is_shown_with_the_way() -> None:
    with pytest.raises(DecisionsDiffer) as caught:
        assert_decisions(TREE, "card_data_exposed|Do users notice?|conclusion\nno|no|Call the bank")
    assert "decided            Wait\nby                 Is card data exposed? no, Do users notice? no" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("table", "row", "column", "problem"),
    [
        ("", 0, "", "there is none: the first line names the columns"),
        ("failed_payments | severity", 0, "", "there is no row below it"),
        ([], 0, "", "there is no row below it"),
        ("faild_payments | severity\n1 | P1", 0, "faild_payments", "it is neither a fact nor 'severity'; there are "),
        ("faild_payments | severity\n1 | P1", 0, "faild_payments", "Did you mean 'failed_payments'?"),
        ("failed_payments | failed_payments | severity\n1|1|P1", 0, "failed_payments", "it is there twice"),
        ("failed_payments | card_data_exposed\n1 | no", 0, "severity", "no column says what is to be decided"),
        ("failed_payments | severity\n0 | P3\nmany | P1", 2, "failed_payments", "'many' is no answer: say a number"),
        ("failed_payments | severity\n34 | P1", 1, "failed_payments", "'34' is no answer: say a number from 0 to 1"),
        ([{FAILED: 34, "severity": P1}], 1, "failed_payments", "34 is not at most 1"),
        ("failed_payments | severity\n1", 1, "severity", "it has 1 cell for 2 columns"),
        (
            "failed_payments | severity\n1, P1",
            1,
            "severity",
            "it has 1 cell for 2 columns: commas part them, put | there",
        ),
        ("failed_payments, severity\n1, P1", 0, "", "commas part its cells: put | between them"),
        ("failed_payments\tseverity\n1\tP1", 0, "", "tabs part its cells: put | between them"),
        ("failed_payments;severity\n0,5;P1", 0, "", "semicolons part its cells: put | between them"),
        ("failed_payments | severity\n1 | P1 | P2", 1, "severity", "it has 3 cells for 2 columns"),
        ("failed_payments | severity\n1 | P4", 1, "severity", "no severity is called 'P4'; there are P1, P2, P3."),
        ("failed_payments | severity\n1 | P1 or P9", 1, "severity", "no severity is called 'P9'"),
        ("failed_payments | severity\n1 | ", 1, "severity", "nothing is said to be decided"),
        ([{FAILED: 0, "severity": P3}, {FAILED: 0}], 2, "severity", "nothing is said to be decided"),
        ([{FAILED: 0, "severity": SeverityScheme("A", "B")["A"]}], 1, "severity", ""),
        ([{3: 0, "severity": P3}], 1, "", "a column is a fact or its name, not 3"),
        ([P3], 1, "", "a row is a mapping by column, not "),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_place(table: Any, row: int, column: str, problem: str) -> None:
    with pytest.raises(DecisionsInvalid) as caught:
        assert_decisions(RULES, table)
    assert (caught.value.row, caught.value.column) == (row, column)
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"row {row}" if row else "the header")


def test_an_answer_that_a_question_does_not_offer_is_refused_with_its_place() -> None:
    with pytest.raises(DecisionsInvalid) as caught:
        assert_decisions(TREE, "card_data_exposed|Do users notice?|conclusion\nno|perhaps|Wait")
    assert (caught.value.row, caught.value.column) == (1, "Do users notice?")


@pytest.mark.parametrize(
    ("decides", "table", "options", "problem"),
    [
        (P1, "", {}, "decides: SeverityRules or a DecisionTree decide, not "),
        (RULES, 3, {}, "table: a table is a text or a list of mappings, not 3"),
        (RULES, {EXPOSED: True}, {}, "table: a table is a text or a list of mappings, not "),
        (RULES, "", {"at": datetime(2026, 3, 2)}, "at: "),
    ],
)
def test_what_decides_nothing_is_refused(decides: Any, table: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        assert_decisions(decides, table, **options)
    assert str(caught.value).startswith(problem)
