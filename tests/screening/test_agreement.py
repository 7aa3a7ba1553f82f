import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.screening import agreement
from pipeline.screening.decisions import settle
from pipeline.screening.settings import Reviewer
from tests.screening.made import VIA, citation, citations, said, settings


def pairs(*counts):
    """Spell out a square table of counts as pairs of answers."""
    return [(a, b) for a, row in enumerate(counts) for b, count in enumerate(row) for _ in range(count)]


def units(*raters):
    """Read one line a rater, one column a unit; a dot is a unit the rater skipped."""
    columns = zip(*(line.split() for line in raters), strict=True)
    return [{str(rater): said for rater, said in enumerate(column) if said != "."} for column in columns]


# 100 pregnant women by two abstractors. Source: R package irrCAC 1.0, data cont3x3abstractors, vignette "overview".
ABSTRACTORS = pairs((13, 0, 0), (0, 20, 7), (0, 4, 56))
# Four raters, twelve units. Source: Krippendorff 2011, section C; the same as irrCAC's data cac.raw4raters.
FOUR = units("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
# 14 raters, 10 units, 5 answers. Source: the worked example of Fleiss' kappa on Wikipedia, 0.210.
FOURTEEN = [
    {f"{answer}.{rater}": answer for answer, count in enumerate(row) for rater in range(count)}
    for row in (
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    )
]  # fmt: skip


def test_cohens_kappa_and_its_error_are_those_of_irrcac():
    kappa = agreement.cohen(ABSTRACTORS)
    assert kappa.value == pytest.approx(0.7964094, abs=5e-8)
    assert kappa.error == pytest.approx(0.05891072, abs=5e-8)
    assert (round(kappa.low, 2), round(kappa.high, 2)) == (0.68, 0.91)


def test_the_error_of_kappa_is_that_of_fleiss_cohen_and_everitt():
    """Table of Fleiss, Cohen and Everitt 1969 (N = 200): kappa 0.429, standard error 0.0537."""
    kappa = agreement.cohen(pairs((106, 10, 4), (22, 28, 10), (2, 12, 6)))
    assert (round(kappa.value, 3), round(kappa.error, 4)) == (0.429, 0.0537)


def test_the_paradox_of_kappa_shows_and_pabak_and_ac1_answer_it():
    """Two tables of Feinstein and Cicchetti 1990, J Clin Epidemiol 43:543-549: the same agreement of 0.85."""
    even, uneven = pairs((40, 9), (6, 45)), pairs((80, 10), (5, 5))
    assert [round(agreement.cohen(each).value, 2) for each in (even, uneven)] == [0.70, 0.32]
    assert agreement.pabak(0.85, 2) == pytest.approx(0.70)
    ac1 = [agreement.gwet([{"a": a, "b": b} for a, b in each], 2).value for each in (even, uneven)]
    assert [round(value, 2) for value in ac1] == [0.70, 0.81]


def test_prevalence_adjusted_kappa_of_three_answers_is_brennan_and_predigers():
    assert agreement.pabak(0.89, 3) == pytest.approx(0.835)


def test_gwets_ac1_is_that_of_irrcac():
    ac1 = agreement.gwet([{"a": a, "b": b} for a, b in ABSTRACTORS], 3)
    assert ac1.value == pytest.approx(0.8493305, abs=5e-8)
    assert ac1.error == pytest.approx(0.04321747 * (100 / 99) ** 0.5, abs=5e-8)
    four = agreement.gwet(FOUR, 5)
    assert (round(four.value, 5), round(four.error, 5)) == (0.77544, 0.14295)


def test_fleiss_kappa_is_that_of_irrcac_and_of_the_worked_example():
    four = agreement.fleiss(FOUR)
    assert (round(four.value, 5), round(four.error, 5)) == (0.76117, 0.15302)
    assert round(agreement.fleiss(FOURTEEN).value, 3) == 0.210


def test_krippendorffs_alpha_is_that_of_his_examples():
    """Krippendorff 2011, sections A (two observers, two answers), C (four observers, missing), and irrCAC."""
    two = units("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert round(agreement.krippendorff(two), 3) == 0.095
    assert round(agreement.krippendorff(FOUR), 3) == 0.743
    assert agreement.krippendorff([{"a": a, "b": b} for a, b in ABSTRACTORS]) == pytest.approx(0.7972585, abs=5e-8)


def test_where_everybody_always_says_the_same_kappa_and_alpha_cannot_be_estimated():
    same = [("exclude", "exclude")] * 20
    assert agreement.cohen(same) is None
    assert agreement.krippendorff([{"a": a, "b": b} for a, b in same]) is None
    assert agreement.fleiss([{"a": a, "b": b} for a, b in same]) is None
    assert agreement.gwet([{"a": a, "b": b} for a, b in same], 2).value == 1.0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_no_coefficient_exceeds_one_and_the_order_of_raters_does_not_matter(said):
    kappa = agreement.cohen(said)
    if kappa is not None:
        assert kappa.value <= 1 + 1e-12
        assert kappa.error >= 0
        turned = agreement.cohen([(b, a) for a, b in said])
        assert (turned.value, turned.error) == pytest.approx((kappa.value, kappa.error))


def measured(*decisions, **more):
    rules = settings(**more)
    return agreement.measure(settle(citations("db:1", "db:2", "db:3"), decisions, rules, via=VIA), rules)


def test_reviewers_are_compared_in_pairs_at_each_stage():
    votes = [
        said(record, name, answer)
        for name, answers in {"anna": "iie", "ben": "iee"}.items()
        for record, answer in zip(
            ("db:1", "db:2", "db:3"), [{"i": "include", "e": "exclude"}[x] for x in answers], strict=True
        )
    ]
    (found,) = measured(*votes)
    assert (found.stage, found.reviewers, found.citations) == ("title-abstract", ("anna", "ben"), 3)
    assert found.counts == {("exclude", "exclude"): 1, ("include", "exclude"): 1, ("include", "include"): 1}
    assert round(found.percent, 1) == 66.7
    assert round(found.kappa.value, 1) == 0.4


def test_maybe_counts_as_the_policy_says():
    votes = said("db:1", "anna", "maybe"), said("db:1", "ben", "include")
    assert measured(*votes)[0].percent == 100
    assert measured(*votes, title_abstract={"maybe": "conflict"})[0].percent == 0


def test_three_reviewers_are_also_measured_together():
    votes = [said("db:1", name, "include") for name in ("anna", "ben", "carla")]
    *two, together = measured(*votes, reviewers=("anna", "ben", "carla"))
    assert [found.reviewers for found in two] == [("anna", "ben"), ("anna", "carla"), ("ben", "carla")]
    assert (together.reviewers, together.citations, together.percent) == (("anna", "ben", "carla"), 1, 100)


def test_the_arbiter_and_a_publication_are_no_raters():
    others = {"paper": Reviewer(kind="publication", source="Fictitious 2020")}
    votes = said("db:1", "anna", "include"), said("db:1", "arbiter", "exclude"), said("db:1", "paper", "include")
    assert measured(*votes, others=others) == ()


def test_a_citation_of_two_minds_is_left_out_and_counted():
    rules = settings()
    votes = (
        said("db:1", "anna", "include"),
        said("db:2", "anna", "exclude"),
        said("db:1", "ben", "include"),
        said("db:3", "anna", "include"),
        said("db:3", "ben", "include"),
    )
    screening = settle([citation("db:1", "db:2"), citation("db:3")], votes, rules, via=VIA)
    (found,) = agreement.measure(screening, rules)
    assert (found.citations, found.left_out) == (1, 1)


def test_the_table_says_what_is_empty_and_what_cannot_be_estimated():
    votes = [said("db:1", name, "include") for name in ("anna", "ben")]
    rules = settings()
    row = agreement.table(measured(*votes), rules)[0]
    assert dict(zip(agreement.COLUMNS, row, strict=True)) == {
        "stage": "Title and abstract",
        "reviewers": "anna, ben",
        "citations": "1",
        "left out": "0",
        "agreement": "100.0%",
        "Cohen's kappa": "not estimable",
        "PABAK": "1.00",
        "Gwet's AC1": "1.00",
        "Fleiss' kappa": "",
        "Krippendorff's alpha": "",
        "maybe counts as": "include",
    }


def test_reviewers_who_judged_no_citation_together_are_not_compared():
    assert measured(said("db:1", "anna", "include"), said("db:2", "ben", "include")) == ()


def test_coefficients_are_shown_with_their_intervals():
    votes = [
        said(f"db:{n}", name, answer) for n in (1, 2, 3) for name, answer in (("anna", "include"), ("ben", "include"))
    ]
    votes[-1] = said("db:3", "ben", "exclude")
    votes[0], votes[1] = said("db:1", "anna", "exclude"), said("db:1", "ben", "exclude")
    row = dict(zip(agreement.COLUMNS, agreement.table(measured(*votes), settings())[0], strict=True))
    assert row["Cohen's kappa"].startswith("0.40 (-")
