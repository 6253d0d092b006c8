"""Parameters of a runbook: what has to be given when it is started, and where that stands in what tools are asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias, cast

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, ParametersInvalid, RunbookInvalid, each_of, nearest, shown
from incidentkit.model.assessment import Value
from incidentkit.model.durations import duration_text, parse_duration
from incidentkit.model.identity import checked_name, checked_text
from incidentkit.policy.obligation import checked_reason
from incidentkit.providers.values import LARGEST_COUNT

Argument: TypeAlias = bool | int | float | str | timedelta | tuple[str, ...]
"""A value for a field of a request. Text may name parameters in braces: ``hotfix/{issue}``."""

INCIDENT: Final = "incident"
"""Stands for the id of the incident wherever a parameter may stand."""

SEVERITY: Final = "severity"
"""Stands for the key of the severity that the incident had when the runbook was started."""

GIVEN: Final = (INCIDENT, SEVERITY)
"""What needs no parameter, because the incident says it."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIELD: Final = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")


class ParameterKind(StrEnum):
    """What a parameter may be."""

    TEXT = "text"
    NAMES = "names"
    """Several words: a list of texts, or one text with spaces between them."""
    COUNT = "count"
    """A whole number from 0 up."""
    DURATION = "duration"
    FLAG = "flag"
    """True or false."""


def _kind(value: str) -> ParameterKind:
    try:
        return ParameterKind(value)
    except ValueError:
        problem = f"a parameter is a {', '.join(ParameterKind)}, not {shown(value)}"
        raise RunbookInvalid(f"{problem}. {nearest(str(value), map(str, ParameterKind))}".rstrip()) from None


def _options(options: Any) -> tuple[str, ...]:
    return each_of(str, options, RunbookInvalid, "the options of a parameter are a list of texts")


@frozen(kw_only=True)
class Parameter:
    """Something that has to be said when a runbook is started."""

    name: str
    """What stands in braces for it: a lower-case letter, then lower-case letters, digits and ``_``."""
    question: str = ""
    """What a person is asked."""
    kind: ParameterKind = field(default=ParameterKind.TEXT, converter=_kind)
    options: tuple[str, ...] = field(default=(), converter=_options)
    """What a text may be; none for any."""
    default: Value | None = None
    """What it is if nobody says; `None` if somebody has to."""

    def __attrs_post_init__(self) -> None:
        if type(self.name) is not str or not _NAME.fullmatch(self.name) or self.name in GIVEN:
            problem = "a lower-case letter, then lower-case letters, digits and _, 40 characters at the most"
            raise RunbookInvalid(f"{shown(self.name)} names no parameter: {problem}, and not {' or '.join(GIVEN)}")
        checked_reason(f"parameter {self.name!r}", self.question)
        if self.options and self.kind is not ParameterKind.TEXT:
            raise RunbookInvalid(f"parameter {self.name!r}: only a text has options, and no {self.kind}")
        if self.default is not None:
            try:
                object.__setattr__(self, "default", self.read(self.default))
            except FieldInvalid as error:
                raise RunbookInvalid(f"the default of parameter {error}") from None

    def read(self, value: object) -> Value:
        """The value as the log keeps it, also of text that a person typed; `FieldInvalid` for anything else."""
        try:
            return _READ[self.kind](self, value)
        except (ValueError, OverflowError) as error:
            if isinstance(error, FieldInvalid):
                raise
            raise FieldInvalid(self.name, f"{shown(value)} is no {self.kind}: {error}") from None

    def refuse(self, value: object, expected: str) -> FieldInvalid:
        """The error for what it cannot be."""
        return FieldInvalid(self.name, f"{shown(value)} is not {expected}")


def _text(parameter: Parameter, value: object) -> str:
    text = checked_text(parameter.name, value)
    if not text.strip():
        raise parameter.refuse(value, "a text that says anything")
    if parameter.options and text not in parameter.options:
        raise parameter.refuse(value, f"one of {', '.join(parameter.options)}")
    return text


def _names(parameter: Parameter, value: object) -> str:
    """Several names in one text, which is what the log keeps."""
    words: object = value.split() if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words:
        raise parameter.refuse(value, "a list of names, or names with spaces between them")
    names = [checked_name(parameter.name, word) for word in cast(Iterable[object], words)]
    for name in names:
        if " " in name:
            raise parameter.refuse(name, "a name without spaces")
    return " ".join(names)


def _count(parameter: Parameter, value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
        value = int(value)
    if type(value) is not int or not 0 <= value <= LARGEST_COUNT:
        raise parameter.refuse(value, f"a whole number from 0 to {LARGEST_COUNT}")
    return value


def _duration(parameter: Parameter, value: object) -> timedelta:
    given = parse_duration(value) if isinstance(value, str) else value
    if not isinstance(given, timedelta) or given <= timedelta():
        raise parameter.refuse(value, "a length of time above zero, such as 15min")
    return given


def _flag(parameter: Parameter, value: object) -> bool:
    words = {"yes": True, "true": True, "no": False, "false": False}
    given = words.get(value.casefold()) if isinstance(value, str) else value
    if type(given) is not bool:
        raise parameter.refuse(value, "yes or no")
    return given


_READ: Final[Mapping[ParameterKind, Callable[[Parameter, object], Value]]] = {
    ParameterKind.TEXT: _text,
    ParameterKind.NAMES: _names,
    ParameterKind.COUNT: _count,
    ParameterKind.DURATION: _duration,
    ParameterKind.FLAG: _flag,
}


def read_all(runbook: str, parameters: tuple[Parameter, ...], given: Mapping[str, object]) -> dict[str, Value]:
    """The values of all parameters, defaults among them; `ParametersInvalid` says everything that is wrong."""
    known, problems = {each.name: each for each in parameters}, dict[str, str]()
    values: dict[str, Value] = {}
    for name in given:
        if name not in known:
            hint = nearest(str(name), known)
            problems[str(name)] = f"there is no such parameter. {hint}".rstrip(". ")
    for parameter in parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            problems[parameter.name] = f"it has to be given{f': {parameter.question}' if parameter.question else ''}"
            continue
        try:
            values[parameter.name] = parameter.read(value)
        except FieldInvalid as error:
            problems[parameter.name] = error.problem
    if problems:
        raise ParametersInvalid(runbook, problems)
    return values


def mentioned_in(argument: Argument) -> tuple[str, ...]:
    """The parameters that an argument names, each once; `RunbookInvalid` for braces that name none."""
    texts = argument if isinstance(argument, tuple) else (argument,)
    names: list[str] = []
    for text in texts:
        for found in _FIELD.finditer(text) if isinstance(text, str) else ():
            if found["name"] is not None and _NAME.fullmatch(found["name"]):
                names.append(found["name"])
            elif found[0] not in ("{{", "}}"):
                problem = "braces name a parameter, as in {version}; a brace itself is written twice"
                raise RunbookInvalid(f"{shown(text)}: {problem}")
    return tuple(dict.fromkeys(names))


def literal(text: str) -> str:
    """The text, whose braces name no parameters any more."""
    return text.replace("{", "{{").replace("}", "}}")


def filled(argument: Argument, values: Mapping[str, Argument]) -> Argument:
    """The argument with values in place of the names of parameters; one alone keeps the type of its value."""
    if isinstance(argument, tuple):
        return tuple(str(filled(each, values)) for each in argument)
    if not isinstance(argument, str):
        return argument
    whole = _FIELD.fullmatch(argument)
    if whole is not None and whole["name"]:
        return values[whole["name"]]
    return _FIELD.sub(lambda found: _written(found, values), argument)


def worded(text: str, values: Mapping[str, Argument]) -> str:
    """Words for people with values in place of the names of parameters; those without a value stay in braces."""
    return _FIELD.sub(lambda found: _told(found, values), text)


def _told(found: re.Match[str], values: Mapping[str, Argument]) -> str:
    name = found["name"]
    if name is None:
        return found[0][0]
    return value_text(values[name]) if name in values else found[0]


def value_text(value: Argument) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return duration_text(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _written(found: re.Match[str], values: Mapping[str, Argument]) -> str:
    return str(values[found["name"]]) if found["name"] else found[0][0]
