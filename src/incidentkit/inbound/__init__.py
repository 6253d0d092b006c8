"""What comes in from others: each module reads one kind of it, and trusts nothing that it reads."""
