"""What came of a call."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from incidentkit.errors import shown


@frozen
class Outcome:
    """What came of a call: an answer, or an error."""

    answer: Any = None
    error: BaseException | None = None
    """Of any kind: a provider that ends the program, or is cancelled, has given no answer either."""

    def __str__(self) -> str:
        return shown(self.answer) if self.error is None else f"{type(self.error).__name__}: {self.error}"
