"""Every requested record is on a page, or it is said by name what became of it."""

from datetime import UTC, datetime

import pytest

from pipeline.errors import SearchError
from pipeline.search.fetching import fetch_records, pack, unpack
from pipeline.search.replies import page_pmids
from pipeline.search.search_run import sha256


def pmids(numbers):
    return tuple(map(str, numbers))


def on(pages, fetched):
    return [pmid for page in fetched.pages for pmid in page_pmids(unpack(pages[page.file])[0])]


def test_records_come_in_pages_of_200_in_the_order_asked_for(pretended):
    pages = {}
    fetched = fetch_records(pretended(range(1, 451)), pmids(range(1, 451)), sink=pages.__setitem__)
    assert [page.records for page in fetched.pages] == [200, 200, 50]
    assert on(pages, fetched) == list(pmids(range(1, 451)))
    assert list(pages) == ["pages/0001.xml.gz", "pages/0002.xml.gz", "pages/0003.xml.gz"]


def test_a_page_is_recorded_with_the_hash_of_its_body_and_its_time(pretended, noon):
    pages = {}
    (page,) = fetch_records(pretended([5]), ["5"], sink=pages.__setitem__).pages
    body, fetched = unpack(pages[page.file])
    assert (page.sha256, page.fetched, fetched) == (sha256(body), "2026-11-22T12:00:00Z", noon)


def test_a_pmid_that_does_not_come_is_asked_for_once_more(pretended):
    def before(pubmed, name, what):
        if pubmed.requests == 2:
            pubmed.withheld.clear()

    pubmed = pretended(range(1, 4), before)
    pubmed.withheld = {2}
    pages = {}
    fetched = fetch_records(pubmed, pmids([1, 2, 3]), sink=pages.__setitem__)
    assert sorted(on(pages, fetched)) == ["1", "2", "3"]
    assert pubmed.asked == [("fetch", ("1", "2", "3")), ("fetch", ("2",))]


def test_a_pmid_that_pubmed_lists_and_never_delivers_is_an_error_that_names_it(pretended):
    pubmed = pretended(range(1, 4))
    pubmed.withheld = {2}
    with pytest.raises(SearchError, match=r"lists 1 records that it does not deliver \(PMID 2\)"):
        fetch_records(pubmed, pmids([1, 2, 3]), sink=lambda *_: None)


def test_a_missing_pmid_that_a_person_accepted_is_listed_and_no_error(pretended):
    pubmed = pretended(range(1, 4))
    pubmed.withheld = {2}
    fetched = fetch_records(pubmed, pmids([1, 2, 3]), sink=lambda *_: None, accept_missing=["2"])
    assert (fetched.pmids, fetched.missing, fetched.vanished) == (("1", "3"), ("2",), ())


def test_a_pmid_that_left_pubmed_meanwhile_has_vanished(pretended):
    fetched = fetch_records(pretended([1, 3]), pmids([1, 2, 3]), sink=lambda *_: None)
    assert (fetched.pmids, fetched.vanished, fetched.missing) == (("1", "3"), ("2",), ())


def test_a_pmid_that_was_merged_into_another_is_listed_with_it_and_its_record_is_kept(pretended):
    pubmed = pretended([1, 3, 9])
    pubmed.merged = {2: 9}
    pages = {}
    fetched = fetch_records(pubmed, pmids([1, 2, 3]), sink=pages.__setitem__)
    assert (fetched.pmids, fetched.replaced) == (("1", "3", "9"), (("2", "9"),))
    assert sorted(on(pages, fetched)) == ["1", "3", "9"]


def test_a_pmid_merged_into_one_that_is_there_anyway_adds_no_second_record(pretended):
    pubmed = pretended([1, 3])
    pubmed.merged = {2: 3}
    pages = {}
    fetched = fetch_records(pubmed, pmids([1, 2, 3]), sink=pages.__setitem__)
    assert (sorted(on(pages, fetched)), fetched.replaced) == (["1", "3"], (("2", "3"),))


def test_records_that_nobody_asked_for_are_an_error(pretended):
    class Generous(pretended):
        def fetch(self, wanted):
            return super().fetch((*wanted, "77"))

    with pytest.raises(SearchError, match="nobody asked for"):
        fetch_records(Generous([1, 77]), ["1"], sink=lambda *_: None)


def test_several_records_for_one_pmid_are_an_error(pretended):
    class Double(pretended):
        def fetch(self, wanted):
            return super().fetch(("7", "8") if tuple(wanted) == ("3",) else wanted)

    pubmed = Double([1, 3, 7, 8])
    pubmed.withheld = {3}
    with pytest.raises(SearchError, match="delivered 2 records for PMID 3"):
        fetch_records(pubmed, ["1", "3"], sink=lambda *_: None)


def test_many_pmids_that_do_not_come_fail_without_asking_for_each(pretended):
    pubmed = pretended(range(1, 401))
    pubmed.withheld = set(range(1, 401))
    with pytest.raises(SearchError, match="lists 400 records"):
        fetch_records(pubmed, pmids(range(1, 401)), sink=lambda *_: None)
    assert pubmed.requests == 4


def test_a_run_that_was_broken_off_goes_on_from_its_pages(pretended):
    pages = {}

    def break_off(name, data):
        if len(pages) == 2:
            raise KeyboardInterrupt
        pages[name] = data

    with pytest.raises(KeyboardInterrupt):
        fetch_records(pretended(range(1, 1_001)), pmids(range(1, 1_001)), sink=break_off)
    kept = dict(pages)
    pubmed = pretended(range(1, 1_001))
    fetched = fetch_records(pubmed, pmids(range(1, 1_001)), sink=pages.__setitem__, kept=kept)
    assert pubmed.requests == 3
    assert sorted(on(pages, fetched), key=int) == list(pmids(range(1, 1_001)))
    assert [page.records for page in fetched.pages] == [200] * 5


DAMAGE = (lambda data: data[:-20], lambda data: b"", lambda data: pack(b"<PubmedArticleSet>", datetime.now(UTC)))


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_page_of_a_broken_off_run_is_fetched_again(pretended, damage):
    pages = {}
    fetch_records(pretended(range(1, 3)), ["1", "2"], sink=pages.__setitem__)
    kept = {name: damage(data) for name, data in pages.items()}
    again = dict(kept)
    fetched = fetch_records(pretended(range(1, 3)), ["1", "2"], sink=again.__setitem__, kept=kept)
    assert on(again, fetched) == ["1", "2"]
    assert fetched.pages[0].file not in kept


def test_a_page_with_a_record_that_is_no_longer_wanted_is_not_taken_over(pretended):
    pages = {}
    fetch_records(pretended(range(1, 4)), ["1", "2", "3"], sink=pages.__setitem__)
    fetched = fetch_records(pretended(range(1, 4)), ["1", "2"], sink=pages.__setitem__, kept=dict(pages))
    assert on(pages, fetched) == ["1", "2"]
    assert [page.file for page in fetched.pages] == ["pages/0002.xml.gz"]
