"""The sandbox answers as E-utilities do: envelopes, limits, warnings, history, and what Bio.Entrez makes of them."""

import io
from datetime import date
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from Bio import Entrez
from lxml import etree

from pipeline.errors import FormatError, ReviewError
from pipeline.records.record import to_line
from pipeline.sandbox import corpus, server
from pipeline.sandbox.endpoint import Endpoint
from pipeline.search import replies

NIGRI = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")'
XUE = (
    "((neuroendocrine tumor [Title/Abstract]) OR (neuroendocrine neoplasm [Title/Abstract])) "
    "AND (liver metastasis [Title/Abstract])"
)


@pytest.fixture(scope="module")
def bundled():
    return Endpoint(corpus.bundled(), today=date(2026, 11, 22))


@pytest.fixture(scope="module")
def large():
    return Endpoint(corpus.Generated(12_000), today=date(2026, 11, 22))


def ask(endpoint, utility, **fields):
    return endpoint.answer(utility, {name: [str(value)] for name, value in fields.items()})


def read(reply):
    return Entrez.read(io.BytesIO(reply.body))


def test_both_documents_strings_find_a_sensible_part_of_the_records(bundled):
    assert read(ask(bundled, "esearch", db="pubmed", term=XUE))["Count"] == "80"
    assert read(ask(bundled, "esearch", db="pubmed", term=NIGRI))["Count"] == "18"
    assert len(bundled.corpus.pmids) == 188


def test_every_control_answer_is_read_by_bio_entrez_from_pubmeds_own_document_type(bundled):
    found = read(ask(bundled, "esearch", db="pubmed", term=NIGRI, retmax=3, retstart=2))
    assert (found["Count"], found["RetMax"], found["RetStart"], len(found["IdList"])) == ("18", "3", "2", 3)
    (links,) = read(ask(bundled, "elink", dbfrom="pubmed", db="pubmed", linkname="pubmed_pubmed", id="900000187"))
    assert links["LinkSetDb"][0]["Link"][0]["Id"] == "900000187"
    assert read(ask(bundled, "epost", db="pubmed", id="900000001"))["QueryKey"] == "1"
    assert read(ask(bundled, "einfo"))["DbList"] == ["pubmed"]
    (info,) = read(ask(bundled, "einfo", db="pubmed"))["DbInfo"]
    assert "not PubMed" in info["Description"]
    assert (
        read(ask(bundled, "espell", db="pubmed", term="neuroendocrin tumro"))["CorrectedQuery"]
        == "neuroendocrine tumor"
    )


def test_more_than_9999_are_clamped_with_pubmeds_warning(large):
    reply = ask(large, "esearch", db="pubmed", term=NIGRI, retmax=100_000)
    found = replies.read_esearch(reply.body, listed=9_999)
    assert (found.count, len(found.pmids)) == (12_000, 9_999)
    assert [notice.text for notice in found.notices] == ["Restrictions achieved. start and count adjusted to 0, 9999"]


def test_a_start_beyond_9998_is_an_error_at_200(large):
    reply = ask(large, "esearch", db="pubmed", term=NIGRI, retstart=9_999)
    trouble = replies.trouble(reply.body, reply.status, root="eSearchResult")
    assert reply.status == 200
    assert "'retstart' cannot be larger than 9998" in trouble.what
    assert trouble.passing is False


def test_date_parameters_narrow_a_search_and_are_shown(bundled):
    found = read(ask(bundled, "esearch", term=NIGRI, datetype="pdat", mindate="1900", maxdate="2018/05/31"))
    assert found["Count"] == "15"
    assert 'AND "1900"[Date - Publication] : "2018/05/31"[Date - Publication]' in found["QueryTranslation"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"term": ""}, "Empty term"),
        ({"term": "liver", "db": "protein"}, "Invalid db name specified: protein"),
        (
            {"term": "(liver"},
            "The sandbox does not guess what PubMed makes of this: a parenthesis that is never closed",
        ),
    ],
)
def test_a_search_that_cannot_be_answered_is_an_error(bundled, fields, said):
    assert said in etree.fromstring(ask(bundled, "esearch", **fields).body).findtext("ERROR")


def test_what_is_not_found_is_told_in_pubmeds_lists(bundled):
    found = read(ask(bundled, "esearch", term="zzzz[ti] AND liver[tittle]"))
    assert found["ErrorList"] == {"PhraseNotFound": ["zzzz[Title]"], "FieldNotFound": ["tittle"]}
    assert found["WarningList"]["OutputMessage"] == ["No items found."]


def test_unknown_pmids_bring_an_empty_set_and_no_error(bundled):
    reply = ask(bundled, "efetch", db="pubmed", retmode="xml", id="1,2")
    assert (reply.status, replies.page_pmids(reply.body)) == (200, ())


def test_ids_may_come_as_one_parameter_or_as_many(bundled):
    together = ask(bundled, "efetch", retmode="xml", id="900000001,900000002")
    apart = bundled.answer("efetch", {"retmode": ["xml"], "id": ["900000001", "900000002"]})
    assert together.body == apart.body
    assert replies.page_pmids(apart.body) == ("900000001", "900000002")


def test_what_was_posted_or_found_is_fetched_from_the_history(bundled):
    posted = read(ask(bundled, "epost", db="pubmed", id="900000005,900000006"))
    fetched = ask(bundled, "efetch", webenv=posted["WebEnv"], query_key=1, retmode="xml", retstart=1, retmax=5)
    assert replies.page_pmids(fetched.body) == ("900000006",)
    searched = read(ask(bundled, "esearch", term=NIGRI, usehistory="y"))
    assert len(replies.page_pmids(ask(bundled, "efetch", webenv=searched["WebEnv"], retmode="xml").body)) == 18
    assert ask(bundled, "efetch", webenv="SANDBOX_999", retmode="xml").status == 400


def test_links_to_references_and_citing_documents_are_those_of_the_reference_lists(bundled):
    def linked(pmid, name):
        reply = ask(bundled, "elink", dbfrom="pubmed", linkname=name, id=pmid)
        (links,) = replies.read_elink(reply.body, linkname=name)
        return [pmid for pmid, _ in links.links]

    nigri, xue = linked("900000187", "pubmed_pubmed_refs"), linked("900000188", "pubmed_pubmed_refs")
    assert (len(nigri), len(xue), len(set(nigri) & set(xue))) == (112, 84, 10)
    assert linked(nigri[0], "pubmed_pubmed_citedin")[0] in {"900000187", "900000188"}


def test_similar_documents_come_with_scores_the_nearest_first(bundled):
    reply = ask(bundled, "elink", dbfrom="pubmed", linkname="pubmed_pubmed", id="900000187", cmd="neighbor_score")
    (links,) = replies.read_elink(reply.body, linkname="pubmed_pubmed")
    scores = [score for _, score in links.links]
    assert links.links[0][0] == "900000187"
    assert scores[1:] == sorted(scores[1:], reverse=True)
    assert min(scores) > 0


def test_it_is_served_over_get_and_post_and_says_that_it_is_no_pubmed():
    with server.serving(corpus.bundled()) as running:
        form = urlencode({"db": "pubmed", "term": NIGRI})
        for answer in (
            urlopen(f"{running.address}esearch.fcgi?{form}"),
            urlopen(f"{running.address}esearch.fcgi", data=form.encode()),
        ):
            with answer:
                assert answer.headers["X-Living-Review-Sandbox"] == "fictitious PMIDs, not PubMed"
                assert b"<Count>18</Count>" in answer.read()


def test_two_sandboxes_cannot_have_one_port():
    with server.serving(corpus.bundled()) as running:
        port = running.server_address[1]
        with (
            pytest.raises(ReviewError, match=f"port {port} cannot be taken"),
            server.serving(corpus.bundled(), port=port),
        ):
            pass


def test_any_records_file_is_served_and_a_line_that_is_no_record_is_named():
    held = corpus.Generated(2)
    data = b"".join(to_line(held.record(pmid)) for pmid in held.pmids)
    assert corpus.Held(corpus.read(data, file="r.jsonl")).pmids == list(held.pmids)
    with pytest.raises(FormatError, match=r"r\.jsonl, line 3: this is no record"):
        list(corpus.read(data + b"{}\n", file="r.jsonl"))
