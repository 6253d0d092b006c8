"""Notes that are taken while a document is read: what was understood, and what was not."""

from __future__ import annotations

from attrs import define, field

from incidentkit.inbound.warning import Code, ReadWarning


@define(eq=False)
class Notes:
    """What was understood and is no word of any field, and the warnings."""

    understood: list[str] = field(factory=list[str])
    """Words that became something else: a time, a length, the choice of a field."""
    warnings: list[ReadWarning] = field(factory=list[ReadWarning])

    def grasp(self, words: str) -> None:
        """Note that these words became something else."""
        self.understood.append(words)

    def warn(self, code: Code, line: int, words: str) -> None:
        """Note what was not understood."""
        self.warnings.append(ReadWarning(line=line, code=code, words=words))
