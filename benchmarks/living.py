"""What a review costs against its size: `python benchmarks/living.py [--sizes 1000 10000]`.

A sandbox serves that many records. Each step is a process of its own: the first run (search, deduplicate, hand out,
report), a run without anything to do, an update that finds nothing, an update that finds 1% more, and verify. CPU
seconds without the sandbox's own, and peak memory; of what is short, the median of five. The peer of the run without
work is the start of the interpreter. Modules are compiled, as an installation does it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.sandbox import corpus, server

WORKFLOW = """\
schema: 1
review: {title: A generated review}
searches:
  pubmed: {query: queries/pubmed.txt}
screening:
  reviewers: {anna: {name: Anna}, ben: {name: Ben}}
  stages: [{id: title-abstract, votes: 2}, {id: full-text, reports: true, votes: 2}]
"""
QUERY = '("liver" OR "hepatic") AND (metastasis OR metastases)\n'


def cost(*command: str, day: int) -> tuple[float, float]:
    """Return the CPU seconds and the peak MB of a process that runs on a day."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(1_795_348_800 + day * 86_400)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL) as started:
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {started.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def median_cost(*command: str, day: int = 0) -> tuple[float, float]:
    """Return the median CPU seconds and peak MB of five processes, after one that is not counted."""
    costs = [cost(*command, day=day) for _ in range(6)][1:]
    return statistics.median(seconds for seconds, _ in costs), statistics.median(memory for _, memory in costs)


def steps(records: int, folder: Path) -> list[tuple[str, float, float]]:
    """Measure every step on a review of so many records."""
    (folder / "queries").mkdir(parents=True)
    for place in (folder, folder.parent):  # a copy for the sandbox, as the program makes it
        (place / "workflow.yaml").write_text(WORKFLOW, encoding="utf-8")
    (folder / "queries/pubmed.txt").write_text(QUERY, encoding="utf-8")
    told = []
    with server.serving(corpus.Generated(records)) as sandbox:
        called = ("-m", "pipeline")
        told.append(("first run", *cost(*called, "run", str(folder), "--pubmed", sandbox.address, day=0)))
        told.append(("run, no work", *median_cost(*called, "run", str(folder), "--pubmed", sandbox.address)))
        told.append(("update, nothing new", *cost(*called, "update", str(folder), "--pubmed", sandbox.address, day=7)))
    with server.serving(corpus.Generated(records + records // 100)) as sandbox:
        told.append(("update, 1% new", *cost(*called, "update", str(folder), "--pubmed", sandbox.address, day=14)))
    told.append(("verify", *cost(*called, "verify", str(folder), day=14)))
    return told


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    for name, command in (("start of the interpreter", ("-c", "pass")), ("--help", ("-m", "pipeline", "--help"))):
        print(f"{name}: {median_cost(*command)[0]:.2f} CPU s")
    for records in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as room:
            for name, seconds, memory in steps(records, Path(room) / "sandbox"):
                print(f"{records:>9,}  {name:<20} {seconds:8.2f} CPU s {memory:7.0f} MB", flush=True)


if __name__ == "__main__":
    main()
