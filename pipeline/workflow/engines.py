"""Where the pairs of a large library are compared: here, in several processes, or on a Dask cluster.

All give one result: the tasks and their order are the same, and only the executor differs.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing import get_context
from typing import Literal, TypeVar, get_args

from pipeline import __version__
from pipeline.errors import Fault, ReviewError

Engine = Literal["here", "processes", "dask"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
_SECONDS = 20  # in which a scheduler has to answer

T = TypeVar("T")


def run_on(engine: Engine, scheduler: str, work: Callable[[Executor | None], T]) -> T:
    """Do some work with the executor of an engine; if its workers die, once more from the beginning.

    Args:
        engine: where.
        scheduler: address of Dask's scheduler; if empty, Dask starts workers on this machine.
        work: is given the executor, or None if the work is to be done here.

    Raises:
        ReviewError: the engine is not installed, cannot be reached, runs another version, or its workers died twice.
    """
    try:
        return _once(engine, scheduler, work)
    except BrokenExecutor:
        try:
            return _once(engine, scheduler, work)
        except BrokenExecutor as error:
            what = f"worker processes of {engine} died, and died again when the work was begun anew ({error})"
            remedy = "Mostly they ran out of memory: use fewer, or --engine here."
            raise ReviewError(Fault(what=what, remedy=remedy)) from error


def _once(engine: Engine, scheduler: str, work: Callable[[Executor | None], T]) -> T:
    opened: AbstractContextManager[Executor | None] = nullcontext()
    if engine == "processes":
        opened = ProcessPoolExecutor(mp_context=get_context("spawn"))
    elif engine == "dask":
        opened = _dask(scheduler)
    with opened as executor:
        return work(executor)


@contextmanager
def _dask(scheduler: str) -> Iterator[Executor]:
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        remedy = "Install the extra: pip install 'living-review[scale]'."
        raise ReviewError(Fault(what="Dask is not installed", remedy=remedy)) from error
    try:
        client = (
            Client(scheduler, timeout=_SECONDS)
            if scheduler
            else Client(threads_per_worker=1, dashboard_address=None, timeout=_SECONDS)
        )
    except (OSError, ValueError) as error:
        what = f"no scheduler of Dask answers at {scheduler!r} ({error})"
        remedy = "Check the address, as tcp://host:8786, and that 'dask scheduler' runs there."
        raise ReviewError(Fault(what=what, remedy=remedy)) from error
    with client:
        _check(client.run(_version))
        try:
            yield client.get_executor(pure=False)
        except KilledWorker as error:
            raise BrokenExecutor(str(error)) from error


def _version() -> str:
    return __version__


def _check(versions: dict[str, str]) -> None:
    """Refuse workers of another version: their rules may be others.

    Raises:
        ReviewError: naming each such worker.
    """
    faults = [
        Fault(
            what=f"the worker {address} has version {version} of living-review, this is {__version__}",
            remedy="Install the same version on every worker.",
        )
        for address, version in sorted(versions.items())
        if version != __version__
    ]
    if not versions:
        faults = [Fault(what="the scheduler has no workers", remedy="Start some: dask worker tcp://host:8786.")]
    if faults:
        raise ReviewError(faults)
