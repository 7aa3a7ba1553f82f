"""Recorded conversations, replayed with the body of each request in the match.

Genuine ones are read from ../shared; synthetic ones were recorded from the sandbox and pin what the client sends.
"""

import io
import json
from datetime import date
from pathlib import Path

import pytest
import vcr
import yaml

from pipeline.formats import pubmed_xml
from pipeline.records.record import Record
from pipeline.sandbox import corpus, server
from pipeline.search import retrieval, search_run
from pipeline.search.eutils import PUBMED, Client, Credentials, Key
from pipeline.search.rate import RateLimit
from pipeline.search.strategy import Dates, Limits, Strategy

HERE = Path(__file__).parent / "cassettes"
MATCH = ["method", "uri", "body"]
SECRET = ("api_key", "email")
HEADERS = ("Set-Cookie", "NCBI-SID", "NCBI-PHID", "User-Agent", "Date", "Server")
NIGRI = Strategy(query="q.txt", limits=Limits(dates=Dates(until="2009"), languages=("english",)))
TERM = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")'


def unhurried(endpoint=PUBMED, **options):
    return Client(endpoint, limit=RateLimit(0, clock=lambda: 0.0, sleep=lambda _: None), **options)


def without_headers(response):
    response["headers"] = {name: value for name, value in response["headers"].items() if name not in HEADERS}
    return response


@pytest.fixture
def replayed(shared, tmp_path):
    """Make a cassette of a genuine one, with the request that our client would have sent for it."""

    def rebuild(name, utility, form):
        recorded = yaml.safe_load((shared / "data/pubmed/vcrpy_converted" / f"{name}.yaml").read_text("utf-8"))
        for interaction in recorded["interactions"]:
            interaction["request"] |= {"uri": f"{PUBMED}{utility}.fcgi", "body": form + "&tool=living-review"}
        place = tmp_path / "cassette.yaml"
        place.write_text(yaml.safe_dump(recorded), "utf-8")
        return vcr.use_cassette(str(place), record_mode="none", match_on=MATCH)

    return rebuild


@pytest.mark.shared
def test_genuine_records_come_through_whole(replayed):
    name = "Pubmed_Client___fetch_records_for_pmid_list__returns_a_list"
    with replayed(name, "efetch", "db=pubmed&retmode=xml&id=211%2C589%2C591%2C960"), unhurried() as client:
        body, pmids = client.fetch(["211", "589", "591", "960"])
    assert pmids == ("211", "589", "591", "960")
    records = list(pubmed_xml.read_articles(io.BytesIO(body), search="s", file="f"))
    assert [record.pmid for record in records if isinstance(record, Record)] == list(pmids)


@pytest.mark.shared
def test_unknown_pmids_genuinely_bring_an_empty_set_and_no_error(replayed):
    name = "Pubmed_Client___fetch_records_for_pmid_list__returns_an_empty_array"
    form = "db=pubmed&retmode=xml&id=233333333333333%2C45555666666666"
    with replayed(name, "efetch", form), unhurried() as client:
        _, pmids = client.fetch(["233333333333333", "45555666666666"])
    assert pmids == ()


@pytest.mark.shared
def test_a_genuine_search_lists_every_pmid_that_it_counts(replayed):
    form = "db=pubmed&term=Altman+R%5Bauthor%5D&retmax=9999&retmode=xml"
    with replayed("Pubmed_Client___search__returns_a_list", "esearch", form), unhurried() as client:
        found = client.search("Altman R[author]")
    assert (found.count, len(found.pmids), found.pmids[0]) == (1141, 1141, "30936730")


@pytest.mark.shared
def test_the_same_genuine_query_at_two_dates_shows_what_came_in_between(replayed):
    form = "db=pubmed&term=Altman+R%5Bauthor%5D&retmax=9999&retmode=xml"
    with replayed("Pubmed_Client___search__returns_a_smaller_list", "esearch", form), unhurried() as client:
        first, second = client.search("Altman R[author]"), client.search("Altman R[author]")
    assert (first.count, second.count) == (8, 12)
    assert "AND 2019/01/05[EDAT] : 2019/04/05[EDAT]" in first.translation
    assert len(set(second.pmids) - set(first.pmids)) > 0


@pytest.mark.shared
def test_a_request_for_other_ids_is_not_answered_from_a_recording(replayed):
    name = "Pubmed_Client___fetch_records_for_pmid_list__returns_a_list"
    other = pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException)
    with replayed(name, "efetch", "db=pubmed&retmode=xml&id=211%2C589%2C591%2C960"), unhurried() as client, other:
        client.fetch(["211", "589", "591", "961"])


def test_the_search_of_the_second_document_sends_what_was_recorded_from_the_sandbox():
    cassette = HERE / "synthetic" / "nigri-2018-pubmed.yaml"
    pages = {}
    with vcr.use_cassette(str(cassette), record_mode="none", match_on=MATCH) as tape, unhurried() as client:
        found = retrieval.retrieve(client, NIGRI, search="nigri", published=TERM, sink=pages.__setitem__)
    assert tape.all_played
    assert [(step.limit, step.count) for step in found.run.steps] == [("", 18), ("dates", 6), ("languages", 6)]
    assert (found.run.identified, found.run.recount, found.run.requests, len(pages)) == (6, 6, 6, 1)
    assert found.run.sandbox is True
    assert found.run.ids_sha256 == search_run.sha256(search_run.ids_text(found.pmids))


def test_every_cassette_has_a_provenance_file_and_holds_nothing_of_who_asked():
    cassettes = sorted(HERE.glob("*/*.yaml"))
    assert cassettes
    for cassette in cassettes:
        about = json.loads(cassette.with_name(cassette.name + ".provenance.json").read_text("utf-8"))
        assert set(about) == {"source", "recorded_at", "genuine", "changes"}
        text = cassette.read_text("utf-8")
        assert not [word for word in (*SECRET, "Set-Cookie", "NCBI-SID", "NCBI-PHID") if word in text]


def record(place, client, endpoint, about):
    """Record the search of the second document; the address in the recording is PubMed's, whoever was asked."""

    def of_pubmed(request):
        request.uri = request.uri.replace(endpoint, PUBMED)
        return request

    recorder = vcr.VCR(
        match_on=MATCH,
        filter_post_data_parameters=list(SECRET),
        filter_headers=["User-Agent"],
        before_record_request=of_pubmed,
        before_record_response=without_headers,
        decode_compressed_response=True,
    )
    place.unlink(missing_ok=True)
    with recorder.use_cassette(str(place), record_mode="all"):
        retrieval.retrieve(client, NIGRI, search="nigri", published=TERM, sink=lambda *_: None)
    place.with_name(place.name + ".provenance.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")


def test_the_synthetic_recording_can_be_made_again_and_is_the_same(tmp_path):
    place = tmp_path / "nigri-2018-pubmed.yaml"
    with server.serving(corpus.bundled(), today=date(2026, 11, 22)) as running:
        who = Credentials("someone@example.org", Key("0123456789abcdef"))
        with unhurried(running.address, credentials=who) as client:
            record(place, client, running.address, {})
    made, kept = spoken(place), spoken(HERE / "synthetic" / place.name)
    assert made == kept


def spoken(place):
    """What was said in a cassette: address and form of each request, body of each answer."""
    interactions = yaml.safe_load(place.read_text("utf-8"))["interactions"]
    return [(one["request"]["uri"], one["request"]["body"], one["response"]["body"]["string"]) for one in interactions]


@pytest.mark.live
def test_record_anew_from_pubmed(request):
    if "live" not in (request.config.option.markexpr or ""):
        pytest.skip("talks to PubMed: ask for it with -m live")
    place = HERE / "genuine" / "nigri-2018-pubmed.yaml"
    about = {"source": PUBMED, "recorded_at": "", "genuine": True, "changes": "headers scrubbed"}
    with Client() as client:
        about["recorded_at"] = client.now().isoformat(timespec="seconds")
        record(place, client, PUBMED, about)
