"""
`python -m console` is `clue-exchange`: how the demonstration starts its node processes.
"""

from console.cli import main

if __name__ == "__main__":
    main()
