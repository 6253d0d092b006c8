"""The errors of providers: their type says what to do, and they travel."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from typing import Any

import pytest

from incidentkit import errors
from incidentkit.errors import IncidentkitError, OutcomeUnknown, PermissionDenied, ProviderError, RateLimited

WHERE: dict[str, Any] = {"provider": "pagerduty", "operation": "page", "status": 403, "request_id": "r-1"}
EVERY = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ProviderError)]
SAMPLES = [
    *(each("it did not work", **WHERE) for each in EVERY),
    RateLimited("too fast", retry_after=timedelta(seconds=30), **WHERE),
    PermissionDenied("not allowed", missing_scopes=("pages:write",), **WHERE),
    errors.UnknownIncident("INC-1"),
    errors.IncidentExists("INC-1"),
]


def through_pickle(error: IncidentkitError) -> Any:
    return pickle.loads(pickle.dumps(error))


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("travel", [through_pickle, copy.copy, copy.deepcopy])
def test_an_error_arrives_as_it_left(error: IncidentkitError, travel: Any) -> None:
    arrived = travel(error)
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.args, vars(arrived)) == (str(error), error.args, vars(error))


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_says_where_it_comes_from(kind: type[ProviderError]) -> None:
    error = kind("it did not work", **WHERE)
    assert (error.provider, error.operation, error.status, error.request_id) == ("pagerduty", "page", 403, "r-1")
    assert str(error) == "pagerduty.page: it did not work (status 403, request 'r-1')"


@pytest.mark.parametrize("kind", EVERY)
def test_a_problem_alone_makes_an_error(kind: type[ProviderError]) -> None:
    error = kind("it did not work")
    assert (error.provider, error.operation, error.status, error.request_id) == ("", "", None, "")
    assert str(error) == "it did not work"


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_can_have_a_cause_and_notes(kind: type[ProviderError]) -> None:
    def fail() -> None:
        try:
            raise OSError(110, "the connection timed out")
        except OSError as cause:
            raise kind("it did not work") from cause

    with pytest.raises(kind) as caught:
        fail()
    caught.value.add_note("while paging")
    assert isinstance(caught.value.__cause__, OSError)
    assert str(caught.value) == "it did not work"


def test_nothing_is_both_safe_to_repeat_and_perhaps_done() -> None:
    assert [kind for kind in EVERY if kind.transient and kind.outcome_unknown] == []


def test_only_a_missing_answer_leaves_the_outcome_unknown() -> None:
    assert [kind for kind in EVERY if kind.outcome_unknown] == [OutcomeUnknown]


def test_a_missing_answer_is_no_builtin_that_other_code_retries() -> None:
    assert not issubclass(OutcomeUnknown, OSError)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ProviderUnavailable, ConnectionError),
        (errors.ProviderTimeout, TimeoutError),
        (errors.RequestInvalid, ValueError),
        (errors.NotFound, LookupError),
        (errors.Unauthenticated, PermissionError),
        (errors.PermissionDenied, PermissionError),
        (errors.Misconfigured, ValueError),
        (errors.UnknownIncident, LookupError),
        (errors.IncidentExists, ValueError),
    ],
)
def test_the_closest_builtin_catches_it(kind: type[IncidentkitError], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)


def test_a_request_id_cannot_break_a_line_of_a_log() -> None:
    assert "\n" not in str(RateLimited("too fast", request_id="r-1\nERROR all is lost"))
