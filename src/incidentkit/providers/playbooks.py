"""Keeping every version of a playbook that was ever used, so that a running incident finds its own."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from attrs import Attribute, field, frozen

from incidentkit.convert import from_json
from incidentkit.errors import DocumentInvalid, FieldInvalid, shown
from incidentkit.model.happening import is_name
from incidentkit.model.identity import is_keepable
from incidentkit.providers.answer import Answer

_OBJECT: Any = dict[str, Any]
"""Any object of JSON."""


def is_document(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds an object as JSON that the library can read, and every store can keep.

    What is in it is not looked at: a later release may write what this one does not know.
    """
    if type(value) is not str or not is_keepable(value):
        problem = f"a document is text without NUL and half surrogate pairs, not {shown(value)}"
        raise FieldInvalid(attribute.name, problem)
    try:
        from_json(value, _OBJECT)
    except DocumentInvalid as error:
        raise FieldInvalid(attribute.name, f"a playbook is kept as a JSON object: {error}") from None


@frozen
class KeepPlaybook:
    """Keep a playbook."""

    reference: str = field(validator=is_name)
    """Its name and the hash of its content, so one reference never stands for two playbooks."""
    document: str = field(validator=is_document)
    """Itself, as JSON."""


@runtime_checkable
class KeepsPlaybooks(Protocol):
    """A store that keeps playbooks as well."""

    def keep_playbook(self, request: KeepPlaybook, /) -> Answer[None]:
        """Keep a playbook; what is there already stays as it is."""
        ...

    def playbook(self, reference: str, /) -> Answer[str]:
        """The document of a playbook; raises `UnknownPlaybook`."""
        ...
