"""A query finds in the sandbox what PubMed's help says it finds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.record import Author, Origin, Passage, Record
from pipeline.sandbox.corpus import Held
from pipeline.sandbox.evaluate import Evaluator
from pipeline.sandbox.index import Index
from pipeline.search.syntax import parse


def made(pmid, title, **fields):
    return Record(id=f"t:{pmid}", origin=Origin(search="t"), pmid=str(pmid), title=title, **fields)


RECORDS = (
    made(1, "Liver metastasis of a tumor", year=2018, month=5, day=31, languages=("eng",), keywords=("NETs",)),
    made(2, "Hepatic metastases", year=2018, month=6, languages=("eng",), publication_types=("Review",)),
    made(3, "Metastasis in the liver", year=2019, languages=("ger",), journal="Specimen Med", volume="12"),
    made(
        4,
        "Long-acting octreotide",
        year=2020,
        authors=(Author(family="Öberg", given="KA"), Author(family="Example Group", is_group=True)),
        abstract=(Passage(text="Tumour control of the liver"),),
        doi="10.1000/s(13)70362-0",
    ),
    made(5, "Surgery", year=2021, mesh=("*Liver Neoplasms/secondary", "Humans"), extra=(("EDAT", "2026/11/20 06:00"),)),
)


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(Index(Held(RECORDS)), today=date(2026, 11, 22))


def found(evaluator, text):
    query = parse(text)
    assert query.problems == ()
    return evaluator.index.listed(evaluator.evaluate(query).bits)[::-1]


CASES = [
    ("liver", [1, 3, 4, 5]),
    ("liver[ti]", [1, 3]),
    ("LIVER[Title]", [1, 3]),
    ("liver[tiab]", [1, 3, 4]),
    ("NETs[tiab]", [1]),
    ('"liver metastasis"[ti]', [1]),
    ("liver metastasis[ti]", [1]),
    ('"metastasis liver"[ti]', [1, 3]),  # not in any title as a phrase: its words are joined by AND
    ("liver metastasis", [1, 3]),  # a blank means AND
    ('"liver metastasis"', [1]),
    ("metasta*", [1, 2, 3]),
    ("metasta*[ti] NOT liver[ti]", [2]),
    ("tumo*[tiab]", [1, 4]),
    ('"liver metasta*"[ti]', [1]),
    ('"liver metastasis"[ti:~2]', [1, 3]),
    ('"liver metastasis"[ti:~1]', [1]),
    ("liver[ti] OR hepatic[ti] AND metastases[ti]", [2]),  # from left to right
    ("liver[ti] OR (hepatic[ti] AND metastases[ti])", [1, 2, 3]),
    ("english[la]", [1, 2]),
    ("ger[la]", [3]),
    ("review[pt]", [2]),
    ("Oberg K[au]", [4]),
    ("Oberg A[au]", []),
    ("Ober[au]", []),
    ("Oberg KA[au]", [4]),
    ("oberg[au]", [4]),
    ("example group[cn]", [4]),
    ("liver neoplasms[mh]", [5]),
    ('"liver neoplasms/secondary"[mh]', [5]),
    ("liver neoplasms[majr]", [5]),
    ("humans[majr]", []),
    ("secondary[sh]", [5]),
    ("specimen med[ta] AND 12[vi]", [3]),
    ('"10.1000/s(13)70362-0"[aid]', [4]),
    ("hasabstract[filter]", [4]),
    ("2018[dp]", [1, 2]),
    ("2018/05[dp]", [1]),
    ("2018/05/31[dp]", [1]),
    ("2018:2019[dp]", [1, 2, 3]),
    ('"1000/01/01"[pdat] : "2018/05/31"[pdat]', [1]),
    ('("2019"[Date - Publication] : "3000"[Date - Publication])', [3, 4, 5]),
    ("2026/11/20[edat]", [5]),
    ('"last 30 days"[edat]', [5]),
    ("2:3[uid]", [2, 3]),
    ("2[pmid]", [2]),
    ("1 3 99", [1, 3]),
    ("long-acting[ti]", [4]),
    ('"acting-long"[ti]', []),  # a hyphenated phrase that no title holds finds nothing
    ("the liver", [1, 3, 4, 5]),  # words that PubMed passes over
]


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_case(evaluator, query, expected):
    assert found(evaluator, query) == expected


@pytest.mark.parametrize(
    ("query", "kind", "text"),
    [
        ("liver[tittle]", "FieldNotFound", "tittle"),
        ("zzzz[ti]", "PhraseNotFound", "zzzz[Title]"),
        ('"metastasis liver"[ti]', "QuotedPhraseNotFound", '"metastasis liver"'),
        ("met*", "PhraseNotFound", "met*"),
        ("klingon[la]", "PhraseNotFound", "klingon[Language]"),
        ("yesterday[dp]", "PhraseNotFound", "yesterday[Date - Publication]"),
    ],
)
def test_what_is_not_found_is_told(evaluator, query, kind, text):
    assert [(notice.kind, notice.text) for notice in evaluator.evaluate(parse(query)).notices] == [(kind, text)]


def test_an_unknown_tag_is_passed_over(evaluator):
    assert found(evaluator, "liver[tittle]") == found(evaluator, "liver")


def test_what_was_understood_is_written_with_long_names(evaluator):
    answer = evaluator.evaluate(parse("(liver[ti] OR hepatic[ti]) AND 2018:2019[dp]"))
    assert answer.translation == '("liver"[Title] OR "hepatic"[Title]) AND 2018:2019[Date - Publication]'


TERMS = st.sampled_from(["liver[ti]", "hepatic", "metasta*", "2018[dp]", "1:3[uid]", '"liver metastasis"[tiab]'])
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "NOT"]), inner),
    max_leaves=5,
)


@given(QUERIES, QUERIES)
def test_operators_are_those_of_sets(left, right):
    evaluator = Evaluator(Index(Held(RECORDS)), today=date(2026, 11, 22))
    one, other = set(found(evaluator, left)), set(found(evaluator, right))
    assert set(found(evaluator, f"{left} AND {right}")) == one & other
    assert set(found(evaluator, f"{left} OR {right}")) == one | other
    assert set(found(evaluator, f"{left} NOT {right}")) == one - other


@given(QUERIES, st.integers(0, 6))
def test_ranges_of_pmids_part_a_result_without_overlap_or_gap(query, cut):
    evaluator = Evaluator(Index(Held(RECORDS)), today=date(2026, 11, 22))
    below, above = found(evaluator, f"({query}) AND 1:{cut}[uid]"), found(evaluator, f"({query}) AND {cut + 1}:99[uid]")
    assert below + above == found(evaluator, query)
