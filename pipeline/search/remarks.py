"""What of a search run a person should look at: what PubMed said of it, and PMIDs that went another way."""

from collections.abc import Iterator, Sequence

from pipeline.search.search_run import SearchRun

_SHOWN = 20  # PMIDs that a sentence names; run.json holds them all


def remarks(run: SearchRun) -> tuple[str, ...]:
    """Say in sentences what was unusual about a run; empty if nothing was."""
    return (*_said(run), *_moved(run), *_gone(run))


def _said(run: SearchRun) -> Iterator[str]:
    who = "the sandbox" if run.sandbox else "PubMed"
    for notice in run.notices:
        yield f"{who} said of the string: {notice.text} ({notice.kind})."


def _moved(run: SearchRun) -> Iterator[str]:
    for drift in run.drifts:
        moved = f"its count moved from {drift.counted:,} to {drift.recounted:,}"
        yield f"{moved} while the records were listed; the list agrees with the last count."
    if run.moved:
        yield (
            f"its count was {run.recount:,} when the last record had come, and the run holds {run.identified:,}; "
            "what came in meanwhile is for the next run."
        )


def _gone(run: SearchRun) -> Iterator[str]:
    for pmids, what in (
        (run.vanished, "listed, and no longer in PubMed when its record was to come"),
        (run.missing, "listed and never delivered, which 'accept_missing' accepts"),
    ):
        if pmids:
            yield f"{_named(pmids)}: {what}."
    for listed, delivered in run.replaced:
        yield f"PMID {listed}: merged into PMID {delivered}, whose record was taken."


def _named(pmids: Sequence[str]) -> str:
    more = f" and {len(pmids) - _SHOWN:,} more" if len(pmids) > _SHOWN else ""
    return f"PMID {', '.join(pmids[:_SHOWN])}{more}"
