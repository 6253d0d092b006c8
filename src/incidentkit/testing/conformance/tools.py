"""What the tools of the playbook promise, as the table of their operations has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import evolve, fields

from incidentkit.errors import AlreadyExists, Conflict, RequestInvalid
from incidentkit.providers.answer import Receipt
from incidentkit.providers.configuration import Configuration, GetSetting, SetSetting, UnsetSetting
from incidentkit.providers.database import Database, QueryDatabase
from incidentkit.providers.deployments import Deployments, FindDeployments
from incidentkit.providers.tools import OPERATIONS, TOOLS, Operation
from incidentkit.providers.traffic import ApiGateway
from incidentkit.providers.version_control import VersionControl
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import fresh, sample
from incidentkit.testing.conformance.stage import Stage

PROTOCOLS: Final[Mapping[type[Any], str]] = {tool.protocol: tool.slot for tool in reversed(TOOLS)}
"""The protocol of each tool, and the first slot that one of that kind can fill."""

FIRST: Final[Mapping[str, str]] = {
    "enable": "disable",
    "restore_circuit": "break_circuit",
    "route_back": "route_away",
    "unblock_all": "block_all",
    "remove_rate_limit": "set_rate_limit",
    "get": "set",
    "unset": "set",
    "push": "create_branch",
}
"""What has to be done before there is anything to do: nobody can switch on what is on."""

THERE: Final[Mapping[str, tuple[str, ...]]] = {
    "disable": ("features",),
    "enable": ("features",),
    "deploy": ("version", "environment"),
    "rollback": ("version", "environment"),
    "scale": ("service",),
    "orchestrator.restart": ("service",),
    "break_circuit": ("service",),
    "restore_circuit": ("service",),
    "route_away": ("instance",),
    "route_back": ("instance",),
    "block_all": ("service",),
    "unblock_all": ("service",),
    "push": ("branch", "remote"),
    "check": ("environment",),
    "run": ("suite", "environment"),
}
"""The fields that name what has to be there, by method, and by slot and method where several tools have one."""

FORMER: Final = (
    "disable",
    "enable",
    "break_circuit",
    "restore_circuit",
    "route_away",
    "route_back",
    "block_all",
    "unblock_all",
)
"""What switches something, and says in the receipt what was not so already."""


def methods_of_tool(protocol: type[Any]) -> tuple[Method, ...]:
    """The methods of a tool, in the order of the table."""
    slot = PROTOCOLS[protocol]
    return tuple(_method(each) for each in OPERATIONS if each.slot == slot)


def _method(operation: Operation) -> Method:
    name = operation.method
    texts = tuple(
        each.name
        for each in fields(operation.request)
        if each.name not in ("key", "incident") and each.type in ("str", str, "tuple[str, ...]")
    )
    return Method(
        name=name,
        answer=operation.answer,
        request=partial(_request, operation),
        changes=operation.changes,
        texts=texts,
        refuses=THERE.get(operation.name, THERE.get(name, ())),
    )


def _request(operation: Operation, stage: Stage) -> Any:
    """A request that can be carried out."""
    given: dict[str, Any] = {}
    if operation.method in FIRST:
        given = _done_first(operation, stage)
    elif operation.method in ("create_branch", "set"):
        given = {("branch" if operation.method == "create_branch" else "name"): fresh("conformance")}
    elif operation.method == "commit":
        given = {"message": "fix: the checkout, in a check of this provider"}
    elif operation.request is FindDeployments:
        given = {"last": None}
    known = stage.rig.known.get("features")
    if operation.slot == "feature_flag_tool" and isinstance(known, str):
        given["features"] = (known,)
    return sample(operation.request, stage, **given)


def _done_first(operation: Operation, stage: Stage) -> dict[str, Any]:
    """Do what has to be done first, and give the values of its request that both have."""
    first = FIRST[operation.method]
    before = next(each for each in OPERATIONS if each.slot == operation.slot and each.method == first)
    request = _request(before, stage)
    stage.call(first, request)
    names = (each.name for each in fields(operation.request) if each.name not in ("key", "incident"))
    return {name: getattr(request, name) for name in names if hasattr(request, name)}


def own_checks(protocol: type[Any]) -> tuple[Check[Any], ...]:
    """The promises of a tool that no other has."""
    methods = {each.name: each for each in methods_of_tool(protocol)}
    switching = tuple(_says_what_it_switched(method) for name, method in methods.items() if name in FORMER)
    return (*switching, *(make(methods) for make in OWN.get(protocol, ())))


def _says_what_it_switched(method: Method) -> Check[Any]:
    return Check[Any](
        name=f"{method.name}_former",
        level=Level.MUST,
        promise=f"The receipt of `{method.name}` names what it switched, if it says so, and not what was so already.",
        judge=partial(_tells_former, method),
    )


def _tells_former(method: Method, stage: Stage) -> None:
    request: Any = method.request(stage)
    kind: Any = request.__class__
    first: Receipt = answered(method, stage, request)
    again: Receipt = answered(method, stage, evolve(request, key=stage.key()))
    if first.former is None:
        raise Untold("it does not say what was so before, and need not")
    names = tuple(
        name
        for each in fields(kind)
        if each.name not in ("key", "incident")
        for name in _names(getattr(request, each.name))
    )
    stage.expect(first.former == names and not again.former, f"{first.former}, and then {again.former}.")


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)  # pyright: ignore[reportUnknownVariableType]


Methods: TypeAlias = Mapping[str, Method]
"""The methods of a tool by their names."""

Maker: TypeAlias = Callable[[Methods], Check[Any]]
"""Makes a check of a tool."""


def _own(name: str, promise: str, method: str, judge: Callable[[Method, Methods, Stage], None]) -> Maker:
    """Makes what makes a check of one tool: it looks at one of its methods, and may ask the others."""

    def make(methods: Methods) -> Check[Any]:
        return Check[Any](name=name, level=Level.MUST, promise=promise, judge=partial(judge, methods[method], methods))

    return make


def _replaces(method: Method, methods: Methods, stage: Stage) -> None:
    request = method.request(stage)
    field, other = ("value", "off") if isinstance(request, SetSetting) else ("rps", 2_000)
    first = getattr(request, field)
    answered(method, stage, request)
    receipt: Receipt = answered(method, stage, evolve(request, key=stage.key(), **{field: other}))
    if receipt.former is None:
        raise Untold("it does not say what was so before, and need not")
    stage.expect(receipt.former == (str(first),), f"former={receipt.former} after {first!r}.")


def _gets_what_was_set(method: Method, methods: Methods, stage: Stage) -> None:
    request: SetSetting = methods["set"].request(stage)
    answered(methods["set"], stage, request)
    setting = answered(method, stage, sample(GetSetting, stage, name=request.name))
    if setting.value is None and setting.output:
        raise Untold("it gives what the tool said, and no value")
    stage.expect(setting.value == request.value, f"{setting}.")


def _gets_nothing(method: Method, methods: Methods, stage: Stage) -> None:
    answered(method, stage, method.request(stage))
    outcome = stage.attempt("get", sample(GetSetting, stage, name=fresh("nothing")))
    kept = outcome.error is None and outcome.answer.value is None
    stage.expect(kept, f"{outcome}.")


def _unsets(method: Method, methods: Methods, stage: Stage) -> None:
    request: UnsetSetting = method.request(stage)
    answered(method, stage, request)
    setting = answered(methods["get"], stage, sample(GetSetting, stage, name=request.name))
    stage.expect(setting.value is None, f"{setting}.")


def _knows_what_runs(method: Method, methods: Methods, stage: Stage) -> None:
    request = methods["deploy"].request(stage)
    if not request.version:
        stage.known("version")
    answered(methods["deploy"], stage, request)
    history = answered(method, stage, method.request(stage))
    if not history.deployments and history.output:
        raise Untold("it gives what the tool said, and no deployments")
    newest = history.deployments[0].version if history.deployments else None
    stage.expect(newest == request.version, f"{newest!r} after {request.version!r} was deployed.")


def _knows_what_ran(method: Method, methods: Methods, stage: Stage) -> None:
    request = method.request(stage)
    stage.known("version")
    answered(method, stage, request)
    receipt: Receipt = answered(method, stage, evolve(request, key=stage.key()))
    if receipt.former is None:
        raise Untold("it does not say what was so before, and need not")
    stage.expect(receipt.former == (request.version,), f"former={receipt.former} after {request.version!r}.")


def _refuses_to_write(method: Method, methods: Methods, stage: Stage) -> None:
    answered(method, stage, method.request(stage))
    for sql in ("DROP TABLE conformance", "DELETE FROM conformance", "CREATE TABLE conformance (id INTEGER)"):
        outcome = stage.attempt("query", sample(QueryDatabase, stage, sql=sql))
        stage.expect(isinstance(outcome.error, RequestInvalid), f"for {sql!r}, {outcome}.")


def _begins_no_branch_twice(method: Method, methods: Methods, stage: Stage) -> None:
    request = method.request(stage)
    answered(method, stage, request)
    outcome = stage.attempt("create_branch", evolve(request, key=stage.key()))
    stage.expect(isinstance(outcome.error, AlreadyExists), f"{outcome}.")


def _names_the_branch(method: Method, methods: Methods, stage: Stage) -> None:
    request = method.request(stage)
    receipt: Receipt = answered(method, stage, request)
    stage.expect(receipt.reference == request.branch, f"{receipt.reference!r} for {request.branch!r}.")


def _commits_no_nothing(method: Method, methods: Methods, stage: Stage) -> None:
    request = method.request(stage)
    answered(method, stage, request)
    outcome = stage.attempt("commit", evolve(request, key=stage.key()))
    stage.expect(isinstance(outcome.error, Conflict), f"{outcome}.")


_FORMER: Final = "The receipt of `{0}` has the {1} that there was before, if it says so."

OWN: Final[Mapping[Any, tuple[Maker, ...]]] = {
    Configuration: (
        _own("set_former", _FORMER.format("set", "value"), "set", _replaces),
        _own("get_what_was_set", "`get` gives the value that `set` gave a setting.", "get", _gets_what_was_set),
        _own("get_nothing", "`get` answers for a setting that there is not, without a value.", "get", _gets_nothing),
        _own("unset_takes_away", "What `unset` was asked for has no value any more.", "unset", _unsets),
    ),
    ApiGateway: (
        _own("set_rate_limit_former", _FORMER.format("set_rate_limit", "limit"), "set_rate_limit", _replaces),
    ),
    Deployments: (
        _own("history_newest_first", "`history` begins with what was deployed last.", "history", _knows_what_runs),
        _own("deploy_former", _FORMER.format("deploy", "version"), "deploy", _knows_what_ran),
        _own("rollback_former", _FORMER.format("rollback", "version"), "rollback", _knows_what_ran),
    ),
    Database: (
        _own(
            "query_only_reads",
            "`query` raises `RequestInvalid` for a statement that writes.",
            "query",
            _refuses_to_write,
        ),
    ),
    VersionControl: (
        _own(
            "create_branch_taken",
            "`create_branch` raises `AlreadyExists` for a branch that there is.",
            "create_branch",
            _begins_no_branch_twice,
        ),
        _own(
            "create_branch_reference",
            "The receipt of `create_branch` has the name of the branch.",
            "create_branch",
            _names_the_branch,
        ),
        _own("commit_nothing", "`commit` raises `Conflict` if nothing was changed.", "commit", _commits_no_nothing),
    ),
}
"""The promises that one tool alone makes."""
