import pytest

from pipeline.screening.settings import Reason, Reviewer, ScreeningSettings, Stage, check
from tests.screening.made import settings

TWO = {"anna": Reviewer(), "ben": Reviewer()}
FULL = Stage(id="full-text", reports=True)


def said(*stages, reviewers=TWO, **more):
    return [str(fault) for fault in check(ScreeningSettings(stages=stages or (FULL,), reviewers=reviewers, **more))]


def test_the_usual_settings_are_sound():
    assert check(settings()) == ()


def test_stages_left_out_are_title_and_abstract_then_full_text():
    stages = ScreeningSettings(reviewers=TWO).stages
    assert [(stage.id, stage.reports, stage.maybe) for stage in stages] == [
        ("title-abstract", False, "include"),
        ("full-text", True, "conflict"),
    ]


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        (
            (Stage(id="title-abstract"),),
            (
                "screening.stages: no report is ever read: the last stage is not about reports. Add 'reports: true' "
                "to the "
                "stage in which full texts are read, and put it last."
            ),
        ),
        ((FULL, FULL), "screening.stages.1.id: two stages are called 'full-text'. Rename one."),
        (
            (FULL, Stage(id="later"), Stage(id="last", reports=True)),
            (
                "screening.stages.1: 'later' looks at records after reports were read. Put the stages with "
                "'reports: true' "
                "last."
            ),
        ),
        (
            (Stage(id="ledger", reports=True),),
            (
                "screening.stages.0.id: 'ledger' cannot be the name of a folder here; accepted: up to 64 letters "
                "without "
                "accents, digits, '-' and '_'; 'ledger' is kept for the program."
            ),
        ),
        (
            (Stage(id="full-text", reports=True, reviewers=("ana", "ben")),),
            (
                "screening.stages.0.reviewers.0: 'ana' is not among the reviewers; accepted: anna, ben. Did you mean "
                "'anna'?"
            ),
        ),
        (
            (Stage(id="full-text", reports=True, votes=3),),
            (
                "screening.stages.0.votes: 'full-text' needs 3 decisions for a citation and has 2 reviewers. Name more "
                "people under 'screening: reviewers:', or set 'votes:' lower."
            ),
        ),
        (
            (Stage(id="full-text", reports=True, sample=0.2),),
            (
                "screening.stages.0.sample: only a share of 0.2 needs 2 decisions, yet everyone decides on every "
                "citation. "
                "Set 'assignment: split'."
            ),
        ),
        (
            (Stage(id="full-text", reports=True, sample=20, votes=0, pilot=-1),),
            "screening.stages.0.votes: 0 is out of range; accepted: a whole number from 1.",
        ),
        (
            (Stage(id="full-text", reports=True, reasons=(Reason(id="a"), Reason(id="b", label="A"))),),
            "screening.stages.0.reasons.1: two reasons are called 'a'. Rename one of them.",
        ),
    ],
)
def test_what_the_types_cannot_say_is_one_sentence_with_its_key(stages, says):
    assert says in said(*stages)


@pytest.mark.parametrize(
    ("reviewers", "says"),
    [
        (
            TWO | {"arbiter": Reviewer()},
            (
                "screening.reviewers.arbiter: 'arbiter' cannot be the name of a folder here; accepted: up to 64 "
                "letters "
                "without accents, digits, '-' and '_'; 'arbiter' is kept for the program."
            ),
        ),
        (
            TWO | {"con": Reviewer()},
            (
                "screening.reviewers.con: 'con' cannot be the name of a folder here; accepted: up to 64 letters "
                "without "
                "accents, digits, '-' and '_'; 'arbiter' is kept for the program."
            ),
        ),
        (
            TWO | {"Anna": Reviewer()},
            "screening.reviewers.Anna: 'Anna' and 'anna' would share a folder on Windows and macOS. Rename one.",
        ),
        (
            TWO | {"paper": Reviewer(kind="publication")},
            (
                "screening.reviewers.paper.source: 'paper' is a publication, and nothing says which. Add 'source:' "
                "with "
                "its "
                "citation, or its version."
            ),
        ),
    ],
)
def test_reviewers_are_checked_too(reviewers, says):
    assert says in said(reviewers=reviewers)


def test_a_word_with_two_meanings_is_refused():
    assert said(words={"include": ("ok",), "exclude": ("OK",)}) == [
        "screening.words.exclude: 'OK' would mean both 'include' and 'exclude'. Delete it from one of the two."
    ]


def test_an_answer_that_does_not_exist_is_refused():
    assert said(words={"inclde": ("ok",)}) == [
        (
            "screening.words.inclde: 'inclde' is no answer; accepted: include, exclude, maybe, not-retrieved, "
            "retrieved. "
            "Did you mean 'include'?"
        )
    ]


def test_a_publication_and_who_has_left_get_no_worksheets():
    rules = ScreeningSettings(
        reviewers=TWO | {"paper": Reviewer(kind="publication", source="x"), "dora": Reviewer(active=False)}
    )
    assert rules.screeners(rules.stages[0]) == ("anna", "ben")


def test_a_reason_without_a_name_is_refused():
    assert "screening.stages.0.reasons.0.id: a reason has no id; accepted: a short name." in said(
        Stage(id="full-text", reports=True, reasons=(Reason(id=" "),))
    )


def test_a_stage_that_does_not_exist_is_a_key_error():
    assert ScreeningSettings().stage("full-text").reports
    with pytest.raises(KeyError):
        ScreeningSettings().stage("half-text")
