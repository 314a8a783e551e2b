"""Drawings: SVG from numbers and words that are given.

What belongs here: coordinates, geometry, classes. What does not: reading tables, choosing words, colours (the
stylesheet's).
"""
