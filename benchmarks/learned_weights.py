"""Would learned weights do better than the rules? Each set is judged by weights learned from the others.

    python benchmarks/learned_weights.py SETS

One weight for each level of each field (a logistic regression with a small ridge, fitted by Newton's method; Fellegi
and Sunter 1969, doi:10.1080/01621459.1969.10501049, with dependence between fields), learned on every pair that the
rules are shown; the threshold is the lowest that joins no two documents in the sets it was learned from, or the one
with the best F1 there. Clusters are the connected components of what lies above. Needs numpy, which Biopython brings.
"""

import sys
from pathlib import Path

import networkx as nx
import numpy as np
from deduplication import BIOMEDICAL, Score, _record, read, score

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from pipeline.deduplicate import blocks
from pipeline.deduplicate.features import features
from pipeline.deduplicate.similarity import Comparison, compare

FIELDS = (
    "title", "marks", "authors", "first_author", "journal", "volume", "issue", "pages", "doi", "pmid", "registration",
    "abstract",
)  # fmt: skip
RIDGE = 1.0


def levels(c: Comparison) -> list[str]:
    """Name what is found of each field."""
    found = [f"{field} {getattr(c, field)}" for field in FIELDS]
    return [*found, f"years {min(c.gap, 3)}", f"notice {c.a.sort != c.b.sort}"]


def load(folder: Path) -> tuple[list[str], dict[str, str], list[tuple[int, int]], list[list[str]], np.ndarray]:
    """Read one set: ids, documents, pairs, what is found of each, and whether it is one document."""
    records = [_record(row) for row in read(folder / "records.csv")]
    gold_file = next(path for name in ("gold_adjudicated", "gold") if (path := folder / f"{name}.csv").is_file())
    gold = {row["record_id"]: row["cluster_id"] for row in read(gold_file)}
    made = [features(record) for record in records]
    pairs, _, _ = blocks.candidates(made, range(len(made)), 40, lambda done, total, what: None)  # noqa: ARG005
    names = [record.id for record in records]
    same = np.array([gold[names[a]] == gold[names[b]] for a, b in pairs], dtype=float)
    return names, gold, pairs, [levels(compare(made[a], made[b])) for a, b in pairs], same


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Fit the weights by Newton's method."""
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (y - p) - RIDGE * weights
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(x.shape[1]), slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def judged(names: list[str], gold: dict[str, str], pairs: list[tuple[int, int]], joined: np.ndarray) -> Score:
    """Score the clusters that the joined pairs make."""
    graph = nx.Graph([(names[a], names[b]) for (a, b), is_joined in zip(pairs, joined, strict=True) if is_joined])
    cluster = {name: min(group) for group in nx.connected_components(graph) for name in group}
    predicted = {name: cluster.get(name, name) for name in names}
    return Score(records=len(names), **score(predicted, gold, []))


def main() -> None:
    """Learn from all sets but one, and judge that one, in turn."""
    folders = [path for path in sorted(Path(sys.argv[1]).iterdir()) if (path / "gold.csv").is_file()]
    sets = {folder.name: load(folder) for folder in folders if folder.name != "special_cases"}
    index = {
        level: at for at, level in enumerate(sorted({x for found in sets.values() for row in found[3] for x in row}))
    }

    def matrix(rows: list[list[str]]) -> np.ndarray:
        x = np.zeros((len(rows), len(index) + 1))
        x[:, -1] = 1
        for at, row in enumerate(rows):
            x[at, [index[level] for level in row]] = 1
        return x

    print("| set left out | threshold | TP | FP | FN | mixed | F1 |\n|---|---|---:|---:|---:|---:|---:|")
    pooled = {"no error elsewhere": Score(), "best F1 elsewhere": Score()}
    for name, (names, gold, pairs, rows, _) in sets.items():
        others = [found for other, found in sets.items() if other != name]
        x, y = matrix([row for found in others for row in found[3]]), np.concatenate([found[4] for found in others])
        weights = fit(x, y)
        order = np.argsort(-(x @ weights))
        ranked, scores = y[order], (x @ weights)[order]
        hits = np.cumsum(ranked)
        f1 = 2 * hits / (np.arange(1, len(hits) + 1) + y.sum())
        thresholds = {"no error elsewhere": scores[ranked == 0].max(), "best F1 elsewhere": scores[f1.argmax()]}
        for rule, threshold in thresholds.items():
            found = judged(names, gold, pairs, matrix(rows) @ weights > threshold)
            print(f"| {name} | {rule} | {found.tp} | {found.fp} | {found.fn} | {found.mixed} | {found.f1:.4f} |")
            if name in BIOMEDICAL:
                pooled[rule] += found
    for rule, found in pooled.items():
        print(f"| biomedical | {rule} | {found.tp} | {found.fp} | {found.fn} | {found.mixed} | {found.f1:.4f} |")


if __name__ == "__main__":
    main()
