"""Conformance: whether a provider, a store or a desk keeps what it promises, each promise a check by itself.

::

    @pytest.mark.parametrize("check", conformance(Pager), ids=str)
    def test_ntfy_keeps_the_promises_of_a_pager(check: Check[Pager]) -> None:
        check(lambda: NtfyPager("oncall"))
"""

from incidentkit.testing.conformance.check import Check as Check
from incidentkit.testing.conformance.level import Level as Level
from incidentkit.testing.conformance.promise import PromiseBroken as PromiseBroken
from incidentkit.testing.conformance.promise import Untold as Untold
from incidentkit.testing.conformance.rig import Factory as Factory
from incidentkit.testing.conformance.rig import Rig as Rig
from incidentkit.testing.conformance.suite import conformance as conformance
