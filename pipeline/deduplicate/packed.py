"""Values that are kept as bytes, since a million of them as objects would not fit into memory."""

from array import array
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Packed(Generic[T]):
    """Values of one type in one buffer, one after the other, each unpacked whenever it is asked for."""

    def __init__(self, kind: type[T]) -> None:
        """Begin with no values."""
        self._pack, self._unpack = msgspec.msgpack.Encoder().encode, unpacker(kind)
        self._bytes = bytearray()
        self._starts = array("Q", [0])  # and the end of the last value

    def append(self, value: T) -> bytes:
        """Add a value at the end; return it as it is kept, which is the same for equal values."""
        packed = self._pack(value)
        self._bytes += packed
        self._starts.append(len(self._bytes))
        return packed

    def packed(self, index: int) -> bytes:
        """Return a value as it is kept, for an `unpacker` elsewhere."""
        return bytes(self._bytes[self._starts[index] : self._starts[index + 1]])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, index: int) -> T:
        return self._unpack(self._bytes[self._starts[index] : self._starts[index + 1]])

    def __iter__(self) -> Iterator[T]:
        return map(self.__getitem__, range(len(self)))


def unpacker(kind: type[T]) -> Callable[[bytes | bytearray], T]:
    """Return what unpacks values of one type."""
    return msgspec.msgpack.Decoder(kind).decode
