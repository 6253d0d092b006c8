"""What people look at: each module writes one format. Where a library does it, an extra of its own brings it."""
