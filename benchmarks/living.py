"""What a review costs against its size: `python benchmarks/living.py [--sizes 1000 10000] [--export]`.

Each step is a process of its own: the first run (search, deduplicate, hand out, report), a run without anything to do,
an update that finds nothing, an update that finds 1% more, a run after two reviewers decided on every row (one in a
hundred is included), and verify. A sandbox serves the records; with --export they come in a RIS file of another
database instead, which no update asks for, so that a million need no day. CPU seconds without the sandbox's own, and
peak memory; of what is short, the median of five. "Growth" is the cost of a record against that of the smallest size:
1.0 is linear. The peer of the run without work is the start of the interpreter. Modules are compiled, as an
installation does it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipeline import formats
from pipeline.records import tables
from pipeline.sandbox import corpus, server

PUBMED = "pubmed: {query: queries/pubmed.txt}"
EXPORT = "embase: {database: Embase, kind: export, files: [queries/imports/embase/*]}"
WORKFLOW = """\
schema: 1
review: {title: A generated review}
searches:
  %s
screening:
  reviewers: {anna: {name: Anna}, ben: {name: Ben}}
  stages: [{id: title-abstract, votes: 2}, {id: full-text, reports: true, votes: 2}]
"""
QUERY = '("liver" OR "hepatic") AND (metastasis OR metastases)\n'

Cost = tuple[float, float]  # CPU seconds, peak MB
# A small process starts each step: the memory of the one that starts it, which here holds the sandbox, would count.
LAUNCH = """\
import os, subprocess, sys
started = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(started.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def cost(*command: str, day: int) -> Cost:
    """Return the CPU seconds and the peak MB of a process that runs on a day."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(1_795_348_800 + day * 86_400)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    call = [sys.executable, "-c", LAUNCH, sys.executable, *command]
    said = subprocess.run(call, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    code, seconds, kilobytes = int(said[0]), float(said[1]), int(said[2])
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return seconds, kilobytes / 1024


def median_cost(*command: str, day: int = 0) -> Cost:
    """Return the median CPU seconds and peak MB of five processes, after one that is not counted."""
    costs = [cost(*command, day=day) for _ in range(6)][1:]
    return statistics.median(seconds for seconds, _ in costs), statistics.median(memory for _, memory in costs)


def searched(records: int, folder: Path) -> Iterator[tuple[str, Cost]]:
    """Measure every step of a review whose records a search of the sandbox finds."""
    (folder / "queries").mkdir(parents=True)
    for place in (folder, folder.parent):  # a copy for the sandbox, as the program makes it
        (place / "workflow.yaml").write_text(WORKFLOW % PUBMED, encoding="utf-8")
    (folder / "queries/pubmed.txt").write_text(QUERY, encoding="utf-8")
    command = ("-m", "pipeline")
    with server.serving(corpus.Generated(records)) as sandbox:
        at = (str(folder), "--pubmed", sandbox.address)
        yield "first run", cost(*command, "run", *at, day=0)
        yield "run, no work", median_cost(*command, "run", *at)
        yield "update, nothing new", cost(*command, "update", *at, day=7)
    with server.serving(corpus.Generated(records + records // 100)) as sandbox:
        at = (str(folder), "--pubmed", sandbox.address)
        yield "update, 1% new", cost(*command, "update", *at, day=14)
        decide(folder)
        yield "run, all screened", cost(*command, "run", *at, day=14)
    yield "verify", cost(*command, "verify", str(folder), day=14)


def exported(records: int, folder: Path) -> Iterator[tuple[str, Cost]]:
    """Measure every step of a review whose records come in exports."""
    (folder / "queries/imports/embase").mkdir(parents=True)
    (folder / "workflow.yaml").write_text(WORKFLOW % EXPORT, encoding="utf-8")
    made = corpus.Generated(records + records // 100)
    run = ("-m", "pipeline", "run", str(folder), "--offline")
    export(folder, "first.ris", made, 0, records)
    yield "first run", cost(*run, day=0)
    yield "run, no work", median_cost(*run)
    export(folder, "second.ris", made, records, len(made.pmids))
    yield "run, 1% new", cost(*run, day=14)
    decide(folder)
    yield "run, all screened", cost(*run, day=14)
    yield "verify", cost("-m", "pipeline", "verify", str(folder), day=14)


def export(folder: Path, name: str, made: corpus.Generated, start: int, end: int) -> None:
    """Write some of the generated records as an export."""
    found = (made.record(pmid) for pmid in made.pmids[start:end])
    with (folder / "queries/imports/embase" / name).open("wb") as stream:
        stream.writelines(formats.write(found, format="ris"))


def decide(folder: Path) -> None:
    """Fill in every worksheet of titles and abstracts: both reviewers include the same hundredth of the records."""
    for place in sorted(folder.glob("screening/title-abstract/*/*.csv")):
        table = tables.read(place.read_bytes(), file=place.name)
        answer = table.header.index("decision")
        rows = []
        for row in table.rows:
            word = "exclude" if zlib.crc32(row["record_id"].encode()) % 100 else "include"
            rows.append((*row.texts[:answer], word, *row.texts[answer + 1 :]))
        place.write_bytes(tables.write(table.header, rows, form=True))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--export", action="store_true", help="take the records from an export instead of a search")
    asked = parser.parse_args()
    for name, command in (("start of the interpreter", ("-c", "pass")), ("--help", ("-m", "pipeline", "--help"))):
        print(f"{name}: {median_cost(*command)[0]:.2f} CPU s")
    print(f"{'records':>9}  {'step':<20} {'CPU s':>9} {'us/record':>10} {'growth':>7} {'MB':>7}")
    first: dict[str, float] = {}
    for records in sorted(asked.sizes):
        with tempfile.TemporaryDirectory() as room:
            for name, (seconds, memory) in (exported if asked.export else searched)(records, Path(room) / "sandbox"):
                each = seconds / records
                growth = each / first.setdefault(name, each)
                print(
                    f"{records:>9,}  {name:<20} {seconds:9.2f} {each * 1e6:10.0f} {growth:7.2f} {memory:7.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
