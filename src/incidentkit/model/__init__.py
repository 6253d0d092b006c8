"""What is true: facts, conditions, severities, triage. Pure values; nothing here knows a policy or the world."""
