"""
The papers of the joint monthly meeting: made from one side's ledger, byte for byte as from the other's.
"""
