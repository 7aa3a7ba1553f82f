"""The CSV of the R package PRISMA2020, out and in, with every trap of its reader avoided.

The package finds rows by searching for a name inside the first column, splits lists of reasons at semicolons and
commas, and turns apostrophes into quotation marks. What is written here survives that.
Source: Haddaway, Page, Pritchard and McGuinness 2022, Campbell Systematic Reviews 18:e1230; the package's template
inst/extdata/PRISMA.csv and R/PRISMA_data.R, versions 1.1.1 to 1.1.4.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.prisma.boxes import OTHER_METHODS, PREVIOUS, VARIABLES, Box, Flow, Part
from pipeline.records import tables

Target = Literal["1.1.4", "1.1.3"]
COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
NA = "NA"
NO_REASONS = "Reason1, xxx; Reason2, xxx; Reason3, xxx"
_SPECIFIC = {"database_specific_results": "Database", "register_specific_results": "Register"}
_OF = {"database_specific_results": "database_results", "register_specific_results": "register_results"}
_LISTS = ("dbr_excluded", "other_excluded")
_META_ANALYSIS = ("total_studies_ma", "total_reports_ma")
_HEADINGS = ("identification", "screening", "included")

# data, node, box, boxtext, tooltips (= the same as boxtext), url. Source: the template of version 1.1.4.
_ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (NA, "node4", "prevstud", "Previous studies", "Grey title box; Previous studies", "prevstud.html"),
    (
        "previous_studies",
        "node5",
        "box1",
        "Studies included in previous version of review",
        "=",
        "previous_studies.html",
    ),
    (
        "previous_reports",
        NA,
        "box1",
        "Reports of studies included in previous version of review",
        NA,
        "previous_reports.html",
    ),
    (
        NA,
        "node6",
        "newstud",
        "Identification of new studies via databases and registers",
        "Yellow title box; Identification of new studies via databases and registers",
        "newstud.html",
    ),
    (
        "database_results",
        "node7",
        "box2",
        "Databases",
        "Records identified from: Databases and Registers",
        "database_results.html",
    ),
    ("database_specific_results", NA, "box2", "Specific Databases", NA, "database_results.html"),
    ("register_results", NA, "box2", "Registers", NA, NA),
    ("register_specific_results", NA, "box2", "Specific Registers", NA, "database_results.html"),
    (
        NA,
        "node16",
        "othstud",
        "Identification of new studies via other methods",
        "Grey title box; Identification of new studies via other methods",
        "othstud.html",
    ),
    (
        "website_results",
        "node17",
        "box11",
        "Websites",
        "Records identified from: Websites, Organisations and Citation Searching",
        "website_results.html",
    ),
    ("organisation_results", "", "box11", "Organisations", NA, NA),
    ("citations_results", NA, "box11", "Citation searching", NA, NA),
    ("duplicates", "node8", "box3", "Duplicate records", "=", "duplicates.html"),
    ("excluded_automatic", NA, "box3", "Records marked as ineligible by automation tools", NA, NA),
    ("excluded_other", NA, "box3", "Records removed for other reasons", NA, NA),
    (
        "records_screened",
        "node9",
        "box4",
        "Records screened",
        "Records screened (databases and registers)",
        "records_screened.html",
    ),
    (
        "records_excluded",
        "node10",
        "box5",
        "Records excluded",
        "Records excluded (databases and registers)",
        "records_excluded.html",
    ),
    (
        "dbr_sought_reports",
        "node11",
        "box6",
        "Reports sought for retrieval",
        "Reports sought for retrieval (databases and registers)",
        "dbr_sought_reports.html",
    ),
    (
        "dbr_notretrieved_reports",
        "node12",
        "box7",
        "Reports not retrieved",
        "Reports not retrieved (databases and registers)",
        "dbr_notretrieved_reports.html",
    ),
    (
        "other_sought_reports",
        "node18",
        "box12",
        "Reports sought for retrieval",
        "Reports sought for retrieval (other)",
        "other_sought_reports.html",
    ),
    (
        "other_notretrieved_reports",
        "node19",
        "box13",
        "Reports not retrieved",
        "Reports not retrieved (other)",
        "other_notretrieved_reports.html",
    ),
    (
        "dbr_assessed",
        "node13",
        "box8",
        "Reports assessed for eligibility",
        "Reports assessed for eligibility (databases and registers)",
        "dbr_assessed.html",
    ),
    (
        "dbr_excluded",
        "node14",
        "box9",
        "Reports excluded",
        "Reports excluded (databases and registers)",
        "dbrexcludedrecords.html",
    ),
    (
        "other_assessed",
        "node20",
        "box14",
        "Reports assessed for eligibility",
        "Reports assessed for eligibility (other)",
        "other_assessed.html",
    ),
    ("other_excluded", "node21", "box15", "Reports excluded", "Reports excluded (other)", "other_excluded.html"),
    ("new_studies", "node15", "box10", "New studies included in review", "=", "new_studies.html"),
    ("new_reports", NA, "box10", "Reports of new included studies", NA, NA),
    ("total_studies", "node22", "box16", "Total studies included in review", "=", "total_studies.html"),
    ("total_reports", NA, "box16", "Reports of total included studies", NA, NA),
    ("identification", "node1", "identification", "Identification", "Blue identification box", "identification.html"),
    ("screening", "node2", "screening", "Screening", "Blue screening box", "screening.html"),
    ("included", "node3", "included", "Included", "Blue included box", "included.html"),
    (
        "total_studies_ma",
        "node23",
        "box17",
        "Total studies included in meta-analysis",
        "=",
        "total_studies_meta_analysis.html",
    ),
    ("total_reports_ma", NA, "box17", "Reports of total included studies in meta-analysis", NA, NA),
)
# The official wording for a new review, which the package's template does not have.
_NEW_REVIEW = {
    "newstud": "Identification of studies via databases and registers",
    "othstud": "Identification of studies via other methods",
    "new_studies": "Studies included in review",
    "new_reports": "Reports of included studies",
}


def write(flow: Flow, *, target: Target = "1.1.4") -> bytes:
    """Write a flow as the CSV that the package's PRISMA_data() reads.

    Every row is always there, since a missing one stops the package. A box without a figure is NA, which drops its
    line. Versions up to 1.1.3 cannot stand the two rows of the meta-analysis, nor a single reason; 1.1.4 needs them.
    """
    rows = []
    for data, node, box, text, tip, url in _ROWS:
        if target == "1.1.3" and data in _META_ANALYSIS:
            continue
        shown = text if flow.is_update else _NEW_REVIEW.get(box if data == NA else data, text)
        tooltip = shown if tip == "=" else tip
        rows.append((data, node, box, shown, shown, tooltip, url, _figure(flow, data, target)))
    return tables.write(COLUMNS, rows)


def _figure(flow: Flow, data: str, target: Target) -> str:
    if data == NA or data in _HEADINGS:
        return "0"
    if data in _SPECIFIC:
        found = flow.boxes.get(_OF[data])
        listed = _list(found.parts if found else ())
        return listed or "; ".join(f"{_SPECIFIC[data]} {n}, xxx" for n in (1, 2, 3))
    found = flow.boxes.get(data)
    if data in _LISTS:
        parts = found.parts if found else ()
        if len(parts) == 1 and target == "1.1.3":
            parts = (*parts, Part(label="Other reasons", n=0))
        return _list(parts) or (str(found.n) if found else NA)
    if found is None:
        return "0" if data in (*PREVIOUS, "total_studies", "total_reports", *_META_ANALYSIS) else NA
    return str(found.n)


def _list(parts: tuple[Part, ...]) -> str:
    return "; ".join(f"{label(part.label)}, {part.n}" for part in parts if part.n is not None)


def label(text: str) -> str:
    """Write a label so that the package neither splits it nor breaks on it.

    >>> label("Wrong design, not RCT; didn't say")
    'Wrong design - not RCT / didn’t say'
    """
    text = re.sub(r"\s*,\s*", " - ", re.sub(r"\s*;\s*", " / ", text))
    return " ".join(text.replace("'", "’").replace('"', "”").replace("\\", "/").split()) or "-"


def lost(flow: Flow) -> tuple[str, ...]:
    """List what the CSV cannot hold, one sentence each."""
    found = [f"{step.words}: the CSV has no row for it." for step in (*flow.awaiting, *flow.adjustments)]
    if flow.not_run:
        found.append(f"Not yet run: {', '.join(flow.not_run)}: the CSV cannot say so.")
    excluded = flow.boxes.get("records_excluded")
    if excluded and excluded.parts:
        found.append("Records excluded by people and by automation tools: the CSV has their sum only.")
    changed = [part.label for box in flow.boxes.values() for part in box.parts if label(part.label) != part.label]
    found.extend(f"{one!r} is written as {label(one)!r}." for one in dict.fromkeys(changed))
    return tuple(found)


def read(data: bytes, *, file: str) -> Flow:
    """Read a flow from such a CSV, whoever wrote it; only the columns `data` and `n` are needed.

    As the package's own application does, previous studies, totals and the meta-analysis count as absent where they
    are 0, and so does the column of other methods where all of it is 0 or NA.

    Raises:
        FormError: a figure that is none, a row that the package would confuse with another; every one that is found.
    """
    table = tables.read(data, file=file, expected=COLUMNS)
    missing = [name for name in ("data", "n") if name not in table.header]
    if missing:
        raise FormError(Fault(what=f"the column {missing[0]!r} is missing", file=file, row=1))
    faults: list[Fault] = []
    cells: dict[str, tuple[int, str]] = {}
    for row in table.rows:
        name = row["data"]
        if name in VARIABLES or name in _SPECIFIC:
            if name in cells:
                what = f"{name!r} stands in two rows (first in row {cells[name][0]})"
                faults.append(Fault(what=what, file=file, row=row.number, column="data", remedy="Delete one."))
            cells[name] = (row.number, row["n"])
        else:
            faults.extend(_confused(name, row.number, file))
    boxes: dict[str, Box] = {}
    for name, (number, cell) in cells.items():
        if name in VARIABLES:
            specific = next((cells.get(one, (0, ""))[1] for one, of in _OF.items() if of == name), "")
            found = _box(name, cell, specific)
            if isinstance(found, str):
                accepted = "a whole number, or 'reason, number; reason, number'" if name in _LISTS else "a whole number"
                faults.append(Fault(what=found, file=file, row=number, column="n", accepted=accepted))
            elif found is not None:
                boxes[name] = found
    if faults:
        raise FormError(faults)
    return Flow(boxes={name: boxes[name] for name in VARIABLES if name in _present(boxes)}, absent="not reported")


def _confused(name: str, number: int, file: str) -> Iterator[Fault]:
    """Refuse a row whose name holds another's: the package would read both as one."""
    if name in (*_HEADINGS, NA, ""):
        return
    inside = [known for known in (*VARIABLES, *_SPECIFIC, *_HEADINGS) if known in name]
    if inside:
        what = f"{name!r} holds the name {inside[0]!r}, so the R package would take it for that row, too"
        remedy = did_you_mean(name, list(VARIABLES)) or "Rename it."
        yield Fault(what=what, file=file, row=number, column="data", remedy=remedy)


def _box(name: str, cell: str, specific: str) -> Box | str | None:
    """Read one figure; a text says what is wrong with it, None that there is none."""
    if cell in {"", NA} or (name in _LISTS and cell == NO_REASONS):
        return None
    if name in _LISTS and not re.fullmatch(r"[\d,.\s]+", cell):
        parts = _parts(cell)
        if parts is None:
            return f"{cell!r} is no list of reasons with their numbers"
        return Box(n=sum(part.n or 0 for part in parts), parts=parts)
    digits = cell.replace(",", "").replace(" ", "")
    if not digits.isdecimal():
        return f"{cell!r} is no figure"
    return Box(n=int(digits), parts=_parts(specific) or ())


def _parts(text: str) -> tuple[Part, ...] | None:
    """Read "label, n; label, n"; None where a number is missing, as in the package's placeholder."""
    parts = []
    for piece in filter(None, map(str.strip, text.split(";"))):
        words, _, number = piece.partition(",")
        digits = number.replace(",", "").strip()
        if not digits.isdecimal():
            return None
        parts.append(Part(label=words.strip(), n=int(digits)))
    return tuple(parts)


def _present(boxes: Mapping[str, Box]) -> set[str]:
    """Return the boxes that are in use: what belongs together and is 0 throughout is not."""
    groups = (tuple(PREVIOUS), ("total_studies", "total_reports"), _META_ANALYSIS, tuple(OTHER_METHODS))
    unused = {name for group in groups if not any(boxes[n].n for n in group if n in boxes) for name in group}
    return set(boxes) - unused
