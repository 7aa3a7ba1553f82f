"""Deduplication against its peers: how many duplicates are found and missed, how many documents lost, how much time.

    python benchmarks/deduplication.py SETS                      the table, from a folder of labelled sets
    python benchmarks/deduplication.py SETS --peer PYTHON        with bib-dedupe beside it, in the same run
    python benchmarks/deduplication.py --scaling 10000 100000    the same for generated records, with the memory
    python benchmarks/deduplication.py --scaling 10000 --abstracts 1900     of 2.4 kB each, of which that many letters
    python benchmarks/deduplication.py --records RECORDS.csv --out PRED.csv [--asks ASKS.csv]     any one set

A set is a folder with records.csv and gold.csv (gold_adjudicated.csv is preferred). PRED.csv: record_id, cluster_id.
ASKS.csv: the pairs that would be put to a person. PYTHON is that of an environment with `pip install bib-dedupe`.
Every figure of time is the CPU time of a process of its own, from start to end; the median of --repeat runs.
"""

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent.parent))
csv.field_size_limit(2**31 - 1)

# The sets of medicine, which the issue pools; the others are of information systems.
BIOMEDICAL = ("cytology_screening", "haematology", "respiratory", "stroke", "diabetes")

PEER = """
import sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
records = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False).rename(
    columns={"record_id": "ID", "entry_type": "ENTRYTYPE"})
found = cluster(match(block(prep(records, cpu=1), cpu=1), cpu=1))
names = {name: name for name in records["ID"]}
names.update((name, group[0]) for group in found for name in group)
pd.DataFrame(sorted(names.items()), columns=["record_id", "cluster_id"]).to_csv(sys.argv[2], index=False)
"""


def read(path: Path) -> Iterator[dict[str, str]]:
    """Read the rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


def deduplicate(records: Path, out: Path, asks: Path | None) -> None:
    """Deduplicate one set and write its clusters."""
    from pipeline.deduplicate.clusters import deduplicate as run
    from pipeline.records.record import Record
    from pipeline.workflow.lines import put_aside

    with put_aside(map(_record, read(records)), Record) as kept:
        found = run(kept)
        clusters = ((name, citation.id) for citation in found.citations for name in citation.members)
        write(out, ("record_id", "cluster_id"), clusters)
    if asks:
        write(asks, ("a", "b", "rule"), ((pair.a, pair.b, pair.rule) for pair in found.asks))


def _record(row: dict[str, str]) -> "Record":  # noqa: F821 - imported below, so that --help needs nothing
    """Make a record of a row, as the readers of formats do."""
    from pipeline.formats import names, pages
    from pipeline.records import identifiers
    from pipeline.records.record import Identifier, Origin, Passage, Record

    year = re.search(r"\d{4}", row.get("year", ""))
    kinds = {"inproceedings": "conference-paper", "book": "book", "techreport": "report", "misc": "other"}
    authors = (author.strip().rstrip(" ,") for author in row.get("author", "").split(" and "))
    title, abstract = row.get("title", ""), row.get("abstract", "")
    return Record(
        id=row["record_id"],
        origin=Origin(search="set"),
        kind=kinds.get(row.get("entry_type", ""), "article"),
        title=title,
        authors=tuple(names.read(author) for author in authors if author),
        year=int(year.group()) if year else None,
        journal=row.get("journal") or row.get("booktitle", ""),
        volume=row.get("volume", ""),
        issue=row.get("number", ""),
        pages=pages.expand(row.get("pages", "")),
        doi=identifiers.doi(row.get("doi", "")),
        pmid=identifiers.pmid(row.get("pmid", "")),
        issn=identifiers.issn(row.get("isbn", "")),
        abstract=(Passage(text=abstract),) if abstract else (),
        identifiers=tuple(Identifier(scheme="registration", value=v) for v in identifiers.registrations(title)),
    )


@dataclass(frozen=True)
class Score:
    """What a system did with a set: duplicates removed, documents lost, duplicates kept, clusters of two documents."""

    records: int = 0
    tp: int = 0
    fp: int = 0
    fn: int = 0
    mixed: int = 0
    asked: int = 0
    answered: int = 0
    seconds: float = 0
    megabytes: float = 0

    def __add__(self, other: "Score") -> "Score":
        """Pool two sets."""
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0


def score(predicted: dict[str, str], gold: dict[str, str], asks: list[tuple[str, str]]) -> dict[str, int]:
    """Score a result as a library that keeps the first record of each cluster.

    Source: Hair 2023, doi:10.1186/s12915-023-01686-z: a document of which no record is kept is a false positive, every
    further record of one that is kept a false negative.
    """
    kept: set[str] = set()
    documents, clusters = defaultdict(list), defaultdict(set)
    seen: set[str] = set()
    for name, document in gold.items():
        cluster = predicted.get(name, name)
        if cluster not in seen:
            seen.add(cluster)
            kept.add(name)
        documents[document].append(name)
        clusters[cluster].add(document)
    counts = [(len(names), sum(name in kept for name in names)) for names in documents.values()]
    # Each question that is answered "same" joins two clusters; how many records would be found so.
    groups = nx_groups(
        {predicted.get(n, n) for n in gold}, ((predicted[a], predicted[b]) for a, b in asks if gold[a] == gold[b])
    )
    return {
        "tp": sum(size - max(keeps, 1) for size, keeps in counts),
        "fp": sum(keeps == 0 for _, keeps in counts),
        "fn": sum(max(keeps - 1, 0) for _, keeps in counts),
        "mixed": sum(len(documents) > 1 for documents in clusters.values()),
        "asked": len(asks),
        "answered": len({predicted.get(n, n) for n in gold}) - groups,
    }


def nx_groups(nodes: set[str], edges: Iterable[tuple[str, str]]) -> int:
    """Count what hangs together."""
    import networkx as nx

    graph = nx.Graph(edges)
    graph.add_nodes_from(nodes)
    return nx.number_connected_components(graph)


def measure(command: list[str], repeat: int) -> tuple[float, float]:
    """Run a command some times; return the median of its CPU seconds, and its peak of memory in MB."""
    seconds, megabytes = [], []
    for _ in range(repeat):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, said = (
            process.communicate() if os.name != "posix" else (None, process.stderr.read() if process.stderr else b"")
        )
        if os.name == "posix":
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds.append(used.ru_utime + used.ru_stime)
            megabytes.append(used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))
        if process.returncode:
            sys.exit(f"{' '.join(command[:3])} failed:\n{said.decode(errors='replace')[-2000:]}")
    return (median(seconds), max(megabytes)) if seconds else (0.0, 0.0)


def run_set(folder: Path, system: str, peer: str, repeat: int) -> Score:
    """Run one system on one set."""
    gold_file = next(path for name in ("gold_adjudicated", "gold") if (path := folder / f"{name}.csv").is_file())
    gold = {row["record_id"]: row["cluster_id"] for row in read(gold_file)}
    with tempfile.TemporaryDirectory() as scratch:
        out, asks = Path(scratch) / "pred.csv", Path(scratch) / "asks.csv"
        records = str(folder / "records.csv")
        ours = [sys.executable, str(HERE), "--records", records, "--out", str(out), "--asks", str(asks)]
        command = [peer, "-c", PEER, records, str(out)] if system == "bib-dedupe" else ours
        seconds, megabytes = measure(command, repeat)
        predicted = {row["record_id"]: row["cluster_id"] for row in read(out)}
        asked = [(row["a"], row["b"]) for row in read(asks)] if asks.exists() else []
    return Score(records=len(gold), seconds=seconds, megabytes=megabytes, **score(predicted, gold, asked))


def table(sets: Path, peer: str, repeat: int) -> None:
    """Print the table of all sets."""
    systems = ("living-review", "bib-dedupe") if peer else ("living-review",)
    pooled: dict[str, Score] = Counter()  # type: ignore[assignment]
    print("| set | system | TP | FP | FN | mixed | F1 | asked | of missed found by asking | CPU s |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for folder in sorted(path for path in sets.iterdir() if (path / "records.csv").is_file()):
        for system in systems:
            found = run_set(folder, system, peer, repeat)
            print(_row(folder.name, system, found), flush=True)
            if folder.name in BIOMEDICAL:
                pooled[system] = pooled.get(system) or Score()
                pooled[system] += found
    for system, found in pooled.items():
        print(_row(f"biomedical, {found.records:,} records", system, found))


def _row(name: str, system: str, found: Score) -> str:
    asked = f"{found.asked} | {found.answered} of {found.fn}" if system == "living-review" else "- | -"
    figures = f"{found.tp} | {found.fp} | {found.fn} | {found.mixed} | {found.f1:.4f} | {asked} | {found.seconds:.1f}"
    return f"| {name} | {system} | {figures} |"


def scaling(sizes: list[int], abstracts: int, peer: str, repeat: int) -> None:
    """Print what generated records of growing number cost."""
    from generated_records import HEADER, generate

    print("| records | system | TP | FP | FN | CPU s | µs a record | peak MB |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            folder = Path(scratch) / str(size)
            folder.mkdir()
            gold = []
            with (folder / "records.csv").open("w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, HEADER)
                writer.writeheader()
                for row, document in generate(size, abstracts=abstracts):
                    writer.writerow(row)
                    gold.append((row["record_id"], document))
            write(folder / "gold.csv", ("record_id", "cluster_id"), gold)
            for system in ("living-review", "bib-dedupe") if peer and size <= 10_000 else ("living-review",):
                found = run_set(folder, system, peer, repeat)
                each = found.seconds / size * 1e6
                figures = (
                    f"{found.tp} | {found.fp} | {found.fn} | {found.seconds:.1f} | {each:.0f} | {found.megabytes:.0f}"
                )
                print(f"| {size:,} | {system} | {figures} |", flush=True)


def main() -> None:
    """Read the words typed and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="?", type=Path)
    parser.add_argument("--peer", default="", metavar="PYTHON")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scaling", nargs="+", type=int, metavar="N")
    parser.add_argument("--abstracts", type=int, default=0, metavar="LETTERS")
    parser.add_argument("--records", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--asks", type=Path)
    given = parser.parse_args()
    if given.records and given.out:
        deduplicate(given.records, given.out, given.asks)
    elif given.scaling:
        scaling(given.scaling, given.abstracts, given.peer, given.repeat)
    elif given.sets:
        table(given.sets, given.peer, given.repeat)
    else:
        parser.error("name a folder of sets, or --records and --out, or --scaling")


if __name__ == "__main__":
    main()
