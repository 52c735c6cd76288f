"""What every client of Kafka is: something to be closed."""

from abc import ABC, abstractmethod
from typing import Self


class Connected(ABC):
    """A client that is closed when its `with` ends."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of the connections without waiting for anything that is not done."""
