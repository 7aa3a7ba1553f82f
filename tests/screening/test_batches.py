from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.screening import batches
from pipeline.screening.decisions import settle
from pipeline.screening.ledger import Ledger, events, replay
from pipeline.screening.settings import Reviewer
from tests.screening.made import VIA, citation, citations, said, settings

MANY = citations(*(f"db:{n}" for n in range(90)))
THREE = ("anna", "ben", "carla")


def planned(found, *decisions, ledger=None, **more):
    rules = settings(**more)
    by_id = {one.id: one for one in found}
    return batches.plan(found, settle(found, decisions, rules, via=VIA), ledger or Ledger(), rules, by_id=by_id)


def after(plan, date="2026-01-01", before=()):
    issued = [
        (batch.stage, batch.reviewer, batch.name(date), records, "")
        for batch in plan.batches
        for _, records in batch.rows()
    ]
    return replay([*before, *events(replay(before), (), issued, date=date)])


def rows(plan):
    return {(batch.stage, batch.reviewer): batch.citations for batch in plan.batches}


def test_everyone_gets_every_citation():
    assert rows(planned(MANY)) == {("title-abstract", name): tuple(one.id for one in MANY) for name in ("anna", "ben")}


@given(st.integers(1, 3), st.integers(0, 60), st.integers(1, 9))
def test_a_split_is_even_and_gives_each_citation_to_as_many_as_it_needs(votes, many, seed):
    found = MANY[:many]
    plan = planned(found, votes=votes, reviewers=THREE, title_abstract={"assignment": "split"}, seed=seed)
    given_to = Counter(one for batch in plan.batches for one in batch.citations)
    assert given_to == Counter({one.id: votes for one in found})
    sizes = [len(batch.citations) for batch in plan.batches] + [0] * (3 - len(plan.batches))
    assert max(sizes) - min(sizes) <= 1


def test_a_split_does_not_depend_on_the_order_of_the_citations_and_changes_with_the_seed():
    split = {"reviewers": THREE, "title_abstract": {"assignment": "split"}}
    one, turned = (planned(found, **split) for found in (MANY, MANY[::-1]))
    assert {key: set(ids) for key, ids in rows(one).items()} == {key: set(ids) for key, ids in rows(turned).items()}
    assert rows(one) != rows(planned(MANY, **split, seed=2))


def test_a_sample_is_judged_twice_and_the_rest_once():
    plan = planned(MANY, title_abstract={"assignment": "split", "sample": 0.3})
    times = Counter(Counter(one for batch in plan.batches for one in batch.citations).values())
    assert set(times) == {1, 2}
    assert 15 < times[2] < 40


def test_what_was_handed_out_is_not_handed_out_again():
    ledger = after(planned(MANY[:5]))
    assert planned(MANY[:5], ledger=ledger).batches == ()
    assert rows(planned(MANY[:6], ledger=ledger)) == {("title-abstract", name): ("db:5",) for name in ("anna", "ben")}


def test_a_record_that_joins_a_citation_that_is_out_for_screening_is_not_handed_out():
    ledger = after(planned(citations("db:1")))
    assert planned([citation("db:1", "db:2")], ledger=ledger).batches == ()


def test_a_record_that_was_split_off_is_handed_out():
    ledger = after(planned([citation("db:1", "db:2")]))
    assert rows(planned(citations("db:1", "db:2"), ledger=ledger))["title-abstract", "anna"] == ("db:2",)


def test_who_has_left_is_replaced_and_what_they_decided_counts():
    split = {"reviewers": ("anna", "ben"), "title_abstract": {"assignment": "split"}}
    ledger = after(planned(MANY[:4], **split))
    left = {"reviewers": ("ben", "carla"), "others": {"anna": Reviewer(active=False)}}
    plan = planned(MANY[:4], said("db:0", "anna", "include"), ledger=ledger, **(split | left))
    assert rows(plan) == {("title-abstract", "carla"): ("db:1", "db:2", "db:3")}


def test_a_pilot_goes_to_everyone_first_and_the_rest_waits_for_its_end():
    rules = {"title_abstract": {"pilot": 10, "assignment": "split"}, "votes": 1}
    first = planned(MANY, **rules)
    (pilot,) = {tuple(sorted(batch.citations)) for batch in first.batches}
    assert len(pilot) == 10
    assert {batch.name("2026-01-01") for batch in first.batches} == {"2026-01-01-pilot"}
    assert len(first.withheld["title-abstract"]) == 80
    ledger = after(first)
    half = [said(one, "anna", "exclude") for one in pilot[:5]]
    waiting = planned(MANY, *half, ledger=ledger, **rules)
    assert (waiting.batches, len(waiting.withheld["title-abstract"])) == ((), 80)
    done = planned(MANY, *(said(one, "anna", "exclude") for one in pilot), ledger=ledger, **rules)
    assert sum(len(batch.citations) for batch in done.batches) == 80
    assert done.withheld == {}


def test_conflicts_go_to_the_arbiter_once_with_all_the_records_that_were_judged():
    found = [citation("db:1", "db:2", "db:3")]
    votes = said("db:1", "anna", "include"), said("db:2", "ben", "exclude")
    plan = planned(found, *votes)
    assert [(batch.reviewer, batch.round, list(batch.rows())) for batch in plan.batches] == [
        ("arbiter", "arbitration", [("db:1", ("db:1", "db:2"))])
    ]
    assert planned(found, *votes, ledger=after(plan)).batches == ()


def test_a_conflict_that_comes_back_with_another_record_goes_to_the_arbiter_again():
    votes = [said("db:1", "anna", "include"), said("db:1", "ben", "exclude")]
    ledger = after(planned(citations("db:1"), *votes))
    votes += [said("db:1", "arbiter", "exclude"), said("db:2", "ben", "include")]
    plan = planned([citation("db:1", "db:2")], *votes, ledger=ledger)
    assert list(plan.batches[0].rows()) == [("db:1", ("db:1", "db:2"))]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("retrieved", ["db:1", "db:2", "db:3"]),
        ("title", ["db:3", "db:1", "db:2"]),
        ("newest", ["db:2", "db:3", "db:1"]),
        ("oldest", ["db:1", "db:3", "db:2"]),
        ("journal", ["db:2", "db:3", "db:1"]),
        ("author", ["db:1", "db:2", "db:3"]),
    ],
)
def test_a_reviewer_chooses_the_order_of_the_rows(order, expected):
    found = [
        citation("db:1", title="b", year=2001, journal="Z"),
        citation("db:2", title="C", year=2020, journal="a"),
        citation("db:3", title="a", year=2010, journal="B"),
    ]
    plan = planned(found, reviewers=("ben",), votes=1, others={"ben": Reviewer(order=order)})
    assert list(plan.batches[0].citations) == expected


def test_a_shuffle_is_repeatable():
    shuffled = {"reviewers": (), "votes": 1, "others": {"ben": Reviewer(order="shuffled")}}
    one, two = (planned(MANY, **shuffled).batches[0].citations for _ in range(2))
    assert one == two
    assert list(one) != [each.id for each in MANY]


@given(st.integers(1, 90), st.integers(1, 90))
def test_rows_are_shared_evenly_among_as_few_worksheets_as_can_hold_them(many, most):
    plan = planned(MANY[:many], rows=most, reviewers=("anna",), votes=1)
    sizes = [len(batch.citations) for batch in plan.batches]
    assert len(sizes) == -(-many // most)
    assert max(sizes) <= most
    assert max(sizes) - min(sizes) < len(sizes)
    assert [one for batch in plan.batches for one in batch.citations] == [one.id for one in MANY[:many]]
    names = [batch.name("2026-01-01") for batch in plan.batches]
    assert len(set(names)) == len(names)
    assert {batches.run_of(name) for name in names} == {"2026-01-01"}


def test_a_pilot_round_in_several_worksheets_is_one_round():
    first = planned(MANY, rows=10, title_abstract={"pilot": 25})
    assert sorted({batch.name("2026-01-01") for batch in first.batches}) == [
        "2026-01-01-2-pilot",
        "2026-01-01-3-pilot",
        "2026-01-01-pilot",
    ]
    again = planned(MANY, rows=10, title_abstract={"pilot": 25}, ledger=after(first))
    assert (again.batches, len(again.withheld["title-abstract"])) == ((), 65)


def test_conflicts_are_shared_among_worksheets_of_the_arbiter():
    answers = (
        said(one.id, name, answer) for one in MANY[:5] for name, answer in (("anna", "include"), ("ben", "exclude"))
    )
    plan = planned(MANY[:5], *answers, rows=2)
    assert [(batch.reviewer, batch.part, tuple(batch.joint)) for batch in plan.batches] == [
        ("arbiter", 1, ("db:0", "db:1")),
        ("arbiter", 2, ("db:2", "db:3")),
        ("arbiter", 3, ("db:4",)),
    ]
