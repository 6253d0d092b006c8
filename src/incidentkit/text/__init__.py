"""Text for people: a small document tree, and one writer for each target, which escapes what people wrote."""
