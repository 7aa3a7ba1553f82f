"""What is seen early of a pair is what the rules say of it."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.deduplicate.features import features
from pipeline.deduplicate.rules import forbidden_twice, judge
from pipeline.deduplicate.similarity import compare
from pipeline.deduplicate.titles import misspelt, titles
from tests.deduplicate.library import reference
from tests.deduplicate.strategies import libraries

SERIAL = {"authors": ["Adler A"], "journal": "Annals of Fictitious Surgery", "volume": "4", "year": 2010}


def made(title: str, doi: str, **more: object):
    return features(reference("s:1", {**SERIAL, "title": title, "doi": doi, **more}))


@settings(max_examples=150)
@given(libraries(), st.lists(st.sampled_from(("", "10.5555/a.1", "10.5555/a.2", "10.5555/cd000001")), min_size=9))
def test_no_rule_says_anything_of_a_pair_that_is_forbidden_twice(records, dois):
    known = [features(replace(record, doi=doi)) for record, doi in zip(records, dois, strict=False)]
    for a, b in combinations(known, 2):
        if forbidden_twice(a, b, titles(a, b)):
            assert judge(compare(a, b)) is None


@pytest.mark.parametrize(
    ("first", "second", "forbidden"),
    [
        (
            made("Report of the invented register 2009", "10.5555/a"),
            made("Report of the invented register 2010", ""),
            False,
        ),
        (
            made("Report of the invented register 2009", "10.5555/a"),
            made("Report of the invented register 2010", "10.5555/b"),
            True,
        ),
        (made("An invented disease, part I", "10.5555/a"), made("An invented disease, part II", "10.5555/b"), False),
        (made("An invented disease", "10.5555/a"), made("An invented disease", "10.5555/b"), False),
    ],
    ids=["one identifier is missing", "numbers and DOIs differ", "parts may be related", "only the DOIs differ"],
)
def test_a_pair_is_forbidden_twice_by_its_numbers_and_an_identifier(first, second, forbidden):
    assert forbidden_twice(first, second, titles(first, second)) is forbidden
    assert forbidden_twice(second, first, titles(second, first)) is forbidden


@given(st.text("abelst015", min_size=1, max_size=12), st.text("abelst015", min_size=1, max_size=12))
def test_words_whose_lengths_differ_by_more_than_two_letters_are_never_one_word_misspelt(a, b):
    if misspelt(a, b):
        assert abs(len(a) - len(b)) <= 2
