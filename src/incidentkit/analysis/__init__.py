"""Questions about severity rules and decision trees, answered by proof: for all facts that there are.

Needs the extra ``analysis``, which brings z3.
"""

from __future__ import annotations

from incidentkit.analysis.proof import Proof as Proof
from incidentkit.analysis.proof import prove as prove

__all__ = ["Proof", "prove"]
