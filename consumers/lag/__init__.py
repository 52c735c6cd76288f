"""
How far an agency is behind: where journals end, what the loop did of late, and the states that Burrow defines.
"""
