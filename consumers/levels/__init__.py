"""
What a city or province sees of its counties: the figures that they published, added up; no clue, no event.
"""
