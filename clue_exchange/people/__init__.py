"""
Who acts: officers, what they may, what they did; the access log that is written before anything is shown.
"""
