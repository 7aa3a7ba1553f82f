"""The page on formats says what the formats do."""

import pytest

from pipeline import formats
from pipeline.formats import ris, table_layouts
from pipeline.records.record import Author, Identifier, Link, Origin, Passage, Record

FULL = Record(
    id="s:1",
    origin=Origin(search="s", format="ris"),
    title="A title",
    original_title="Titel",
    authors=(
        Author(family="Nobody", given="Ann", orcid="0000-0001-2345-6789", affiliations=("Nowhere",)),
        Author(family="Imaginary Group of Two", is_group=True),
    ),
    editors=(Author(family="Someone", given="Else"),),
    year=2001,
    month=2,
    day=3,
    date="2001 Feb-Mar",
    journal="Journal of Nothing",
    journal_abbreviation="J Noth",
    volume="1",
    issue="2",
    pages="3-4",
    issn=("0000-0000",),
    isbn=("9780000000002",),
    publisher="Press",
    place="Nowhere",
    edition="2nd",
    languages=("eng",),
    abstract=(Passage(text="Nothing.", label="RESULTS"),),
    keywords=("a", "b"),
    mesh=("Liver/surgery",),
    publication_types=("Review",),
    doi="10.5555/fict",
    pmid="999999901",
    pmcid="PMC99999901",
    identifiers=(Identifier(scheme="embase", value="L1"), Identifier(scheme="registration", value="NCT00000001")),
    database="Embase",
    accession="L1",
    urls=("https://example.org/1", "https://example.org/2"),
    notes=("one", "two"),
    links=(Link(kind="erratum-in", pmid="999999902", text="J Noth"),),
    version=2,
    extra=(("XX", "kept"),),
)


@pytest.fixture
def page(root):
    return (root / "docs" / "formats.md").read_text(encoding="utf-8")


def rows(page, column):
    """List the cells of the tables' rows that begin with a name in code, by that name."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:3] == "| `"]
    return {row[0].strip("`"): row[column] for row in cells if len(row) > column}


def test_every_format_that_is_read_stands_in_the_page(page):
    assert [name for name, entry in formats.FORMATS.items() if entry.read and f"| `{name}` |" not in page] == []


def test_what_a_format_cannot_hold_stands_in_the_page(page):
    said = rows(page.partition("## What is written")[2], 2)
    assert said == {
        name: ", ".join(loss.field for loss in formats.losses([FULL], format=name))
        for name, entry in formats.FORMATS.items()
        if entry.write
    }


def test_every_platform_that_is_known_stands_in_the_page(page):
    known = {layout.title for layout in table_layouts.LAYOUTS} | {dialect[0] for dialect in ris.DIALECTS}
    folded = " ".join(page.split())
    assert [name for name in sorted(known) if name not in folded] == []


def test_every_field_that_can_be_mapped_stands_in_the_page(page):
    assert [name for name in table_layouts.MAPPABLE if f"`{name}`" not in page] == []


def test_every_field_of_a_record_but_those_of_its_kind_is_filled_in_the_test():
    assert [name for name in Record.__struct_fields__ if not getattr(FULL, name)] == ["doi_as_printed"]
