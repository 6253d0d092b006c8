"""The loop: plan, perform, record."""
