import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ProtocolError
from pipeline.records.record import KINDS, Author, Origin, Record
from pipeline.report.document import Link
from pipeline.report.layout import visible
from pipeline.report.references import STYLES, check_style, format_references

MARK = "\\ $ { }"


def record(**fields) -> Record:
    return Record(**{"id": "a:1", "origin": Origin(search="a"), "title": "A made-up title", **fields})


def people(*names: tuple[str, str]) -> tuple[Author, ...]:
    return tuple(Author(family=family, given=given) for family, given in names)


def printed(*records: Record, style: str = "vancouver") -> list[str]:
    references = format_references({str(n): each for n, each in enumerate(records)}, style=style)
    return ["".join(part if isinstance(part, str) else part.text for part in e.content) for e in references.entries]


SEVEN = people(
    ("One", "A"), ("Two", "BB"), ("van Three", "C D"), ("Four", "Erik"), ("Five", "F"), ("Six", "G"), ("Seven", "H")
)


def test_an_article_is_set_as_vancouver_asks():
    article = record(
        authors=SEVEN[:3], journal="J Fict", year=2011, volume="364", issue="6", pages="514-523", doi="10.1000/a.1"
    )
    assert printed(article) == [
        "One A, Two BB, van Three CD. A made-up title. J Fict. 2011;364(6):514–23. doi:10.1000/a.1."
    ]


def test_a_doi_is_a_link():
    entry = format_references({"a": record(doi="10.1000/a_b(1)")}).entries[0]
    assert Link(text="10.1000/a_b(1)", target="https://doi.org/10.1000/a_b(1)") in entry.content


def test_the_seventh_author_and_those_after_become_et_al():
    assert printed(record(authors=SEVEN))[0].startswith(
        "One A, Two BB, van Three CD, Four E, Five F, Six G, et al. A made-up"
    )


def test_a_list_of_authors_that_its_source_cut_short_says_so():
    cut = record(authors=SEVEN[:2], notes=('Author list ends with "et al." as printed',))
    assert printed(cut) == ["One A, Two BB, et al. A made-up title."]


def test_a_chapter_names_its_book_and_editors():
    chapter = record(
        kind="chapter", authors=SEVEN[:1], editors=SEVEN[1:3], journal="Fictitious medicine", edition="3",
        place="Oxford", publisher="Press", year=2001, pages="1788-1813",
    )  # fmt: skip
    expected = "One A. A made-up title. In: Two BB, van Three CD, editors. Fictitious medicine. 3rd ed. "
    assert printed(chapter) == [expected + "Oxford: Press; 2001. p. 1788–813."]


def test_a_web_page_says_when_it_was_read():
    page = record(
        kind="web-page", authors=(Author(family="Society of Fiction", is_group=True),),
        urls=("https://example.org/a_b.pdf",), notes=("Accessed 2018-05-14",),
    )  # fmt: skip
    assert printed(page) == ["Society of Fiction. A made-up title. [cited 2018 May 14]. https://example.org/a_b.pdf."]


def test_a_guideline_without_a_journal_is_called_one():
    guideline = record(kind="guideline", publisher="Society", place="London", year=2019)
    assert printed(guideline) == ["A made-up title. Guideline. London: Society; 2019."]


def test_a_document_without_authors_begins_with_its_title():
    assert printed(record(journal="J Fict", year=2020, volume="64 Suppl 1", pages="S1-5, S10")) == [
        "A made-up title. J Fict. 2020;64 Suppl 1:S1–5, S10."
    ]


def test_an_empty_record_still_has_an_entry():
    assert printed(record(title="")) == ["Untitled."]


def test_numbers_follow_the_order_in_which_works_are_first_cited():
    references = format_references({"b": record(title="B"), "a": record(title="A")})
    assert [(entry.key, entry.label) for entry in references.entries] == [("b", "1"), ("a", "2")]


def test_an_author_date_style_sorts_its_entries_and_keeps_their_keys():
    first, second = record(authors=SEVEN[:1], year=2020), record(authors=SEVEN[3:4], year=2019)
    references = format_references({"x": first, "y": second}, style="apa")
    assert references.numbered is False
    assert [(entry.key, entry.label) for entry in references.entries] == [("y", "Four, 2019"), ("x", "One, 2020")]


@pytest.mark.parametrize("style", STYLES)
def test_every_style_that_is_offered_sets_every_kind_of_record(style):
    works = [
        record(kind=kind, authors=SEVEN[:2], journal="J Fict", year=2020, urls=("https://example.org",))
        for kind in KINDS
    ]
    assert all("ade-up title" in entry.lower() for entry in printed(*works, style=style))


def test_an_unknown_style_is_a_fault_that_names_the_nearest():
    faults = check_style("the-lancte")
    assert [(fault.column, fault.remedy) for fault in faults] == [("citation_style", "Did you mean 'the-lancet'?")]


def test_a_csl_file_that_is_none_is_a_fault():
    assert [fault.column for fault in check_style("<style>no</style>")] == ["citation_style"]
    with pytest.raises(ProtocolError):
        format_references({"a": record()}, style="<style>no</style>")


def test_no_references_are_an_empty_list():
    assert format_references({}).entries == ()


words = st.text(max_size=40) | st.sampled_from(
    [MARK, "$x$ {a} \\b", "<b>", "1990-", "e8-e21", "#read(1)", "[x](y)", "http://a"]
)


@settings(max_examples=60)
@given(st.tuples(words, words, words, words, words), st.integers(-5, 99999) | st.none(), st.sampled_from(KINDS))
def test_any_record_can_be_set_and_its_title_is_printed_letter_by_letter(texts, year, kind):
    title, family, pages, volume, place = texts
    hostile = record(
        title=title, authors=people((family, place)), editors=people((place, family)), pages=pages, volume=volume,
        issue=pages, journal=volume, publisher=place, place=place, edition=volume, year=year, kind=kind, doi=pages,
        urls=(pages,), notes=("Accessed 2018-05-14",),
    )  # fmt: skip
    expected = " ".join(visible(title).split()) or "Untitled"
    assert expected.rstrip(". ") in " ".join(printed(hostile)[0].split())
