"""What stands between a desk and its pagers: it knows whom they were asked to reach, and lets them fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import define, evolve, field

from incidentkit.desk.toolbox import Toolbox
from incidentkit.drills.fault import Fault
from incidentkit.drills.faulty import Faulty
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.pager import Pager, SendPage

TROUBLES: Final = (Fault.REFUSED, Fault.UNAVAILABLE, Fault.UNKNOWN)
"""How pagers fail here."""


@define
class Exchange:
    """What stands before all pagers of a toolbox."""

    clock: Callable[[], datetime]
    trouble: Fault | None = None
    """What is wrong with them now."""
    asked: list[SendPage] = field(factory=list[SendPage])
    """Whom they were asked to reach, in order, whatever came of it."""
    answered: dict[str, SendPage] = field(factory=dict[str, SendPage])
    """The pages by key for which the desk was given a receipt."""

    def before(self, toolbox: Toolbox) -> Toolbox:
        """The toolbox with this in front of its pagers."""
        pagers: Mapping[str, Pager] = {method: _Line(self, pager) for method, pager in toolbox.pagers.items()}
        return evolve(toolbox, pagers=pagers)

    def check_arrived(self, arrived: Iterable[SendPage | Hashable], mark: Callable[[SendPage], Hashable]) -> None:
        """That what arrived was asked for, as often as there are pages of that mark, and that what was answered did."""
        messages = Counter(mark(each) if isinstance(each, SendPage) else each for each in arrived)
        asked = {page.key: page for page in self.asked}
        pages = {mark(page): page for page in asked.values()}
        most = Counter(map(mark, asked.values()))
        least = Counter(map(mark, self.answered.values()))
        for message, times in messages.items():
            assert message in pages, f"a message arrived that nobody asked for: {message}"
            more = f"a page to {pages[message].person} arrived {times} times: {message}"
            assert times <= most[message], more
        for message, times in least.items():
            missing = f"a page to {pages[message].person} was answered and has not arrived: {message}"
            assert messages[message] >= times, missing


@define
class _Line:
    """A pager behind an exchange."""

    _exchange: Exchange
    _pager: Pager

    def page(self, request: SendPage, /) -> Answer[Receipt]:
        """Reach the person, as far as the trouble lets it."""
        self._exchange.asked.append(request)
        trouble = self._exchange.trouble
        pager = self._pager if trouble is None else Faulty(self._pager, trouble, clock=self._exchange.clock)
        receipt = pager.page(request)
        self._exchange.answered[request.key] = request
        return receipt

    def diagnose(self) -> Answer[Diagnosis]:
        """What the pager itself says."""
        return self._pager.diagnose()
