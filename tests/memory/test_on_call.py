"""The on-call system in memory: it says what it was told, and keeps what it was asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit import Rotation, Schedule
from incidentkit.errors import Misconfigured, NotFound, ProviderUnavailable
from incidentkit.memory import MemoryOnCall
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.on_call import FindOnCall, OnCall, OnCallNow

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
QUESTION = FindOnCall(key="k1", incident=IncidentId("INC-1"), schedule="payments", at=START)


def test_it_is_an_on_call_system() -> None:
    system: OnCall = MemoryOnCall({})
    assert system.diagnose() == Diagnosis(healthy=True)


def test_it_names_whom_it_was_told_and_keeps_the_question() -> None:
    system = MemoryOnCall({"payments": ["ada", "bob"], "nobody": []})
    assert system.on_call(QUESTION) == OnCallNow(people=("ada", "bob"), reference="answer-1")
    assert system.on_call(evolve(QUESTION, key="k2", schedule="nobody")).people == ()
    assert [question.schedule for question in system.asked] == ["payments", "nobody"]


def test_a_schedule_answers_for_the_moment_of_the_question() -> None:
    turns = Schedule(
        Rotation(name="r", zone="UTC", starts=date(2026, 3, 2), every="1 day", at="15:00", participants=["ada", "bob"])
    )
    system = MemoryOnCall({"payments": turns.on_call})
    first, later = START + timedelta(hours=1), START + timedelta(days=1, hours=1)
    assert system.on_call(evolve(QUESTION, at=first)).people == ("ada",)
    assert system.on_call(evolve(QUESTION, at=later, key="k2")).people == ("bob",)


def test_the_same_key_gets_the_same_answer() -> None:
    moments: list[datetime] = []

    def rota(at: datetime) -> list[str]:
        moments.append(at)
        return ["ada"]

    system = MemoryOnCall({"payments": rota})
    assert system.on_call(QUESTION) == system.on_call(evolve(QUESTION, at=START + timedelta(seconds=10)))
    assert (moments, len(system.asked)) == ([START], 2)


def test_an_unknown_schedule_is_not_found() -> None:
    with pytest.raises(NotFound, match="Did you mean 'payments'"):
        MemoryOnCall({"payments": ["ada"]}).on_call(evolve(QUESTION, schedule="payment"))


def test_a_bare_name_is_not_read_letter_by_letter() -> None:
    with pytest.raises(Misconfigured, match=r"payments: .* such as \['grace'\], .*, not 'grace'"):
        MemoryOnCall({"payments": "grace"})
    system = MemoryOnCall({"payments": lambda at: "grace"})
    with pytest.raises(Misconfigured, match=r"payments: .* such as \['grace'\], .*, not 'grace'"):
        system.on_call(QUESTION)


@pytest.mark.parametrize("rotas", [None, 7, ["payments"], {"payments": None}, {"payments": 7}])
def test_what_is_no_rota_is_refused(rotas: Any) -> None:
    with pytest.raises(Misconfigured):
        MemoryOnCall(rotas)


def test_while_it_is_ill_it_says_so_and_answers_when_it_is_well_again() -> None:
    system = MemoryOnCall({"payments": ["ada"]}, fault=ProviderUnavailable("it is down"))
    with pytest.raises(ProviderUnavailable, match="it is down"):
        system.on_call(QUESTION)
    assert system.diagnose() == Diagnosis(healthy=False, problem="it is down")
    system.fault = None
    assert system.on_call(QUESTION).people == ("ada",)
