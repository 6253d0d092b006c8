"""Reading what a tool printed, where that says what it means: a JSON object with the fields of the answer."""

from __future__ import annotations

import logging
from typing import Any, Final, TypeVar

from attrs import evolve, fields

from incidentkit.adapters.exit_codes import Verdict
from incidentkit.convert import from_json, from_plain
from incidentkit.errors import DocumentInvalid, nearest, shown
from incidentkit.model.identity import is_keepable
from incidentkit.providers.configuration import Setting
from incidentkit.providers.tools import ToolAnswer

A = TypeVar("A", bound=ToolAnswer)

LOGGER: Final = logging.getLogger("incidentkit.adapters")


def answer_of(kind: type[A], said: bytes | None, output: bytes, verdict: Verdict, name: str) -> A:
    """The answer of a tool that did what it was asked.

    ``said`` is what it printed on its standard output; `None` if that was too long. Unless it is an object with a field
    of the answer, nobody knows what it means. Such a one that has other members too, or values that do not fit, is left
    out, and a warning tells of it under the ``name`` of the operation: what was done is done all the same.

    Raises `DocumentInvalid` for the value of a setting that is no text.
    """
    known = {each.name for each in fields(kind)}
    plain = _object(said)
    plain.pop("output", None)  # which is all that was printed, whatever the object says of it
    if plain.keys().isdisjoint(known):
        plain = {}
    try:
        answer = from_plain(plain, kind)
    except DocumentInvalid as error:
        LOGGER.warning("%s: the JSON that was printed is left out: %s", name, _misfit(plain, known, error))
        answer, plain = kind(), {}
    changes: dict[str, Any] = {"output": output}
    if "healthy" in known:
        changes["healthy"] = _healthy(plain, verdict)
    if kind is Setting and not plain:
        changes["value"] = _text(said)
    return evolve(answer, **changes)


def _object(said: bytes | None) -> dict[str, Any]:
    """The members of the object that was printed; none if it was something else."""
    try:
        return from_json((said or b"").strip(), dict[str, Any])
    except DocumentInvalid:
        return {}


def _misfit(plain: dict[str, Any], known: set[str], error: DocumentInvalid) -> str:
    """What does not fit in an object. Values are not told: what a tool prints may be secret."""
    strange = min(plain.keys() - known, default=None)
    if strange is None:
        return f"{error.path} has a value that it cannot have"
    return f"the answer has no {shown(strange)}. {nearest(strange, known)}".rstrip()


def _healthy(plain: dict[str, Any], verdict: Verdict) -> bool | None:
    """Whether all is well: what the object says, unless the exit code says that it is not."""
    if verdict is Verdict.UNHEALTHY:
        return False
    healthy: bool | None = plain.get("healthy", True if verdict is Verdict.HEALTHY else None)
    return healthy


def _text(said: bytes | None) -> str | None:
    """The value of a setting that was printed as it is, without the end of its line; `None` if there is none."""
    if said is None:
        raise DocumentInvalid("$", "more than a value can be")
    try:
        text = said.decode()
    except UnicodeDecodeError as error:
        raise DocumentInvalid("$", "what is no text") from error
    if not is_keepable(text):
        raise DocumentInvalid("$", "what is no text")
    return text.removesuffix("\n").removesuffix("\r") or None
