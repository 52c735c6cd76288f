"""
The figures of the cooperation: each by a published formula, from events alone, equal on both sides.
"""
