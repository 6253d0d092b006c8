"""Who goes through the runbooks, and who says that what destroys anything may be tried."""

from __future__ import annotations

from typing import Final

from incidentkit.policy.recipient import role

LEAD: Final = role("technical lead")
"""Does what no tool does, and is asked about what tools could not do."""

COMMANDER: Final = role("incident commander")
"""Confirms what is destructive."""

COMMUNICATIONS: Final = role("communications lead")
"""Tells those who are not at work on it."""

SECURITY: Final = role("security lead")
"""Answers for what the law asks for after a breach."""
