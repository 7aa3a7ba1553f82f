"""Many PMIDs in little memory: a sequence of strings that keeps eight bytes for each."""

import io
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import overload

_CHUNK = 10_000  # PMIDs that are written at once


class Pmids(Sequence[str]):
    """PMIDs in ascending order, each once.

    Attributes:
        numbers: the same as whole numbers.

    >>> Pmids(["200", "31", "200"])
    Pmids(['31', '200'])
    >>> Pmids(["200", "31"])[:1], "31" in Pmids(["31"]), Pmids(["31"]) == ("31",)
    (('31',), True, True)
    """

    __slots__ = ("numbers",)

    def __init__(self, pmids: Iterable[str] = ()) -> None:
        """Take PMIDs in any order."""
        self.numbers = _ascending(array("Q", map(int, pmids)))

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return map(str, self.numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        if isinstance(place, slice):
            return tuple(map(str, self.numbers[place]))
        return str(self.numbers[place])

    def __contains__(self, pmid: object) -> bool:
        return isinstance(pmid, str) and pmid.isdecimal() and self.holds(int(pmid))

    def holds(self, number: int) -> bool:
        """Say whether a number is among them."""
        place = bisect_left(self.numbers, number)
        return place < len(self.numbers) and self.numbers[place] == number

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Pmids):
            return self.numbers == other.numbers
        if not isinstance(other, Sequence) or isinstance(other, str):
            return False
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(self.numbers.tobytes())

    def __repr__(self) -> str:
        return f"Pmids({list(self)})"

    def without(self, others: "Pmids") -> "Pmids":
        """Return those that are not among others."""
        if not others:
            return self
        return _of(array("Q", (number for number in self.numbers if not others.holds(number))))

    def together(self, others: Iterable[str]) -> "Pmids":
        """Return these and others."""
        more = others if isinstance(others, Pmids) else Pmids(others)
        return _of(_ascending(self.numbers + more.numbers))

    def text(self) -> bytes:
        r"""Write them one a line.

        >>> Pmids(["200", "31"]).text()
        b'31\n200\n'
        """
        written = io.BytesIO()
        left = iter(self)
        while chunk := list(islice(left, _CHUNK)):
            written.write(("\n".join(chunk) + "\n").encode("ascii"))
        return written.getvalue()


def _ascending(numbers: "array[int]") -> "array[int]":
    """Sort numbers, each once; nothing is done to what is in order already."""
    if all(low < high for low, high in pairwise(numbers)):
        return numbers
    return array("Q", sorted(set(numbers)))


def _of(numbers: "array[int]") -> Pmids:
    """Make a sequence of numbers that are in order."""
    made = Pmids()
    made.numbers = numbers
    return made
