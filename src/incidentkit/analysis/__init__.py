"""Questions about severity rules and decision trees, answered by proof: for all facts that there are.

Needs the extra ``analysis``, which brings z3.
"""

from __future__ import annotations

from incidentkit.analysis.decisive import DecidingFacts as DecidingFacts
from incidentkit.analysis.decisive import deciding_facts as deciding_facts
from incidentkit.analysis.difference import DecisionDiff as DecisionDiff
from incidentkit.analysis.difference import difference as difference
from incidentkit.analysis.difference import equivalent as equivalent
from incidentkit.analysis.proof import Proof as Proof
from incidentkit.analysis.proof import prove as prove

__all__ = ["DecidingFacts", "DecisionDiff", "Proof", "deciding_facts", "difference", "equivalent", "prove"]
