"""What is said beside the output, on stderr, if there is anywhere to say it."""

from __future__ import annotations

import sys
from contextlib import suppress

from incidentkit.text.document import flat


def remark(program: str, words: str) -> None:
    """Say it in one line. A closed stderr must not change the exit status."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"{program}: {flat(words)}\n")
        sys.stderr.flush()
