"""Citations as a whole: contradictions, policy, links, what is counted."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from pipeline.deduplicate.citation import Related, Skipped, Verdict
from pipeline.deduplicate.clusters import deduplicate
from pipeline.deduplicate.settings import DeduplicationSettings, RelatedSettings, check
from pipeline.records.record import Link
from tests.deduplicate.library import reference

ARTICLE = {
    "title": "Cold storage of hepatic grafts in octogenarians",
    "authors": ["Alder, A", "Birk, B"],
    "year": 2015,
    "journal": "Fictitious Surgery",
    "volume": "12",
    "pages": "101-109",
}


def test_a_record_without_an_identifier_does_not_join_two_that_differ_in_theirs():
    said = [ARTICLE | {"doi": "10.5555/one"}, ARTICLE, ARTICLE | {"doi": "10.5555/two"}]
    records = [reference(f"s:{number}", each) for number, each in enumerate(said)]
    results = set()
    for order in permutations(records):
        found = deduplicate(order)
        results.add(frozenset(frozenset(citation.members) for citation in found.citations))
        [held_back] = [pair for pair in found.pairs if "would come together" in pair.reason]
        assert (held_back.verdict, held_back.rule) == ("ask", "page-and-title")
        assert "which differ (two-identifiers)" in held_back.reason or "which differ (DOI)" in held_back.reason
    assert len(results) == 1


EDITORIAL = {
    "title": "Remarks of the invented quarterly's editor",
    "authors": ["Zmud, Robert W"],
    "year": 1997,
    "journal": "Invented Quarterly",
}


def test_a_record_that_does_not_say_where_it_stands_is_asked_where_its_title_stands_at_several_places():
    first = reference("s:0", EDITORIAL | {"volume": "21", "issue": "1"})
    second = reference("s:1", EDITORIAL | {"volume": "22", "issue": "2"})
    nowhere = reference("s:2", EDITORIAL)
    assert len(deduplicate([first, nowhere]).citations) == 1
    for order in permutations([first, second, nowhere]):
        found = deduplicate(order, settings=DeduplicationSettings(ask_percent=100))
        assert len(found.citations) == 3
        asked = {frozenset((pair.a, pair.b)) for pair in found.asks}
        assert {frozenset(("s:0", "s:2")), frozenset(("s:1", "s:2"))} <= asked
        [reason] = {pair.reason for pair in found.asks if pair.rule == "ahead-of-print"}
        assert reason.endswith("; but s:0 and s:1 would come together, which differ (volume)")


def test_what_an_earlier_run_found_changes_no_reason():
    said = {"title": "A made-up trial of a drug in a rare tumour", "authors": ["Ada, B", "Cox, D"]}
    records = [
        reference("s:0", said | {"year": 2002, "journal": "Gut", "volume": "2", "issue": "3"}),
        reference("s:1", said | {"year": 2002, "journal": "Gut", "volume": "1", "pages": "20-29"}),
        reference("s:2", said | {"journal": "Lancet", "volume": "1", "pages": "20-29"}),
        reference("s:3", said | {"year": 2001, "journal": "Gut", "pages": "1-9"}),
    ]
    again = deduplicate(records, earlier=deduplicate(records[:3]))
    assert again.pairs == deduplicate(records).pairs


def test_identical_records_are_one_citation_and_every_join_is_listed():
    records = [reference(f"s:{number}", ARTICLE) for number in range(4)]
    found = deduplicate(records)
    assert [citation.members for citation in found.citations] == [("s:0", "s:1", "s:2", "s:3")]
    assert [(pair.a, pair.b, pair.rule) for pair in found.pairs] == [
        ("s:0", "s:1", "identical"),
        ("s:0", "s:2", "identical"),
        ("s:0", "s:3", "identical"),
    ]


def test_two_identical_records_that_a_person_calls_different_stay_two():
    records = [reference(f"s:{number}", ARTICLE) for number in range(2)]
    found = deduplicate(records, [Verdict(a="s:0", b="s:1", answer="different")])
    assert len(found.citations) == 2


def test_a_verdict_on_a_record_that_is_not_here_is_given_back():
    verdict = Verdict(a="s:0", b="s:9", answer="same")
    assert deduplicate([reference("s:0", ARTICLE)], [verdict]).unused == (verdict,)


ERRATUM = ARTICLE | {"title": f"Erratum: {ARTICLE['title']}", "pages": "400"}


@pytest.mark.parametrize(
    ("policy", "citations", "related"),
    [
        ("link", 2, (Related(id="s:1", kind="erratum"),)),
        ("merge", 1, ()),
        ("ignore", 2, ()),
    ],
)
def test_policy_says_what_becomes_of_related_documents(policy, citations, related):
    records = [reference("s:0", ARTICLE), reference("s:1", ERRATUM)]
    settings = DeduplicationSettings(related=RelatedSettings(erratum=policy))
    found = deduplicate(records, settings=settings)
    assert (len(found.citations), found.citations[0].related) == (citations, related)


def test_related_citations_name_each_other_whichever_members_were_found_related():
    records = [reference("s:0", ARTICLE), reference("s:1", ERRATUM), reference("s:2", ARTICLE | {"issue": "1"})]
    found = deduplicate(records)
    assert [(c.id, c.members, c.related) for c in found.citations] == [
        ("s:0", ("s:0", "s:2"), (Related(id="s:1", kind="erratum"),)),
        ("s:1", ("s:1",), (Related(id="s:0", kind="erratum"),)),
    ]


def test_what_pubmed_says_of_two_records_links_them():
    a = reference("s:0", ARTICLE | {"pmid": "11111111"})
    b = reference("s:1", {"title": "A remark on storage", "year": 2016, "pmid": "22222222"})
    b = replace(b, links=(Link(kind="comment-on", pmid="11111111"), Link(kind="other", pmid="11111111")))
    found = deduplicate([a, b])
    assert [(pair.verdict, pair.rule, pair.kind) for pair in found.pairs] == [("related", "linked", "comment")]
    assert found.citations[0].related == (Related(id="s:1", kind="comment"),)


def test_what_a_crowded_key_leaves_out_is_counted():
    records = [
        reference(f"s:{n:03}", {"title": "From the editor", "year": 1950 + n, "volume": str(n), "journal": "J"})
        for n in range(30)
    ]
    found = deduplicate(records, settings=DeduplicationSettings(block_limit=10))
    assert found.skipped == (Skipped(key="title", records=30, pairs=30 * 29 // 2 - found.looked),)
    assert found.looked == sum(min(8, 29 - n) for n in range(30))


def test_settings_that_types_cannot_check_are_checked():
    faults = check(DeduplicationSettings(ask_percent=120, block_limit=1, best_sources=("pubmed", " ")))
    assert [str(fault) for fault in faults] == [
        "ask_percent: 120 is not a percentage; accepted: a number from 0 (never ask) to 100.",
        "block_limit: 1 records cannot be compared with each other; accepted: a whole number from 2.",
        "best_sources: a source without a name. Write its name, or delete the entry.",
    ]
    assert check(DeduplicationSettings()) == ()
