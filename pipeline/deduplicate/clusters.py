"""Records to citations: the whole way, from features to clusters to merged records."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import chain, permutations
from math import ceil

import msgspec
import numpy as np

from pipeline.deduplicate import blocks, joining
from pipeline.deduplicate.blocks import Indexes, Progress
from pipeline.deduplicate.citation import Deduplication, Pair, Related, Verdict, Word
from pipeline.deduplicate.judging import contradiction, identity_contradiction, place_contradiction
from pipeline.deduplicate.library import Library, Two, ordered
from pipeline.deduplicate.merging import Merged
from pipeline.deduplicate.relations import AT_TWO_PLACES
from pipeline.deduplicate.rules import BY_IDENTIFIER, UNPLACED
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.deduplicate.tasks import Known, judge_pairs
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
    library = Library(records, progress)
    place = library.places(_spoken_of(verdicts, earlier))
    said = {ordered(place[v.a], place[v.b]): v for v in verdicts if v.a in place and v.b in place}
    groups = list(library.identical(set(chain.from_iterable(said))))
    heads = np.ones(len(library), np.bool_)
    heads[[follower for group in groups for follower in group[1:]]] = False
    found, looked, skipped = blocks.candidates(library.features, library.keys, heads, settings.block_limit, progress)
    again, fresh = (Known.of(earlier, place) if earlier else Known()).part(found)
    judged = chain(again, judge_pairs(library.features, fresh, executor, progress))
    pairs = {two: library.judged(two, judgement, settings) for two, judgement in judged}
    pairs.update(library.linked(settings))
    pairs.update((two, library.by_person(two, verdict)) for two, verdict in said.items())
    _leave_open(library, pairs)
    clusters = _joined(library, pairs)
    _settle(library, pairs, clusters, ceil(len(library) * settings.ask_percent / 100))
    pairs.update((two, library.same(two)) for group in groups for two in _chain(group))
    home = _home(clusters, groups)
    related = _related(library, pairs, home)
    return Deduplication(
        citations=Merged(records, home, related, settings.best_sources),
        pairs=tuple(pairs[two] for two in sorted(pairs)),
        linked=_linked(library, related),
        looked=looked,
        judged=len(fresh),
        skipped=skipped,
        unused=tuple(v for v in verdicts if v.a not in place or v.b not in place),
    )


def _spoken_of(verdicts: Sequence[Verdict], earlier: Deduplication | None) -> set[str]:
    """List the ids by which verdicts and an earlier run speak of records."""
    names = {name for verdict in verdicts for name in (verdict.a, verdict.b)}
    if earlier is not None:
        names.update(name for citation in earlier.citations for name in citation.members)
    return names


def _chain(group: Sequence[int]) -> Iterator[Two]:
    return ((group[0], other) for other in group[1:])


def _leave_open(library: Library, pairs: dict[Two, Pair]) -> None:
    """Ask instead of guessing where a record that does not say where it stands fits documents at several places."""
    fits: dict[int, list[int]] = {}
    for (a, b), pair in pairs.items():
        if pair.verdict == "duplicate":
            fits.setdefault(a, []).append(b)
            fits.setdefault(b, []).append(a)
    doubted: dict[Two, Pair] = {}
    for index, others in sorted(fits.items()):  # not in the order of the pairs: some may come of an earlier run
        others.sort(key=lambda other: library.ids[other])
        for p, q in permutations(others, 2):
            two, between = ordered(index, p), pairs.get(ordered(p, q))
            if pairs[two].rule not in UNPLACED or (between is not None and between.verdict == "duplicate"):
                continue
            where = place_contradiction(library.features[p], library.features[q])
            if where:
                x, y = sorted((p, q), key=lambda other: library.ids[other])
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
    clusters = joining.Clusters(len(library))
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


def _home(clusters: joining.Clusters, groups: Sequence[Sequence[int]]) -> Indexes:
    """Map each record to the first member of its citation; one that is the same as another goes where that goes."""
    labels = np.fromiter(map(clusters.of, range(len(clusters))), np.uint32, len(clusters))
    for group in groups:
        labels[group[1:]] = labels[group[0]]
    _, first, which = np.unique(labels, return_index=True, return_inverse=True)
    home: Indexes = first.astype(np.uint32)[which]
    return home


def _related(library: Library, pairs: Mapping[Two, Pair], home: Indexes) -> dict[int, tuple[Related, ...]]:
    """Map the first members of citations to the citations that are related to theirs."""
    found: dict[int, set[tuple[str, str]]] = {}
    for (a, b), pair in pairs.items():
        x, y = int(home[a]), int(home[b])
        if pair.verdict == "related" and x != y:
            found.setdefault(x, set()).add((library.ids[y], pair.kind))
            found.setdefault(y, set()).add((library.ids[x], pair.kind))
    return {first: tuple(Related(id=name, kind=kind) for name, kind in sorted(them)) for first, them in found.items()}


def _linked(library: Library, related: Mapping[int, Sequence[Related]]) -> dict[str, int]:
    """Count pairs of related citations, kind by kind."""
    kinds = Counter(other.kind for first, them in related.items() for other in them if library.ids[first] < other.id)
    return dict(sorted(kinds.items()))
