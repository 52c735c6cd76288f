"""
`python -m console` is `clue-exchange`: how the demonstration starts its node processes.
"""

from console.cli import main

main()
