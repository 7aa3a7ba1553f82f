"""Records to citations: the whole way, from features to clusters to merged records."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import chain, permutations
from math import ceil

import msgspec

from pipeline.deduplicate import blocks, joining
from pipeline.deduplicate.citation import Citation, Deduplication, Pair, Related, Verdict, Word
from pipeline.deduplicate.features import Features, features
from pipeline.deduplicate.judging import contradiction, identity_contradiction, place_contradiction
from pipeline.deduplicate.library import Library, Progress, Two, ordered
from pipeline.deduplicate.merging import merge
from pipeline.deduplicate.relations import AT_TWO_PLACES
from pipeline.deduplicate.rules import BY_IDENTIFIER, UNPLACED
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.deduplicate.tasks import TASK, Known, judge_pairs
from pipeline.records.record import Record

DEFAULTS = DeduplicationSettings()


def _silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


def deduplicate(
    records: Sequence[Record],
    verdicts: Sequence[Verdict] = (),
    settings: DeduplicationSettings = DEFAULTS,
    *,
    ranks: Mapping[str, int] | None = None,
    earlier: Deduplication | None = None,
    executor: Executor | None = None,
    progress: Progress = _silent,
) -> Deduplication:
    """Find which records describe one document.

    Args:
        records: in retrieval order, unless `ranks` says it. Which records are joined does not depend on the order;
            names of citations and ties between equal sources do.
        verdicts: people's words on pairs; they are never overruled and never asked again.
        settings: policy.
        ranks: retrieval rank by record id (smaller is earlier; ties by id). With ranks, the order of `records` does
            not change a byte of the result.
        earlier: what came of some of these records before, with the same settings; their pairs are not judged again.
            The result is that of a full run.
        executor: where pairs are judged, in tasks of some thousands; here if None. The result is the same.
        progress: told how far the run is.
    """
    if ranks is not None:
        records = sorted(records, key=lambda record: (ranks[record.id], record.id))
    place = {record.id: index for index, record in enumerate(records)}
    library = Library(records, _features(records, progress))
    said = {ordered(place[v.a], place[v.b]): v for v in verdicts if v.a in place and v.b in place}
    groups = _identical(library, set(chain.from_iterable(said)))
    followers = {index for group in groups.values() for index in group[1:]}
    heads = [index for index in range(len(records)) if index not in followers]
    found, looked, skipped = blocks.candidates(library.features, heads, settings.block_limit, progress)
    judged, count = judge_pairs(library, found, Known.of(earlier, place) if earlier else Known(), executor, progress)
    pairs = {two: library.judged(two, judgement, settings) for two, judgement in judged.items()}
    pairs.update(library.linked(place, settings))
    pairs.update((two, library.by_person(two, verdict)) for two, verdict in said.items())
    _leave_open(library, pairs)
    clusters = _joined(library, pairs)
    _settle(library, pairs, clusters, ceil(len(records) * settings.ask_percent / 100))
    pairs.update((two, library.same(two)) for group in groups.values() for two in _chain(group))
    members = _members(heads, groups, clusters)
    return Deduplication(
        citations=tuple(_citations(library, members, pairs, settings.best_sources)),
        pairs=tuple(pairs[two] for two in sorted(pairs)),
        looked=looked,
        judged=count,
        skipped=skipped,
        unused=tuple(v for v in verdicts if v.a not in place or v.b not in place),
    )


def _chain(group: Sequence[int]) -> Iterator[Two]:
    return ((group[0], other) for other in group[1:])


def _features(records: Sequence[Record], progress: Progress) -> list[Features]:
    """Make the records ready, here: to send a record to a worker costs more than to read it."""
    made: list[Features] = []
    for start in range(0, len(records), TASK):
        made += map(features, records[start : start + TASK])
        progress(len(made), len(records), "Reading")
    return made


def _identical(library: Library, apart: set[int]) -> dict[int, list[int]]:
    """Group records that are the same in all that is compared, by the first of them; only it is judged further.

    A record without a title and without an identifier says too little: it is grouped only with a record that is the
    same in every field. Records of which a person has spoken stand alone.
    """
    groups: dict[int, list[int]] = {}
    first: dict[object, int] = {}
    for index, made in enumerate(library.features):
        key: object = made
        if index in apart:
            key = index
        elif not (made.title or made.doi or made.pmid):
            key = _content(library.records[index])
        head = first.setdefault(key, index)
        if head != index:
            groups.setdefault(head, [head]).append(index)
    return groups


def _content(record: Record) -> bytes:
    """Write all that a record says, without where it came from."""
    return msgspec.json.encode(msgspec.structs.replace(record, id="", origin=msgspec.UNSET))


def _leave_open(library: Library, pairs: dict[Two, Pair]) -> None:
    """Ask instead of guessing where a record that does not say where it stands fits documents at several places."""
    fits: dict[int, list[int]] = {}
    for (a, b), pair in pairs.items():
        if pair.verdict == "duplicate":
            fits.setdefault(a, []).append(b)
            fits.setdefault(b, []).append(a)
    doubted: dict[Two, Pair] = {}
    for index, others in fits.items():
        others.sort(key=lambda other: library.records[other].id)
        for p, q in permutations(others, 2):
            two, between = ordered(index, p), pairs.get(ordered(p, q))
            if pairs[two].rule not in UNPLACED or (between is not None and between.verdict == "duplicate"):
                continue
            where = place_contradiction(library.features[p], library.features[q])
            if where:
                x, y = sorted((p, q), key=lambda other: library.records[other].id)
                doubted.setdefault(two, library.doubted(pairs[two], x, y, where))
    pairs.update(doubted)


def _joined(library: Library, pairs: Mapping[Two, Pair]) -> joining.Clusters:
    """Join duplicates: a person's first, then the likeliest, then by identifiers, then related ones that policy merges.

    An identifier that two clusters share outweighs a page or volume in which some of their records differ.
    """

    def against(p: int, q: int) -> str:
        pair = pairs.get(ordered(p, q))
        if pair is not None and pair.verdict in ("duplicate", "different", "related"):
            return "" if pair.verdict == "duplicate" else pair.rule
        return contradiction(library.features[p], library.features[q])

    def against_one_identifier(p: int, q: int) -> str:
        pair = pairs.get(ordered(p, q))
        if pair is not None and pair.verdict in ("different", "related") and pair.rule not in AT_TWO_PLACES:
            return pair.rule
        return identity_contradiction(library.features[p], library.features[q])

    def said_different(p: int, q: int) -> str:
        pair = pairs.get(ordered(p, q))
        return pair.rule if pair is not None and pair.rule == "person" and pair.verdict == "different" else ""

    duplicates = [two for two, pair in pairs.items() if pair.verdict == "duplicate"]
    duplicates.sort(key=lambda two: (-pairs[two].score, *sorted((pairs[two].a, pairs[two].b))))
    clusters = joining.Clusters(len(library.records))
    clusters.join((two for two in duplicates if pairs[two].rule == "person"), said_different)
    by_rule = [two for two in duplicates if pairs[two].rule != "person" and not pairs[two].kind]
    clusters.join((two for two in by_rule if pairs[two].rule != BY_IDENTIFIER), against)
    clusters.join((two for two in by_rule if pairs[two].rule == BY_IDENTIFIER), against_one_identifier)
    clusters.join((two for two in duplicates if pairs[two].kind), said_different)
    return clusters


def _settle(library: Library, pairs: dict[Two, Pair], clusters: joining.Clusters, most: int) -> None:
    """Say of every doubtful pair whether it is asked; a question that others answered is none."""
    for two, (p, q, why) in clusters.refused.items():
        pairs[two] = library.doubted(pairs[two], p, q, why)
    settled = {
        ordered(clusters.of(a), clusters.of(b))
        for (a, b), pair in pairs.items()
        if pair.rule == "person" and pair.verdict == "different"
    }
    doubtful = [two for two, pair in pairs.items() if pair.verdict == "ask"]
    doubtful.sort(key=lambda two: sorted((pairs[two].a, pairs[two].b)))
    asked = joining.likeliest({two: pairs[two].score for two in doubtful}, clusters, settled, most)
    for two in doubtful:
        if two in asked:
            continue
        word: Word = "duplicate" if clusters.of(two[0]) == clusters.of(two[1]) else "different"
        because = "other pairs join them" if word == "duplicate" else "not asked, since likelier questions came first"
        pairs[two] = msgspec.structs.replace(pairs[two], verdict=word, reason=f"{pairs[two].reason}; {because}")


def _members(heads: Sequence[int], groups: Mapping[int, Sequence[int]], clusters: joining.Clusters) -> list[list[int]]:
    """List the members of each citation in retrieval order, and the citations in that of their first members."""
    members: dict[int, list[int]] = {}
    for head in heads:
        members.setdefault(clusters.of(head), []).extend(groups.get(head, (head,)))
    return sorted(sorted(group) for group in members.values())


def _citations(
    library: Library, members: Sequence[Sequence[int]], pairs: Mapping[Two, Pair], best: Sequence[str]
) -> Iterator[Citation]:
    names = {index: library.records[group[0]].id for group in members for index in group}
    related: dict[str, set[tuple[str, str]]] = {}
    for (a, b), pair in pairs.items():
        if pair.verdict == "related" and names[a] != names[b]:
            related.setdefault(names[a], set()).add((names[b], pair.kind))
            related.setdefault(names[b], set()).add((names[a], pair.kind))
    for group in members:
        records = [library.records[index] for index in group]
        merged, sources = merge(records, best)
        yield Citation(
            id=merged.id,
            members=tuple(record.id for record in records),
            record=merged,
            sources=sources,
            related=tuple(Related(id=other, kind=kind) for other, kind in sorted(related.get(merged.id, ()))),
        )
