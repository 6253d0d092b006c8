"""Providers for real systems: the tools of the playbook, as programs that are run."""
