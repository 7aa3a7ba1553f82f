"""Every body is judged by what it is: genuine answers are read, real failures are known, none is believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search import replies

FAULTS = {  # file of ../shared/data/pubmed/faults: does another try help; None: it is no fault of form
    "efetch_history_out_of_range.xml": False,
    "efetch_retstart_cap.xml": False,
    "efetch_timeout.xml": True,
    "empty_pubmedarticleset.xml": None,
    "esearch_backend_conn.xml": True,
    "esearch_db_not_supported.xml": True,
    "esearch_quoted_phrase_not_found.json": True,
    "esearch_restrictions_achieved.json": True,
    "esearch_retstart_cap.json": True,
    "rate_limit.json": True,
    "rate_limit_keyed.json": True,
    "blocked.html": False,
    "server_error_500.html": True,
    "zero_bytes.txt": True,
}


@pytest.mark.shared
def test_every_real_failure_is_known_for_what_it_is(shared):
    folder = shared / "data/pubmed/faults"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    judged = {}
    for name, about in manifest.items():
        root = replies.ARTICLES if "efetch" in name or "articleset" in name else "eSearchResult"
        trouble = replies.trouble((folder / name).read_bytes(), about["status"], root=root)
        judged[name] = trouble.passing if trouble else None
    assert judged == FAULTS


@pytest.mark.shared
def test_a_message_never_repeats_the_address_or_key_of_a_refusal(shared):
    body = (shared / "data/pubmed/faults/rate_limit.json").read_bytes()
    assert b"203.0.113.7" in body
    assert "203.0.113.7" not in replies.trouble(body, 429, root="eSearchResult").what


@pytest.mark.shared
def test_genuine_control_replies_are_read(shared):
    folder = shared / "data/pubmed/control"
    first = replies.read_esearch((folder / "esearch1.xml").read_bytes(), listed=20)
    assert (first.count, len(first.pmids), first.translation) == (63, 20, '"biopython"[All Fields]')
    pnas = replies.read_esearch((folder / "esearch3.xml").read_bytes(), listed=6)
    assert pnas.translations == (("PNAS[ta]", '"Proc Natl Acad Sci U S A"[Journal:__jid7505876]'),)
    nothing = replies.read_esearch((folder / "esearch8.xml").read_bytes(), listed=20)
    assert [(notice.kind, notice.text) for notice in nothing.notices] == [
        ("PhraseNotFound", "abcXYZ"),
        ("OutputMessage", "No items found."),
    ]
    (links,) = replies.read_elink((folder / "elink4.xml").read_bytes(), linkname="pubmed_pubmed")
    assert (links.pmid, len(links.links), links.links[0][0]) == ("12242737", 156, "38997184")
    (cited,) = replies.read_elink((folder / "elink1.xml").read_bytes(), linkname="pubmed_pubmed_citedin")
    assert cited.pmid == "9298984"
    assert replies.read_einfo((folder / "einfo2.xml").read_bytes()) == "2025/11/27 06:33"


@pytest.mark.shared
def test_a_link_set_of_two_pmids_at_once_is_refused(shared):
    body = (shared / "data/pubmed/control/elink3.xml").read_bytes()
    with pytest.raises(ValueError, match="2 PMIDs at once"):
        replies.read_elink(body, linkname="pubmed_pubmed")


@pytest.mark.shared
def test_every_record_of_genuine_pages_is_counted_and_named(shared):
    folder = shared / "data/pubmed"
    counts = {path.name: len(replies.page_pmids(path.read_bytes())) for path in (folder / "net_subset").glob("*.xml")}
    assert (counts["net.xml"], counts["liver_mets.xml"], counts["net_and_liver_mets.xml"]) == (98, 133, 6)
    assert counts["delete_citation_pubmed21n1298.xml"] == 0
    pages = {
        path.stem: replies.page_pmids(path.read_bytes()) for path in (folder / "efetch_fixtures/pmid_xml").glob("*.xml")
    }
    assert len(pages) == 216
    assert {pmid: held for pmid, held in pages.items() if held != (pmid,)} == {"37909814": ()}


@pytest.mark.shared
def test_a_genuine_page_cut_anywhere_is_never_taken_for_a_short_one(shared):
    body = (shared / "data/pubmed/net_subset/net_and_liver_mets.xml").read_bytes()
    for end in range(0, len(body) - 20, 997):
        cut = body[:end]
        judged = replies.trouble(cut, 200, root=replies.ARTICLES)
        if judged is None:
            with pytest.raises(ValueError, match="not well-formed"):
                replies.page_pmids(cut)


@pytest.mark.parametrize(
    ("body", "root"),
    [
        (b'\xef\xbb\xbf<?xml version="1.0" ?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<!-- d -->\n<a/>', "a"),
        (b"<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.1//EN'>\n<HTML></HTML>", "HTML"),
        (b"plain words", ""),
        (b"", ""),
    ],
)
def test_the_root_element_is_found_behind_any_prologue(body, root):
    assert replies.root_of(body) == root


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<IdList><Id>1</Id></IdList>", "no Count"),
        ("<Count>2</Count><IdList><Id>1</Id></IdList>", "1 PMIDs where 2 belong"),
        ("<Count>2</Count><IdList><Id>1</Id><Id>1</Id></IdList>", "twice"),
        ("<Count>1</Count><IdList><Id>x</Id></IdList>", "no PMID"),
    ],
)
def test_an_esearch_answer_that_does_not_add_up_is_refused(inside, said):
    with pytest.raises(ValueError, match=said):
        replies.read_esearch(f"<eSearchResult>{inside}</eSearchResult>".encode(), listed=10)


def test_a_page_with_a_record_without_pmid_is_refused():
    body = b"<PubmedArticleSet><PubmedArticle><MedlineCitation/></PubmedArticle></PubmedArticleSet>"
    with pytest.raises(ValueError, match="record 1 of the page has no PMID"):
        replies.page_pmids(body)


@given(st.binary(max_size=200), st.sampled_from([200, 400, 429, 500]))
def test_no_bytes_at_all_cause_an_accident(body, status):
    judged = replies.trouble(body, status, root="eSearchResult")
    assert judged is None or judged.what


def test_no_entity_is_resolved_and_nothing_is_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("31452104")
    body = (
        f'<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "{secret.as_uri()}">]><PubmedArticleSet><PubmedArticle>'
        "<MedlineCitation><PMID>&x;</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    ).encode()
    with pytest.raises(ValueError, match=r"no PMID|not well-formed"):
        replies.page_pmids(body)
