"""What undoes a change is an operation that the table names, and is made from what was so before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.errors import FieldInvalid
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Receipt
from incidentkit.providers.configuration import SetSetting, UnsetSetting
from incidentkit.providers.deployments import Deploy, RollBack
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures
from incidentkit.providers.orchestrator import RestartService, ScaleService
from incidentkit.providers.tools import OPERATIONS, Change, Operation, operations_of
from incidentkit.providers.traffic import BlockAll, RemoveRateLimit, SetRateLimit, UnblockAll
from incidentkit.providers.undoing import undoing
from incidentkit.testing import tool_requests

KEY, OTHER, INCIDENT = "5f" * 32, "60" * 32, IncidentId("INC-7")
CHANGES = pytest.mark.parametrize("each", [each for each in OPERATIONS if each.changes], ids=lambda each: each.name)


@CHANGES
@given(st.data())
def test_a_change_is_undone_by_what_the_table_says(each: Operation, data: st.DataObject) -> None:
    request: Any = data.draw(tool_requests(each))
    receipt = Receipt(former=data.draw(st.sampled_from([None, (), ("7",)])))
    try:
        undone: Any = undoing(request, receipt, key=OTHER)
    except FieldInvalid as error:
        assert error.field == "former" or not each.undone_by
        return
    assert each.undone_by
    if undone is None:
        assert receipt.former == ()
        return
    kinds = {other.request for other in operations_of(each.slot) if other.method in each.undone_by}
    assert (type(undone) in kinds, undone.key, undone.incident) == (True, OTHER, request.incident)


SET = SetSetting(key=KEY, incident=INCIDENT, name="timeout", value="30", environment="production")
SCALE = ScaleService(key=KEY, incident=INCIDENT, replicas=10, service="api")
LIMIT = SetRateLimit(key=KEY, incident=INCIDENT, rps=100)
DISABLE = DisableFeatures(key=KEY, incident=INCIDENT, features=("a", "b"))


@pytest.mark.parametrize(
    ("request_", "former", "expected"),
    [
        (Deploy(key=KEY, incident=INCIDENT), ("1",), RollBack(key=OTHER, incident=INCIDENT, version="1")),
        (RollBack(key=KEY, incident=INCIDENT, version="1"), ("2",), Deploy(key=OTHER, incident=INCIDENT, version="2")),
        (SCALE, ("3",), ScaleService(key=OTHER, incident=INCIDENT, replicas=3, service="api")),
        (SET, ("5",), SetSetting(key=OTHER, incident=INCIDENT, name="timeout", value="5", environment="production")),
        (SET, (), UnsetSetting(key=OTHER, incident=INCIDENT, name="timeout", environment="production")),
        (UnsetSetting(key=KEY, incident=INCIDENT, name="timeout"), (), None),
        (LIMIT, ("200",), SetRateLimit(key=OTHER, incident=INCIDENT, rps=200)),
        (LIMIT, (), RemoveRateLimit(key=OTHER, incident=INCIDENT)),
        (RemoveRateLimit(key=KEY, incident=INCIDENT), (), None),
        (RemoveRateLimit(key=KEY, incident=INCIDENT), ("9",), SetRateLimit(key=OTHER, incident=INCIDENT, rps=9)),
        (DISABLE, ("b",), EnableFeatures(key=OTHER, incident=INCIDENT, features=("b",))),
        (DISABLE, None, EnableFeatures(key=OTHER, incident=INCIDENT, features=("a", "b"))),
        (DISABLE, (), None),
        (
            BlockAll(key=KEY, incident=INCIDENT, service="api"),
            None,
            UnblockAll(key=OTHER, incident=INCIDENT, service="api"),
        ),
    ],
)
def test_what_was_so_before_is_so_again(request_: Change, former: tuple[str, ...] | None, expected: object) -> None:
    assert undoing(request_, Receipt(former=former), key=OTHER) == expected


@pytest.mark.parametrize(
    ("request_", "former", "problem"),
    [
        (SCALE, None, "former: the provider does not say what was so before"),
        (SCALE, ("many",), "former: what was so before is a number, not 'many'"),
        (Deploy(key=KEY, incident=INCIDENT), (), "former: nothing ran before"),
        (RestartService(key=KEY, incident=INCIDENT, service="api"), None, "request: nothing undoes RestartService"),
    ],
)
def test_what_cannot_be_undone_says_why(request_: Change, former: tuple[str, ...] | None, problem: str) -> None:
    with pytest.raises(FieldInvalid, match=problem):
        undoing(request_, Receipt(former=former), key=OTHER)
