"""Benchmarks: our speed and that of other libraries in one run, and a tracer of calls.

They come with a checkout, not with the installed package. Import name: `spielfeld.benchmarks`.
"""
