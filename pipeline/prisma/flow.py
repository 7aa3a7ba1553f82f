"""Every box of the flow diagram, counted from rows: from searches, citations and the statuses of screening.

Nothing here is typed or stored: each figure is the number of the ids it counted, and every sum between boxes is
checked before the flow is handed out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from pipeline.deduplicate.citation import Cluster
from pipeline.errors import CountError, Fault
from pipeline.prisma import versions
from pipeline.prisma.boxes import VARIABLES, Box, Flow, Part, Step, box, part
from pipeline.prisma.identities import ADJUSTMENTS, AWAITING, check
from pipeline.prisma.sources import Removal, Source
from pipeline.prisma.versions import Baseline
from pipeline.screening.decisions import Screening, Status
from pipeline.screening.settings import OTHER_METHODS, ScreeningSettings

NO_REASON = "No reason given"
BY_PEOPLE = "by people"
BY_TOOLS = "by automation tools"
# The box in which the records of each way of searching are identified.
_IDENTIFIED = {
    "databases": "database_results",
    "registers": "register_results",
    "websites": "website_results",
    "organisations": "organisation_results",
    "citation-searching": "citations_results",
}


def count(
    sources: Sequence[Source],
    citations: Sequence[Cluster],
    screening: Screening,
    settings: ScreeningSettings,
    *,
    removed: Sequence[Removal] = (),
    since: Baseline | None = None,
    studies: Mapping[str, str] | None = None,
    synthesised: Collection[str] | None = None,
    notes: Sequence[str] = (),
) -> Flow:
    """Count the flow of a review, or of what is new since a baseline.

    Args:
        sources: every search of the review, run or not.
        citations: every citation, with its records, in retrieval order.
        screening: their statuses.
        settings: the stages.
        removed: records taken out before screening; what was decided on them counts nowhere.
        since: the previous version or run; the flow is then that of the update, with its previous-studies column.
        studies: the study of each report, by citation, where extraction names it; the worksheets name the others.
        synthesised: studies in a meta-analysis; None if there is none.
        notes: further sentences for the legend.

    Raises:
        CountError: a record is in two citations or belongs to no search, a search delivered another number than was
            counted, a study in a meta-analysis has no included report, or a sum between boxes does not hold.
    """
    counting = _Counting(sources, citations, screening, settings, removed=removed, since=since, studies=studies or {})
    counting.reconcile()
    boxes = counting.identified() | counting.walked() | counting.included()
    if synthesised is not None:
        boxes |= counting.synthesised(synthesised)
    return check(
        Flow(
            boxes={name: boxes[name] for name in VARIABLES if name in boxes},
            awaiting=_steps(AWAITING, counting.steps),
            adjustments=_steps(ADJUSTMENTS, counting.steps, counting.signed),
            not_run=tuple(dict.fromkeys(_not_run(sources))),
            previous=since.label if since else "",
            notes=tuple(notes),
        )
    )


def _not_run(sources: Sequence[Source]) -> Iterator[str]:
    """Name the searches that were never run; by their id, too, where another search of the same name was."""
    ran = {source.name for source in sources if source.ran}
    for source in sources:
        if not source.ran:
            yield f"{source.name} ({source.id})" if source.name in ran else source.name


def _steps(
    labels: Mapping[str, str], found: Mapping[str, list[str]], signed: Mapping[str, int] | None = None
) -> tuple[Step, ...]:
    figures = {name: len(ids) for name, ids in found.items()} | dict(signed or {})
    return tuple(
        Step(name=name, label=label, n=figures[name], ids=tuple(found[name]) if name in found else None)
        for name, label in labels.items()
        if figures.get(name)
    )


class _Counting:
    """One count: the rows, what is in play, and the steps between boxes found on the way."""

    def __init__(
        self,
        sources: Sequence[Source],
        citations: Sequence[Cluster],
        screening: Screening,
        settings: ScreeningSettings,
        *,
        removed: Sequence[Removal],
        since: Baseline | None,
        studies: Mapping[str, str],
    ) -> None:
        self.sources, self.citations, self.screening, self.settings = sources, citations, screening, settings
        self.removal = {removal.record: removal for removal in removed}
        self.since = since
        self.studies = versions.studies(screening, settings, studies)
        self.known: Mapping[str, str] = since.outcomes if since else {}
        self.by_id = {source.id: source for source in sources}
        self.stages = [stage.id for stage in settings.stages]
        self.first_report = next(place for place, stage in enumerate(settings.stages) if stage.reports)
        self.homes = {record: citation.id for citation in citations for record in citation.members}
        self.unread = [removal.record for removal in removed if removal.record not in self.homes]
        self.steps: dict[str, list[str]] = defaultdict(list)
        self.signed: dict[str, int] = {}  # steps of which only the difference is known
        self.fresh: set[str] = set()  # citations of which no record was known before
        self.entry: dict[str, int] = {}  # citations in play, and the stage from which each is counted
        for citation in citations:
            self._enter(citation)

    def _enter(self, citation: Cluster) -> None:
        """Take a citation into play: it is new, was left open, or was reopened with another outcome."""
        if citation.id in self.removal:
            return
        before = [self.known[record] for record in citation.members if record in self.known]
        if not before:
            self.fresh.add(citation.id)
            self.entry[citation.id] = 0
            return
        last = self.screening.last(citation.id)
        was_included = any(outcome.endswith("/included") for outcome in before)
        if was_included or (last.is_final and f"{last.stage}/{last.state}" in before):
            return
        stage = before[0].rpartition("/")[0]
        place = self.stages.index(stage) if stage in self.stages else 0
        self.entry[citation.id] = min(place, self.stages.index(last.stage))

    def search(self, record: str) -> Source:
        """Find the search that a record belongs to.

        Raises:
            CountError: there is none.
        """
        source = self.by_id.get(record.partition(":")[0])
        if source is None:
            remedy = "Every record belongs to one search: put the search back into workflow.yaml."
            raise CountError(Fault(what=f"the record {record!r} belongs to no search of this review", remedy=remedy))
        return source

    def is_other(self, record: str) -> bool:
        """Say whether a record counts in the column "other methods"."""
        return self.search(record).via in OTHER_METHODS

    def reconcile(self) -> None:
        """Hold the rows against each other and against what each search says it delivered.

        Raises:
            CountError: they do not agree.
        """
        memberships = Counter(record for citation in self.citations for record in citation.members)
        counted = Counter(record.partition(":")[0] for record in (*self.homes, *self.unread))
        faults = [
            Fault(what=f"the record {record!r} is in {times} citations")
            for record, times in memberships.items()
            if times > 1
        ]
        for source in self.sources:
            here = counted[source.id]
            if not source.ran and here:
                faults.append(Fault(what=f"the search {source.id!r} was never run and has {here:,} records"))
            if source.delivered is not None and source.delivered != here:
                what = f"the search {source.id!r} delivered {source.delivered:,} records and {here:,} are counted"
                faults.append(Fault(what=what, remedy="A record was lost or counted twice on the way; report this."))
        if faults:
            raise CountError(faults)

    def identified(self) -> dict[str, Box]:
        """Count the records each search delivered, and those that nobody had to screen."""
        new = [record for record in (*self.homes, *self.unread) if record not in self.known]
        delivered: dict[tuple[str, str], list[str]] = defaultdict(list)
        for record in new:
            source = self.search(record)
            delivered[source.via, source.name].append(record)
        boxes = {}
        for via, name in _IDENTIFIED.items():
            sources = [source for source in self.sources if source.via == via]
            if any(source.ran for source in sources):
                ran = {source.name for source in sources if source.ran}
                names = dict.fromkeys(source.name for source in sources)
                parts = [
                    part(label, delivered[via, label]) if label in ran else Part(label=label, n=None) for label in names
                ]
                boxes[name] = box((record for one in parts for record in one.ids or ()), parts)
        gone: dict[str, list[str]] = {"duplicates": [], "excluded_automatic": [], "excluded_other": []}
        for record in new:
            name = self._removed_as(record)
            if name in gone:
                gone[name].append(record)
            elif name:
                self.steps[name].append(record)
        if self._has_databases():
            boxes |= {name: box(ids) for name, ids in gone.items()}
        return boxes

    def _has_databases(self) -> bool:
        return any(source.ran and source.via not in OTHER_METHODS for source in self.sources)

    def _removed_as(self, record: str) -> str:
        """Say in which box or step a record stops before screening; empty if it goes on."""
        home = self.homes.get(record)
        other = self.is_other(record)
        removal = self.removal.get(record)
        if removal is not None and home in {None, record}:
            removed = "excluded_automatic" if removal.by == "automation" else "excluded_other"
            return "other_removed" if other else removed
        if record in self.fresh:
            return ""
        if not other:
            return "duplicates"
        known_before = home is None or self.is_other(home)
        return "other_duplicates" if known_before else "other_already_identified"

    def walked(self) -> dict[str, Box]:
        """Count what became of each citation in play, from screening to assessment."""
        found: dict[str, list[str]] = defaultdict(list)
        excluded: dict[str, dict[str, list[str]]] = {"dbr": defaultdict(list), "other": defaultdict(list)}
        automatic: list[str] = []
        for citation, entry in self.entry.items():
            arm = "other" if self.is_other(citation) else "dbr"
            reached = self.screening.statuses[citation]
            records = [status for status in reached if entry <= self._place(status) < self.first_report]
            reports = [status for status in reached if self._place(status) >= max(entry, self.first_report)]
            if citation not in self.fresh:
                late = "carried_records" if entry < self.first_report else "carried_reports"
                self.steps["other_carried" if arm == "other" else late].append(citation)
            if arm == "other":
                self._other_record(citation, records)
            elif entry < self.first_report or (self.first_report == 0 and citation in self.fresh):
                self._record(citation, records, found)
                if records and records[-1].state == "excluded" and records[-1].automatic:
                    automatic.append(citation)
            if reports:
                self._report(arm, reports, found, excluded[arm])
        boxes: dict[str, Box] = {}
        if self._has_databases():
            boxes |= {name: box(found[name]) for name in ("records_screened", "records_excluded")}
            boxes |= self._report_boxes("dbr", found, excluded["dbr"])
            boxes["records_excluded"] = self._by_whom(boxes["records_excluded"], automatic)
        if any(source.ran and source.via in OTHER_METHODS for source in self.sources):
            boxes |= self._report_boxes("other", found, excluded["other"])
        return boxes

    def _place(self, status: Status) -> int:
        return self.stages.index(status.stage)

    def _record(self, citation: str, records: Sequence[Status], found: dict[str, list[str]]) -> None:
        """Count a citation that databases or registers delivered among the records."""
        state = records[-1].state if records else "included"
        if state == "awaiting":
            self.steps["awaiting_screening"].append(citation)
        elif state == "conflict":
            self.steps["awaiting_adjudication"].append(citation)
        else:
            found["records_screened"].append(citation)
            if state == "excluded":
                found["records_excluded"].append(citation)

    def _other_record(self, citation: str, records: Sequence[Status]) -> None:
        """Count a citation of the other methods that a stage before the reports kept back."""
        state = records[-1].state if records else "included"
        if state in {"awaiting", "conflict"}:
            self.steps["other_awaiting_screening"].append(citation)
        elif state == "excluded":
            self.steps["other_records_excluded"].append(citation)

    def _report(
        self, arm: str, reports: Sequence[Status], found: dict[str, list[str]], excluded: dict[str, list[str]]
    ) -> None:
        """Count a citation among the reports."""
        last = reports[-1]
        found[f"{arm}_sought_reports"].append(last.citation)
        if last.state == "not-retrieved":
            found[f"{arm}_notretrieved_reports"].append(last.citation)
        elif last.state == "conflict":
            self.steps[f"{arm}_awaiting_adjudication"].append(last.citation)
        elif last.state == "awaiting":
            at_hand = any(status.retrieved for status in reports)
            self.steps[f"{arm}_awaiting_{'assessment' if at_hand else 'retrieval'}"].append(last.citation)
        else:
            found[f"{arm}_assessed"].append(last.citation)
            if last.state == "excluded":
                label = self.settings.stage(last.stage).reason(last.reason) or NO_REASON
                excluded[label].append(last.citation)

    def _report_boxes(
        self, arm: str, found: Mapping[str, list[str]], excluded: Mapping[str, list[str]]
    ) -> dict[str, Box]:
        listed = [reason.title for stage in self.settings.stages for reason in stage.reasons]
        order = {label: place for place, label in enumerate(dict.fromkeys(listed))}
        labels = sorted(excluded, key=lambda label: (order.get(label, len(order)), label))
        parts = [part(label, excluded[label]) for label in labels]
        names = (f"{arm}_sought_reports", f"{arm}_notretrieved_reports", f"{arm}_assessed")
        return {name: box(found.get(name, ())) for name in names} | {
            f"{arm}_excluded": box((one for each in parts for one in each.ids or ()), parts)
        }

    def _by_whom(self, records_excluded: Box, automatic: Sequence[str]) -> Box:
        """Tell exclusions by people from those by automation tools, where tools decide at all."""
        if not any(reviewer.kind == "tool" for reviewer in self.settings.reviewers.values()):
            return records_excluded
        tools = set(automatic)
        people = [one for one in records_excluded.ids or () if one not in tools]
        return box(records_excluded.ids or (), (part(BY_PEOPLE, people), part(BY_TOOLS, automatic)))

    def included(self) -> dict[str, Box]:
        """Count the reports and studies that are included, against those of the previous version if there is one."""
        if not any(source.ran for source in self.sources):
            return {}
        now = {report: study for report, study in self.studies.items() if report not in self.removal}
        if self.since is None:
            return {"new_studies": box(dict.fromkeys(now.values())), "new_reports": box(now)}
        return self._updated(now, self.since)

    def synthesised(self, names: Collection[str]) -> dict[str, Box]:
        """Count the studies in a meta-analysis and their reports.

        Raises:
            CountError: one of them has no included report.
        """
        reports = [report for report, study in self.studies.items() if study in names]
        strays = sorted(set(names) - {self.studies[report] for report in reports})
        if strays:
            remedy = "Include a report of it, or take the study out of the analysis."
            raise CountError(
                Fault(what=f"the study {name!r} is in a meta-analysis and has no included report", remedy=remedy)
                for name in strays
            )
        studies = dict.fromkeys(self.studies[report] for report in reports)  # names may be a set, in any order
        return {"total_studies_ma": box(studies), "total_reports_ma": box(reports)}

    def _updated(self, now: Mapping[str, str], since: Baseline) -> dict[str, Box]:
        """Count what is included now against a baseline; what does not simply add up becomes a named step."""
        continuing = {report: self.homes[report] for report in since.reports if self.homes.get(report) in now}
        kept = set(continuing.values())
        others = [report for report in now if report not in self.entry and report not in kept]
        studies, earlier = set(now.values()), set(since.reports.values())
        old = {now[report] for report in (*kept, *others)} | (earlier & studies)
        still = {since.reports[report] for report in continuing} | (earlier & studies)
        arrived = [report for report in now if report in self.entry]
        self.steps["added_reports"] = [report for report in arrived if now[report] in old]
        self.steps["withdrawn_reports"] = [report for report in since.reports if report not in continuing]
        self.steps["withdrawn_studies"] = sorted(earlier - still)
        self.signed["regrouped_reports"] = len(others) - (len(continuing) - len(kept))
        self.signed["regrouped_studies"] = len(old) - len(still)
        return {
            "previous_studies": box(sorted(earlier)),
            "previous_reports": box(since.reports),
            "new_studies": box(dict.fromkeys(study for study in now.values() if study not in old)),
            "new_reports": box(report for report in arrived if now[report] not in old),
            "total_studies": box(dict.fromkeys(now.values())),
            "total_reports": box(now),
        }
