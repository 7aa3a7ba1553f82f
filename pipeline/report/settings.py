"""What a person may set of a report in workflow.yaml, under `report:`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.errors import Fault, did_you_mean
from pipeline.report import words
from pipeline.report.references import OWN_STYLE, check_style

Part = Literal[
    "summary",
    "new",
    "background",
    "question",
    "living",
    "searches",
    "selection",
    "collection",
    "analysis",
    "flow",
    "studies",
    "outcomes",
    "synthesis",
    "bias",
    "discrepancies",
    "excluded",
    "awaiting",
    "discussion",
    "registration",
    "support",
    "interests",
    "availability",
    "checklists",
    "records",
    "provenance",
    "references",
]
PARTS: tuple[Part, ...] = get_args(Part)

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class AuthorSettings:
    """An author of the review.

    Attributes:
        name: as it is to be printed.
        affiliation: as it is to be printed.
        orcid: 16 characters with hyphens, without the address.
        role: what the author did, in a few words.
    """

    name: str
    affiliation: str = ""
    orcid: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """How the report looks and what it holds.

    Attributes:
        series: the line above the title.
        authors: in the order of the title page.
        sections: the parts that are printed, in this order; a part that has nothing to say says so.
        leave_out: parts of `sections` that are not printed.
        texts: Markdown files of your own by part ("background: texts/background.md"). The text stands at the head of
            its part; background, discussion, registration, support, interests and availability hold nothing else.
        logo: path of a PNG or SVG picture for the title page.
        logo_text: the logo in words, for those who cannot see it.
        language: of the fixed words (headings, labels, buttons); sentences made from data are English.
        words: fixed words of your own, by slug.
        citation_style: name of a CSL style, or the path of a CSL file.
        paper: sheet of the PDF.
        fonts: folder of font files for scripts that the PDF's own fonts lack (Chinese, Japanese, Korean, Arabic ...).
        list_records: how many records the list holds at most; 0 lists none.
        list_rows: how many rows of a table are shown at most; the CSV beside the report has all of them.
    """

    series: str = "Living systematic review"
    authors: tuple[AuthorSettings, ...] = ()
    sections: tuple[Part, ...] = PARTS
    leave_out: tuple[Part, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    logo: str = ""
    logo_text: str = ""
    language: words.Language = "en"
    words: dict[str, str] = field(default_factory=dict)
    citation_style: str = OWN_STYLE
    paper: Literal["a4", "us-letter"] = "a4"
    fonts: str = ""
    list_records: int = 20_000
    list_rows: int = 1_000

    @property
    def parts(self) -> tuple[Part, ...]:
        """List the parts that are printed, in order."""
        return tuple(part for part in dict.fromkeys(self.sections) if part not in self.leave_out)


def check(settings: ReportSettings) -> tuple[Fault, ...]:
    """Find what the types of the settings cannot say."""
    faults = [*words.check(settings.words), *_check_texts(settings.texts), *_check_logo(settings)]
    for place, author in enumerate(settings.authors):
        if not author.name.strip():
            faults.append(Fault(what="an author has no name", column=f"authors.{place}.name"))
        if author.orcid and not _is_orcid(author.orcid):
            what = f"{author.orcid!r} is no ORCID"
            accepted = "four groups of four characters with a right check digit, such as 0000-0002-1825-0097"
            faults.append(Fault(what=what, column=f"authors.{place}.orcid", accepted=accepted))
    if not settings.citation_style.endswith(".csl"):
        faults.extend(check_style(settings.citation_style))
    if settings.list_records < 0:
        what = f"{settings.list_records} records cannot be listed"
        faults.append(Fault(what=what, column="list_records", accepted="0 or more"))
    if settings.list_rows < 1:
        what = f"{settings.list_rows} rows cannot be shown"
        faults.append(Fault(what=what, column="list_rows", accepted="1 or more"))
    return tuple(faults)


def _check_texts(texts: Mapping[str, str]) -> list[Fault]:
    faults = []
    for part, path in texts.items():
        if part not in PARTS:
            remedy = did_you_mean(part, PARTS)
            what = f"no part of the report is called {part!r}"
            faults.append(Fault(what=what, column=f"texts.{part}", accepted=", ".join(PARTS), remedy=remedy))
        elif not path.endswith((".md", ".markdown", ".txt")):
            what = f"{path!r} is no Markdown file by its name"
            faults.append(Fault(what=what, column=f"texts.{part}", accepted="a path that ends in .md"))
    return faults


def _check_logo(settings: ReportSettings) -> list[Fault]:
    if not settings.logo:
        return []
    faults = []
    if not settings.logo.lower().endswith((".png", ".svg")):
        faults.append(Fault(what=f"{settings.logo!r} is no picture", column="logo", accepted="a PNG or SVG file"))
    if not settings.logo_text.strip():
        remedy = "Say in logo_text whose logo it is, for those who cannot see it."
        faults.append(Fault(what="the logo has no words", column="logo_text", remedy=remedy))
    return faults


def _is_orcid(text: str) -> bool:
    """Check an ORCID's form and check digit. Source: ISO 7064, MOD 11-2; ORCID, structure of the identifier."""
    if not _ORCID.fullmatch(text):
        return False
    digits = text.replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[-1]
