"""The checklists of PRISMA 2020 and PRISMA-S filled with what a run knows, and with nothing more.

The wording of the items stands in `checklist_items`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.prisma.boxes import Flow
from pipeline.prisma.checklist_items import Item
from pipeline.prisma.sources import called
from pipeline.screening.progress import counted
from pipeline.screening.settings import ScreeningSettings, Stage
from pipeline.search.strategy import Strategy, clauses


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an item: the part of the report that says it, and what it says, in a sentence or two."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """One row of a filled checklist; `known` is None where the run knows nothing of the item."""

    item: Item
    known: Known | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """One search as the checklists need it.

    Attributes:
        id: as in workflow.yaml.
        strategy: what was set up.
        string: the string exactly as it was run; empty if it never was, or if it has none.
        days: the days on which it was run, the oldest first; empty if it never was.
        records: how many records it gave; None if it never was run.
    """

    id: str
    strategy: Strategy
    string: str = ""
    days: tuple[str, ...] = ()
    records: int | None = None

    @property
    def name(self) -> str:
        """Name the source with its platform."""
        platform = f" ({self.strategy.platform})" if self.strategy.platform else ""
        return f"{self.strategy.database}{platform}"


def fill(items: Sequence[Item], known: Mapping[str, Known]) -> tuple[Filled, ...]:
    """Put what is known beside every item, in the checklist's order."""
    return tuple(Filled(item, known.get(item.number)) for item in items)


def of_searches(searches: Sequence[Searched], deduplication: str = "") -> dict[str, Known]:
    """Say what is known of the items of PRISMA-S.

    Args:
        searches: every search, run or not.
        deduplication: how records were joined, with the version of the program.
    """
    found = {
        "1": _listed([one for one in searches if one.strategy.via == "databases"]),
        "3": _listed([one for one in searches if one.strategy.via == "registers"]),
        "4": _listed([one for one in searches if one.strategy.via == "websites"]),
        "5": _citation_searching(searches),
        "6": _listed([one for one in searches if one.strategy.via == "organisations"]),
        "8": _strings(searches),
        "9": _limits(searches),
        "10": _each(searches, "filters"),
        "11": _each(searches, "prior_work"),
        "12": _updates(searches),
        "13": "; ".join(f"{one.name} [{one.id}]: {_last(one)}" for one in searches),
        "14": _each(searches, "peer_review"),
        "15": "; ".join(f"{one.name} [{one.id}]: {_number(one)}" for one in searches),
        "16": deduplication,
    }
    return {number: Known("searches", text) for number, text in found.items() if text}


def of_the_review(
    searches: Sequence[Searched], settings: ScreeningSettings, flow: Flow, *, question: str = "", criteria: str = ""
) -> dict[str, Known]:
    """Say what searches, screening and the flow know of the items of PRISMA 2020; other rooms add theirs."""
    selected = _included(flow)
    awaiting = sum(step.n for step in flow.awaiting)
    excluded = (flow.n("dbr_excluded") or 0) + (flow.n("other_excluded") or 0)
    open_ = f" Awaiting somebody: {counted(awaiting, 'record or report', 'records or reports')}." if awaiting else ""
    not_run = f" Not yet run: {', '.join(flow.not_run)}." if flow.not_run else ""
    found = {
        "4": ("question", question),
        "5": ("question", criteria),
        "6": ("searches", "; ".join(f"{one.name}: {_last(one)}" for one in searches)),
        "7": ("searches", _strings(searches)),
        "8": ("selection", " ".join(_stage(stage, settings) for stage in settings.stages)),
        "16a": ("flow", f"Flow diagram; {selected}.{open_}{not_run}" if selected else ""),
        "16b": ("excluded", f"{counted(excluded, 'report')} with the reason for each." if excluded else ""),
    }
    return {number: Known(where, text) for number, (where, text) in found.items() if text}


def _included(flow: Flow) -> str:
    """Say how many studies and reports are included: those that are new, and all of them in an update."""
    found = []
    for kind, head in (("new", "new: " if flow.is_update else ""), ("total", "in all: ")):
        studies, reports = flow.n(f"{kind}_studies"), flow.n(f"{kind}_reports")
        if studies is not None and reports is not None:
            found.append(f"{head}{counted(studies, 'study', 'studies')} in {counted(reports, 'report')}")
    return "; ".join(found)


def _last(one: Searched) -> str:
    return f"last searched {one.days[-1]}" if one.days else "not yet run"


def _number(one: Searched) -> str:
    return "not yet run" if one.records is None else counted(one.records, "record")


def _listed(searches: Sequence[Searched]) -> str:
    return "; ".join(dict.fromkeys(one.name + ("" if one.days else " (not yet run)") for one in searches))


def _strings(searches: Sequence[Searched]) -> str:
    with_string = [one for one in searches if one.string]
    ran = f"{counted(len(with_string), 'string')}, verbatim as run" if with_string else ""
    never = [one.id for one in searches if not one.days and one.strategy.kind in {"query", "export"}]
    return "; ".join(filter(None, (ran, f"not yet run: {', '.join(never)}" if never else "")))


def _limits(searches: Sequence[Searched]) -> str:
    """Say the limits of each search; of an export without any nothing is known, since another platform set them."""
    said = {one.id: ", ".join(clause.words for clause in clauses(one.strategy.limits)) for one in searches}
    free = [one.id for one in searches if not said[one.id] and one.strategy.asks_pubmed]
    limited = [f"{name}: {words}" for name, words in said.items() if words]
    return "; ".join([*limited, *([f"no limits: {', '.join(free)}"] if free else [])])


def _each(searches: Sequence[Searched], field: str) -> str:
    return "; ".join(f"{one.id}: {text}" for one in searches if (text := str(getattr(one.strategy, field))))


def _citation_searching(searches: Sequence[Searched]) -> str:
    mine = [one for one in searches if one.strategy.via == "citation-searching"]
    return "; ".join(called(one.strategy) + ("" if one.days else " (not yet run)") for one in mine)


def _updates(searches: Sequence[Searched]) -> str:
    again = [one for one in searches if len(one.days) > 1]
    return "; ".join(f"{one.id} was rerun, {len(one.days):,} runs, {one.days[0]} to {one.days[-1]}" for one in again)


def _stage(stage: Stage, settings: ScreeningSettings) -> str:
    """Say how a stage is set up."""
    people = [name for name in settings.screeners(stage) if settings.reviewers[name].kind == "person"]
    tools = [settings.reviewers[n].source for n in settings.screeners(stage) if settings.reviewers[n].kind == "tool"]
    papers = [one.source for one in settings.reviewers.values() if one.kind == "publication"]
    what = "report" if stage.reports else "record"
    each = f"{stage.votes} decisions a {what}" if stage.votes > 1 else f"one decision a {what}"
    share = f", for {stage.sample:.0%} of them, one for the others" if stage.sample < 1 else ""
    said = [f"{stage.title}: {each}{share}, {counted(len(people), 'reviewer')}, each on worksheets of their own"]
    said += [f"conflicts to {settings.arbiter}"] if settings.arbiter else []
    said += [f"automation: {', '.join(tools)}"] if tools else []
    said += [f"decisions taken from: {'; '.join(papers)}"] if papers else []
    return "; ".join(said) + "."
