"""Values in a file of JSON lines, read where they lie: only where each line begins is in memory."""

import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, overload

import msgspec

from pipeline.errors import Fault, FormatError
from pipeline.records.record import to_line
from pipeline.workflow.files import Spool

_STRETCH = 256  # lines that are read together where all are gone through
_BLOCK = 16  # lines that are read together, since who asks for one mostly asks for the next
_BLOCKS = 4  # that are kept: of a citation's records, one may lie far from the others

_T = TypeVar("_T")


class Lines(Sequence[_T]):
    """The values of a file, one a line: each is decoded whenever it is asked for, and none stays in memory."""

    def __init__(self, part: Callable[[int, int], bytes], lengths: Iterable[int], kind: type[_T], *, file: str) -> None:
        """Take the lines of a file.

        Args:
            part: reads the bytes of the file from here to there.
            lengths: of the lines, their ends included.
            kind: of the values.
            file: its name in messages.
        """
        self._starts = array("Q", [0])  # and the end of the last line
        for length in lengths:
            self._starts.append(self._starts[-1] + length)
        self._decoder, self._file = msgspec.json.Decoder(kind), file
        self._part = part
        self._block = lru_cache(_BLOCKS)(self._read)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[_T]:
        for first in range(0, len(self), _STRETCH):
            for place, line in enumerate(self._lines(first, min(first + _STRETCH, len(self)))):
                yield self._decode(line, first + place)

    @overload
    def __getitem__(self, index: int) -> _T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[_T, ...]: ...

    def __getitem__(self, index: int | slice) -> _T | tuple[_T, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = range(len(self))[index]
        return self._decode(self._block(number // _BLOCK)[number % _BLOCK], number)

    def _read(self, block: int) -> list[bytes]:
        return self._lines(block * _BLOCK, min((block + 1) * _BLOCK, len(self)))

    def _lines(self, first: int, last: int) -> list[bytes]:
        return self._part(self._starts[first], self._starts[last]).split(b"\n", last - first)[: last - first]

    def _decode(self, line: bytes, number: int) -> _T:
        """Decode a line.

        Raises:
            FormatError: it is damaged.
        """
        try:
            return self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = "Delete the folder outputs/ and run again; everything in it is rebuilt."
            fault = Fault(what=f"this line is damaged ({error})", file=self._file, line=number + 1, remedy=remedy)
            raise FormatError(fault) from error


@contextmanager
def put_aside(values: Iterable[_T], kind: type[_T]) -> Iterator[Lines[_T]]:
    """Keep values in a temporary file, which is gone afterwards; what the values raise goes through.

    Raises:
        ReviewError: the disk of temporary files is full.
    """
    with Spool(Path(tempfile.gettempdir())) as spool:
        lengths = array("Q")
        for value in values:
            line = to_line(value)
            spool.add(line)
            lengths.append(len(line))
        yield Lines(spool.part, lengths, kind, file="what was put aside")
