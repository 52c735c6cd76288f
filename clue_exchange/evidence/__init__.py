"""
The evidence pack of a clue: exported as one file, verified offline with public keys alone.
"""
