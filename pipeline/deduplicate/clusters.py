"""Records to citations: pairs are judged, duplicates are joined, and no citation contradicts itself."""

from collections.abc import Mapping, Sequence

import msgspec

from pipeline.deduplicate import blocks, rules
from pipeline.deduplicate.citation import Citation, Deduplication, Evidence, Pair, Related, Verdict
from pipeline.deduplicate.features import features
from pipeline.deduplicate.merging import merge
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.deduplicate.similarity import Comparison, compare
from pipeline.records.record import Record

DEFAULTS = DeduplicationSettings()


def deduplicate(
    records: Sequence[Record],
    verdicts: Sequence[Verdict] = (),
    settings: DeduplicationSettings = DEFAULTS,
    *,
    ranks: Mapping[str, int] | None = None,
) -> Deduplication:
    """Find which records describe one document.

    Args:
        records: in retrieval order, unless `ranks` says it. Which records are joined does not depend on the order;
            names of citations and ties between equal sources do.
        verdicts: people's words on pairs; they are never overruled and never asked again.
        settings: policy.
        ranks: retrieval rank by record id (smaller is earlier; ties by id). With ranks, the order of `records` does
            not change a byte of the result.
    """
    if ranks is not None:
        records = sorted(records, key=lambda record: (ranks[record.id], record.id))
    made = [features(record) for record in records]
    found, skipped = blocks.candidates(made, settings.block_limit)
    place = {record.id: index for index, record in enumerate(records)}
    said, unused = _said(verdicts, place)
    judged: dict[tuple[int, int], Pair] = {}
    unlike = 0
    for a, b in sorted({*found, *said}):
        pair = _judge(records[a], records[b], compare(made[a], made[b]), said.get((a, b)))
        if pair is None:
            unlike += 1
        else:
            judged[a, b] = pair
    clusters = _join(len(records), judged)
    citations = _citations(records, clusters, judged)
    return Deduplication(
        citations=citations,
        pairs=tuple(_asked(judged, clusters, settings, len(records))),
        compared=len(found),
        unlike=unlike,
        skipped=skipped,
        unused=unused,
    )


def _said(
    verdicts: Sequence[Verdict], place: Mapping[str, int]
) -> tuple[dict[tuple[int, int], Verdict], tuple[Verdict, ...]]:
    said: dict[tuple[int, int], Verdict] = {}
    unused = []
    for verdict in verdicts:
        if verdict.a in place and verdict.b in place:
            a, b = sorted((place[verdict.a], place[verdict.b]))
            said[a, b] = verdict
        else:
            unused.append(verdict)
    return said, tuple(unused)


def _judge(a: Record, b: Record, c: Comparison, verdict: Verdict | None) -> Pair | None:
    if verdict is not None:
        return Pair(
            a=a.id,
            b=b.id,
            verdict="duplicate" if verdict.answer == "same" else "different",
            rule="person",
            score=1.0 if verdict.answer == "same" else 0.0,
            reason=f"a person said that they are {verdict.answer}",
            evidence=_evidence(c),
            by=verdict.by or "person",
        )
    rule = rules.judge(c)
    if rule is None:
        return None
    return Pair(
        a=a.id, b=b.id, verdict=rule.verdict, rule=rule.name, score=round(rules.score(c), 4), reason=rule.reason,
        evidence=_evidence(c), kind=c.a.notice or c.b.notice if rule.verdict == "related" else "",
    )  # fmt: skip


def _evidence(c: Comparison) -> tuple[Evidence, ...]:
    differ = " / ".join(" ".join(words) or "-" for words in (c.only_a, c.only_b)) if c.only_a or c.only_b else ""
    return (
        Evidence(field="title", level=c.title, similarity=round(c.title_similarity, 2), detail=differ),
        Evidence(field="numbers", level=c.marks),
        Evidence(field="authors", level=c.authors, similarity=round(c.share, 2)),
        Evidence(field="year", level="missing" if c.gap < 0 else "same" if c.gap == 0 else "different"),
        Evidence(field="journal", level=c.journal),
        Evidence(field="volume", level=c.volume),
        Evidence(field="issue", level=c.issue),
        Evidence(field="pages", level=c.pages),
        Evidence(field="doi", level=c.doi),
        Evidence(field="pmid", level=c.pmid),
        Evidence(field="registration", level=c.registration),
        Evidence(field="abstract", level=c.abstract),
    )


def _join(count: int, judged: Mapping[tuple[int, int], Pair]) -> list[int]:
    """Union duplicates, likeliest first, never joining two clusters between which a pair was judged different."""
    root = list(range(count))
    members: dict[int, list[int]] = {}

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    apart = {pair for pair, word in judged.items() if word.verdict in ("different", "related")}
    edges = [pair for pair, word in judged.items() if word.verdict == "duplicate"]
    edges.sort(key=lambda pair: (judged[pair].rule != "person", -judged[pair].score, judged[pair].a, judged[pair].b))
    for a, b in edges:
        x, y = find(a), find(b)
        if x == y:
            continue
        left, right = members.get(x, [x]), members.get(y, [y])
        if any((min(p, q), max(p, q)) in apart for p in left for q in right):
            continue
        x, y = min(x, y), max(x, y)
        root[y] = x
        members[x] = left + right
    return [find(index) for index in range(count)]


def _citations(
    records: Sequence[Record], clusters: Sequence[int], judged: Mapping[tuple[int, int], Pair]
) -> tuple[Citation, ...]:
    members: dict[int, list[Record]] = {}
    for record, cluster in zip(records, clusters, strict=True):
        members.setdefault(cluster, []).append(record)
    related: dict[int, set[tuple[str, str]]] = {}
    for (a, b), pair in judged.items():
        x, y = clusters[a], clusters[b]
        if pair.verdict == "related" and x != y:
            related.setdefault(x, set()).add((records[y].id, pair.kind))
            related.setdefault(y, set()).add((records[x].id, pair.kind))
    citations = []
    for cluster, group in members.items():
        merged, sources = merge(group)
        citations.append(
            Citation(
                id=group[0].id,
                members=tuple(record.id for record in group),
                record=merged,
                sources=sources,
                related=tuple(Related(id=name, kind=kind) for name, kind in sorted(related.get(cluster, ()))),
            )
        )
    return tuple(citations)


def _asked(
    judged: Mapping[tuple[int, int], Pair], clusters: Sequence[int], settings: DeduplicationSettings, count: int
) -> list[Pair]:
    """Keep the likeliest questions, one for each two clusters; the others are judged different."""
    budget = int(count * settings.ask_percent / 100)
    asks = sorted((p for p, w in judged.items() if w.verdict == "ask"), key=lambda p: (-judged[p].score, p))
    kept: set[tuple[int, int]] = set()
    between: set[tuple[int, int]] = set()
    for a, b in asks:
        two = (min(clusters[a], clusters[b]), max(clusters[a], clusters[b]))
        if two[0] != two[1] and two not in between and len(kept) < budget:
            between.add(two)
            kept.add((a, b))
    out = []
    for key, pair in judged.items():
        if pair.verdict == "ask" and key not in kept:
            same = clusters[key[0]] == clusters[key[1]]
            out.append(msgspec.structs.replace(pair, verdict="duplicate" if same else "different"))
        else:
            out.append(pair)
    return out
