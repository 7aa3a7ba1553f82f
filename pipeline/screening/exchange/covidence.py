"""Covidence: one CSV a category of its export; the category is the decision, and no reviewer is named.

Source: Covidence knowledge base, "How to export your references"; the file name tells review, category and time.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormError
from pipeline.records import tables
from pipeline.screening.decisions import Status
from pipeline.screening.exchange.foreign import OUR_ID, Delivery, Vote, read, reference
from pipeline.screening.settings import Answer, ScreeningSettings

HEADER = (
    "Title", "Authors", "Abstract", "Published Year", "Published Month", "Journal", "Volume", "Issue", "Pages",
    "Accession Number", "DOI", "Ref", "Covidence #", "Study", "Notes", "Tags",
)  # fmt: skip
TEAM = "covidence"  # the team as a whole, since its votes are not exported
_COLUMNS = {
    "key": ("Covidence #",), "title": ("Title",), "authors": ("Authors",), "year": ("Published Year",),
    "journal": ("Journal",), "volume": ("Volume",), "pages": ("Pages",), "doi": ("DOI",), "notes": ("Notes",),
}  # fmt: skip
# What each category decided: on records, on reports; None is not decided there.
CATEGORIES: Mapping[str, tuple[str | None, str | None]] = {
    "irrelevant": ("exclude", None),
    "screen": (None, None),
    "select": ("include", None),
    "excluded": ("include", "exclude"),
    "included": ("include", "include"),
}
# The category of each outcome.
_OF_RECORDS = {"included": "select", "excluded": "irrelevant", "awaiting": "screen"}
_OF_REPORTS = {"included": "included", "excluded": "excluded", "awaiting": "select"}
_REASON = re.compile(r"Exclusion reason:\s*([^;|\n]+)", re.IGNORECASE)


def load(files: Mapping[str, bytes], settings: ScreeningSettings) -> Delivery:
    """Read the files of an export; each tells by its name which category it is.

    Raises:
        FormError: a file is no Covidence export, or its name tells no category.
    """
    records, reports = _stages(settings)
    found, faults = [], []
    for file, data in files.items():
        table = read(data, file, HEADER)
        category = _category(file)
        if "Covidence #" not in table.header or category is None:
            what = "this is no Covidence export" if category else "the name tells no category of Covidence"
            accepted = f"a name with one of: {', '.join(CATEGORIES)}"
            faults.append(Fault(what=what, file=file, accepted=accepted))
            continue
        on_record, on_report = CATEGORIES[category]
        for row in table.rows:
            votes = [Vote(reviewer=TEAM, answer=_answer(answer), stage=records) for answer in (on_record,) if answer]
            if on_report:
                reason = _REASON.search(row["Notes"])
                why = reason.group(1).strip() if reason and on_report == "exclude" else ""
                votes.append(Vote(reviewer=TEAM, answer=_answer(on_report), reason=why, stage=reports))
            found.append(reference(table, row, _COLUMNS, votes))
    if faults:
        raise FormError(faults)
    untold = f"Covidence exports what the team decided, not who voted how: it is the word of the reviewer {TEAM!r}."
    return Delivery(references=tuple(found), untold=(untold,), people={TEAM: TEAM})


def _answer(word: str) -> Answer:
    return "include" if word == "include" else "exclude"


def _stages(settings: ScreeningSettings) -> tuple[str, str]:
    """Name the first stage on records and the first on reports."""
    records = next((stage.id for stage in settings.stages if not stage.reports), settings.stages[0].id)
    return records, next(stage.id for stage in settings.stages if stage.reports)


def _category(file: str) -> str | None:
    words = re.split(r"[^a-z]+", file.rpartition("/")[2].casefold())
    return next((category for category in CATEGORIES if category in words), None)


def dump(citations: Sequence[Citation], statuses: Mapping[str, Status], *, reports: bool) -> dict[str, bytes]:
    """Write one file a category with Covidence's columns; Covidence imports references, and no votes."""
    categories = _OF_REPORTS if reports else _OF_RECORDS
    files: dict[str, list[list[str]]] = defaultdict(list)
    for number, citation in enumerate(citations, start=1):
        record = citation.record
        status = statuses.get(citation.id)
        name = categories.get(status.state if status else "awaiting", categories["awaiting"])
        why = status.reason if status else ""
        notes = f"{OUR_ID}: {citation.id}" + (f"; Exclusion reason: {why}" if why else "")
        facts = {
            "Title": record.title or record.original_title,
            "Authors": "; ".join(author.name for author in record.authors),
            "Abstract": record.abstract_text,
            "Published Year": str(record.year or ""),
            "Published Month": str(record.month or ""),
            "Journal": record.journal,
            "Volume": record.volume,
            "Issue": record.issue,
            "Pages": record.pages,
            "Accession Number": record.accession,
            "DOI": record.doi,
            "Ref": str(number),
            "Covidence #": f"#{number}",
            "Study": "",
            "Notes": notes,
            "Tags": "",
        }
        files[name].append([facts[column] for column in HEADER])
    return {f"covidence_{name}.csv": tables.write(HEADER, rows) for name, rows in sorted(files.items())}
