"""Pairs that are judged in tasks, here or on an executor; what an earlier run found is taken over."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

import numpy as np

from pipeline.deduplicate.blocks import Indexes, Progress
from pipeline.deduplicate.citation import Deduplication
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.judging import Judgement, judge_all
from pipeline.deduplicate.library import BY_NAME, Two, ordered
from pipeline.deduplicate.packed import Packed

TASK = 2000  # pairs that one task of an executor takes
_AHEAD = 64  # tasks that an executor is given ahead of the one that is waited for, so that few are in memory

_Sides = Sequence[tuple[bytes, bytes]]  # features, packed


@dataclass(frozen=True, slots=True)
class Known:
    """Records that were compared with each other before, by index, and what was found of their pairs."""

    records: AbstractSet[int] = frozenset()
    pairs: Mapping[Two, Judgement] = field(default_factory=dict)

    @classmethod
    def of(cls, earlier: Deduplication, place: Mapping[str, int]) -> "Known":
        """Take over what an earlier run found of records that are still here."""
        names = (name for citation in earlier.citations for name in citation.members)
        return cls(
            frozenset(place[name] for name in names if name in place),
            {
                ordered(place[pair.a], place[pair.b]): Judgement(pair.rule, pair.score, pair.evidence)
                for pair in earlier.pairs
                if pair.a in place and pair.b in place and pair.rule in BY_NAME
            },
        )

    def part(self, found: Indexes) -> tuple[list[tuple[Two, Judgement]], Indexes]:
        """Part pairs into those of which something was found before, with that, and those never compared."""
        old = np.isin(found, np.fromiter(self.records, np.uint32)).all(axis=1)
        again = [(two, self.pairs[two]) for two in twos(found[old]) if two in self.pairs]
        return again, found[~old]


def judge_pairs(
    features: Packed[Features], pairs: Indexes, executor: Executor | None, progress: Progress
) -> Iterator[tuple[Two, Judgement]]:
    """Judge pairs in their order; give those of which a rule says something."""
    tasks = [pairs[start : start + TASK] for start in range(0, len(pairs), TASK)]
    sides = (_sides(features, task) for task in tasks)
    results = map(judge_all, sides) if executor is None else _spread(sides, executor)
    for number, (task, judgements) in enumerate(zip(tasks, results, strict=True), start=1):
        yield from ((two, found) for two, found in zip(twos(task), judgements, strict=True) if found)
        progress(number, len(tasks), "Judging pairs")


def twos(pairs: Indexes) -> list[Two]:
    """List pairs, a row each, as pairs of Python's own numbers."""
    return [(a, b) for a, b in pairs.tolist()]


def _sides(features: Packed[Features], task: Indexes) -> _Sides:
    packed = {index: features.packed(index) for index in np.unique(task).tolist()}
    return [(packed[a], packed[b]) for a, b in twos(task)]


def _spread(sides: Iterable[_Sides], executor: Executor) -> Iterator[list[Judgement | None]]:
    """Judge tasks of pairs on an executor; what is found comes back in their order."""
    waiting: deque[Future[list[Judgement | None]]] = deque()
    for some in sides:
        waiting.append(executor.submit(judge_all, some))
        if len(waiting) > _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
