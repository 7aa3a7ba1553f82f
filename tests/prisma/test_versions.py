"""Updates: what is new since a baseline, over generated reviews and in a scenario told step by step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prisma import flow, versions
from pipeline.prisma.identities import faults
from pipeline.prisma.sources import Removal, Source
from pipeline.screening import ledger
from pipeline.screening.decisions import settle
from tests.screening.made import VIA, Review, citation, citations, said, settings

SOURCES = (
    Source(id="db", name="PubMed", via="databases"),
    Source(id="reg", name="ClinicalTrials.gov", via="registers"),
    Source(id="refs", name="Reference lists", via="citation-searching"),
    Source(id="web", name="Websites of societies", via="websites"),
)
THREE = settings(reviewers=("anna", "ben", "carla"))
ALONE = settings(votes=1)
RECORDS = [f"{search}:{n}" for search in VIA for n in range(5)]


def figures(counted):
    return {name: box.n for name, box in counted.boxes.items() if box.n}


def steps(counted):
    return {step.name: step.n for step in (*counted.awaiting, *counted.adjustments)}


@st.composite
def clusterings(draw, records=RECORDS):
    """Any way to join these records, named after their first; the retrieval order is that of RECORDS."""
    groups: dict[int, list[str]] = {}
    for record in records:
        groups.setdefault(draw(st.integers(0, len(records))), []).append(record)
    return [citation(*members) for members in groups.values()]


@st.composite
def decisions(draw, records=RECORDS):
    made = {}
    for _ in range(draw(st.integers(0, 60))):
        stage = draw(st.sampled_from(["title-abstract", "full-text"]))
        answers = THREE.stage(stage).answers
        one = said(
            draw(st.sampled_from(records)),
            draw(st.sampled_from(["anna", "ben", "carla", "arbiter"])),
            draw(st.sampled_from(answers)),
            stage,
            **({"study": draw(st.sampled_from(["", "Alpha", "Beta"]))} if stage == "full-text" else {}),
        )
        made[one.key] = one
    return list(made.values())


def removals(records):
    return st.lists(
        st.builds(
            Removal,
            record=st.sampled_from([*records, "db:unread-1"]),
            by=st.sampled_from(["automation", "other"]),
            reason=st.just("made up"),
        ),
        unique_by=lambda removal: removal.record,
        max_size=4,
    )


@st.composite
def rules(draw):
    other = draw(st.sampled_from(["skip", "screen"]))
    votes = draw(st.integers(1, 2))
    return settings(votes=votes, reviewers=("anna", "ben", "carla"), title_abstract={"other_methods": other})


@given(clusterings(), decisions(), rules(), removals(RECORDS))
def test_every_box_of_any_review_adds_up_and_knows_its_ids(found, votes, rule, removed):
    counted = flow.count(SOURCES, found, settle(found, votes, rule, via=VIA), rule, removed=removed)
    assert faults(counted) == ()
    boxes = counted.boxes
    identified = {record for name in boxes if name.endswith("_results") for record in boxes[name].ids}
    unread = {removal.record for removal in removed} - set(RECORDS)
    assert identified == {*RECORDS, *unread}


@given(clusterings(), decisions(), rules(), st.randoms())
def test_the_order_of_citations_and_decisions_changes_no_figure(found, votes, rule, random):
    before = flow.count(SOURCES, found, settle(found, votes, rule, via=VIA), rule)
    random.shuffle(found)
    random.shuffle(votes)
    after = flow.count(SOURCES, found, settle(found, votes, rule, via=VIA), rule)
    assert figures(after) == figures(before)
    assert {name: set(box.ids) for name, box in after.boxes.items()} == {
        name: set(box.ids) for name, box in before.boxes.items()
    }


@given(st.data(), st.integers(0, len(RECORDS)), rules())
def test_any_update_adds_up_whatever_was_joined_split_or_decided_anew(data, known, rule):
    """The earlier version knew any of the records, joined and judged in any way; the present one likewise."""
    first = [record for record in data.draw(st.permutations(RECORDS)) if RECORDS.index(record) < known]
    first.sort(key=RECORDS.index)
    old = data.draw(clusterings(first)) if first else []
    earlier = versions.baseline("v1", old, settle(old, data.draw(decisions(first or RECORDS)), rule, via=VIA), rule)
    found = data.draw(clusterings())
    screening = settle(found, data.draw(decisions()), rule, via=VIA)
    counted = flow.count(SOURCES, found, screening, rule, since=earlier)
    assert faults(counted) == ()
    assert counted.n("previous_reports") == len(earlier.reports)
    whole = flow.count(SOURCES, found, screening, rule)
    assert counted.n("total_reports") == whole.n("new_reports")
    assert counted.n("total_studies") == whole.n("new_studies")


@given(clusterings(), decisions(), rules())
def test_an_update_in_which_nothing_happened_is_all_zeros_but_the_totals(found, votes, rule):
    screening = settle(found, votes, rule, via=VIA)
    counted = flow.count(SOURCES, found, screening, rule, since=versions.baseline("v1", found, screening, rule))
    assert counted.n("database_results") == counted.n("duplicates") == counted.n("new_reports") == 0
    assert counted.n("total_reports") == counted.n("previous_reports")
    assert counted.n("total_studies") == counted.n("previous_studies")


def test_the_totals_of_one_version_are_the_previous_studies_of_the_next():
    found = citations("db:1", "refs:1")
    votes = [
        said("db:1", "anna", "include"),
        said("db:1", "anna", "include", "full-text", study="Alpha"),
        said("refs:1", "anna", "include", "full-text", study="Alpha"),
    ]
    one = versions.baseline("version 1.0", found, settle(found, votes, ALONE, via=VIA), ALONE)
    found = [*found, *citations("db:2", "db:3")]
    votes += [
        said("db:2", "anna", "include"),
        said("db:2", "anna", "include", "full-text", study="Beta"),
        said("db:3", "anna", "include"),
        said("db:3", "anna", "include", "full-text", study="Alpha"),
    ]
    screening = settle(found, votes, ALONE, via=VIA)
    counted = flow.count(SOURCES, found, screening, ALONE, since=one)
    assert counted.previous == "version 1.0"
    assert figures(counted) == {
        "previous_studies": 1,
        "previous_reports": 2,
        "database_results": 2,
        "records_screened": 2,
        "dbr_sought_reports": 2,
        "dbr_assessed": 2,
        "new_studies": 1,
        "new_reports": 1,
        "total_studies": 2,
        "total_reports": 4,
    }
    assert steps(counted) == {"added_reports": 1}
    two = versions.baseline("version 2.0", found, screening, ALONE)
    following = flow.count(SOURCES, found, screening, ALONE, since=two)
    assert following.n("previous_studies") == counted.n("total_studies")
    assert following.n("previous_reports") == counted.n("total_reports")


@pytest.mark.parametrize(
    ("found", "votes", "expected"),
    [
        pytest.param(citations("db:1"), ["exclude"], {"withdrawn_reports": 1, "withdrawn_studies": 1}, id="withdrawn"),
        pytest.param(
            [citation("db:1", "db:2")], ["include"], {"regrouped_reports": -1, "regrouped_studies": -1}, id="joined"
        ),
    ],
)
def test_what_left_or_was_joined_since_is_a_named_step(found, votes, expected):
    old = citations("db:1", "db:2") if len(found[0].members) == 2 else citations("db:1")
    included = [said(one.id, "anna", "include", stage) for one in old for stage in ("title-abstract", "full-text")]
    one = versions.baseline("v1", old, settle(old, included, ALONE, via=VIA), ALONE)
    now = [
        said(one.id, "anna", answer if stage == "full-text" else "include", stage)
        for one, answer in zip(found, votes, strict=True)
        for stage in ("title-abstract", "full-text")
    ]
    counted = flow.count(SOURCES, found, settle(found, now, ALONE, via=VIA), ALONE, since=one)
    assert steps(counted) == expected


def test_what_was_left_open_is_carried_over_and_counted_where_it_goes_on():
    found = citations("db:1", "db:2", "refs:1")
    begun = [said("db:2", "anna", "include")]
    one = versions.baseline("v1", found, settle(found, begun, ALONE, via=VIA), ALONE)
    votes = [
        *begun,
        said("db:1", "anna", "exclude"),
        said("db:2", "anna", "include", "full-text"),
        said("refs:1", "anna", "exclude", "full-text"),
    ]
    counted = flow.count(SOURCES, found, settle(found, votes, ALONE, via=VIA), ALONE, since=one)
    assert steps(counted) == {"carried_records": 1, "carried_reports": 1, "other_carried": 1}
    assert (counted.n("records_screened"), counted.n("records_excluded"), counted.n("dbr_sought_reports")) == (1, 1, 1)


def test_an_exclusion_that_was_reconsidered_is_counted_again():
    found = citations("db:1")
    one = versions.baseline("v1", found, settle(found, [said("db:1", "anna", "exclude")], ALONE, via=VIA), ALONE)
    counted = flow.count(
        SOURCES, found, settle(found, [said("db:1", "anna", "include")], ALONE, via=VIA), ALONE, since=one
    )
    assert steps(counted) == {"carried_records": 1, "dbr_awaiting_retrieval": 1}


def test_the_review_of_three_and_two_updates_from_worksheets_to_the_diagrams():
    """Three reviewers, two votes each, split evenly; a base version, an update, an update in which clusters change."""
    review = Review(
        settings(
            reviewers=("anna", "ben", "carla"),
            title_abstract={"assignment": "split"},
            full_text={"assignment": "split"},
        )
    )
    excluded, argued = {"db:4", "db:5"}, {"db:3"}

    def decide(made):
        for path in made:
            stage, who = path.split("/")[1:3]
            answers = {}
            for row in review.rows(path):
                record = row["record_id"].split(" | ")[0]
                dissent = record in argued and stage == "title-abstract" and who == row_owner(row)
                answers[row["record_id"]] = "exclude" if record in excluded or dissent else "include"
            review.fill(path, answers, **({"reason": ""} if stage == "title-abstract" else {}))

    def row_owner(row):
        return min(
            name
            for (stage, name), rows in review.ledger.issued.items()
            if stage == "title-abstract" and (row["record_id"],) in rows
        )

    base = citations("db:1", "db:2", "db:3", "db:4", "refs:1")
    for day in ("2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"):
        made, _ = review.run(day, base)
        decide(made)
    review.run("2026-01-05", base)
    first = flow.count(SOURCES, base, review.screening, review.rules)
    assert figures(first) == {
        "database_results": 4,
        "citations_results": 1,
        "records_screened": 4,
        "records_excluded": 1,
        "dbr_sought_reports": 3,
        "dbr_assessed": 3,
        "other_sought_reports": 1,
        "other_assessed": 1,
        "new_studies": 4,
        "new_reports": 4,
    }
    version = versions.baseline("version 1.0", base, review.screening, review.rules)

    second = [*base, *citations("db:5", "db:6")]
    for day in ("2026-02-01", "2026-02-02", "2026-02-03"):
        made, _ = review.run(day, second)
        assert all(row["record_id"] in {"db:5", "db:6"} for path in made for row in review.rows(path))
        decide(made)
    review.run("2026-02-04", second)
    update = flow.count(SOURCES, second, review.screening, review.rules, since=version)
    assert (update.n("previous_reports"), update.n("new_reports"), update.n("total_reports")) == (4, 1, 5)
    assert (update.n("database_results"), update.n("records_excluded")) == (2, 1)
    next_version = versions.baseline("version 2.0", second, review.screening, review.rules)

    third = [citation("db:1", "refs:1"), *citations("db:2", "db:3", "db:4", "db:5", "db:6")]
    made, events = review.run("2026-03-01", third)
    assert (made, events) == ([], [])
    joined = flow.count(SOURCES, third, review.screening, review.rules, since=next_version)
    assert (joined.n("previous_reports"), joined.n("total_reports")) == (5, 4)
    assert steps(joined) == {"regrouped_reports": -1, "regrouped_studies": -1}


def test_the_state_of_an_earlier_day_is_rebuilt_from_the_ledger():
    """The view of one run: what came since the day before, from the records known then and the events up to then."""
    review = Review(ALONE)
    first = citations("db:1")
    (sheet, _), _ = review.run("2026-01-01", first)
    review.fill(sheet, {"db:1": "exclude"})
    review.run("2026-01-02", first)
    found = [citation("db:1", "db:2"), *citations("db:3")]
    review.run("2026-01-09", found)
    then = list(versions.earlier(found, {"db:1"}))
    past = ledger.replay(event for event in review.ledger.events if event.date <= "2026-01-02")
    before = versions.baseline("2026-01-02", then, settle(then, past.decisions.values(), ALONE, via=VIA), ALONE)
    counted = flow.count(SOURCES, found, review.screening, ALONE, since=before)
    assert figures(counted) == {"database_results": 2, "duplicates": 1}
    assert steps(counted) == {"awaiting_screening": 1}
