"""Writing a change of a program down, and sending it to where others have it."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_ref, is_words


@frozen(kw_only=True)
class CreateBranch:
    """Begin a branch from where one is, and go on there."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    branch: str = field(validator=is_ref)
    """What it is to be called, such as ``hotfix/checkout-500``."""


@frozen(kw_only=True)
class Commit:
    """Write down what was changed."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    message: str = field(validator=is_words)
    """What was changed, in the words of people."""


@frozen(kw_only=True)
class Push:
    """Send a branch to where others have it."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    branch: str = field(validator=is_ref)
    remote: str = field(default="origin", validator=is_ref)
    """Where others have it."""


class VersionControl(Protocol):
    """Something that keeps the versions of a program.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.
    """

    def create_branch(self, request: CreateBranch, /) -> Answer[Receipt]:
        """Begin a branch, and go on there; the receipt's ``reference`` is its name.

        Raises `AlreadyExists` if a branch is called so that was not begun with this key, and `RequestInvalid` for a
        name that the system does not allow.
        """
        ...

    def commit(self, request: Commit, /) -> Answer[Receipt]:
        """Write down what was changed, on the branch where one is; the receipt's ``reference`` identifies it.

        Raises `Conflict` if nothing was changed.
        """
        ...

    def push(self, request: Push, /) -> Answer[Receipt]:
        """Send a branch. Raises `NotFound` for a branch or a remote that there is not.

        Raises `Conflict` if others have sent what this branch does not know, and never overwrites it.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether committing and sending would work now. Changes nothing."""
        ...
