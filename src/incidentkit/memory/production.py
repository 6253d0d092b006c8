"""What is wrong with production, as the health checks, metrics and logs in memory see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import RLock

from attrs import field, frozen

from incidentkit.errors import Misconfigured, each_of, expect
from incidentkit.providers.values import is_share, is_words


@frozen(kw_only=True)
class Trouble:
    """Something that is wrong for as long as something is so, such as a flag that is on.

    Mitigating it is what ends it, and taking the mitigation back brings it back.
    """

    name: str = field(validator=is_words)
    """What people see of it, such as ``checkout returns 500``."""
    lasts: Callable[[], bool]
    """Whether it is wrong now; called each time that somebody looks."""
    error_rate: float = field(default=0.0, validator=is_share)
    """The share of requests that fail because of it."""
    degradation: float = field(default=0.0, validator=is_share)
    """By what share performance is worse because of it."""


class MemoryProduction:
    """A production in which nothing is wrong but its troubles. Threads may share it."""

    def __init__(self, troubles: Iterable[Trouble] = ()) -> None:
        self._lock = RLock()
        self._troubles = [*each_of(Trouble, troubles, Misconfigured, "the troubles are a list of Trouble")]

    def add(self, trouble: Trouble) -> None:
        """Let something go wrong."""
        expect(Trouble, trouble, Misconfigured, "what goes wrong is a Trouble")
        with self._lock:
            self._troubles.append(trouble)

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is wrong now, the oldest first."""
        with self._lock:
            known = (*self._troubles,)
        return tuple(trouble for trouble in known if trouble.lasts())
