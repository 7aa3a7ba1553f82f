"""What stands in each panel of the diagram: PRISMA 2020's own words, the figures, and what is not known yet.

Source: the four templates of Page et al. 2021, BMJ 372:n71 (http://www.prisma-statement.org, CC BY 4.0): new or
updated review, with or without other methods. The meta-analysis panel is that of the R package PRISMA2020 1.1.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.prisma.boxes import VARIABLES, Box, Flow

# What each box of an update counts, in words that stand alone.
LABELS: Mapping[str, str] = {
    "previous_studies": "Studies included in previous version of review",
    "previous_reports": "Reports of studies included in previous version of review",
    "database_results": "Records identified from databases",
    "register_results": "Records identified from registers",
    "website_results": "Records identified from websites",
    "organisation_results": "Records identified from organisations",
    "citations_results": "Records identified from citation searching",
    "duplicates": "Duplicate records removed before screening",
    "excluded_automatic": "Records marked as ineligible by automation tools",
    "excluded_other": "Records removed for other reasons",
    "records_screened": "Records screened",
    "records_excluded": "Records excluded",
    "dbr_sought_reports": "Reports sought for retrieval (databases and registers)",
    "dbr_notretrieved_reports": "Reports not retrieved (databases and registers)",
    "other_sought_reports": "Reports sought for retrieval (other methods)",
    "other_notretrieved_reports": "Reports not retrieved (other methods)",
    "dbr_assessed": "Reports assessed for eligibility (databases and registers)",
    "dbr_excluded": "Reports excluded (databases and registers)",
    "other_assessed": "Reports assessed for eligibility (other methods)",
    "other_excluded": "Reports excluded (other methods)",
    "new_studies": "New studies included in review",
    "new_reports": "Reports of new included studies",
    "total_studies": "Total studies included in review",
    "total_reports": "Reports of total included studies",
    "total_studies_ma": "Total studies included in meta-analysis",
    "total_reports_ma": "Reports of total included studies in meta-analysis",
}
# The panel in which each kind of open work is shown, and its words there.
_OPEN: Mapping[str, tuple[str, str]] = {
    "awaiting_screening": ("screened", "Awaiting screening"),
    "awaiting_adjudication": ("screened", "Awaiting the arbiter"),
    "dbr_awaiting_retrieval": ("dbr_sought", "Awaiting retrieval"),
    "dbr_awaiting_assessment": ("dbr_assessed", "Awaiting assessment"),
    "dbr_awaiting_adjudication": ("dbr_assessed", "Awaiting the arbiter"),
    "other_awaiting_screening": ("other_identified", "Awaiting screening or the arbiter"),
    "other_awaiting_retrieval": ("other_sought", "Awaiting retrieval"),
    "other_awaiting_assessment": ("other_assessed", "Awaiting assessment"),
    "other_awaiting_adjudication": ("other_assessed", "Awaiting the arbiter"),
}
# The box whose figure each adjustment explains.
_ADJUSTED: Mapping[str, str] = {
    "other_duplicates": "other_sought_reports",
    "other_already_identified": "other_sought_reports",
    "other_removed": "other_sought_reports",
    "other_records_excluded": "other_sought_reports",
    "other_carried": "other_sought_reports",
    "other_records_per_report": "other_sought_reports",
    "carried_records": "records_screened",
    "carried_reports": "dbr_sought_reports",
    "records_per_report": "dbr_sought_reports",
    "added_reports": "new_reports",
    "withdrawn_reports": "total_reports",
    "regrouped_reports": "total_reports",
    "withdrawn_studies": "total_studies",
    "regrouped_studies": "total_studies",
}
NO_BREAK = "\u00a0"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A text in a panel that is broken into lines on its own.

    Attributes:
        n: the figure, where there is one.
        count: the figure as it is printed, "(n = 12)", kept in one piece; empty in a heading.
        box: the box whose figure it is.
        mark: letter of the note that explains the figure.
    """

    text: str
    n: int | None = None
    count: str = ""
    box: str = ""
    mark: str = ""
    style: Literal["plain", "heading", "part", "open"] = "plain"


def figure(n: int | None, unknown: str) -> str:
    """Write a figure as PRISMA does.

    >>> figure(1234, "").replace(NO_BREAK, " "), figure(None, "not yet run").replace(NO_BREAK, " ")
    ('(n = 1,234)', '(not yet run)')
    """
    return f"(n = {n:,})".replace(" ", NO_BREAK) if n is not None else f"({unknown})".replace(" ", NO_BREAK)


def called(flow: Flow, box: str) -> str:
    """Say what a box counts, in words that stand alone; in a new review nothing is called new.

    >>> called(Flow(boxes={}), "new_studies")
    'Studies included in review'
    """
    words = LABELS[box]
    return words if flow.is_update else words.replace("New studies", "Studies").replace("new included", "included")


def headings(flow: Flow) -> Mapping[str, str]:
    """Name the columns of the template."""
    new = "new studies" if flow.is_update else "studies"
    return {
        "previous": "Previous studies",
        "dbr": f"Identification of {new} via databases and registers",
        "other": f"Identification of {new} via other methods",
    }


def panels(flow: Flow) -> dict[str, tuple[Paragraph, ...]]:
    """Fill the panels of the template that fits the flow, from top to bottom and left to right."""
    words = _Words(flow)
    found: dict[str, list[Paragraph]] = {}
    if flow.is_update:
        found["previous"] = [
            words.line("previous_studies", "Studies included in previous version of review"),
            words.line("previous_reports", "Reports of studies included in previous version of review"),
        ]
    found |= words.databases()
    if flow.has_other_methods:
        found |= words.other_methods()
    found |= words.included()
    for step in flow.awaiting:
        panel, text = _OPEN[step.name]
        count = figure(step.n, "")
        found[panel].append(Paragraph(text=text, n=step.n, count=count, box=step.name, style="open"))
    return {name: tuple(paragraphs) for name, paragraphs in found.items()}


class _Words:
    """The words for one flow."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        explained = {_ADJUSTED[step.name] for step in flow.adjustments}
        self.marks = dict(zip((box for box in VARIABLES if box in explained), _LETTERS, strict=False))

    def line(self, box: str, text: str) -> Paragraph:
        """Write one figure with its words."""
        n = self.flow.n(box)
        count = figure(n, self.flow.absent)
        return Paragraph(text=text, n=n, count=count, box=box, mark=self.marks.get(box, ""))

    def sources(self, names: Mapping[str, str]) -> list[Paragraph]:
        """List where records were identified, each source of databases and registers on a line of its own."""
        lines = []
        for box, text in names.items():
            found = self.flow.boxes.get(box)
            if found is None and box != "database_results":
                continue
            lines.append(self.line(box, text) if found else self._unrun(text))
            lines.extend(_parts(found, box, "not yet run"))
        return lines

    def _unrun(self, text: str) -> Paragraph:
        unknown = "not yet run" if self.flow.not_run else self.flow.absent
        return Paragraph(text=text, count=figure(None, unknown), box="database_results")

    def excluded(self, box: str, text: str) -> list[Paragraph]:
        """List exclusions with their reasons, or the figure alone where no reason is known."""
        found = self.flow.boxes.get(box)
        if found is None or not found.parts:
            return [self.line(box, text)]
        if box == "records_excluded":
            return [self.line(box, text), *_parts(found, box, self.flow.absent)]
        return [Paragraph(text=f"{text}:", box=box, style="heading"), *_parts(found, box, self.flow.absent)]

    def databases(self) -> dict[str, list[Paragraph]]:
        """Fill the column of databases and registers."""
        return {
            "identified": [
                Paragraph(text="Records identified from:", style="heading"),
                *self.sources({"database_results": "Databases", "register_results": "Registers"}),
            ],
            "removed": [
                Paragraph(text="Records removed before screening:", style="heading"),
                self.line("duplicates", "Duplicate records removed"),
                self.line("excluded_automatic", "Records marked as ineligible by automation tools"),
                self.line("excluded_other", "Records removed for other reasons"),
            ],
            "screened": [self.line("records_screened", "Records screened")],
            "excluded": self.excluded("records_excluded", "Records excluded"),
        } | self._reports("dbr")

    def other_methods(self) -> dict[str, list[Paragraph]]:
        """Fill the column of the other methods."""
        names = {
            "website_results": "Websites",
            "organisation_results": "Organisations",
            "citations_results": "Citation searching",
        }
        heading = Paragraph(text="Records identified from:", style="heading")
        lines = [
            line
            for box, text in names.items()
            if box in self.flow.boxes
            for line in (self.line(box, text), *_parts(self.flow.boxes[box], box, "not yet run"))
        ]
        return {"other_identified": [heading, *lines]} | self._reports("other")

    def _reports(self, arm: str) -> dict[str, list[Paragraph]]:
        return {
            f"{arm}_sought": [self.line(f"{arm}_sought_reports", "Reports sought for retrieval")],
            f"{arm}_notretrieved": [self.line(f"{arm}_notretrieved_reports", "Reports not retrieved")],
            f"{arm}_assessed": [self.line(f"{arm}_assessed", "Reports assessed for eligibility")],
            f"{arm}_excluded": self.excluded(f"{arm}_excluded", "Reports excluded"),
        }

    def included(self) -> dict[str, list[Paragraph]]:
        """Fill the panels of what is included."""
        update = self.flow.is_update
        studies = "New studies included in review" if update else "Studies included in review"
        reports = "Reports of new included studies" if update else "Reports of included studies"
        found = {"new": [self.line("new_studies", studies), self.line("new_reports", reports)]}
        if update:
            found["total"] = [
                self.line("total_studies", "Total studies included in review"),
                self.line("total_reports", "Reports of total included studies"),
            ]
        if "total_studies_ma" in self.flow.boxes:
            found["ma"] = [
                self.line("total_studies_ma", "Total studies included in meta-analysis"),
                self.line("total_reports_ma", "Reports of total included studies in meta-analysis"),
            ]
        return found


def _parts(box: Box | None, name: str, unknown: str) -> Sequence[Paragraph]:
    parts = box.parts if box else ()
    return [Paragraph(text=one.label, n=one.n, count=figure(one.n, unknown), box=name, style="part") for one in parts]


def listed(rest: Sequence[Paragraph]) -> tuple[str, ...]:
    """Write what is left of lists that are too long for their panels, one sentence a box."""
    by_box: dict[str, list[str]] = {}
    for one in rest:
        by_box.setdefault(one.box, []).append(f"{one.text} {one.count}")
    return tuple(f"{LABELS[box]}, continued: {'; '.join(shares)}." for box, shares in by_box.items())


def legend(flow: Flow) -> tuple[str, ...]:
    """Write the sentences below the diagram: what was never run, what is open, what stands between the boxes."""
    lines = []
    if flow.not_run:
        lines.append(f"Not yet run: {', '.join(flow.not_run)}. Their records are unknown, not zero.")
    if flow.awaiting:
        open_ = "; ".join(step.words for step in flow.awaiting)
        lines.append(f"In progress: {open_}.")
    for box, mark in _Words(flow).marks.items():
        steps = "; ".join(step.words for step in flow.adjustments if _ADJUSTED[step.name] == box)
        lines.append(f"[{mark}] {steps}.")
    if flow.previous:
        lines.append(f"Previous version: {flow.previous}.")
    return (*lines, *flow.notes)


def description(flow: Flow) -> str:
    """Say the whole diagram in sentences, for people who hear it."""
    spoken = []
    for paragraphs in panels(flow).values():
        for paragraph in paragraphs:
            count = paragraph.count.strip("()").replace(NO_BREAK, " ").removeprefix("n = ")
            spoken.append(f"{paragraph.text.rstrip(':')}: {count}." if count else f"{paragraph.text}")
    return " ".join([*spoken, *legend(flow)])


def title(flow: Flow) -> str:
    """Name the diagram.

    >>> title(Flow(boxes={}))
    'PRISMA 2020 flow diagram for a new systematic review: databases and registers only'
    """
    kind = "an updated" if flow.is_update else "a new"
    rest = "databases, registers and other methods" if flow.has_other_methods else "databases and registers only"
    return f"PRISMA 2020 flow diagram for {kind} systematic review: {rest}"
