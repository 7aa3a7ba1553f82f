"""Which pairs are worth judging: records that share a key and pass a glance, with a cap on how many share a key.

Time and memory stay in proportion to the number of records: one kind of key is in memory at a time, a record has a few
keys of each kind, and a key that too many records share brings together neighbours only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from pipeline.deduplicate.citation import Skipped
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.similarity import worth

_LETTERS = 20  # of a title's beginning and end
_LONG = 4  # letters of a word that says something
_NEIGHBOURS = 8  # records on either side, in a block over the cap


def candidates(
    records: Sequence[Features], among: Sequence[int], limit: int, progress: Callable[[int, int, str], None]
) -> tuple[list[tuple[int, int]], int, tuple[Skipped, ...]]:
    """List the pairs worth judging (smaller index first, sorted), how often two were looked at, and what was skipped.

    A key that more than `limit` of the records `among` share brings together only neighbours in the order of their
    content; what was not looked at for it is counted.
    """
    found: set[tuple[int, int]] = set()
    looked = 0
    skipped = []
    for number, (name, keys) in enumerate(KEYS.items(), start=1):
        progress(number, len(KEYS), "Looking for pairs")
        crowded = passed = 0
        for members in _blocks(records, among, keys):
            if len(members) <= limit:
                pairs: Iterator[tuple[int, int]] = combinations(members, 2)
            else:
                crowded += len(members)
                passed += _passed(len(members))
                pairs = _neighbours(records, members)
            for pair in pairs:
                looked += 1
                if pair not in found and worth(records[pair[0]], records[pair[1]]):
                    found.add(pair)
        if passed:
            skipped.append(Skipped(key=name, records=crowded, pairs=passed))
    return sorted(found), looked, tuple(skipped)


def _blocks(
    records: Sequence[Features], among: Sequence[int], keys: Callable[[Features], Iterator[str]]
) -> Iterator[list[int]]:
    """Give the lists of records, each ascending, that share a key of one kind."""
    alone: dict[str, int] = {}
    shared: dict[str, list[int]] = {}
    for index in among:
        for key in keys(records[index]):
            first = alone.setdefault(key, index)
            if first != index:
                members = shared.setdefault(key, [first])
                if members[-1] != index:
                    members.append(index)
    alone.clear()
    yield from shared.values()


def _passed(count: int) -> int:
    return sum(max(0, count - 1 - place - _NEIGHBOURS) for place in range(count))


def _neighbours(records: Sequence[Features], members: list[int]) -> Iterator[tuple[int, int]]:
    """Pair each record of a crowded block with the next few in the order of their content."""
    ordered = sorted(members, key=lambda index: _content(records[index]))
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
