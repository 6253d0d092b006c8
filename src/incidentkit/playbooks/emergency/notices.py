"""How people learn what they need not come for, and what is overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.policy.obligation import Attempt

NOTICE: Final = (Attempt("push", timedelta(minutes=3)), Attempt("sms", timedelta(minutes=3)), Attempt("mail"))
"""How people learn what they need not come for: by the first of these that works."""

REMINDERS: Final = (Attempt("push", timedelta(minutes=10)), Attempt("push", timedelta(minutes=10)), Attempt("push"))
"""How people are told what is overdue."""
