"""What a field means does not depend on how it is written: names, dates, pages, languages, kinds, markup, abstracts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import abstracts, dates, kinds, languages, latex, names, pages
from pipeline.formats.markup import unmarked
from pipeline.records.record import KINDS, Author, Passage

anything = st.text(max_size=40)


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("Frilling, Andrea", Author(family="Frilling", given="Andrea")),
        ("Frilling, A", Author(family="Frilling", given="A")),
        ("Frilling A", Author(family="Frilling", given="A")),
        ("Dos Santos, H.B.", Author(family="Dos Santos", given="H.B.")),
        ("Longrich N R", Author(family="Longrich", given="N R")),
        ("Jalil, N.-E.", Author(family="Jalil", given="N.-E.")),
        ("Benson, Al B, 3rd", Author(family="Benson", given="Al B", suffix="3rd")),
        ("Benson, Jr., Al B", Author(family="Benson", given="Al B", suffix="Jr.")),
        ("World Health Organization", Author(family="World Health Organization", is_group=True)),
        ("University of California,, Berkeley,", Author(family="University of California, Berkeley", is_group=True)),
        ("Plato", Author(family="Plato")),
        (", Ann", Author(family="Ann")),
        ("  Frilling ,  A  ", Author(family="Frilling", given="A")),
    ],
)
def test_a_name_is_read_in_every_way_that_bibliographies_write_it(written, author):
    assert names.read(written) == author


@pytest.mark.parametrize(
    ("cell", "families"),
    [
        ("Yang Z., Jiang B., McNamara M.E.", ["Yang", "Jiang", "McNamara"]),
        ("Griffin DK, Larkin DM, O'Connor RE.", ["Griffin", "Larkin", "O'Connor"]),
        ("Yang, Z. and Jiang, B. and Xu, J.", ["Yang", "Jiang", "Xu"]),
        ("Longrich, N.R.\n and Bardet, N.\n", ["Longrich", "Bardet"]),
        ("Wilson, Lauren N. (58975547800); Gardner, Jacob D. (57190394669)", ["Wilson", "Gardner"]),
        ("van den Hoven,null;Smits,Maarten L. J.;", ["van den Hoven", "Smits"]),
        ("Barrett, Paul M; Willis, Katherine J; ", ["Barrett", "Willis"]),
        (
            "Nobody AB, van der Nowhere C; Imaginary Study Group.",
            ["Nobody", "van der Nowhere", "Imaginary Study Group"],
        ),
        ("Curry Rogers, Kristina", ["Curry Rogers"]),
        ("et al.", []),
        ("", []),
    ],
)
def test_a_cell_of_authors_is_divided_as_its_platform_divides_them(cell, families):
    assert [author.family for author in names.several(cell)] == families


@pytest.mark.parametrize(
    ("natural", "family"),
    [
        ("Casper H. J. van Eijck", "van Eijck"),
        ("Björn A. Blomberg", "Blomberg"),
        ("van Gogh", "van Gogh"),
        ("Ludwig van den Berg Jr", "van den Berg"),
        ("Madonna", "Madonna"),
    ],
)
def test_a_name_in_natural_order_has_its_particles_with_the_family(natural, family):
    assert names.given_first(natural).family == family


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("2012/07/03/", (2012, 7, 3, "")),
        ("2024///", (2024, None, None, "")),
        ("1989//", (1989, None, None, "")),
        ("2024-02-01", (2024, 2, 1, "")),
        ("20200203", (2020, 2, 3, "")),
        ("2011 Jun", (2011, 6, None, "")),
        ("2012 Jul 3", (2012, 7, 3, "")),
        ("1 Dec 2024", (2024, 12, 1, "")),
        ("April 3, 2008", (2008, 4, 3, "")),
        ("SEP 22", (None, 9, 22, "")),
        ("2003 Spring", (2003, None, None, "2003 Spring")),
        ("1998 Dec-1999 Jan", (1998, None, None, "1998 Dec-1999 Jan")),
        ("2012/07/03/Summer", (2012, 7, 3, "Summer")),
        ("2012/13/01", (2012, None, None, "2012/13/01")),
        ("10 15", (None, None, None, "10 15")),
        ("4/3/2024", (2024, None, None, "4/3/2024")),
        ("0000", (None, None, None, "0000")),
        ("2024-05-01T00:00:00Z", (2024, 5, 1, "")),
    ],
)
def test_a_date_is_read_and_what_says_more_is_kept_as_printed(printed, date):
    assert tuple(dates.read(printed)) == date


@given(anything)
def test_no_date_is_too_strange_to_be_kept(text):
    date = dates.read(text)
    assert date.month is None or 1 <= date.month <= 12
    assert date.year or date.month or date.printed == text.strip()


@given(anything)
def test_a_date_that_was_written_is_read_back(text):
    date = dates.read(text)
    if date.year and "\n" not in date.printed and date.printed == date.printed.strip():
        assert dates.read(dates.written(date)) == date


@pytest.mark.parametrize(
    ("printed", "canonical"),
    [
        ("349-69", "349-369"),
        ("349–369", "349-369"),
        ("1279\u20101297", "1279-1297"),
        ("739--48", "739-748"),
        ("e12-e15", "e12-e15"),
        ("e12-5", "e12-e15"),
        ("S12-9", "S12-S19"),
        ("12-9", "12-19"),
        ("45-45", "45"),
        ("e0142829", "e0142829"),
        ("1-2, 5-9", "1-2, 5-9"),
        ("349-69; discussion 70-1", "349-369; discussion 70-71"),
        ("iv-xii", "iv-xii"),
        ("12A-14B", "12A-14B"),
        ("", ""),
    ],
)
def test_a_page_range_has_its_full_last_page(printed, canonical):
    assert pages.expand(printed) == canonical


@given(anything)
def test_a_page_range_that_was_expanded_stays_as_it_is(text):
    once = pages.expand(text)
    assert pages.expand(once) == once


@given(st.integers(1, 99999), st.integers(1, 99999))
def test_a_shortened_last_page_is_the_one_that_was_meant(first, last):
    first, last = sorted((first, last))
    shared = 0
    while str(first)[: shared + 1] == str(last)[: shared + 1] and len(str(first)) == len(str(last)) and first != last:
        shared += 1
    printed = f"{first}-{str(last)[shared:]}"
    assert pages.expand(printed) == (str(first) if first == last else f"{first}-{last}")


@pytest.mark.parametrize("name", ["English", "eng", "EN", "en-US", " english "])
def test_a_language_is_three_letters_however_it_is_named(name):
    assert languages.code(name) == "eng"


def test_every_code_has_a_name_that_leads_back_to_it():
    assert [code for code in languages.LANGUAGES if languages.code(languages.name(code)) != code] == []


def test_every_name_of_a_type_leads_to_a_kind_there_is():
    assert set(kinds.NAMES.values()) <= set(KINDS)
    assert {better for _, better in kinds.PUBLICATION_TYPES} <= set(KINDS)


@pytest.mark.parametrize(
    ("kind", "types", "refined"),
    [
        ("article", ["Journal Article", "Practice Guideline"], "guideline"),
        ("article", ["Conference Abstract"], "conference-abstract"),
        ("article", ["Review"], "article"),
        ("other", ["Trial registry record"], "registration"),
        ("book", ["Guideline"], "book"),
        ("article", ["Preprint"], "preprint"),
    ],
)
def test_publication_types_say_what_the_type_of_entry_does_not(kind, types, refined):
    assert kinds.refine(kind, types) == refined


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("", ()),
        ("One text.", (Passage(text="One text."),)),
        (
            "AIM: To see. METHODS AND RESULTS: We saw: a, b.",
            (Passage(label="AIM", text="To see."), Passage(label="METHODS AND RESULTS", text="We saw: a, b.")),
        ),
        (
            "Background: One.Methods: Two.",
            (Passage(label="Background", text="One."), Passage(label="Methods", text="Two.")),
        ),
        ("ABSTRACT: Only a filler.", (Passage(text="Only a filler."),)),
        (
            "We used DNA: it held. RESULTS: no label here.",
            (Passage(text="We used DNA: it held. RESULTS: no label here."),),
        ),
    ],
)
def test_an_abstract_is_parted_at_its_labels(text, passages):
    assert abstracts.passages(text) == passages


@given(anything)
def test_an_abstract_loses_no_letter(text):
    said = "".join(p.label + ":" * bool(p.label) + p.text for p in abstracts.passages(text))
    letters = [char for char in text if char.isalpha()]
    assert [char for char in said if char.isalpha()] == letters or text.casefold().startswith(("abstract", "unlab"))


@given(st.text(st.sampled_from("ab{}\\$%&#_^~-'`<>|\"?! é\n"), max_size=30))
def test_text_written_as_latex_is_read_back(text):
    assert latex.plain(latex.escaped(text)) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"{\textless}p{\textgreater} 5\%", "<p> 5%"),
        (r"\v{C}wik{\l}a, Jos{\'e} {\ss} \o", "Čwikła, José ß ø"),
        (r"$\alpha$-cells, $^{177}$Lu, $10^{-3}$", "\N{GREEK SMALL LETTER ALPHA}-cells, ¹⁷⁷Lu, 10⁻³"),
        (r"\textit{in vivo} \emph{and} \textbf{\textit{so on}}", "in vivo and so on"),
        ("50% of ~ 3", "50% of ~ 3"),
        ("a $5 and $6 note", "a $5 and $6 note"),
        ("{GEP}-{NET}s", "GEP-NETs"),
    ],
)
def test_latex_is_turned_into_text(tex, text):
    assert latex.plain(tex) == text


@given(anything)
def test_markup_that_is_gone_does_not_come_back(text):
    assert unmarked(unmarked(text)) == unmarked(text)
