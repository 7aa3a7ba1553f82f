"""A copy of a review in which everything may be tried: its searches run against the sandbox, never against PubMed.

What the sandbox returns is fictitious. So that none of it ever reaches the review itself, it is run in a copy, and a
folder that holds a run of the sandbox is never searched in PubMed.
"""

from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import Fault, ProtocolError
from pipeline.search.search_run import SearchRun
from pipeline.workflow import files, history
from pipeline.workflow.folder import PROTOCOL, ReviewFolder

COPY = "sandbox"  # name of the copy, inside the review folder
_WRITTEN = ("queries/*", "report/**/*")  # as they stand in the review
_FILLED = ("queries/imports/**/*", "screening/*/*/*", "deduplication/*", "extraction/**/*")  # filled in in the copy


def copy(review: ReviewFolder) -> ReviewFolder:
    """Make the copy, or bring it up to date with what people changed; what was run in it stays.

    Raises:
        ProtocolError: a link stands in its place, and leads out of the review.
    """
    target = review.path(COPY)
    files.write(target / PROTOCOL, review.read(PROTOCOL))
    twin = ReviewFolder(target)
    written = [path for pattern in _WRITTEN for path in review.list(pattern)]
    for path in (*written, *(path for pattern in _FILLED for path in review.list(pattern))):
        if not twin.has(path) or (path in written and twin.read(path) != review.read(path)):
            files.write(target / Path(path), review.read(path))
    return twin


def check(review: ReviewFolder, *, sandbox: bool) -> None:
    """Refuse to mix records of the sandbox with records of PubMed.

    Raises:
        ProtocolError: the folder holds runs of the other kind.
    """
    other = [run for run in _searches(review) if run.sandbox != sandbox]
    if other:
        where = "the sandbox, whose records are fictitious" if other[0].sandbox else "PubMed"
        what = f"this folder holds a search of {where} ({other[0].search}, {other[0].date})"
        remedy = (
            "Run it with '--pubmed sandbox', or go to the review it was copied from."
            if other[0].sandbox
            else f"Try the sandbox in the copy: living-review run --pubmed sandbox makes the folder {COPY}/."
        )
        raise ProtocolError(Fault(what=what, remedy=remedy))


def _searches(review: ReviewFolder) -> Iterable[SearchRun]:
    return (held.run for held in history.runs(review) if isinstance(held.run, SearchRun))
