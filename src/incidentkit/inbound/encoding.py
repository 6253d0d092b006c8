"""Text whose characters were once read in the wrong encoding: UTF-8 that was taken for that of Windows."""

from __future__ import annotations

import re
from typing import Final

_UNDEFINED: Final = "\x81\x8d\x8f\x90\x9d"
"""Bytes that stand for nothing in that encoding, and which programs keep as they are."""

_BYTES: Final = {
    **{bytes([number]).decode("cp1252"): number for number in range(0x80, 0x100) if chr(number) not in _UNDEFINED},
    **{each: ord(each) for each in _UNDEFINED},
}

_RUN: Final = re.compile(f"[{re.escape(''.join(_BYTES))}]{{2,}}")
"""Characters that are all bytes above those of ASCII in that encoding."""


def repaired(text: str) -> str:
    """The text with those runs of characters as they were meant that were UTF-8 and were read as cp1252.

    A run is changed only if all of it is UTF-8; all other words stay as they are.
    """
    return _RUN.sub(lambda run: _meant(run[0]), text)


def _meant(run: str) -> str:
    try:
        return bytes(_BYTES[each] for each in run).decode()
    except UnicodeDecodeError:
        return run
