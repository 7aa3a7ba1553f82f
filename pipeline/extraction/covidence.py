"""Covidence's extraction export to our forms: one row a study and reviewer becomes the reviewer's own form.

Every column of the export arrives somewhere: in a column of the studies form, in a cell of the outcomes form where
the settings say so, or as a column of the person's own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.extraction.columns import Form, forms
from pipeline.extraction.forms import read_files
from pipeline.extraction.outcomes import Study
from pipeline.extraction.settings import REPORT, CovidenceResult, ExtractionSettings
from pipeline.extraction.starters import free_name, plain_name
from pipeline.records import tables

# Headings that every export has. Source: Covidence, "Data extraction export" (CSV): one row a reviewer and study, and
# one whose reviewer is called Consensus.
NUMBER, STUDY, TITLE, REVIEWER = "Covidence #", "Study ID", "Title", "Reviewer Name"
CONSENSUS = "consensus"
ONLY_ARM = "all patients"  # what the arm is called where the settings name none
_TOLD = ("value", "value_status", "events", "range_low", "range_high")  # cells without which a row says nothing

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
        left_out: each row, and each number of one, that was not taken, and why.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """What the forms of the review say of studies already.

    Attributes:
        begun: each owner and study that the owner has filled in.
        by_number: number of a study in Covidence to its id here.
        by_report: record or citation to the id of the study it reports.
    """

    begun: frozenset[tuple[str, str]]
    by_number: Mapping[str, str]
    by_report: Mapping[str, str]


def read(
    data: bytes,
    *,
    file: str,
    settings: ExtractionSettings,
    included: Sequence[Citation] = (),
    there: Mapping[str, bytes] | None = None,
) -> Covidence:
    """Turn an export into the forms of each extractor and, from its consensus rows, into agreed forms.

    A reviewer is the extractor of that name ("Anna Example" is anna-example, or anna if that is the name in the
    settings). Where the settings name no extractors, the consensus row of a study is taken, or its only row. A study
    is known by its number in Covidence, since its name there is only an author and a year. It is linked to the one
    included citation of its title, and keeps the study id that the forms have for its number or that citation. What
    the same extractor has filled in for a study stays, and the row of the export is left out.

    Args:
        data: the export.
        file: its name.
        settings: the words of the protocol, and where the columns of the export go.
        included: the included citations.
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
    known_there = _studies_there(there or {}, settings)
    named, unlinked = _names(table, included, known_there)
    places = {heading: _place(heading, studies, settings) for heading in table.header}
    written: dict[str, bytes] = {}
    for owner in dict.fromkeys(owners.values()):
        whose = f"by {owner}" if owner else "as agreed"
        lines = []
        for line in table.rows:
            if owners.get(line.number) != owner:
                continue
            if (owner, named[_key(line)].study_id) in known_there.begun:
                left_out.append(f"Row {line.number}, {line[STUDY]}: the study is filled in already {whose}.")
            else:
                lines.append(line)
        folder = f"{owner}/" if owner else ""
        if lines:
            written[f"{folder}covidence-studies.csv"] = _studies(lines, named, places, studies)
        results, untold = _results(lines, named, settings)
        written.update((f"{folder}covidence-{name}.csv", content) for name, content in results.items())
        left_out.extend(untold)
    return Covidence(forms=written, placed=tuple(places.items()), left_out=tuple(left_out), unlinked=unlinked)


def _key(line: tables.Row) -> str:
    """Tell one study of an export from another: by its number; two may have one author and one year."""
    return line[NUMBER] or line[STUDY]


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
        rows_of.setdefault(_key(line), []).append(line)
    for line in table.rows:
        name = plain_name(line[REVIEWER])
        first = name.split("-")[0]
        alone = len(rows_of[_key(line)]) == 1
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


def _studies_there(there: Mapping[str, bytes], settings: ExtractionSettings) -> _There:
    begun = set()
    by_number: dict[str, str] = {}
    by_report: dict[str, str] = {}
    for filled in read_files(there, settings).rows:
        row = filled.row
        if isinstance(row, Study):
            by_report.update(dict.fromkeys(row.reports, row.study_id))
            by_number.update((text, row.study_id) for name, text in row.extra if name == NUMBER)
            if not filled.waits:
                begun.add((filled.owner, row.study_id))
    return _There(begun=frozenset(begun), by_number=by_number, by_report=by_report)


def _names(
    table: tables.Table, included: Sequence[Citation], there: _There
) -> tuple[dict[str, _Named], tuple[str, ...]]:
    """Find the report and the study id of each study of the export; say of which studies no report was found."""
    by_title: dict[str, list[Citation]] = {}
    for citation in included:
        by_title.setdefault(plain_name(citation.record.title), []).append(citation)
    named: dict[str, _Named] = {}
    unlinked = []
    taken = {*there.by_number.values(), *there.by_report.values()}
    for line in table.rows:
        if _key(line) in named:
            continue
        fits = by_title.get(plain_name(line[TITLE]), []) if plain_name(line[TITLE]) else []
        report = fits[0] if len(fits) == 1 else None
        known = [there.by_number.get(line[NUMBER], "")]
        known += [there.by_report.get(name, "") for name in (report.id, *report.members)] if report else []
        study_id = next(filter(None, known), "") or free_name(plain_name(line[STUDY]) or "study", taken)
        taken.add(study_id)
        named[_key(line)] = _Named(study_id, report.id if report else "")
        if not report:
            several = f"{len(fits)} included reports have" if fits else "no included report has"
            unlinked.append(f"{line[STUDY]}: {several} the title {line[TITLE]!r}.")
    return named, tuple(unlinked)


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
        study = named[_key(line)]
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
) -> tuple[dict[str, bytes], list[str]]:
    """Fill in the outcomes form and the arms that it names; say which numbers have no value, and are not taken."""
    known = forms(settings)
    numbers: list[dict[str, str]] = []
    arms: dict[tuple[str, str], dict[str, str]] = {}
    untold = []
    for line in lines:
        study = named[_key(line)].study_id
        for number in _numbers(line, study, settings):
            if not any(number.get(cell) for cell in _TOLD):
                what = f"{number['outcome']}, {number['measure']}, {number['arm']}"
                untold.append(f"Row {line.number}, {line[STUDY]}: {what} has no value.")
                continue
            numbers.append(number)
            own = _arm(arms, study, number["arm"])
            own["modality"] = number.pop("modality") or own["modality"]
            if number["comparator"]:
                _arm(arms, study, number["comparator"])["role"] = "comparator"
    if not numbers:
        return {}, untold
    filled = {
        name: tables.write(columns, ([cells.get(column, "") for column in columns] for cells in rows), form=True)
        for name, rows in (("outcomes", numbers), ("arms", arms.values()))
        if (columns := [column.name for column in known[name].columns])
    }
    return filled, untold


def _numbers(line: tables.Row, study: str, settings: ExtractionSettings) -> Iterable[dict[str, str]]:
    """Gather the cells of each number of a row, with the modality of its arm."""
    numbers: dict[tuple[str, ...], dict[str, str]] = {}
    for heading, goes in settings.covidence_results.items():
        if line[heading]:
            cells = numbers.setdefault(goes.number, _number(study, goes))
            cells["modality"] = goes.modality or cells["modality"]
            cells[goes.cell] = line[heading]
    return numbers.values()


def _arm(arms: dict[tuple[str, str], dict[str, str]], study: str, arm: str) -> dict[str, str]:
    told = {"study_id": study, "arm": arm, "source": REPORT, "modality": ""}
    return arms.setdefault((study, arm), told)


def _number(study: str, goes: CovidenceResult) -> dict[str, str]:
    names = ("arm", "comparator", "outcome", "measure", "timepoint_months")
    told = dict(zip(names, goes.number, strict=True)) | {"study_id": study, "source": REPORT}
    return told | {"arm": goes.arm or ONLY_ARM, "unit": goes.unit, "ci_level": goes.ci_level, "modality": ""}
