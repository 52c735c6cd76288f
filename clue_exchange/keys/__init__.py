"""
Every key: made, kept at rest, announced, rotated, looked up; the blind index of citizen numbers.
"""
