"""An engine changes where pairs are compared, and no byte of what comes of it."""

import os
import random
import signal
import sys
from concurrent.futures import BrokenExecutor, Executor, Future

import pytest

from pipeline.deduplicate import tasks
from pipeline.deduplicate.clusters import deduplicate
from pipeline.errors import ReviewError
from pipeline.records.record import Author, Origin, Record
from pipeline.workflow import engines
from pipeline.workflow.engines import run_on


@pytest.fixture(scope="module")
def library() -> list[Record]:
    draw = random.Random(7)
    return [_record(number, draw.randrange(120), draw) for number in range(300)]


def _record(number: int, document: int, draw: random.Random) -> Record:
    return Record(
        id=f"s:{number}",
        origin=Origin(search="s"),
        title=f"Treatment of invented disease {document % 7} with drug {document}"
        + draw.choice(("", ".", " [Review]")),
        authors=(Author(family="Adler", given="A"), Author(family="Öberg", given="K")),
        year=2000 + document % 9,
        journal="Annals of Fictitious Surgery",
        volume=draw.choice(("", str(document % 9))),
        pages=f"{document * 10}-{document * 10 + 7}",
        doi=draw.choice(("", f"10.5555/a.{document}")),
    )


@pytest.fixture
def small_tasks(monkeypatch):
    monkeypatch.setattr(tasks, "TASK", 40)
    monkeypatch.setattr(tasks, "_AHEAD", 3)


class Breaking(Executor):
    """An executor whose first worker is killed at the third task."""

    def __init__(self, inner: Executor, kill) -> None:
        self.inner, self.kill, self.tasks = inner, kill, 0

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.tasks += 1
        if self.tasks == 3:
            self.kill()
        return self.inner.submit(fn, *args, **kwargs)


def test_processes_give_what_one_process_gives(library, small_tasks):
    here = run_on("here", "", lambda executor: deduplicate(library, executor=executor))
    there = run_on("processes", "", lambda executor: deduplicate(library, executor=executor))
    assert there == here
    assert here.judged > 200
    assert len(here.citations) < len(library)


def test_when_a_process_dies_the_work_is_begun_anew_and_gives_the_same(library, small_tasks):
    tries = []

    def work(executor):
        tries.append(executor)
        kill = (lambda: executor.submit(os._exit, 1).exception()) if len(tries) == 1 else (lambda: None)
        return deduplicate(library, executor=Breaking(executor, kill))

    assert run_on("processes", "", work) == deduplicate(library)
    assert len(tries) == 2


def test_when_processes_die_twice_it_is_said_and_what_to_do():
    def work(executor):
        raise BrokenExecutor("a process was terminated")

    with pytest.raises(ReviewError, match=r"worker processes of processes died, and died again .*ran out of memory"):
        run_on("processes", "", work)


def test_workers_of_another_version_are_refused_by_name():
    with pytest.raises(ReviewError, match=r"tcp://10\.0\.0\.2:1 has version 0\.0\.1"):
        engines._check({"tcp://10.0.0.1:1": engines._version(), "tcp://10.0.0.2:1": "0.0.1"})
    with pytest.raises(ReviewError, match="no workers"):
        engines._check({})


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ReviewError, match=r"pip install 'living-review\[scale\]'"):
        run_on("dask", "", lambda executor: executor)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="NO DASK: pip install living-review[scale]")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as started:
        yield started


@pytest.mark.filterwarnings("default")
def test_dask_gives_what_one_process_gives_also_when_a_worker_is_killed(library, small_tasks, cluster):
    address, expected = cluster.scheduler_address, deduplicate(library)
    assert run_on("dask", address, lambda executor: deduplicate(library, executor=executor)) == expected
    worker = next(iter(cluster.workers.values())).pid
    kill = lambda: os.kill(worker, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)  # noqa: E731 - once
    assert run_on("dask", address, lambda executor: deduplicate(library, executor=Breaking(executor, kill))) == expected


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    pytest.importorskip("distributed", reason="NO DASK: pip install living-review[scale]")
    monkeypatch.setattr(engines, "_SECONDS", 1)
    with pytest.raises(ReviewError, match=r"no scheduler of Dask answers at 'tcp://127\.0\.0\.1:9'"):
        run_on("dask", "tcp://127.0.0.1:9", lambda executor: executor)
