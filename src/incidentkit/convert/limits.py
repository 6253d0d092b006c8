"""What text is read at all, and what is said of text that is not."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from incidentkit.errors import DocumentInvalid, shown

MAX_CHARACTERS: Final = 16_000_000
"""Length up to which a document is read."""


@contextmanager
def whole(source: str, text: object, language: str, longest: int = MAX_CHARACTERS) -> Generator[None]:
    """Turn what goes wrong before there is any structure into a `DocumentInvalid`."""
    if not isinstance(text, str | bytes) or (language == "TOML" and isinstance(text, bytes)):
        raise DocumentInvalid("$", f"{language} is read from text, not from {shown(text)}", source=source)
    if len(text) > longest:
        raise DocumentInvalid("$", f"{len(text)} characters are more than the {longest} that are read", source=source)
    try:
        yield
    except RecursionError:
        raise DocumentInvalid("$", f"this {language} is nested too deeply to be read", source=source) from None
    except ValueError as error:  # tomllib, json and wrong encodings
        raise DocumentInvalid("$", f"this is not {language}: {error}", source=source) from error
