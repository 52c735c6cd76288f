"""
How a monthly pack looks: one HTML page without scripts, and one workbook. The same content gives the same bytes.
"""
