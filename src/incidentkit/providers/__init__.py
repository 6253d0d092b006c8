"""What other teams implement: for each kind of system its requests, its answers and its protocol."""
