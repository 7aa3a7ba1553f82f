"""Kill updates of a small review at random moments, for real and with the PDF, and see whether the next one ends them.

    PYTHONPATH=. python benchmarks/kills.py --times 200

Each update is a process of its own that gets SIGKILL after a random time, up to five times in a row; then one runs to
its end. At once after each kill every given and history file must be whole; in the end every file must be what an
update leaves that nothing disturbed, but for the number of requests that the search took.
"""

import argparse
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pipeline.sandbox import corpus, server
from tests.workflow import disk
from tests.workflow.living import RETRACTION, WORKFLOW, Living

COPY = "sandbox"  # the name of a folder in which the sandbox may be asked
RUN = "queries/runs/2026-11-30_pubmed/run.json"


def begin(root: Path) -> Living:
    """Make a review that was searched and screened once, and a PubMed in which much has changed a week later."""
    root.mkdir()
    (root / "workflow.yaml").write_text(WORKFLOW)
    made = Living.begin(root / COPY)
    made.update()
    made.decide("title-abstract", n1="include", n2="include", n3="exclude", n4="exclude")
    made.run()
    made.later(7)
    made.hold(6, 7)
    del made.held[5]
    made.revise(1, links=(RETRACTION,))
    made.revise(2, title="Another title")
    made.export("first.ris", "A title of its own")
    made.decide("full-text", n1="include")
    return made


def update(root: Path, address: str, day: float, seconds: float | None) -> bool:
    """Update in a process of its own, which is killed after some seconds; say whether it came to its end before."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(day))}
    command = [sys.executable, "-m", "pipeline", "update", str(root), "--pubmed", address]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        said = process.communicate(timeout=seconds)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return False
    if process.returncode:
        raise SystemExit(said.decode())
    return True


def given_and_history(state: disk.State) -> disk.State:
    """Take what is neither derived nor waiting."""
    return {path: data for path, data in state.items() if not path.startswith(("outputs/", ".living-review.staged/"))}


def comparable(state: disk.State) -> disk.State:
    """Leave out how many requests a search took, the hashes of what says so, and the PDF, which holds them packed."""
    plain = state | {RUN: re.sub(rb'"requests": \d+', b'"requests": any', state[RUN])}
    for _ in range(2):
        changed = [hashlib.sha256(state[name]).hexdigest().encode() for name in state if plain[name] != state[name]]
        plain = {name: re.sub(b"|".join(changed), b"any", data) for name, data in plain.items()}
    return {name: data for name, data in plain.items() if name != "outputs/report.pdf"}


def state_of(left: disk.State) -> str:
    """Say where an update was when it was killed."""
    staged = [path for path in left if path.startswith(".living-review.staged/")]
    if any(path.endswith("moves.json") for path in staged):
        return "among the last writes"
    if RUN in left:
        return "after the search" + (", files waiting" if staged else "")
    return "in the search" if any("2026-11-30_pubmed" in path for path in left) else "before the search"


def main() -> None:
    """Kill, end, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=9)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        before = begin(Path(temporary) / "before")
        given = given_and_history(disk.tree(before.root))
        with server.serving(corpus.Held(before.held.values()), today=before.day.date()) as sandbox:

            def twin(name: str) -> Path:
                (Path(temporary) / name).mkdir()
                (Path(temporary) / name / "workflow.yaml").write_text(WORKFLOW)
                return before.twin(Path(temporary) / name / COPY).root

            day = before.day.timestamp()
            undisturbed = twin("undisturbed")
            started = time.monotonic()
            update(undisturbed, sandbox.address, day, None)
            length = time.monotonic() - started
            expected = disk.tree(undisturbed)
            whole = given_and_history(expected)
            for number in range(asked.times):
                root = twin(str(number))
                for _ in range(chance.randint(1, 5)):
                    ended = update(root, sandbox.address, day, chance.uniform(0.3, 1.1) * length)
                    left = disk.tree(root)
                    found["came to its end before" if ended else f"killed {state_of(left)}"] += 1
                    there = given_and_history(left)
                    assert given.items() <= there.items()
                    assert {path for path in there if path not in whole} == set()
                    assert [path for path in there if there[path] != whole[path] and path != RUN] == []
                update(root, sandbox.address, day, None)
                end, wanted = comparable(disk.tree(root)), comparable(expected)
                assert sorted(end) == sorted(wanted)
                assert [path for path in wanted if end[path] != wanted[path]] == []
    print(f"{asked.times} reviews, undisturbed {length:.1f} s each (seed {asked.seed}):")
    for what, times in found.most_common():
        print(f"{times:5} {what}")
    print("No given or history file was harmed, and every review ended as an undisturbed one.")


if __name__ == "__main__":
    main()
