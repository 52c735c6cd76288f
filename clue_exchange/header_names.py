"""
Kafka header names that are not UTF-8: the client library cannot read a record that has one, nor any behind it.

Kafka itself takes any bytes for a name. Headers are a courtesy here and never trusted, so a name that is no text reads
as one that nobody knows. No Kafka import: the library's class is given by the one file that has it.
"""

from collections.abc import Callable, Iterator
from typing import Any

DecodeVarint = Callable[[Any, int], tuple[int, int]]
NO_TEXT = b"?"


def accept_any_name(memory_records: Any, default_records: Any) -> None:
    """
    Let the library read any header name; once is enough. These are its modules of those names.

    It is done for the whole process: there is no way to give one consumer a record batch of its own.
    """
    if memory_records.DefaultRecordBatch is default_records.DefaultRecordBatch:
        memory_records.DefaultRecordBatch = _any_name(default_records.DefaultRecordBatch, default_records.decode_varint)


def _any_name(batch: Any, decode_varint: DecodeVarint) -> Any:
    """The library's record batch, less its failure over header names; all else is as it was."""

    class AnyName(batch):  # type: ignore[misc]  # a class of the library, given as a value
        __slots__ = ()

        def _read_msg(self, *arguments: Any) -> Any:
            try:
                return super()._read_msg(*arguments)
            except UnicodeDecodeError:  # it stands where it stood; the buffer is its own copy
                for start, end in _name_places(self._buffer, self._pos, decode_varint):
                    if not _is_text(self._buffer[start:end]):
                        self._buffer[start:end] = NO_TEXT * (end - start)
                return super()._read_msg(*arguments)

    return AnyName


def _name_places(buffer: bytearray, position: int, decode_varint: DecodeVarint) -> Iterator[tuple[int, int]]:
    """Where the header names of the record at this position stand (Kafka's record format, version 2)."""
    for _ in range(4):  # length, attributes, timestamp, offset
        _, position = decode_varint(buffer, position)
    for _ in range(2):  # record key, value: a length of -1 is none
        length, position = decode_varint(buffer, position)
        position += max(0, length)
    headers, position = decode_varint(buffer, position)
    for _ in range(headers):
        length, position = decode_varint(buffer, position)
        yield position, position + length
        length, position = decode_varint(buffer, position + length)
        position += max(0, length)


def _is_text(name: bytearray) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
