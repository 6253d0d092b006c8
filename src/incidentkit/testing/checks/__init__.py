"""Checks of what users write: severity rules, decision trees, escalations and schedules, each in one call in a test."""
