"""How far reviewers agree: percent, Cohen's kappa, PABAK and Gwet's AC1; for all together Fleiss and Krippendorff.

A coefficient that cannot be estimated (nobody ever used a second answer) is None, never 0 or 1.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from pipeline.screening.decisions import Screening, meaning
from pipeline.screening.settings import ARBITER, ScreeningSettings, Stage

NORMAL_975 = 1.959963984540054  # 97.5% quantile of the standard normal distribution
_PAIR = 2

Unit = Mapping[str, Hashable]  # what each rater said of one citation


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its standard error, where it has one, and 95% interval (normal approximation, cut at 1)."""

    value: float
    error: float | None = None

    @property
    def low(self) -> float | None:
        """Return the lower end of the interval."""
        return None if self.error is None else self.value - NORMAL_975 * self.error

    @property
    def high(self) -> float | None:
        """Return the upper end of the interval."""
        return None if self.error is None else min(1.0, self.value + NORMAL_975 * self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The agreement of some reviewers at one stage.

    Attributes:
        reviewers: whose; two, or all who judged at least one citation together with another.
        citations: how many were judged by at least two of them (by both, for two).
        left_out: citations of which one of them said different things of different records.
        counts: for two reviewers, how often they gave which two answers, in the order of `reviewers`.
        percent: share of pairs of answers that are equal, 0 to 100.
        kappa: Cohen's, for two reviewers.
        pabak: prevalence- and bias-adjusted kappa, for two reviewers.
        ac1: Gwet's.
        fleiss: Fleiss' kappa, for more than two.
        alpha: Krippendorff's, nominal, for more than two.
    """

    stage: str
    reviewers: tuple[str, ...]
    citations: int
    left_out: int = 0
    counts: Mapping[tuple[str, str], int]
    percent: float
    kappa: Estimate | None = None
    pabak: float | None = None
    ac1: Estimate | None = None
    fleiss: Estimate | None = None
    alpha: float | None = None


def measure(screening: Screening, settings: ScreeningSettings) -> tuple[Agreement, ...]:
    """Measure the agreement of every pair of reviewers at each stage, and of all where they are more than two.

    Votes of people and tools count; the arbiter's and a publication's do not. "Maybe" counts as the stage's policy
    says, and as an answer of its own where a person decides on it. Not retrieving a report is no judgement of it.
    """
    found: list[Agreement] = []
    for stage in settings.stages:
        units, two_minds = _units(screening, settings, stage)
        raters = sorted({rater for unit in units for rater in unit})
        pairs = [_pair(stage, pair, units, two_minds) for pair in combinations(raters, _PAIR)]
        found.extend(pair for pair in pairs if pair is not None)
        if len(raters) > _PAIR and any(pair is not None for pair in pairs):
            found.append(_all(stage, tuple(raters), units, two_minds))
    return tuple(found)


def _units(screening: Screening, settings: ScreeningSettings, stage: Stage) -> tuple[list[dict[str, str]], list[str]]:
    """Return what each reviewer said of each citation, and who was of two minds, once for each such citation."""
    units: list[dict[str, str]] = []
    two_minds: list[str] = []
    for status in screening.at(stage.id):
        said: dict[str, set[str]] = defaultdict(set)
        for decision in status.decisions:
            reviewer = settings.reviewers.get(decision.reviewer)
            judges = decision.reviewer != ARBITER and reviewer is not None and reviewer.kind != "publication"
            if judges and decision.answer in {"include", "exclude", "maybe"}:
                said[decision.reviewer].add(meaning(decision, stage))
        two_minds.extend(name for name, answers in said.items() if len(answers) > 1)
        unit = {name: answers.pop() for name, answers in said.items() if len(answers) == 1}
        if unit:
            units.append(unit)
    return units, two_minds


def _pair(
    stage: Stage, pair: tuple[str, ...], units: Sequence[Mapping[str, str]], two_minds: Sequence[str]
) -> Agreement | None:
    a, b = pair
    both = [(unit[a], unit[b]) for unit in units if a in unit and b in unit]
    if not both:
        return None
    answers = len({answer for unit in units for answer in unit.values()} | {"include", "exclude"})
    observed = sum(x == y for x, y in both) / len(both)
    return Agreement(
        stage=stage.id,
        reviewers=pair,
        citations=len(both),
        left_out=sum(name in pair for name in two_minds),
        counts=dict(sorted(Counter(both).items())),
        percent=100 * observed,
        kappa=cohen(both),
        pabak=pabak(observed, answers),
        ac1=gwet([{a: x, b: y} for x, y in both], answers),
    )


def _all(
    stage: Stage, raters: tuple[str, ...], units: Sequence[Mapping[str, str]], two_minds: Sequence[str]
) -> Agreement:
    answers = len({answer for unit in units for answer in unit.values()} | {"include", "exclude"})
    together = [unit for unit in units if len(unit) > 1]
    return Agreement(
        stage=stage.id,
        reviewers=raters,
        citations=len(together),
        left_out=len(two_minds),
        counts={},
        percent=100 * sum(map(_agreeing, together)) / len(together),
        ac1=gwet(units, answers),
        fleiss=fleiss(units),
        alpha=krippendorff(units),
    )


COLUMNS = ("stage", "reviewers", "citations", "left out", "agreement", "Cohen's kappa", "PABAK", "Gwet's AC1",
           "Fleiss' kappa", "Krippendorff's alpha", "maybe counts as")  # fmt: skip


def table(found: Sequence[Agreement], settings: ScreeningSettings) -> tuple[tuple[str, ...], ...]:
    """Write agreements as rows of text under COLUMNS: coefficients with their 95% intervals, two decimals.

    What is not computed for so many reviewers is empty; what cannot be estimated says so.
    """
    policy = {"include": "include", "exclude": "exclude", "conflict": "an answer of its own"}
    rows = []
    for one in found:
        stage = settings.stage(one.stage)
        two = len(one.reviewers) == _PAIR
        cells = (
            stage.title,
            ", ".join(settings.reviewers[name].name or name for name in one.reviewers),
            f"{one.citations:,}",
            f"{one.left_out:,}",
            f"{one.percent:.1f}%",
            _shown(one.kappa) if two else "",
            f"{one.pabak:.2f}" if one.pabak is not None else "",
            _shown(one.ac1),
            "" if two else _shown(one.fleiss),
            "" if two else _shown(Estimate(one.alpha) if one.alpha is not None else None),
            policy[stage.maybe],
        )
        rows.append(cells)
    return tuple(rows)


def _shown(estimate: Estimate | None) -> str:
    if estimate is None:
        return "not estimable"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def cohen(pairs: Sequence[tuple[Hashable, Hashable]]) -> Estimate | None:
    """Compute Cohen's kappa of two raters.

    None where chance alone would make them agree always (each used one and the same answer), or without pairs.
    Source: Cohen 1960, Educ Psychol Meas 20:37-46, formula 1; standard error of Fleiss, Cohen and Everitt 1969,
    Psychol Bull 72:323-327, formula 13.

    >>> round(cohen([("in", "in")] * 40 + [("in", "out")] * 9 + [("out", "in")] * 6 + [("out", "out")] * 45).value, 2)
    0.7
    """
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    cells = Counter(pairs)
    observed = sum(a == b for a, b in pairs) / n if n else 1.0
    chance = sum(first[one] * second[one] for one in first) / n**2 if n else 1.0
    if chance >= 1:
        return None
    kappa = (observed - chance) / (1 - chance)
    spread = 0.0
    for (a, b), count in cells.items():
        share = count / n
        if a == b:
            spread += share * ((1 - chance) - (first[a] + second[a]) / n * (1 - observed)) ** 2
        else:
            spread += share * ((second[a] + first[b]) / n) ** 2 * (1 - observed) ** 2
    spread -= (observed * chance - 2 * chance + observed) ** 2
    return Estimate(kappa, sqrt(max(0.0, spread) / n) / (1 - chance) ** 2)


def pabak(observed: float, answers: int) -> float:
    """Compute the prevalence- and bias-adjusted kappa from the share of agreement and the number of answers.

    Source: Byrt, Bishop and Carlin 1993, J Clin Epidemiol 46:423-429; for more than two answers Brennan and Prediger
    1981, Educ Psychol Meas 41:687-699.

    >>> pabak(0.85, 2)
    0.7
    """
    return (answers * observed - 1) / (answers - 1)


def _agreeing(unit: Unit) -> float:
    """Return the share of pairs of raters of one unit that agree; at least two rated it."""
    raters = len(unit)
    return sum(count * (count - 1) for count in Counter(unit.values()).values()) / (raters * (raters - 1))


def _prevalence(units: Sequence[Unit]) -> dict[Hashable, float]:
    """Return the mean share of each answer over the units."""
    shares: dict[Hashable, float] = defaultdict(float)
    for unit in units:
        for answer, count in Counter(unit.values()).items():
            shares[answer] += count / len(unit) / len(units)
    return shares


def _chance_corrected(units: Sequence[Unit], chance: float, by_unit: Sequence[float], weight: float) -> Estimate | None:
    """Correct agreement for chance, with the standard error that treats units as a sample, missing ratings included.

    Source: Gwet 2008, Br J Math Stat Psychol 61:29-48, section 5; Gwet 2014, Handbook of Inter-Rater Reliability,
    4th edition, chapter 5 (raters who skipped a unit).
    """
    n = len(units)
    several = [unit for unit in units if len(unit) > 1]
    if chance >= 1 or not several:
        return None
    observed = sum(map(_agreeing, several)) / len(several)
    value = (observed - chance) / (1 - chance)
    if n == 1:
        return Estimate(value)
    total = 0.0
    for unit, its_chance in zip(units, by_unit, strict=True):
        its = (n / len(several)) * (_agreeing(unit) - chance) / (1 - chance) if len(unit) > 1 else 0.0
        total += (its - weight * (1 - value) * (its_chance - chance) / (1 - chance) - value) ** 2
    return Estimate(value, sqrt(total / (n * (n - 1))))


def gwet(units: Sequence[Unit], answers: int) -> Estimate | None:
    """Compute Gwet's AC1 of two or more raters, who may have skipped units.

    Args:
        units: what each rater said.
        answers: how many answers could be given, at least 2.

    Source: Gwet 2008, Br J Math Stat Psychol 61:29-48, formulas 4 and 26.
    """
    share = _prevalence(units)
    chance = sum(one * (1 - one) for one in share.values()) / (answers - 1)
    by_unit = [
        sum(count / len(unit) * (1 - share[answer]) for answer, count in Counter(unit.values()).items()) / (answers - 1)
        for unit in units
    ]
    return _chance_corrected(units, chance, by_unit, 2.0)


def fleiss(units: Sequence[Unit]) -> Estimate | None:
    """Compute Fleiss' kappa of any number of raters, who may have skipped units.

    Source: Fleiss 1971, Psychol Bull 76:378-382; with skipped units Gwet 2014, chapter 2.
    """
    share = _prevalence(units)
    chance = sum(one**2 for one in share.values())
    by_unit = [
        sum(count / len(unit) * share[answer] for answer, count in Counter(unit.values()).items()) for unit in units
    ]
    return _chance_corrected(units, chance, by_unit, 2.0)


def krippendorff(units: Sequence[Unit]) -> float | None:
    """Compute Krippendorff's alpha for nominal answers; units with one rater do not count.

    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C,
    https://repository.upenn.edu/asc_papers/43.
    """
    several = [Counter(unit.values()) for unit in units if len(unit) > 1]
    values: Counter[Hashable] = sum(several, Counter())
    n = values.total()
    expected = n**2 - sum(count**2 for count in values.values())
    if expected == 0:
        return None
    disagreeing = sum(
        (each.total() ** 2 - sum(count**2 for count in each.values())) / (each.total() - 1) for each in several
    )
    return 1 - (n - 1) * disagreeing / expected
