"""What a program printed, as far as it is kept: the beginning and the end of it, however much it was."""

from __future__ import annotations

from typing import Final

from attrs import define, field

HEAD: Final = 64 * 1024
"""Bytes that are kept of the beginning, where a tool says what it is about to do."""

TAIL: Final = 192 * 1024
"""Bytes that are kept of the end, where it says what came of it."""


@define
class Transcript:
    """Takes in whatever is printed, in memory that does not grow with it."""

    _head: bytearray = field(factory=bytearray, init=False)
    _tail: bytearray = field(factory=bytearray, init=False)
    _left_out: int = field(default=0, init=False)

    def add(self, chunk: bytes) -> None:
        """Take in what was printed next."""
        room = HEAD - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:]
        if len(self._tail) > 2 * TAIL:  # seldom, because each time moves what stays
            self._shorten()

    def _shorten(self) -> None:
        surplus = max(0, len(self._tail) - TAIL)
        del self._tail[:surplus]
        self._left_out += surplus

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return not self._left_out and len(self._tail) <= TAIL

    def kept(self) -> bytes:
        """What was printed; where something is left out, a line says how many bytes."""
        self._shorten()
        gap = f"\n[{self._left_out} bytes left out]\n".encode() if self._left_out else b""
        return b"".join((self._head, gap, self._tail))
