"""Pairs to clusters: duplicates are joined, likeliest first, and no cluster holds two records that contradict."""

from array import array
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

_Two = tuple[int, int]


class Clusters:
    """Which records stand together, while they are being joined.

    Attributes:
        refused: for each pair of duplicates that was not joined, the two records that contradict each other and the
            field in which they do.
    """

    def __init__(self, count: int) -> None:
        self._root = array("L", range(count))
        self._members: dict[int, list[int]] = {}
        self.refused: dict[_Two, tuple[int, int, str]] = {}

    def __len__(self) -> int:
        return len(self._root)

    def of(self, index: int) -> int:
        """Return the cluster of a record: the index of its first member."""
        root = self._root
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    def members(self, cluster: int) -> list[int]:
        """List the records of a cluster, unsorted."""
        return self._members.get(cluster, [cluster])

    def join(self, pairs: Iterable[_Two], against: Callable[[int, int], str]) -> None:
        """Join pairs in their order, unless a member of one cluster speaks `against` a member of the other."""
        for a, b in pairs:
            x, y = self.of(a), self.of(b)
            if x == y:
                continue
            left, right = self.members(x), self.members(y)
            objection = next(((p, q, why) for p in left for q in right if (why := against(p, q))), None)
            if objection:
                self.refused[a, b] = objection
                continue
            x, y = min(x, y), max(x, y)
            self._root[y] = x
            self._members[x] = left + right
            self._members.pop(y, None)


def likeliest(
    questions: Mapping[_Two, float], clusters: Clusters, settled: AbstractSet[_Two], most: int
) -> AbstractSet[_Two]:
    """Choose what to ask: one question between two clusters, likeliest first, at most so many.

    Args:
        questions: the likelihood of each doubtful pair, in an order that does not depend on retrieval.
        clusters: which records stand together.
        settled: pairs of clusters of which a person has said that they differ.
        most: how many questions may be asked.
    """
    chosen: set[_Two] = set()
    taken = set(settled)
    for a, b in sorted(questions, key=lambda two: -questions[two]):
        x, y = clusters.of(a), clusters.of(b)
        between = (min(x, y), max(x, y))
        if x != y and between not in taken and len(chosen) < most:
            taken.add(between)
            chosen.add((a, b))
    return chosen
