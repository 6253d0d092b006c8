"""The reference chat: channels that nobody reads but a test."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from attrs import evolve, frozen

from incidentkit.errors import (
    AlreadyExists,
    Misconfigured,
    NotFound,
    ProviderError,
    RequestInvalid,
    expect,
    nearest,
    several,
    shown,
)
from incidentkit.memory.system import System
from incidentkit.providers.answer import Receipt
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage

LONGEST_NAME: Final = 80
"""Characters that the name of a channel may have."""

_STRANGE: Final = re.compile("[^a-z0-9_-]")
"""What no name of a channel has."""


@frozen(kw_only=True)
class Channel:
    """A channel as it is now."""

    reference: str
    name: str
    private: bool = False
    topic: str = ""
    messages: tuple[PostMessage, ...] = ()
    """In the order in which they were posted."""
    closed: bool = False


class MemoryChat(System[Receipt]):
    """A `Chat` that keeps its channels. Threads may share it.

    The names that are ``taken`` are those of channels that others have opened: one can post to them, and nobody can
    open them. `Misconfigured` is raised for what is no list of names.
    """

    def __init__(self, *, taken: Iterable[str] = (), fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        self._channels: dict[str, Channel] = {}
        for name in sorted(_names(taken)):
            self._add(name)

    @property
    def channels(self) -> list[Channel]:
        """Every channel as it is now: those of others by their names, then in the order in which they were opened."""
        with self._lock:
            return [*self._channels.values()]

    def open_channel(self, request: OpenChannel, /) -> Receipt:
        """Add a channel, unless the key did so before."""
        return self._once(request.key, lambda: self._open(request))

    def post(self, request: PostMessage, /) -> Receipt:
        """Add the message to its channel, unless the key did so before."""
        return self._once(request.key, lambda: self._post(request))

    def close_channel(self, request: CloseChannel, /) -> Receipt:
        """Close the channel, unless the key did so before."""
        return self._once(request.key, lambda: self._close(request))

    def _open(self, request: OpenChannel) -> Receipt:
        if problem := _problem_of_name(request.name):
            raise RequestInvalid(problem, provider="chat", operation="open_channel")
        if any(channel.name == request.name for channel in self._channels.values()):
            problem = f"a channel is called {request.name!r} already: find out whose it is, or take another name"
            raise AlreadyExists(problem, provider="chat", operation="open_channel")
        return Receipt(reference=self._add(request.name, private=request.private, topic=request.topic))

    def _post(self, request: PostMessage) -> Receipt:
        channel = self._found(request.channel, "post")
        messages = (*channel.messages, request)
        self._channels[channel.reference] = evolve(channel, messages=messages, closed=False)
        return Receipt(reference=f"{channel.reference}/{len(messages)}")

    def _close(self, request: CloseChannel) -> Receipt:
        channel = self._found(request.channel, "close_channel")
        self._channels[channel.reference] = evolve(channel, closed=True)
        return Receipt(reference=channel.reference)

    def _add(self, name: str, *, private: bool = False, topic: str = "") -> str:
        reference = f"C{len(self._channels) + 1}"  # in a capital letter, which no name has
        self._channels[reference] = Channel(reference=reference, name=name, private=private, topic=topic)
        return reference

    def _found(self, wanted: str, operation: str) -> Channel:
        for channel in self._channels.values():
            if wanted in (channel.reference, channel.name):
                return channel
        hint = nearest(wanted, (channel.name for channel in self._channels.values()))
        problem = f"no channel is called {shown(wanted)}, by name or reference. {hint}".rstrip()
        raise NotFound(problem, provider="chat", operation=operation)


def _names(taken: Iterable[str]) -> set[str]:
    """The names of channels that others have opened; one name alone would be read as a list of letters."""
    words = "the names that are taken are a list, such as ['payments']"
    names = {expect(str, name, Misconfigured, words) for name in several(taken, Misconfigured, words)}
    for problem in filter(None, map(_problem_of_name, names)):
        raise Misconfigured(problem, provider="chat")
    return names


def _problem_of_name(name: str) -> str:
    """Why a channel cannot be called so; empty if it can."""
    if not 0 < len(name) <= LONGEST_NAME:
        return f"the name of a channel has 1 to {LONGEST_NAME} characters, and {shown(name)} has {len(name)}"
    if strange := _STRANGE.search(name):
        letters = "lower-case letters, digits, hyphens and underscores"
        return f"the name of a channel has {letters} alone, and {shown(name)} has {shown(strange[0])}"
    if not name.strip("_-"):
        return f"the name of a channel has a letter or a digit, and {shown(name)} has none"
    return ""
