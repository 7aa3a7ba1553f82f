"""Which pairs are worth judging: records that share a key and pass a glance, with a cap on how many share a key.

Time and memory stay in proportion to the number of records: a record has a few keys of each kind, a key is kept as a
number of eight bytes, and one that too many records share brings together neighbours only.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline.deduplicate.citation import Skipped
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.packed import Packed
from pipeline.deduplicate.similarity import worth

_DIGEST = 8  # bytes; should two keys ever have one digest, their records are looked at for nothing
_HALF = 32  # bits of a pair's number that hold one index
_LETTERS = 20  # of a title's beginning and end
_LONG = 4  # letters of a word that says something
_NEIGHBOURS = 8  # records on either side, in a block over the cap

Progress = Callable[[int, int, str], None]  # is told how many of how many are done, and of what
Indexes = NDArray[np.uint32]  # of records
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]  # which records, by index


class Digests:
    """Digests of what records have, and which record has each; a record may have several, or none."""

    def __init__(self) -> None:
        """Begin with none."""
        self._digests = bytearray()
        self._owners = array("I")

    def add(self, owner: int, data: bytes) -> None:
        """Add what a record has; records are added in their order."""
        self._digests += blake2b(data, digest_size=_DIGEST).digest()
        self._owners.append(owner)

    def shared(self, among: Mask | None = None) -> Iterator[list[int]]:
        """Give the lists of records, each ascending, that share a digest; only records `among` those marked, if any."""
        owners, starts, sizes = self._sorted(among)
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
            yield owners[start : start + size].tolist()

    def _sorted(self, among: Mask | None) -> tuple[Indexes, Counts, Counts]:
        """Sort the owners by digest; return them, where each run of several begins, and how long it is."""
        digests: NDArray[np.uint64] = np.frombuffer(self._digests, np.uint64)
        owners: Indexes = np.frombuffer(self._owners, np.uint32)
        if among is not None:
            kept = among[owners]
            digests, owners = digests[kept], owners[kept]
        order = np.argsort(digests, kind="stable")
        digests, owners = digests[order], owners[order]
        first = np.append(True, digests[1:] != digests[:-1])[: len(digests)]
        once = first | np.append(True, owners[1:] != owners[:-1])[: len(owners)]  # one record may have a digest twice
        owners, starts = owners[once], np.flatnonzero(first[once])
        sizes = np.diff(starts, append=len(owners))
        return owners, starts[sizes > 1], sizes[sizes > 1]


class Keys:
    """The keys of a library's records, kind by kind."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kinds = {name: Digests() for name in KEYS}

    def add(self, record: int, made: Features) -> None:
        """Add the keys of a record; records are added in their order."""
        for name, keys in KEYS.items():
            for key in keys(made):
                self._kinds[name].add(record, key.encode())

    def take(self, name: str, among: Mask) -> Iterator[list[int]]:
        """Give the blocks of one kind, whose keys are then forgotten."""
        return self._kinds.pop(name).shared(among)


def candidates(
    records: Packed[Features], keys: Keys, among: Mask, limit: int, progress: Progress
) -> tuple[Indexes, int, tuple[Skipped, ...]]:
    """List the pairs worth judging, how often two were looked at, and what was skipped.

    A key that more than `limit` of the records `among` share brings together only neighbours in the order of their
    content; what was not looked at for it is counted. A pair is a row of two indexes, the smaller first; rows ascend.
    """
    found = array("Q")
    looked = 0
    skipped = []
    for number, name in enumerate(KEYS, start=1):
        progress(number, len(KEYS), "Looking for pairs")
        crowded = passed = 0
        for members in keys.take(name, among):
            made = {index: records[index] for index in members}
            if len(members) <= limit:
                pairs: Iterator[tuple[int, int]] = combinations(members, 2)
            else:
                crowded += len(members)
                passed += _passed(len(members))
                pairs = _neighbours(made)
            for a, b in pairs:
                looked += 1
                if worth(made[a], made[b]):
                    found.append(a << _HALF | b)
        if passed:
            skipped.append(Skipped(key=name, records=crowded, pairs=passed))
    numbers = np.unique(np.frombuffer(found, np.uint64))
    pairs_found = np.column_stack((numbers >> _HALF, numbers & ((1 << _HALF) - 1))).astype(np.uint32)
    return pairs_found, looked, tuple(skipped)


def _passed(count: int) -> int:
    return sum(max(0, count - 1 - place - _NEIGHBOURS) for place in range(count))


def _neighbours(made: Mapping[int, Features]) -> Iterator[tuple[int, int]]:
    """Pair each record of a crowded block with the next few in the order of their content."""
    ordered = sorted(made, key=lambda index: _content(made[index]))
    for place, index in enumerate(ordered):
        for other in ordered[place + 1 : place + 1 + _NEIGHBOURS]:
            yield (index, other) if index < other else (other, index)


def _content(f: Features) -> tuple[str | int | tuple[str, ...], ...]:
    """Order records by what they say, never by when they came."""
    return (f.title, f.year, f.volume, f.issue, f.first, f.families, f.doi, f.pmid, f.abstract)


def _identifiers(f: Features) -> Iterator[str]:
    if f.doi:
        yield f.doi
    if f.pmid:
        yield f"pmid:{f.pmid}"
    yield from f.own
    yield from f.registrations
    if f.review:
        yield f.review


def _title(f: Features) -> Iterator[str]:
    if f.title:
        yield f.title.replace(" ", "")
    if f.second:
        yield f.second.replace(" ", "")


def _title_start_and_author(f: Features) -> Iterator[str]:
    if len(f.title) >= _LETTERS and f.families:
        start = f.title[: _LETTERS + _LONG].replace(" ", "")[:_LETTERS]
        for family in {f.families[0][:3], f.families[-1][:3]}:
            yield f"{start} {family}"


def _title_end_and_author(f: Features) -> Iterator[str]:
    if len(f.title) >= _LETTERS and f.families:
        yield f"{f.title[-_LETTERS - _LONG :].replace(' ', '')[-_LETTERS:]} {f.families[0][:3]}"


def _longest(f: Features, count: int) -> list[str]:
    words = {word for word in f.title.split() if len(word) >= _LONG}
    return sorted(sorted(words, key=lambda word: (-len(word), word))[:count])


def _words_and_author(f: Features) -> Iterator[str]:
    if f.families:
        ends = {f.families[0][:4], f.families[-1][:4]}
        for two in combinations(_longest(f, 3), 2):
            for family in ends:
                yield f"{two[0]} {two[1]} {family}"


def _words_and_page(f: Features) -> Iterator[str]:
    if f.first:
        for two in combinations(_longest(f, 3), 2):
            yield f"{two[0]} {two[1]} {f.first}"


def _title_start_and_journal(f: Features) -> Iterator[str]:
    if len(f.title) >= _LETTERS and f.journal:
        yield f"{f.title[: _LETTERS + _LONG].replace(' ', '')[:_LETTERS]} {f.journal[:4]} {f.volume}"


def _volume_and_page(f: Features) -> Iterator[str]:
    if f.first and f.volume:
        yield f"{f.volume} {f.first} {f.year}"


def _author_and_page(f: Features) -> Iterator[str]:
    if f.first and f.families:
        yield f"{f.families[0]} {f.first}"


def _pages(f: Features) -> Iterator[str]:
    if f.first and f.last:
        yield f"{f.first} {f.last} {f.journal[:3]}"


def _authors_and_year(f: Features) -> Iterator[str]:
    if len(f.families) > 1:
        yield f"{f.families[0]} {f.families[-1]} {f.year}"


def _author_and_volume(f: Features) -> Iterator[str]:
    if f.families and f.volume and f.journal:
        yield f"{f.families[0]} {f.volume} {f.journal[0]}"


def _abstract(f: Features) -> Iterator[str]:
    if f.abstract:
        yield f.abstract


# What brings two records together, by name.
KEYS: Mapping[str, Callable[[Features], Iterator[str]]] = {
    "identifier": _identifiers,
    "title": _title,
    "title start and author": _title_start_and_author,
    "title end and author": _title_end_and_author,
    "title words and author": _words_and_author,
    "title words and page": _words_and_page,
    "title start and journal": _title_start_and_journal,
    "volume and page": _volume_and_page,
    "author and page": _author_and_page,
    "pages and journal": _pages,
    "authors and year": _authors_and_year,
    "author and volume": _author_and_volume,
    "abstract": _abstract,
}
