"""Which pairs are worth a look: records that share a key, with a cap on how many may share it."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from pipeline.deduplicate.citation import Skipped
from pipeline.deduplicate.features import Features

_LETTERS = 20  # of a title's beginning and end


def candidates(records: Sequence[Features], limit: int) -> tuple[list[tuple[int, int]], tuple[Skipped, ...]]:
    """List the pairs (smaller index first, sorted) of records that share a key.

    A key that more than `limit` records share brings together only neighbours in the order of their content, each
    with the next `limit`; what was not compared for it is counted.
    """
    found: set[tuple[int, int]] = set()
    skipped: dict[str, list[int]] = {}
    blocks: dict[tuple[str, ...], list[int]] = {}
    for index, features in enumerate(records):
        for key in set(keys(features)):
            blocks.setdefault(key, []).append(index)
    for key, members in blocks.items():
        count = len(members)
        if count <= limit:
            found.update(combinations(members, 2))
            continue
        ordered = sorted(members, key=lambda index: _content(records[index]))
        taken = 0
        for place, index in enumerate(ordered):
            for other in ordered[place + 1 : place + limit]:
                found.add((index, other) if index < other else (other, index))
                taken += 1
        total = skipped.setdefault(key[0], [0, 0])
        total[0] += count
        total[1] += count * (count - 1) // 2 - taken
    return sorted(found), tuple(
        Skipped(key=key, records=count, pairs=pairs) for key, (count, pairs) in sorted(skipped.items())
    )


def _content(features: Features) -> tuple[str, ...]:
    return (features.title, features.volume, features.issue, features.first, str(features.year), features.doi)


def keys(f: Features) -> Iterator[tuple[str, ...]]:
    """Give the keys of a record: identifiers, wording of the title, names, place in the journal."""
    if f.doi:
        yield "doi", f.doi
    if f.pmid:
        yield "pmid", f.pmid
    for number in f.registrations:
        yield "registration", number
    yield from _title_keys(f)
    yield from _place_keys(f)


def _title_keys(f: Features) -> Iterator[tuple[str, ...]]:
    letters = f.title.replace(" ", "")
    if not letters:
        return
    yield "title", letters
    if len(letters) >= _LETTERS:
        yield "title start", letters[:_LETTERS]
        yield "title end", letters[-_LETTERS:]
    longest = sorted({word for word in f.title.split() if len(word) > 3}, key=lambda w: (-len(w), w))[:4]  # noqa: PLR2004
    for pair in combinations(sorted(longest[:3]), 2):
        if f.families:
            yield "words and author", *pair, f.families[0][:4]
        if f.first:
            yield "words and page", *pair, f.first
    for three in combinations(sorted(longest), 3):
        yield "words", *three


def _place_keys(f: Features) -> Iterator[tuple[str, ...]]:
    if f.first and f.volume:
        yield "volume and page", f.volume, f.first, str(f.year)
    if f.first and f.families:
        yield "author and page", f.families[0], f.first
    if f.first and f.last:
        yield "pages", f.first, f.last, f.journal[:3]
    if len(f.families) > 1:
        yield "authors and year", f.families[0], f.families[-1], str(f.year)
