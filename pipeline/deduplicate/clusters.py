"""Records to citations: the whole way, from features to clusters to merged records."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import chain, permutations
from math import ceil
from typing import Protocol

import msgspec

from pipeline.deduplicate import blocks, joining
from pipeline.deduplicate.citation import Citation, Deduplication, Pair, Related, Verdict, Word
from pipeline.deduplicate.features import Features, features
from pipeline.deduplicate.judging import (
    Judgement,
    contradiction,
    identity_contradiction,
    judge_all,
    place_contradiction,
    witness,
)
from pipeline.deduplicate.merging import merge
from pipeline.deduplicate.relations import AT_TWO_PLACES, LINKED
from pipeline.deduplicate.rules import BY_IDENTIFIER, RULES, UNPLACED
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.records.record import Record

DEFAULTS = DeduplicationSettings()
_RULES = {rule.name: rule for rule in RULES}
_TASK = 2000  # pairs that one task of an executor takes
_AHEAD = 64  # tasks that an executor is given ahead of the one that is waited for, so that few are in memory
_WORDS: Mapping[str, Word] = {"link": "related", "merge": "duplicate", "ignore": "different"}

_Two = tuple[int, int]
_Sides = Sequence[tuple[Features, Features]]


class Progress(Protocol):
    """What a long run tells while it works."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Tell that `done` of `total` are done."""


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
    library = _Library(records, _features(records, progress))
    said = {_two(place[v.a], place[v.b]): v for v in verdicts if v.a in place and v.b in place}
    groups = _identical(library, set(chain.from_iterable(said)))
    followers = {index for group in groups.values() for index in group[1:]}
    heads = [index for index in range(len(records)) if index not in followers]
    found, looked, skipped = blocks.candidates(library.features, heads, settings.block_limit, progress)
    judged, count = _judged(library, found, _known(earlier, place), executor, progress)
    pairs = {two: library.pair(two, judgement, settings) for two, judgement in judged.items()}
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


def _two(a: int, b: int) -> _Two:
    return (a, b) if a < b else (b, a)


def _chain(group: Sequence[int]) -> Iterator[_Two]:
    return ((group[0], other) for other in group[1:])


def _features(records: Sequence[Record], progress: Progress) -> list[Features]:
    """Make the records ready, here: to send a record to a worker costs more than to read it."""
    made: list[Features] = []
    for start in range(0, len(records), _TASK):
        made += map(features, records[start : start + _TASK])
        progress(len(made), len(records), "Reading")
    return made


@dataclass(frozen=True, slots=True)
class _Library:
    """The records and what of them is compared, both by index; makes the pairs that are listed."""

    records: Sequence[Record]
    features: Sequence[Features]

    def pair(self, two: _Two, judgement: Judgement, settings: DeduplicationSettings) -> Pair:
        rule = _RULES[judgement.rule]
        word = _WORDS[getattr(settings.related, rule.kind)] if rule.kind else rule.verdict
        return self._pair(two, word, rule.name, judgement, rule.reason, rule.kind)

    def linked(self, place: Mapping[str, int], settings: DeduplicationSettings) -> Iterator[tuple[_Two, Pair]]:
        """Give the pairs that a record itself links, by the other's PMID."""
        by_pmid: dict[str, list[int]] = {}
        for record in self.records:
            if record.pmid:
                by_pmid.setdefault(record.pmid, []).append(place[record.id])
        for record in self.records:
            for link in record.links:
                kind = LINKED.get(link.kind, "")
                if not kind or link.pmid == record.pmid:
                    continue
                for other in by_pmid.get(link.pmid, ()):
                    two = _two(place[record.id], other)
                    word = _WORDS[getattr(settings.related, kind)]
                    judgement = witness(self.features[two[0]], self.features[two[1]])
                    yield (
                        two,
                        self._pair(two, word, "linked", judgement, f"one record names the other ({link.kind})", kind),
                    )

    def by_person(self, two: _Two, verdict: Verdict) -> Pair:
        word: Word = "duplicate" if verdict.answer == "same" else "different"
        judgement = witness(self.features[two[0]], self.features[two[1]])
        pair = self._pair(two, word, "person", judgement, f"a person said: {verdict.answer}", "")
        return msgspec.structs.replace(pair, by=verdict.by or "person")

    def same(self, two: _Two) -> Pair:
        judgement = witness(self.features[two[0]], self.features[two[1]])
        return self._pair(two, "duplicate", "identical", judgement, "all that is compared is the same", "")

    def doubted(self, pair: Pair, p: int, q: int, why: str) -> Pair:
        a, b = self.records[p].id, self.records[q].id
        reason = f"{pair.reason}; but {a} and {b} would come together, which differ ({why})"
        return msgspec.structs.replace(pair, verdict="ask", reason=reason)

    def _pair(  # noqa: PLR0917 - what a pair is made of
        self, two: _Two, word: Word, rule: str, judgement: Judgement, reason: str, kind: str
    ) -> Pair:
        a, b = self.records[two[0]], self.records[two[1]]
        return Pair(
            a=a.id,
            b=b.id,
            verdict=word,
            rule=rule,
            score=judgement.score,
            reason=reason,
            evidence=judgement.evidence,
            kind=kind,
        )


def _identical(library: _Library, apart: set[int]) -> dict[int, list[int]]:
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


@dataclass(frozen=True, slots=True)
class _Known:
    """Records that were compared with each other before, by index, and what was found of their pairs."""

    records: AbstractSet[int]
    pairs: Mapping[_Two, Judgement]


def _known(earlier: Deduplication | None, place: Mapping[str, int]) -> _Known:
    if earlier is None:
        return _Known(frozenset(), {})
    names = (name for citation in earlier.citations for name in citation.members)
    return _Known(
        frozenset(place[name] for name in names if name in place),
        {
            _two(place[pair.a], place[pair.b]): Judgement(pair.rule, pair.score, pair.evidence)
            for pair in earlier.pairs
            if pair.a in place and pair.b in place and pair.rule in _RULES
        },
    )


def _judged(
    library: _Library, found: Sequence[_Two], known: _Known, executor: Executor | None, progress: Progress
) -> tuple[dict[_Two, Judgement], int]:
    """Judge the pairs that are not known yet; return what is found of all, and how many were judged."""
    judged = {two: known.pairs[two] for two in found if two in known.pairs}
    fresh = [two for two in found if not (two[0] in known.records and two[1] in known.records)]
    tasks = [fresh[start : start + _TASK] for start in range(0, len(fresh), _TASK)]
    sides = ([(library.features[a], library.features[b]) for a, b in task] for task in tasks)
    results = map(judge_all, sides) if executor is None else _spread(sides, executor)
    for number, (task, judgements) in enumerate(zip(tasks, results, strict=True), start=1):
        judged.update((two, judgement) for two, judgement in zip(task, judgements, strict=True) if judgement)
        progress(number, len(tasks), "Judging pairs")
    return judged, len(fresh)


def _spread(sides: Iterable[_Sides], executor: Executor) -> Iterator[list[Judgement | None]]:
    """Judge tasks of pairs on an executor; what is found comes back in their order."""
    waiting: deque[Future[list[Judgement | None]]] = deque()
    for some in sides:
        waiting.append(executor.submit(judge_all, some))
        if len(waiting) > _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _leave_open(library: _Library, pairs: dict[_Two, Pair]) -> None:
    """Ask instead of guessing where a record that does not say where it stands fits documents at several places."""
    fits: dict[int, list[int]] = {}
    for (a, b), pair in pairs.items():
        if pair.verdict == "duplicate":
            fits.setdefault(a, []).append(b)
            fits.setdefault(b, []).append(a)
    doubted: dict[_Two, Pair] = {}
    for index, others in fits.items():
        others.sort(key=lambda other: library.records[other].id)
        for p, q in permutations(others, 2):
            two, between = _two(index, p), pairs.get(_two(p, q))
            if pairs[two].rule not in UNPLACED or (between is not None and between.verdict == "duplicate"):
                continue
            where = place_contradiction(library.features[p], library.features[q])
            if where:
                x, y = sorted((p, q), key=lambda other: library.records[other].id)
                doubted.setdefault(two, library.doubted(pairs[two], x, y, where))
    pairs.update(doubted)


def _joined(library: _Library, pairs: Mapping[_Two, Pair]) -> joining.Clusters:
    """Join duplicates: a person's first, then the likeliest, then by identifiers, then related ones that policy merges.

    An identifier that two clusters share outweighs a page or volume in which some of their records differ.
    """

    def against(p: int, q: int) -> str:
        pair = pairs.get(_two(p, q))
        if pair is not None and pair.verdict in ("duplicate", "different", "related"):
            return "" if pair.verdict == "duplicate" else pair.rule
        return contradiction(library.features[p], library.features[q])

    def against_one_identifier(p: int, q: int) -> str:
        pair = pairs.get(_two(p, q))
        if pair is not None and pair.verdict in ("different", "related") and pair.rule not in AT_TWO_PLACES:
            return pair.rule
        return identity_contradiction(library.features[p], library.features[q])

    def said_different(p: int, q: int) -> str:
        pair = pairs.get(_two(p, q))
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


def _settle(library: _Library, pairs: dict[_Two, Pair], clusters: joining.Clusters, most: int) -> None:
    """Say of every doubtful pair whether it is asked; a question that others answered is none."""
    for two, (p, q, why) in clusters.refused.items():
        pairs[two] = library.doubted(pairs[two], p, q, why)
    settled = {
        _two(clusters.of(a), clusters.of(b))
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
    library: _Library, members: Sequence[Sequence[int]], pairs: Mapping[_Two, Pair], best: Sequence[str]
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
