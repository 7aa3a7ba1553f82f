"""What the review had reached at an earlier time: at its preceding version, or at the end of an earlier update."""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.prisma.versions import Baseline, baseline, earlier
from pipeline.screening import decisions, ledger
from pipeline.search.recheck import CHECK_FILE
from pipeline.search.search_run import RUN_FILE
from pipeline.workflow import derived, history, versions
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.stages import collect
from pipeline.workflow.stages.standing import Standing


def of_version(folder: ReviewFolder, protocol: Protocol) -> Baseline | None:
    """Return what the preceding version had reached; None if there is none."""
    version = versions.before(folder, protocol)
    return versions.baseline(folder, version) if version else None


def of_update(folder: ReviewFolder, protocol: Protocol, stands: Standing) -> Baseline | None:
    """Return what the review had reached at the end of the update before the last one; None if there was none.

    Found out once while nothing that it rests on changes.
    """
    days = update_days(folder)
    if len(days) < 2:  # noqa: PLR2004 - the last one and one before
        return None
    return folder.value("update", paths(folder), stands, lambda: as_of(folder, protocol, stands, days[-2]))


def paths(folder: ReviewFolder) -> tuple[str, ...]:
    """List the files that baselines and flows are made of, beside how the review stands."""
    made = (f"{OUTPUTS}/{derived.RETRIEVED}", f"{OUTPUTS}/{collect.UNREAD_FILE}")
    patterns = (f"{history.RUNS}/*/{RUN_FILE}", f"{history.CHECKS}/*/{CHECK_FILE}", *versions.FILES)
    return (*made, *(path for pattern in patterns for path in folder.list(pattern)))


def update_days(folder: ReviewFolder) -> tuple[str, ...]:
    """List the days on which sources were searched or asked about retractions, the oldest first."""
    searched = {held.run.date for held in history.runs(folder)}
    return tuple(sorted(searched | {check.date for check in history.checks(folder)}))


def as_of(folder: ReviewFolder, protocol: Protocol, stands: Standing, day: str) -> Baseline:
    """Replay the ledger up to the end of a day, over the records that were known by then.

    Which records are one citation, and which reports one study, is taken from today: a join that was found later was
    true before.
    """
    known = {record for record, (first, _) in derived.retrieved(folder).items() if first <= day}
    then = ledger.replay(event for event in stands.now.ledger.events if event.date <= day)
    citations = tuple(earlier(stands.now.clusters, known))
    via = {name: search.via for name, search in protocol.searches.items()}
    settled = decisions.settle(citations, then.decisions.values(), protocol.screening, via=via)
    reached = baseline(f"the update of {day}", citations, settled, protocol.screening, named=stands.studies)
    return with_removed(reached, (removal.record for came, removal in collect.removals(folder) if came <= day))


def with_removed(reached: Baseline, removed: Iterable[str]) -> Baseline:
    """Add the blocks that could not be read to what was known, so that they count once."""
    return replace(reached, outcomes={**reached.outcomes, **dict.fromkeys(removed, REMOVED)})


REMOVED = "removed"
