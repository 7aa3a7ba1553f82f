from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.screening.decisions import settle
from pipeline.screening.settings import Reviewer
from tests.screening.made import VIA, citation, citations, said, settings


def states(found, *decisions, **more):
    screening = settle(found, decisions, settings(**more), via=VIA)
    return {name: [(s.stage, s.state) for s in reached] for name, reached in screening.statuses.items()}


def last(*decisions, found=None, **more):
    found = found or [citation("db:1", "db:2")]
    return settle(found, decisions, settings(**more), via=VIA).last(found[0].id)


def test_a_citation_without_decisions_awaits_screening():
    assert states(citations("db:1")) == {"db:1": [("title-abstract", "awaiting")]}


def test_one_of_two_votes_is_not_enough():
    assert last(said("db:1", "anna", "include")).state == "awaiting"


def test_two_includes_take_it_to_the_full_text():
    votes = [said("db:1", name, "include") for name in ("anna", "ben")]
    assert states(citations("db:1"), *votes) == {"db:1": [("title-abstract", "included"), ("full-text", "awaiting")]}


def test_two_excludes_end_it():
    status = last(said("db:1", "anna", "exclude"), said("db:1", "ben", "exclude"))
    assert (status.state, status.basis) == ("excluded", "agreement")


def test_disagreement_is_a_conflict():
    status = last(said("db:1", "anna", "include"), said("db:1", "ben", "exclude"))
    assert (status.state, status.about) == ("conflict", "include or exclude")


def test_the_arbiter_settles_a_conflict():
    votes = said("db:1", "anna", "include"), said("db:1", "ben", "exclude")
    assert last(*votes, said("db:1", "arbiter", "exclude")).basis == "arbiter"


@pytest.mark.parametrize(
    ("policy", "state"), [("include", "awaiting"), ("exclude", "excluded"), ("conflict", "conflict")]
)
def test_maybe_means_what_the_policy_says(policy, state):
    votes = [said("db:1", name, "maybe") for name in ("anna", "ben")]
    assert last(*votes, title_abstract={"maybe": policy}).state == state


def test_votes_on_two_members_are_votes_on_one_citation():
    assert last(said("db:1", "anna", "exclude"), said("db:2", "ben", "exclude")).state == "excluded"


def test_a_reviewer_who_judged_two_members_differently_is_a_conflict_and_no_guess():
    votes = said("db:1", "anna", "exclude"), said("db:2", "anna", "include"), said("db:1", "ben", "exclude")
    status = last(*votes)
    assert (status.state, status.about) == ("conflict", "anna judged the joined records differently")


def test_a_decision_stays_with_its_record_when_a_cluster_is_split():
    votes = [said("db:1", name, "exclude") for name in ("anna", "ben")]
    assert states(citations("db:1", "db:2"), *votes) == {
        "db:1": [("title-abstract", "excluded")],
        "db:2": [("title-abstract", "awaiting")],
    }


def test_a_joined_record_that_was_judged_otherwise_reopens_what_the_arbiter_settled():
    votes = (
        said("db:1", "anna", "include"),
        said("db:1", "ben", "exclude"),
        said("db:1", "arbiter", "exclude"),
        said("db:2", "ben", "include"),
    )
    assert last(*votes).state == "conflict"
    assert last(*votes, said("db:1|db:2", "arbiter", "exclude")).state == "excluded"


def test_what_the_arbiter_overruled_does_not_reopen_the_case_when_it_is_repeated_on_a_joined_record():
    votes = (
        said("db:1", "anna", "include"),
        said("db:1", "ben", "exclude"),
        said("db:1", "arbiter", "exclude"),
        said("db:2", "anna", "include"),
    )
    assert last(*votes).state == "excluded"


def test_a_joint_ruling_on_records_that_were_split_again_is_void_and_listed():
    ruling = said("db:1|db:2", "arbiter", "exclude")
    screening = settle(citations("db:1", "db:2"), [ruling], settings(), via=VIA)
    assert screening.void == (ruling,)
    assert screening.last("db:1").state == "awaiting"


def test_decisions_on_records_that_left_the_review_are_listed():
    stray = said("db:9", "anna", "include")
    assert settle(citations("db:1"), [stray], settings(), via=VIA).astray == (stray,)


def test_a_decision_at_a_stage_that_is_not_reached_is_kept_and_unused():
    early = said("db:1", "anna", "include", "full-text")
    screening = settle(citations("db:1"), [early], settings(), via=VIA)
    assert screening.ahead == (early,)
    assert [status.stage for status in screening.statuses["db:1"]] == ["title-abstract"]


def test_what_other_methods_found_goes_straight_to_the_full_text():
    assert states(citations("refs:1", "db:1")) == {
        "refs:1": [("full-text", "awaiting")],
        "db:1": [("title-abstract", "awaiting")],
    }


def test_a_decision_at_a_stage_that_is_skipped_is_no_decision_ahead_of_its_time():
    needless = said("refs:1", "anna", "include")
    screening = settle(citations("refs:1"), [needless], settings(), via=VIA)
    assert (screening.skipped, screening.ahead) == ((needless,), ())
    screens = settings(title_abstract={"other_methods": "screen"})
    assert settle(citations("refs:1"), [needless], screens, via=VIA).skipped == ()


def test_unless_the_stage_screens_other_methods_too():
    found = states(citations("refs:1"), title_abstract={"other_methods": "screen"})
    assert found == {"refs:1": [("title-abstract", "awaiting")]}


def test_the_first_retrieved_record_decides_how_a_citation_was_found():
    assert states([citation("refs:1", "db:1")]) == {"refs:1": [("full-text", "awaiting")]}
    assert states([citation("db:1", "refs:1")]) == {"db:1": [("title-abstract", "awaiting")]}


def full(*decisions, **more):
    found = citations("refs:1")
    return settle(found, decisions, settings(**more), via=VIA).last("refs:1")


def test_a_published_decision_stands_for_all_that_are_required():
    others = {"paper": Reviewer(kind="publication", source="Fictitious 2020")}
    status = full(said("refs:1", "paper", "include", "full-text"), others=others)
    assert (status.state, status.basis) == ("included", "publication")


def test_a_person_who_disagrees_with_the_publication_is_a_conflict():
    others = {"paper": Reviewer(kind="publication", source="Fictitious 2020")}
    votes = said("refs:1", "paper", "include", "full-text"), said("refs:1", "anna", "exclude", "full-text")
    assert full(*votes, others=others).state == "conflict"


def test_the_first_reason_in_the_stages_order_counts():
    votes = (
        said("refs:1", "anna", "exclude", "full-text", reason="language"),
        said("refs:1", "ben", "exclude", "full-text", reason="population"),
    )
    assert full(*votes).reason == "population"


def test_a_report_one_reviewer_could_not_get_and_another_read_was_retrieved():
    votes = (
        said("refs:1", "anna", "not-retrieved", "full-text", tried="library"),
        said("refs:1", "ben", "include", "full-text"),
    )
    status = full(*votes)
    assert (status.state, status.retrieved) == ("awaiting", True)


def test_a_report_nobody_could_get_is_not_retrieved_and_says_what_was_tried():
    status = full(said("refs:1", "anna", "not-retrieved", "full-text", tried="library, authors"))
    assert (status.state, status.tried, status.retrieved) == ("not-retrieved", "library, authors", False)


def test_a_report_that_is_at_hand_awaits_its_votes():
    status = full(said("refs:1", "anna", "retrieved", "full-text", report="papers/1.pdf"))
    assert (status.state, status.retrieved, status.report) == ("awaiting", True, "papers/1.pdf")


def test_two_names_for_the_study_of_one_report_are_a_conflict():
    votes = (
        said("refs:1", "anna", "include", "full-text", study="Alpha 2010"),
        said("refs:1", "ben", "include", "full-text", study="Alpha trial"),
    )
    assert full(*votes).about == "the study: Alpha 2010 or Alpha trial"
    assert full(*votes, said("refs:1", "arbiter", "include", "full-text", study="Alpha 2010")).study == "Alpha 2010"


def test_what_only_tools_excluded_is_marked_so():
    tools = {"tool": Reviewer(kind="tool", source="made-up 1.0")}
    status = last(said("db:1", "tool", "exclude"), votes=1, others=tools)
    assert (status.state, status.automatic) == ("excluded", True)


def test_in_a_sample_only_the_drawn_citations_need_two_votes():
    found = citations(*(f"db:{n}" for n in range(1000)))
    screening = settle(found, (), settings(title_abstract={"sample": 0.2}), via=VIA)
    double = sum(status.needed == 2 for status in screening.at("title-abstract"))
    assert 150 < double < 250


records = [f"{search}:{n}" for search in ("db", "refs") for n in range(6)]
answers = st.sampled_from(["include", "exclude", "maybe", "not-retrieved", "retrieved"])


@st.composite
def decisions(draw):
    made = draw(
        st.lists(
            st.tuples(
                st.sampled_from(records),
                st.sampled_from(["title-abstract", "full-text"]),
                st.sampled_from(["anna", "ben", "carla", "arbiter"]),
                answers,
            ),
            unique_by=lambda each: each[:3],
        )
    )
    return [
        said(record, who, answer, stage)
        for record, stage, who, answer in made
        if stage == "full-text" or answer not in {"not-retrieved", "retrieved"}
    ]


@st.composite
def clusterings(draw):
    groups: dict[int, list[str]] = {}
    for record in draw(st.permutations(records)):
        groups.setdefault(draw(st.integers(0, 8)), []).append(record)
    return [citation(*members) for members in groups.values()]


@given(clusterings(), decisions(), st.randoms())
def test_every_citation_has_one_status_at_each_stage_it_reached_in_any_order(found, said_, random):
    three = settings(reviewers=("anna", "ben", "carla"))
    screening = settle(found, said_, three, via=VIA)
    order = ["title-abstract", "full-text"]
    for one in found:
        reached = screening.statuses[one.id]
        stages = [status.stage for status in reached]
        assert stages in (order, order[:1], order[1:])
        assert all(status.state == "included" for status in reached[:-1])
    random.shuffle(said_)
    assert settle(found, said_, three, via=VIA) == screening


@given(clusterings(), clusterings(), decisions())
def test_no_decision_moves_to_another_citation_when_clusters_change(before, after, said_):
    three = settings(reviewers=("anna", "ben", "carla"))
    for found in (before, after):
        screening = settle(found, said_, three, via=VIA)
        heard = [d for reached in screening.statuses.values() for status in reached for d in status.decisions]
        kept = [*heard, *screening.skipped, *screening.ahead, *screening.void, *screening.astray]
        assert sorted(kept, key=lambda d: d.key) == sorted(said_, key=lambda d: d.key)
        for one in found:
            for status in screening.statuses[one.id]:
                assert all(set(d.records) <= set(one.members) for d in status.decisions)


def test_two_reasons_in_words_of_their_own_are_a_conflict():
    rules = settings()
    rules = replace(rules, stages=(rules.stages[0], replace(rules.stages[1], reasons=())))
    votes = [
        said("refs:1", "anna", "exclude", "full-text", reason="too old"),
        said("refs:1", "ben", "exclude", "full-text", reason="animals"),
    ]
    assert settle(citations("refs:1"), votes, rules, via=VIA).last("refs:1").about == "the reason to exclude"
    ruling = said("refs:1", "arbiter", "exclude", "full-text", reason="animals")
    assert settle(citations("refs:1"), [*votes, ruling], rules, via=VIA).last("refs:1").reason == "animals"
