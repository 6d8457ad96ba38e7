"""Numba kernels: arrays in, arrays out; no text beyond bytes, no files, no global state.

Every kernel releases the GIL and is compiled once into a cache on disk.
"""
