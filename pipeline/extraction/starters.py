"""Starter rows for studies that screening has newly included: the forms with what is known already filled in."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from pipeline.extraction.columns import forms
from pipeline.extraction.forms import write
from pipeline.extraction.outcomes import Arm, Extraction, Outcome, Row, Study
from pipeline.extraction.settings import ExtractionSettings
from pipeline.records.record import Record

# Latin letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def starter_forms(
    included: Mapping[str, Record],
    extraction: Extraction,
    settings: ExtractionSettings,
    *,
    named: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, bytes]:
    """Write new forms with one study, one arm row, and one row for each primary outcome, for each new study.

    Citations to which screening gave one name are one study. Where the forms hold a study of that name already, it gets
    no second row: a person adds the report to it. The caller creates the forms as new files (a file that exists is
    never touched), once for each extractor. A row of which nothing but these given cells is filled in waits, and is no
    fault.

    Args:
        included: id of each included citation to its merged record, in the order in which the rows shall stand.
        extraction: what the forms hold already; only citations that are `unlinked` there get rows.
        settings: for the primary outcomes.
        named: what the worksheets call the study of a citation, where they name it.

    Returns:
        The bytes of each new form by its name (studies, arms, outcomes); nothing if no citation is new.
    """
    taken = {study.study_id for study in extraction.studies} | {row.study_id for row in extraction.waiting}
    studies: list[Row] = []
    arms: list[Row] = []
    outcomes: list[Row] = []
    found = by_study([each for each in included if each in extraction.unlinked], named)
    given = {name for name, _ in found}
    for name, citations in found:
        if name in taken:
            continue
        records = [included[citation] for citation in citations]
        study_id = name or free_name(study_name(records[0]), taken | given)
        taken.add(study_id)
        studies.append(
            Study(
                study_id=study_id,
                label=_label(records[0]),
                reports=citations,
                registration="; ".join(dict.fromkeys(number for each in records for number in each.registrations)),
                design="",
                notes=" | ".join(each.title for each in records),
            )
        )
        arms.append(Arm(study_id=study_id))
        outcomes.extend(Outcome(study_id=study_id, outcome=o.name) for o in settings.outcomes if o.primary)
    filled = forms(settings)
    rows = {"studies": studies, "arms": arms, "outcomes": outcomes}
    return {name: write(filled[name], listed) for name, listed in rows.items() if listed}


def by_study(citations: Iterable[str], named: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Put the citations of one study together, each study with the id that its name gives; empty where it has none.

    >>> by_study(["s:1", "s:2", "s:3", "s:4"], {"s:1": "NET trial", "s:3": "net-trial"})
    [('net-trial', ('s:1', 's:3')), ('', ('s:2',)), ('', ('s:4',))]
    """
    found: dict[tuple[str, str], list[str]] = {}
    for citation in citations:
        name = plain_name(named.get(citation, ""))
        found.setdefault((name, "" if name else citation), []).append(citation)
    return [(name, tuple(members)) for (name, _), members in found.items()]


def study_name(record: Record) -> str:
    """Name a study after the first author and the year of its report, as an id.

    >>> from pipeline.records.record import Author, Origin
    >>> study_name(Record(id="a:1", origin=Origin(search="a"), authors=(Author(family="Öberg"),), year=2018))
    'oberg-2018'
    """
    author = record.authors[0].family if record.authors else "anonymous"
    return f"{plain_name(author) or 'study'}-{record.year or 'no-date'}"


def plain_name(text: str) -> str:
    """Spell a name with small letters, digits and hyphens; empty if it has none that can be spelt so.

    >>> plain_name("Anna  Müller")
    'anna-muller'
    """
    folded = text.casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _label(record: Record) -> str:
    author = record.authors[0].family if record.authors else "Anonymous"
    return f"{author} {record.year or '(no date)'}"


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first of name-b, name-c ... name-z, name-2, name-3 ... that is free."""
    tails = ["", *(f"-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")]
    found = next((name + tail for tail in tails if name + tail not in taken), "")
    number = 2
    while not found:
        found = f"{name}-{number}" if f"{name}-{number}" not in taken else ""
        number += 1
    return found
