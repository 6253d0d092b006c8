"""Providers for real systems: the tools of the playbook, as programs that are run."""

from incidentkit.adapters.async_command_tools import AsyncCommandTools as AsyncCommandTools
from incidentkit.adapters.command_tools import CommandTools as CommandTools
from incidentkit.adapters.exit_codes import EXIT_CODES as EXIT_CODES
from incidentkit.adapters.exit_codes import ExitMeaning as ExitMeaning
from incidentkit.adapters.exit_codes import Verdict as Verdict

__all__ = ["EXIT_CODES", "AsyncCommandTools", "CommandTools", "ExitMeaning", "Verdict"]
