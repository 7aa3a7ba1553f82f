"""Every PMID is listed, also while PubMed's index changes; links are followed and cut as the strategy says."""

import pytest

from pipeline.errors import ProtocolError, SearchError
from pipeline.search import listing
from pipeline.search.replies import Found, Links
from pipeline.search.slices import CAP
from pipeline.search.strategy import Dates, Limits, Seeds, Strategy


def test_a_small_result_is_listed_in_one_answer(pretended):
    pubmed = pretended(range(1, 501))
    listed = listing.list_pmids(pubmed, "liver")
    assert listed.pmids == tuple(map(str, range(1, 501)))
    assert (pubmed.requests, [part.count for part in listed.slices], listed.drifts) == (1, [500], ())


def test_a_result_beyond_the_cap_is_listed_whole_and_recounted(pretended):
    held = range(1_000, 1_000 + 3 * 25_000, 3)
    listed = listing.list_pmids(pretended(held), "liver")
    assert listed.pmids == tuple(map(str, held))
    assert sum(part.count for part in listed.slices) == listed.found.count == 25_000
    assert max(part.count for part in listed.slices) <= CAP


def test_a_record_that_comes_in_while_the_parts_are_listed_is_reported_and_the_list_is_that_of_the_recount(pretended):
    def before(pubmed, name, what):
        if pubmed.requests == 4:
            pubmed.pmids.add(7)

    listed = listing.list_pmids(pretended(range(100, 20_100), before), "liver")
    assert "7" in listed.pmids
    assert len(listed.pmids) == listed.found.count == 20_001
    assert [(drift.counted, drift.recounted) for drift in listed.drifts] == [(20_000, 20_001)]


def test_a_record_that_comes_into_a_part_already_listed_makes_the_list_anew(pretended):
    def before(pubmed, name, what):
        if name == "search" and "[uid]" not in what and pubmed.requests > 1:
            pubmed.pmids.add(7)

    pubmed = pretended(range(100, 20_100), before)
    listed = listing.list_pmids(pubmed, "liver")
    assert len(listed.pmids) == 20_001
    assert [(drift.counted, drift.recounted) for drift in listed.drifts] == [(20_000, 20_001)]


def test_a_count_that_never_settles_is_an_error_and_no_list(pretended):
    def before(pubmed, name, what):
        if name == "search" and "[uid]" not in what:
            pubmed.pmids.add(max(pubmed.pmids) + 1)

    with pytest.raises(SearchError, match="moved in each of 5 rounds"):
        listing.list_pmids(pretended(range(100, 20_100), before), "liver")


def test_pmids_outside_their_part_make_the_list_anew_and_never_pass(pretended):
    class Straying(pretended):
        def search(self, term, *, listed=CAP):
            found = super().search(term, listed=listed)
            return Found(found.count, ("999999998", *found.pmids[1:])) if "[uid]" in term and found.pmids else found

    with pytest.raises(SearchError):
        listing.list_pmids(Straying(range(100, 20_100)), "liver")


class Linked:
    """Links of two seeds; the limits leave the even PMIDs."""

    source = "PubMed"

    def links(self, pmids, *, linkname, scored=False):
        assert linkname == "pubmed_pubmed"
        assert scored
        table = {"1": (("1", 90), ("2", 80), ("7", 50), ("8", 50)), "2": (("2", 90), ("1", 70), ("9", 60))}
        return tuple(Links(pmid, table[pmid]) for pmid in pmids)

    def search(self, term, *, listed=CAP):
        inside = term.partition(") AND (")[0]
        pmids = [word.strip("( )").removesuffix("[uid]") for word in inside.split(" OR ")]
        if "[pdat]" in term:
            pmids = [pmid for pmid in pmids if int(pmid) % 2 == 0]
        return Found(len(pmids), tuple(pmids[:listed]))


def test_links_are_taken_by_rank_and_score_and_seeds_are_left_out():
    by_rank = listing.follow(Linked(), "similar", Seeds(pmids=("1", "2"), at_most=2), ("2", "1"))
    assert (by_rank.pmids, by_rank.seeds_found) == (("7", "9"), 2)
    assert [(seed.pmid, seed.linked, seed.taken) for seed in by_rank.seeds] == [("1", 4, 2), ("2", 3, 2)]
    by_score = listing.follow(Linked(), "similar", Seeds(pmids=("1", "2"), score_at_least=60), ("1", "2"))
    assert by_score.pmids == ("9",)


def test_limits_narrow_what_links_gave_and_each_is_counted():
    linked = listing.follow(Linked(), "similar", Seeds(pmids=("1", "2")), ("1", "2"))
    strategy = Strategy(kind="similar", limits=Limits(dates=Dates(until="2018")))
    steps, listed = listing.narrow(Linked(), linked, strategy)
    assert [(step.limit, step.count) for step in steps] == [("", 3), ("dates", 1)]
    assert listed.pmids == ("8",)


def test_without_seeds_there_is_nothing_to_follow(pretended):
    with pytest.raises(ProtocolError, match="no seeds"):
        listing.follow(pretended(), "similar", Seeds(included=True), ())
