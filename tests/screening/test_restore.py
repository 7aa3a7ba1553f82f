"""Rows that were deleted from worksheets, made again with what they last said."""

from pipeline.screening import progress, restore
from tests.screening.made import Review, citation, citations, settings

FOUND = citations("db:1", "db:2", "db:3")
TOLD = {"db:1": "include", "db:2": "exclude"}


def restored(review):
    missing = progress.lost(review.found, review.returned, review.ledger, review.rules)
    made = restore.worksheets(missing, review.found, review.returned.decisions, review.ledger, review.rules)
    return {f"screening/{stage}/{reviewer}/restored.csv": data for stage, reviewer, data in made}


def decided(review):
    return {decision.key: decision.answer for decision in review.returned.decisions}


def test_a_deleted_worksheet_comes_back_with_its_decisions_whether_a_run_saw_the_loss_or_not():
    for runs in (1, 2):
        review = Review(settings())
        (anna, _), _ = review.run("2026-01-01", FOUND)
        review.fill(anna, TOLD, note="as I saw it")
        review.run("2026-01-02", FOUND)
        before, sheet = decided(review), review.rows(anna)
        del review.files[anna]
        for day in range(runs):
            review.run(f"2026-01-0{3 + day}", FOUND)
        assert decided(review) == {}
        review.files |= restored(review)
        assert review.rows("screening/title-abstract/anna/restored.csv") == sheet
        review.run("2026-01-05", FOUND)
        assert decided(review) == before
        assert restored(review) == {}


def test_only_the_rows_that_are_missing_come_back():
    review = Review(settings())
    (anna, _), _ = review.run("2026-01-01", FOUND)
    lines = review.files[anna].split(b"\r\n")
    review.files[anna] = b"\r\n".join([lines[0], lines[2], b""])
    review.run("2026-01-02", FOUND)
    review.files |= restored(review)
    rows = review.rows("screening/title-abstract/anna/restored.csv")
    assert [(row["record_id"], row["decision"]) for row in rows] == [("db:1", ""), ("db:3", "")]


def test_rows_of_records_that_were_joined_since_keep_their_own_ids():
    review = Review(settings())
    (anna, _), _ = review.run("2026-01-01", FOUND)
    review.fill(anna, TOLD)
    review.run("2026-01-02", FOUND)
    del review.files[anna]
    joined = [citation("db:1", "db:2"), citation("db:3")]
    review.run("2026-01-03", joined)
    review.files |= restored(review)
    rows = review.rows("screening/title-abstract/anna/restored.csv")
    assert [(row["record_id"], row["decision"]) for row in rows] == [
        ("db:1", "include"),
        ("db:2", "exclude"),
        ("db:3", ""),
    ]
    review.run("2026-01-04", joined)
    assert review.screening.last("db:1").about == "anna judged the joined records differently"


def test_the_arbiters_rows_show_again_what_everybody_said():
    review = Review(settings())
    (anna, ben), _ = review.run("2026-01-01", FOUND)
    review.fill(anna, {"db:1": "include"})
    review.fill(ben, {"db:1": "exclude"})
    (arbiter,), _ = review.run("2026-01-02", FOUND)
    review.fill(arbiter, {"db:1": "exclude"})
    review.run("2026-01-03", FOUND)
    sheet = review.rows(arbiter)
    del review.files[arbiter]
    review.run("2026-01-04", FOUND)
    review.files |= restored(review)
    assert review.rows("screening/title-abstract/arbiter/restored.csv") == sheet
