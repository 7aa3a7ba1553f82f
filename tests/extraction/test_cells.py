from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction import cells
from pipeline.extraction.cells import Spoilt
from pipeline.extraction.columns import Column

NUMBER = Column(name="value", says="", kind="number")
COUNT = Column(name="n", says="", kind="count")
P = Column(name="p_value", says="", kind="p")
FLAG = Column(name="preferred", says="", kind="flag")
WORDS = {"median": "median", "hazard ratio": "hazard ratio", "hr": "hazard ratio"}
WORD = Column(name="measure", says="", kind="word", accepted=WORDS)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_number_is_read_as_it_was_written(number):
    assert str(cells.read(cells.write(number), NUMBER)) == str(number)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_count_is_read_as_it_was_written(count):
    assert cells.read(cells.write(count), COUNT) == count


def test_a_number_keeps_its_last_zero():
    assert str(cells.read("71.0", NUMBER)) == "71.0"


def test_a_typographic_minus_is_a_minus():
    assert cells.read("−3.2", NUMBER) == Decimal("-3.2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("11-Apr", "is a date"),
        ("Apr-11", "is a date"),
        ("11. Avr", "is a date"),
        ("11/04/2026", "is a date"),
        ("11/4", "is a date"),
        ("2026-04-11", "is a date"),
        ("2026-04-11 00:00:00", "is a date"),
        ("1,5", "has a comma"),
        ("1,729", "has a comma"),
        ("1,234,567", "has commas between the thousands"),
        ("1 729", "has spaces between the thousands"),
        ("11·4", "has a raised point"),
        ("1.2E+05", "is a number that a spreadsheet has shortened"),
        ("65%", "has its unit in the same cell"),
        ("11 months", "has its unit in the same cell"),
        ("11.4 mo", "has its unit in the same cell"),
        ("47-71", "is a range"),
        ("47–71", "is a range"),
        ("47 to 71", "is a range"),
        ("14 ± 16", "holds two numbers"),
        ("<5", "has a sign in front"),
        ("≤ 5", "has a sign in front"),
        ("NR", "can mean not reported, not reached, not estimable or not applicable"),
        ("n/a", "can mean not reported, not reached, not estimable or not applicable"),
        ("-", "can mean not reported, not reached, not estimable or not applicable"),
        ("eleven", "is not a number"),
        ("1.2.3", "is not a number"),
        ("\uff11\uff11", "is not a number"),
    ],
)
def test_a_spoilt_number_is_told_from_the_others(text, said):
    spoilt = cells.read(text, NUMBER)
    assert isinstance(spoilt, Spoilt)
    assert spoilt.what == f"{text!r} {said}" or spoilt.what.startswith(f"{text!r} {said};")


@given(st.text(max_size=15))
def test_no_text_breaks_the_reader(text):
    for column in (NUMBER, COUNT, P, FLAG, WORD):
        value = cells.read(text, column)
        assert isinstance(value, Spoilt) or cells.read(cells.write(value), column) == value


@pytest.mark.parametrize("text", ["1.5", "-3", "12 patients"])
def test_a_count_is_a_whole_number_from_nought(text):
    assert isinstance(cells.read(text, COUNT), Spoilt)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.022", "0.022"),
        ("<0.001", "<0.001"),
        ("P < .01", "<0.01"),
        ("p=0.5", "0.5"),
        ("ns", "not significant"),
        ("1", "1"),
    ],
)
def test_p_values_are_read_as_papers_print_them(text, value):
    assert cells.read(text, P) == value


@pytest.mark.parametrize("text", ["1.4", "-0.1", "<2", "0,02", "*"])
def test_what_is_no_p_value_is_refused(text):
    assert isinstance(cells.read(text, P), Spoilt)


def test_a_word_is_taken_in_any_case_and_by_its_abbreviation():
    assert [cells.read(text, WORD) for text in ("Median", " HR ", "hr")] == ["median", "hazard ratio", "hazard ratio"]


def test_a_misspelt_word_gets_a_proposal():
    assert cells.read("medain", WORD) == Spoilt(
        "'medain' is not a word for measure", "median, hazard ratio", "Did you mean 'median'?"
    )


def test_a_long_vocabulary_is_not_listed_whole():
    words = {f"word {number}": f"word {number}" for number in range(20)}
    spoilt = cells.read("x", Column(name="outcome", says="", kind="word", accepted=words))
    assert spoilt.accepted.endswith("... (20 in all, see the list of accepted words)")


def test_a_name_with_spaces_gets_a_proposal():
    column = Column(name="study_id", says="", kind="id")
    assert cells.read("Mayo 2010", column) == Spoilt(
        "'Mayo 2010' cannot be a short name",
        "small letters a to z, digits, hyphens: mayo-2010",
        "Did you mean 'mayo-2010'?",
    )


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("X", True), ("no", False), ("", False)])
def test_a_flag_is_yes_or_empty(text, value):
    assert cells.read(text, FLAG) is value


def test_p_number_drops_the_sign():
    assert (cells.p_number("<0.001"), cells.p_number("not significant"), cells.p_number("")) == (
        Decimal("0.001"),
        None,
        None,
    )


def test_a_column_that_takes_other_words_takes_them_as_they_are_and_knows_the_listed_ones():
    unit = Column(name="unit", says="", kind="word", accepted={"%": "per cent"}, others=True)
    assert [cells.read(text, unit) for text in ("%", "Points")] == ["per cent", "Points"]
