"""Pairs that are judged in tasks, here or on an executor; what an earlier run found is taken over."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from pipeline.deduplicate.citation import Deduplication
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.judging import Judgement, judge_all
from pipeline.deduplicate.library import BY_NAME, Library, Progress, Two, ordered

TASK = 2000  # pairs that one task of an executor takes
_AHEAD = 64  # tasks that an executor is given ahead of the one that is waited for, so that few are in memory

_Sides = Sequence[tuple[Features, Features]]


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


def judge_pairs(
    library: Library, found: Sequence[Two], known: Known, executor: Executor | None, progress: Progress
) -> tuple[dict[Two, Judgement], int]:
    """Judge the pairs that are not known yet; return what is found of all, and how many were judged."""
    judged = {two: known.pairs[two] for two in found if two in known.pairs}
    fresh = [two for two in found if not (two[0] in known.records and two[1] in known.records)]
    tasks = [fresh[start : start + TASK] for start in range(0, len(fresh), TASK)]
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
