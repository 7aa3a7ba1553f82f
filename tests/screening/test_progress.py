from dataclasses import replace

from pipeline.screening import progress
from tests.screening.made import Review, citations, settings

FOUND = citations("db:1", "db:2", "db:3", "db:4")


def halfway():
    """Anna decided on three of four, one of them against Ben, who decided on one; then Anna deleted the fourth row."""
    review = Review(settings())
    (anna, ben), _ = review.run("2026-01-01", FOUND)
    review.fill(anna, {"db:1": "include", "db:2": "exclude", "db:3": "exclude"})
    review.fill(ben, {"db:1": "exclude"})
    review.run("2026-01-03", FOUND)
    review.files[anna] = b"\r\n".join(review.files[anna].split(b"\r\n")[:4]) + b"\r\n"
    review.run("2026-01-05", FOUND)
    return review


def measured(review):
    return progress.measure(review.found, review.screening, review.returned, review.ledger, review.rules)


def test_each_stage_says_how_many_citations_are_in_which_state():
    title_abstract, full_text = measured(halfway())
    assert (title_abstract.citations, title_abstract.settled) == (4, 0)
    assert title_abstract.states == {"conflict": 1, "awaiting": 3}
    assert full_text.citations == 0


def test_each_reviewer_is_told_what_is_owed_and_what_is_missing():
    anna, ben, arbiter = measured(halfway())[0].reviewers
    assert (anna.handed, anna.decided, anna.owed, anna.second, anna.lost) == (4, 3, 1, 0, 1)
    assert (ben.handed, ben.decided, ben.owed, ben.second, ben.lost) == (4, 1, 3, 2, 0)
    assert (arbiter.handed, arbiter.decided, arbiter.owed) == (1, 0, 1)


def test_a_row_that_nobody_needs_any_more_is_owed_by_nobody():
    review = Review(settings(votes=1))
    (anna, _ben), _ = review.run("2026-01-01", FOUND)
    review.fill(anna, dict.fromkeys(("db:1", "db:2", "db:3", "db:4"), "exclude"))
    review.run("2026-01-02", FOUND)
    ben = measured(review)[0].reviewers[1]
    assert (ben.owed, ben.spare) == (0, 4)


def test_what_waits_is_said_in_sentences():
    assert list(progress.sentences(measured(halfway()))) == [
        "Title and abstract: 3 citations wait for decisions.",
        "Title and abstract: 1 conflict waits for the arbiter.",
        "Title and abstract: anna owes 1 decision.",
        "Title and abstract: 1 row is missing from the worksheets of anna (see 'living-review restore').",
        "Title and abstract: ben owes 3 decisions, 2 of them as the second vote.",
    ]


def test_nothing_is_said_where_nothing_waits():
    review = Review(settings())
    review.run("2026-01-01", [])
    assert list(progress.sentences(measured(review))) == []


def test_lost_rows_are_listed_so_that_they_can_be_restored():
    review = halfway()
    missing = progress.lost(review.found, review.returned, review.ledger, review.rules)
    assert missing == (("title-abstract", "anna", ("db:4",)),)


def test_rows_of_a_stage_or_a_reviewer_that_the_review_no_longer_has_are_not_missing():
    review = halfway()
    for rules in (settings(reviewers=("ben", "carla")), replace(settings(), stages=settings().stages[1:])):
        assert progress.lost(review.found, review.returned, review.ledger, rules) == ()


def test_the_work_left_is_followed_by_date():
    days = progress.burn_down(halfway().ledger.events, settings())
    assert [(day.date, day.decided, day.remaining) for day in days] == [("2026-01-01", 0, 8), ("2026-01-03", 4, 5)]


def test_a_pilot_that_goes_on_is_said():
    review = Review(settings(title_abstract={"pilot": 1}))
    review.run("2026-01-01", FOUND)
    withheld = [one for waiting in review.plan.withheld.values() for one in waiting]
    found = progress.measure(
        review.found, review.screening, review.returned, review.ledger, review.rules, withheld=withheld
    )
    assert "Title and abstract: 3 of them are handed out once the pilot round is decided." in progress.sentences(found)


def test_an_arbiter_whose_answer_leaves_the_study_open_still_owes_one():
    review = Review(settings())
    found = citations("refs:1")
    (anna, ben), _ = review.run("2026-01-01", found)
    review.fill(anna, {"refs:1": "include"}, study="Alpha 2010")
    review.fill(ben, {"refs:1": "include"}, study="Alpha trial")
    (arbiter,), _ = review.run("2026-01-02", found)
    row = review.rows(arbiter)[0]
    assert (row["anna: study"], row["ben: study"]) == ("Alpha 2010", "Alpha trial")
    review.fill(arbiter, {"refs:1": "include"})
    review.run("2026-01-03", found)
    assert measured(review)[1].reviewers[-1].owed == 1
    review.fill(arbiter, {"refs:1": "include"}, study="Alpha 2010")
    review.run("2026-01-04", found)
    assert measured(review)[1].reviewers[-1].owed == 0
