"""For each promise of a provider a way to break it, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from threading import get_ident
from typing import Any, Final

from attrs import evolve

from incidentkit.errors import (
    AlreadyExists,
    Conflict,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestInvalid,
)
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.configuration import Setting
from incidentkit.providers.database import QueryRows
from incidentkit.providers.pager import Purpose
from incidentkit.providers.status_page import PublicStatus
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.suite import Suite
from tests.testing.conformance.doubles import Double, Fault, changing


def answers_nothing(double: Double, call: Any, request: Any) -> Any:
    call(request)


def is_not_shared(double: Double, call: Any, request: Any) -> Any:
    if get_ident() != double.made_in:
        raise RuntimeError("this was made in another thread")
    return call(request)


def fails_at_strange_words(double: Double, call: Any, request: Any) -> Any:
    if "緊急" in str(request):
        raise UnicodeEncodeError("ascii", "緊急", 0, 2, "ordinal not in range(128)")
    return call(request)


def gives_up(double: Double, call: Any, request: Any) -> Any:
    try:
        return call(request)
    except ProviderUnavailable:
        raise RequestInvalid("it does not work") from None


def gives_no_hint(double: Double, call: Any, request: Any) -> Any:
    try:
        return call(request)
    except RateLimited:
        raise RateLimited("too many requests") from None


def shows_an_address(double: Double, call: Any, request: Any) -> Any:
    try:
        return call(request)
    except ProviderUnavailable:
        raise ProviderUnavailable("https://bot:hunter2@example.org does not answer") from None


def does_nothing(double: Double, call: Any, request: Any) -> Any:
    before = [*double.effects]
    receipt = call(request)
    double.effects[:] = before
    return receipt


def does_it_again(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    if request.key in double.said:
        double.effects.append(f"again {request}")
    double.said[request.key] = True
    return receipt


def answers_anew(double: Double, call: Any, request: Any) -> Any:
    return evolve(call(request), note=token_hex())


def goes_by_everything(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    return receipt if double.said.setdefault(request.key, request) == request else evolve(receipt, note="another one")


def remembers_in_each_thread(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    return double.said.setdefault((get_ident(), request.key), evolve(receipt, note=token_hex()))


def knows_its_own_keys(double: Double, call: Any, request: Any) -> Any:
    return call(evolve(request, key=token_hex(32)) if double.is_another else request)


def remembers_failures(double: Double, call: Any, request: Any) -> Any:
    if request.key in double.said:
        raise Conflict("it failed before")
    try:
        return call(request)
    except ProviderUnavailable:
        double.said[request.key] = True
        raise


def changes_something(double: Double, call: Any, request: Any) -> Any:
    double.effects.append(f"asked {request}")
    return call(request)


GENERIC: Final[Mapping[str, Fault]] = {
    "answers": answers_nothing,
    "at_once": is_not_shared,
    "strange_words": fails_at_strange_words,
    "outage": gives_up,
    "overload": gives_no_hint,
    "done": does_nothing,
    "done_once": does_it_again,
    "same_answer": answers_anew,
    "known_elsewhere": knows_its_own_keys,
    "other_request": goes_by_everything,
    "same_key_at_once": remembers_in_each_thread,
    "after_outage": remembers_failures,
    "changes_nothing": changes_something,
}
"""By the end of a check's name, what a method does that breaks that promise."""


def refuses_long(field: str) -> Fault:
    def refuse(double: Double, call: Any, request: Any) -> Any:
        if len(str(getattr(request, field))) > 10_000:
            raise RequestInvalid(f"the {field} is too long")
        return call(request)

    return refuse


def accepts_unknown(field: str, kind: type[Any]) -> Fault:
    def accept(double: Double, call: Any, request: Any) -> Any:
        try:
            return call(request)
        except NotFound:
            if "nothing-" in str(getattr(request, field)):
                return kind()
            raise

    return accept


def takes(error: type[Exception], instead: Any) -> Fault:
    """What answers where it should raise."""

    def take(double: Double, call: Any, request: Any) -> Any:
        try:
            return call(request)
        except error:
            return instead

    return take


def answers_with(**other: Any) -> Fault:
    """What answers with other fields."""
    return lambda double, call, request: evolve(call(request), **other)


def does_it_twice(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    if request.key not in double.said:
        double.said[request.key] = True
        double.effects.append(f"once more {request}")
    return receipt


def says_once(double: Double, call: Any, request: Any) -> Any:
    content = str(evolve(request, key=""))
    if content not in double.said or double.said[content][0] == request.key:
        double.said[content] = (request.key, call(request))
    return double.said[content][1]


def loses_letters(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    double.effects[:] = [each.encode("ascii", "ignore").decode() for each in double.effects]
    return receipt


def refuses(purpose: Purpose) -> Fault:
    def refuse(double: Double, call: Any, request: Any) -> Any:
        if request.purpose is purpose:
            raise RequestInvalid(f"it can do nothing with a {purpose}")
        return call(request)

    return refuse


def notes_the_end(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    double.said[receipt.reference] = request.key
    return receipt


def opens_anew(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    return Receipt(reference="another") if receipt.reference in double.said else receipt


def goes_by_reference(double: Double, call: Any, request: Any) -> Any:
    if not request.channel.startswith("C"):
        raise NotFound("no channel has that reference")
    return call(request)


def leaves_closed(double: Double, call: Any, request: Any) -> Any:
    if request.channel in double.said:
        raise Conflict("it is closed")
    return call(request)


def ends_once(field: str) -> Fault:
    def end(double: Double, call: Any, request: Any) -> Any:
        if double.said.setdefault(getattr(request, field), request.key) != request.key:
            raise Conflict("it is closed")
        return call(request)

    return end


def stays_resolved(double: Double, call: Any, request: Any) -> Any:
    if request.entry in double.said:
        raise Conflict("it is resolved")
    if request.status is PublicStatus.RESOLVED:
        double.said[request.entry] = True
    return call(request)


def moves_to_another_entry(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    return evolve(receipt, reference="another") if request.entry else receipt


def ignores(**asked: Any) -> Fault:
    """What searches as if something had not been asked for."""
    return lambda double, call, request: call(evolve(request, **asked))


def oldest_first(field: str) -> Fault:
    def turn(double: Double, call: Any, request: Any) -> Any:
        answer = call(request)
        return evolve(answer, **{field: getattr(answer, field)[::-1]})

    return turn


def says_that_all_changed(double: Double, call: Any, request: Any) -> Any:
    name = next(name for name in ("features", "service", "instance") if hasattr(request, name))
    value = getattr(request, name)
    return evolve(call(request), former=value if isinstance(value, tuple) else (value,))


def gets_another(double: Double, call: Any, request: Any) -> Any:
    setting = call(request)
    return evolve(setting, value=setting.value and "another")


def gets_nothing(double: Double, call: Any, request: Any) -> Setting:
    setting: Setting = call(request)
    if setting.value is None:
        raise NotFound("there is no such setting")
    return setting


def leaves_it(double: Double, call: Any, request: Any) -> Any:
    double.effects += [f"unset {request}"] if request.key not in double.said else []
    double.inner._check()  # which is down at times
    return double.said.setdefault(request.key, Receipt())


def commits_nothing(double: Double, call: Any, request: Any) -> Any:
    double.inner.edited = True
    return call(request)


def pages_to_see(double: Double, call: Any, request: Any) -> Any:
    double.effects.append("a page")
    return call()


OWN: Final[Mapping[str, Mapping[str, Fault]]] = {
    "page_another_key": {"page": says_once},
    "page_one_message": {"page": does_it_twice},
    "page_shows_words": {"page": loses_letters},
    "page_any_purpose": {"page": refuses(Purpose.STAND_DOWN)},
    "on_call_people": {"on_call": answers_with(people=["ada"])},
    "post_another_key": {"post": says_once},
    "post_shows_words": {"post": loses_letters},
    "open_channel_reference": {"open_channel": answers_with(reference="")},
    "open_channel_taken": {"open_channel": takes(AlreadyExists, Receipt(reference="C1"))},
    "open_channel_other_name": {"open_channel": takes(RequestInvalid, Receipt(reference="another"))},
    "open_channel_after_close": {"open_channel": opens_anew, "close_channel": notes_the_end},
    "post_by_name": {"post": goes_by_reference},
    "post_reopens": {"post": leaves_closed, "close_channel": notes_the_end},
    "close_channel_again": {"close_channel": ends_once("channel")},
    "publish_another_key": {"publish": says_once},
    "publish_shows_words": {"publish": loses_letters},
    "publish_reference": {"publish": answers_with(reference="")},
    "publish_same_entry": {"publish": moves_to_another_entry},
    "publish_reopens": {"publish": stays_resolved},
    "publish_unknown_entry": {"publish": takes(NotFound, Receipt(reference="another"))},
    "publish_blank_title": {"publish": takes(RequestInvalid, Receipt(reference="another"))},
    "open_ticket_another_key": {"open_ticket": says_once},
    "open_ticket_shows_words": {"open_ticket": loses_letters},
    "open_ticket_reference": {"open_ticket": answers_with(reference="")},
    "open_ticket_blank_title": {"open_ticket": takes(RequestInvalid, Receipt(reference="another"))},
    "close_ticket_again": {"close_ticket": ends_once("ticket")},
    "close_ticket_reference": {"close_ticket": answers_with(reference="another")},
    "search_tickets_by_words": {"search_tickets": ignores(text="")},
    "search_tickets_newest_first": {"search_tickets": oldest_first("tickets")},
    "search_tickets_by_status": {"search_tickets": ignores(status=None)},
    "search_tickets_since": {"search_tickets": ignores(since=None)},
    "set_former": {"set": answers_with(former=("another",))},
    "get_what_was_set": {"get": gets_another},
    "get_nothing": {"get": gets_nothing},
    "unset_takes_away": {"unset": leaves_it},
    "set_rate_limit_former": {"set_rate_limit": answers_with(former=("7",))},
    "history_newest_first": {"history": oldest_first("deployments")},
    "deploy_former": {"deploy": answers_with(former=("0.0.1",))},
    "rollback_former": {"rollback": answers_with(former=("0.0.1",))},
    "query_only_reads": {"query": takes(RequestInvalid, QueryRows())},
    "create_branch_taken": {"create_branch": takes(AlreadyExists, Receipt())},
    "create_branch_reference": {"create_branch": answers_with(reference="")},
    "commit_nothing": {"commit": commits_nothing},
    "errors_show_no_address": {},
    "has_methods": {},
    "in_time": {},
    "diagnose_answers": {"diagnose": lambda double, call, request: True},
    "diagnose_changes_nothing": {"diagnose": pages_to_see},
    "diagnose_outage": {"diagnose": lambda double, call, request: Diagnosis(healthy=True)},
    "closes_twice": {"close": lambda double, call, request: double.said.pop("connection")},
}
"""By the name of a check that is the same for no other method, the faults that break its promise."""


def faults_for(suite: Suite, check: Check[Any]) -> Mapping[str, Fault]:
    """What breaks that promise of that suite; `LookupError` if nobody has thought of anything."""
    if check.name in OWN:
        return OWN[check.name] or _faults_of_first(suite, check.name)
    for method in sorted(suite.methods, key=len, reverse=True):
        if not check.name.startswith(f"{method}_"):
            continue
        suffix = check.name.removeprefix(f"{method}_")
        if suffix in GENERIC:
            return {method: GENERIC[suffix]}
        if suffix == "former":
            return {method: says_that_all_changed}
        if suffix.startswith("cuts_"):
            return {method: refuses_long(suffix.removeprefix("cuts_"))}
        if suffix.startswith("unknown_"):
            return {method: accepts_unknown(suffix.removeprefix("unknown_"), _answer_of(suite, method))}
    raise LookupError(f"{suite.kind} has no mutant for {check.name}")


def _faults_of_first(suite: Suite, name: str) -> Mapping[str, Fault]:
    """What breaks a promise of all methods: one of them does not keep it."""
    method = suite.methods[0]
    return {"errors_show_no_address": {method: shows_an_address}, "has_methods": {}, "in_time": {method: _is_late}}[
        name
    ]


def _is_late(double: Double, call: Any, request: Any) -> Any:
    time.sleep(LATE)
    return call(request)


LATE: Final = 0.25
"""Seconds that are too many in a test that allows `IN_TIME`."""
IN_TIME: Final = 0.1


def _answer_of(suite: Suite, method: str) -> type[Any]:
    if method in changing(suite):
        return Receipt
    check = next(check for check in suite.checks if check.name == f"{method}_answers")
    judge: Any = check.judge
    answer: type[Any] = judge.args[0].answer
    return answer


class Forgetful:
    """A provider that lacks a method."""

    def __init__(self, provider: Any, lacks: str) -> None:
        self._provider = provider
        self._lacks = lacks

    def __getattr__(self, name: str) -> Any:
        with suppress(AttributeError):
            if name != self._lacks:
                return getattr(self._provider, name)
        raise AttributeError(name)
