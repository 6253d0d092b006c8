"""Ratios against code written by hand: ``python -m benchmarks``. The README beside this file says how to read them."""
