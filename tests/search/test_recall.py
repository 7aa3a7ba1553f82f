"""Relative recall, and which concept loses a record; every concept is asked for by itself."""

import pytest

from pipeline.errors import ProtocolError
from pipeline.sandbox import corpus, server
from pipeline.search.eutils import Client
from pipeline.search.recall import recall
from pipeline.search.strategy import Dates, Limits


@pytest.fixture(scope="module")
def client():
    with server.serving(corpus.bundled()) as running, Client(running.address) as client:
        yield client


def concepts(found):
    return [(concept.text, concept.excluded, concept.met) for concept in found.concepts]


def test_concepts_are_what_and_joins_however_deep_the_parentheses(client):
    found = recall(client, "((liver[tiab] AND metastases[tiab]) AND surgery[tiab])", ["900000187"])
    assert [text for text, _, _ in concepts(found)] == ["liver[tiab]", "metastases[tiab]", "surgery[tiab]"]


def test_a_record_that_not_takes_away_fails_at_that_concept(client):
    found = recall(client, "liver[tiab] NOT metastases[tiab]", ["900000187"])
    assert concepts(found) == [("liver[tiab]", False, 1), ("metastases[tiab]", True, 0)]
    assert [(missed.pmid, missed.fails) for missed in found.missed] == [("900000187", (1,))]


def test_an_or_takes_in_all_before_it_so_that_nothing_is_taken_apart(client):
    found = recall(client, "liver[tiab] AND zzzz[tiab] OR metastases[tiab]", ["900000187"])
    assert concepts(found) == [("liver[tiab] AND zzzz[tiab] OR metastases[tiab]", False, 1)]
    assert found.share == 1.0


def test_limits_are_concepts_too(client):
    limits = Limits(dates=Dates(until="2018-05"))
    found = recall(client, "liver[tiab]", ["900000187"], limits=limits)
    assert concepts(found)[1] == ('("1000/01/01"[pdat] : "2018/05/31"[pdat])', False, 0)
    assert found.missed[0].fails == (1,)
    assert found.missed[0].title == "Nigri 2018, Treatment options for PNET liver metastases: a systematic review"


def test_many_known_records_are_asked_for_in_batches(client):
    known = [str(900000001 + number) for number in range(188)] + [str(number) for number in range(1, 60)]
    found = recall(client, "liver[tiab]", known)
    assert len(found.found) + len(found.missed) == 188
    assert len(found.unknown) == 59
    assert found.share == len(found.found) / 188


def test_the_parts_of_one_record_may_each_be_met_and_their_combination_not():
    class Odd:
        """A source whose combined answer is smaller than its parts allow."""

        def search(self, term, *, listed=9999):
            from pipeline.search.replies import Found

            pmids = () if " AND " in term.partition(") AND (")[0] else ("7",)
            return Found(len(pmids), pmids)

        def fetch(self, pmids):
            return b"<PubmedArticleSet></PubmedArticleSet>", ()

    found = recall(Odd(), "a AND b", ["7"])
    assert [(missed.pmid, missed.title, missed.fails) for missed in found.missed] == [("7", "", ())]


def test_a_faulty_string_is_refused(client):
    with pytest.raises(ProtocolError, match="the string is no PubMed query"):
        recall(client, "liver AND", ["900000187"])
