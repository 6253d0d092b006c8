"""Playbooks as data. `incidentkit.playbooks.emergency` is the one that the library is made for."""
