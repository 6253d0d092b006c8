"""What people look at: each module writes one format, with the library for it, which an extra brings."""
