"""Covidence's extraction export to our forms: one row a study and reviewer becomes the reviewer's own form.

Every column of the export arrives somewhere: in a column of the studies form, in a cell of the outcomes form where
the settings say so, or as a column of the person's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.extraction.columns import Form, forms
from pipeline.extraction.forms import read_files
from pipeline.extraction.outcomes import Study
from pipeline.extraction.settings import REPORT, CovidenceResult, ExtractionSettings
from pipeline.extraction.starters import plain_name
from pipeline.records import tables

# Headings that every export has. Source: Covidence, "Data extraction export" (CSV): one row a reviewer and study, and
# one whose reviewer is called Consensus.
NUMBER, STUDY, TITLE, REVIEWER = "Covidence #", "Study ID", "Title", "Reviewer Name"
CONSENSUS = "consensus"
ONLY_ARM = "all patients"  # what the arm is called where the settings name none

# Headings of Covidence's own template to columns of the studies form; the settings come first.
_TEMPLATE = {
    "study design": "design",
    "country in which the study conducted": "setting",
    "study funding sources": "funding",
    "population description": "population",
    "total number of participants": "n",
    "notes": "notes",
}
# Covidence's words for designs to ours; another word stays, and the next check of the forms says what is accepted.
_DESIGNS = {
    "randomised controlled trial": "randomised trial",
    "randomized controlled trial": "randomised trial",
    "non-randomised experimental study": "non-randomised trial",
    "cohort study": "cohort",
    "case control study": "case-control",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Covidence:
    """What becomes of an export.

    Attributes:
        forms: path below extraction/ of each new form to its bytes.
        placed: each column of the export and where it went, in the order of the export.
        left_out: each row that was not taken, and why.
        unlinked: each study without a report, and why.
    """

    forms: Mapping[str, bytes]
    placed: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    unlinked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    """What a study of the export is called here, and the included citation that is its report, if one is."""

    study_id: str
    report: str


def read(
    data: bytes,
    *,
    file: str,
    settings: ExtractionSettings,
    titles: Mapping[str, str] | None = None,
    there: Mapping[str, bytes] | None = None,
) -> Covidence:
    """Turn an export into the forms of each extractor and, from its consensus rows, into agreed forms.

    A reviewer is the extractor of that name ("Anna Example" is anna-example, or anna if that is the name in the
    settings). Where the settings name no extractors, the consensus row of a study is taken, or its only row. A study
    is linked to the one included citation of its title, and takes the study id that the forms have for that citation.
    What the same extractor has filled in for a study stays, and the row of the export is left out.

    Args:
        data: the export.
        file: its name.
        settings: the words of the protocol, and where the columns of the export go.
        titles: id of each included citation to its title.
        there: path to bytes of the forms that the review has.

    Raises:
        FormError: the file is no such export, a setting names a column that is not there, or a reviewer is no
            extractor; every fault at once.
    """
    table = tables.read(data, file=file, expected=(NUMBER, STUDY, TITLE, REVIEWER))
    faults = [
        Fault(what=f"the column {name!r} is not there", file=file, row=1, column=name, accepted="an extraction export")
        for name in (STUDY, REVIEWER)
        if name not in table.header
    ]
    known = forms(settings)
    studies = known["studies"]
    faults += [*_unknown_headings(table, settings), *_unknown_cells(studies, known["outcomes"], settings)]
    if faults:
        raise FormError(faults)
    owners, left_out = _owners(table, settings)
    begun, known_as = _studies_there(there or {}, settings)
    named, unlinked = _names(table, titles or {}, known_as)
    places = {heading: _place(heading, studies, settings) for heading in table.header}
    written: dict[str, bytes] = {}
    for owner in dict.fromkeys(owners.values()):
        whose = f"by {owner}" if owner else "as agreed"
        lines = []
        for line in table.rows:
            if owners.get(line.number) != owner:
                continue
            if (owner, named[line[STUDY]].study_id) in begun:
                left_out.append(f"Row {line.number}, {line[STUDY]}: the study is filled in already {whose}.")
            else:
                lines.append(line)
        folder = f"{owner}/" if owner else ""
        if lines:
            written[f"{folder}covidence-studies.csv"] = _studies(lines, named, places, studies)
        for name, content in _results(lines, named, settings).items():
            written[f"{folder}covidence-{name}.csv"] = content
    return Covidence(
        forms=written, placed=tuple(places.items()), left_out=tuple(left_out), unlinked=tuple(unlinked.values())
    )


def _unknown_headings(table: tables.Table, settings: ExtractionSettings) -> Iterator[Fault]:
    for key, headings in (("covidence", settings.covidence), ("covidence_results", settings.covidence_results)):
        for heading in headings:
            if heading not in table.header:
                what = f"extraction.{key} names the column {heading!r}, which the export does not have"
                yield Fault(what=what, file=table.file, row=1, remedy=did_you_mean(heading, table.header))


def _unknown_cells(studies: Form, outcomes: Form, settings: ExtractionSettings) -> Iterator[Fault]:
    goes = [("covidence", heading, name, studies) for heading, name in settings.covidence.items()]
    goes += [("covidence_results", heading, to.cell, outcomes) for heading, to in settings.covidence_results.items()]
    for key, heading, name, form in goes:
        names = [column.name for column in form.columns]
        if name not in names:
            remedy = did_you_mean(name, names)
            what = f"the {form.name} form has no column {name!r}"
            yield Fault(what=what, column=f"extraction.{key}.{heading}", accepted=", ".join(names), remedy=remedy)


def _owners(table: tables.Table, settings: ExtractionSettings) -> tuple[dict[int, str], list[str]]:
    """Find whose form each row goes into ("" is the agreed one), and say which rows are not taken."""
    owners: dict[int, str] = {}
    left_out = []
    faults = []
    rows_of: dict[str, list[tables.Row]] = {}
    for line in table.rows:
        rows_of.setdefault(line[STUDY], []).append(line)
    for line in table.rows:
        name = plain_name(line[REVIEWER])
        first = name.split("-")[0]
        alone = len(rows_of[line[STUDY]]) == 1
        if name == CONSENSUS or (not settings.extractors and alone):
            owners[line.number] = ""
        elif not settings.extractors:
            left_out.append(f"Row {line.number}, {line[STUDY]} by {line[REVIEWER]}: the settings name no extractors.")
        elif name in settings.extractors or first in settings.extractors:
            owners[line.number] = name if name in settings.extractors else first
        else:
            faults.append(
                Fault(
                    what=f"the reviewer {line[REVIEWER]!r} is no extractor of this review",
                    file=table.file,
                    row=line.number,
                    column=REVIEWER,
                    accepted=", ".join(settings.extractors),
                    remedy=f"Add {name!r} to extraction.extractors.",
                )
            )
    if faults:
        raise FormError(faults)
    return owners, left_out


def _studies_there(
    there: Mapping[str, bytes], settings: ExtractionSettings
) -> tuple[set[tuple[str, str]], dict[str, str]]:
    """Say which studies each owner has filled in, and what study each report belongs to."""
    begun = set()
    known_as: dict[str, str] = {}
    for filled in read_files(there, settings).rows:
        if isinstance(filled.row, Study):
            known_as.update(dict.fromkeys(filled.row.reports, filled.row.study_id))
            if not filled.waits:
                begun.add((filled.owner, filled.row.study_id))
    return begun, known_as


def _names(
    table: tables.Table, titles: Mapping[str, str], known_as: Mapping[str, str]
) -> tuple[dict[str, _Named], dict[str, str]]:
    """Find the report and the study id of each study of the export; say of which studies no report was found."""
    by_title: dict[str, list[str]] = {}
    for citation, title in titles.items():
        by_title.setdefault(plain_name(title), []).append(citation)
    named = {}
    unlinked = {}
    for line in table.rows:
        fits = by_title.get(plain_name(line[TITLE]), []) if plain_name(line[TITLE]) else []
        report = fits[0] if len(fits) == 1 else ""
        name = line[STUDY]
        named[name] = _Named(known_as.get(report) or plain_name(name), report)
        if not report:
            several = f"{len(fits)} included reports have" if fits else "no included report has"
            unlinked[name] = f"{name}: {several} the title {line[TITLE]!r}."
    return named, unlinked


def _place(heading: str, studies: Form, settings: ExtractionSettings) -> str:
    """Say where a column of the export goes: a column of the studies form, the outcomes form, or your own column."""
    if heading in {STUDY, REVIEWER}:
        return "study_id" if heading == STUDY else "the folder of the form"
    if heading in settings.covidence_results:
        found = settings.covidence_results[heading]
        return f"outcomes: {found.outcome}, {found.measure}, {found.cell}"
    folded = " ".join(heading.split()).casefold()
    names = [column.name for column in studies.columns if column.name not in {"study_id", "label"}]
    wanted = settings.covidence.get(heading) or _TEMPLATE.get(folded) or re.sub(r"\W+", "_", folded)
    return wanted if wanted in names else f"your own column {heading!r}"


def _studies(lines: Sequence[tables.Row], named: Mapping[str, _Named], places: Mapping[str, str], form: Form) -> bytes:
    names = [column.name for column in form.columns]
    own = [heading for heading, place in places.items() if place.startswith("your own column")]
    rows = []
    for line in lines:
        study = named[line[STUDY]]
        cells = dict.fromkeys(names, "")
        cells |= {"study_id": study.study_id, "label": line[STUDY], "reports": study.report}
        for heading, place in places.items():
            if place in names and place != "study_id" and line[heading]:
                cells[place] = "; ".join(part for part in (cells[place], line[heading]) if part)
        cells["design"] = _DESIGNS.get(cells["design"].casefold(), cells["design"])
        rows.append([*cells.values(), *(line[heading] for heading in own)])
    return tables.write([*names, *own], rows, form=True)


def _results(
    lines: Sequence[tables.Row], named: Mapping[str, _Named], settings: ExtractionSettings
) -> dict[str, bytes]:
    """Fill in the outcomes form, and the arms that it names."""
    known = forms(settings)
    numbers: dict[tuple[str, ...], dict[str, str]] = {}
    arms: dict[tuple[str, str], dict[str, str]] = {}
    for line in lines:
        study = named[line[STUDY]].study_id
        for heading, goes in settings.covidence_results.items():
            if line[heading]:
                arm = goes.arm or ONLY_ARM
                key = (study, arm, goes.comparator, goes.outcome, goes.measure, goes.timepoint_months)
                cells = numbers.setdefault(key, _number(key, goes))
                cells[goes.cell] = line[heading]
                own = _arm(arms, study, arm)
                own["modality"] = goes.modality or own["modality"]
                if goes.comparator:
                    _arm(arms, study, goes.comparator)["role"] = "comparator"
    if not numbers:
        return {}
    return {
        name: tables.write(columns, ([cells.get(column, "") for column in columns] for cells in rows), form=True)
        for name, rows in (("outcomes", numbers.values()), ("arms", arms.values()))
        if (columns := [column.name for column in known[name].columns])
    }


def _arm(arms: dict[tuple[str, str], dict[str, str]], study: str, arm: str) -> dict[str, str]:
    told = {"study_id": study, "arm": arm, "source": REPORT, "modality": ""}
    return arms.setdefault((study, arm), told)


def _number(key: tuple[str, ...], goes: CovidenceResult) -> dict[str, str]:
    names = ("study_id", "arm", "comparator", "outcome", "measure", "timepoint_months")
    told = dict(zip(names, key, strict=True))
    return told | {"unit": goes.unit, "ci_level": goes.ci_level, "source": REPORT}
