"""The same studies pooled in other ways: each left out once, one after the other, and by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.synthesis.counts import mantel_haenszel, peto
from pipeline.synthesis.distributions import chi2_p
from pipeline.synthesis.effects import Effect, Measure, Refusal, Share, TwoByTwo
from pipeline.synthesis.glmm import pool_proportions
from pipeline.synthesis.pooling import Method, Model, Pooled, Prediction, Test, pool
from pipeline.synthesis.regression import regress_groups

CountModel = Literal["Mantel-Haenszel", "Peto", "GLMM"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """How effects are to be pooled, to be carried around.

    Attributes:
        model: by inverse variance ("random", "common"), or straight from the counts that the effects were made of.
        measure: what Mantel-Haenszel pools; nothing else needs it.
        method: of estimating tau2.
        test: of the interval.
        prediction: kind of prediction interval.
        level: of every interval.
    """

    model: Model | CountModel = "random"
    measure: Measure = "odds ratio"
    method: Method = "REML"
    test: Test = "HKSJ"
    prediction: Prediction = "k-2"
    level: float = 0.95

    def of(self, effects: Sequence[Effect]) -> Pooled | Refusal:
        """Pool effects in this way; models of counts refuse an effect that was not made of the counts they need."""
        if self.model == "GLMM":
            shares = [effect.counts for effect in effects if isinstance(effect.counts, Share)]
            if len(shares) == len(effects):
                return pool_proportions(shares, prediction=self.prediction, level=self.level)
            return _without_counts(len(effects) - len(shares), len(effects))
        if self.model in {"Mantel-Haenszel", "Peto"}:
            tables = [effect.counts for effect in effects if isinstance(effect.counts, TwoByTwo)]
            if len(tables) < len(effects):
                return _without_counts(len(effects) - len(tables), len(effects))
            if self.model == "Peto":
                return peto(tables, level=self.level)
            return mantel_haenszel(tables, self.measure, level=self.level)
        return pool(
            effects,
            model="common" if self.model == "common" else "random",
            method=self.method,
            test=self.test,
            prediction=self.prediction,
            level=self.level,
        )


def _without_counts(without: int, k: int) -> Refusal:
    return Refusal("no-counts", f"{without} of {k} effects were not made of counts")


def leave_one_out(effects: Sequence[Effect], pooling: Pooling) -> tuple[Pooled | Refusal, ...]:
    """Pool all effects but one, for each in turn.

    Source: Cochrane Handbook 6.5, section 10.14; Viechtbauer and Cheung 2010, Research Synthesis Methods 1:112,
    doi 10.1002/jrsm.11.
    """
    return tuple(pooling.of([*effects[:i], *effects[i + 1 :]]) for i in range(len(effects)))


def cumulate(effects: Sequence[Effect], pooling: Pooling) -> tuple[Pooled | Refusal, ...]:
    """Pool the first effect, the first two, and so on, in the order given; the first is refused, being alone.

    Source: Lau et al. 1992, New England Journal of Medicine 327:248, doi 10.1056/NEJM199207233270406.
    """
    return tuple(pooling.of(effects[: i + 1]) for i in range(len(effects)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A test that groups do not differ: chi-squared (or F, where `df2` is not 0), its degrees of freedom and p."""

    statistic: float
    df: int
    df2: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """Effects pooled by group.

    Attributes:
        groups: the pooled effects of each group, in alphabetical order of its name.
        separate: the test between groups that each have a tau2 of their own; None if fewer than two groups.
        common: the same with one tau2 for all, to be preferred where groups hold five studies or fewer; None if it
            cannot be made.
    """

    groups: tuple[tuple[str, Pooled | Refusal], ...]
    separate: Difference | None
    common: Difference | None


def by_group(effects: Sequence[Effect], groups: Sequence[str], pooling: Pooling) -> Subgroups:
    """Pool effects by group and test whether the groups differ.

    A group of one study is not pooled; it enters the test as it is.

    Source: Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 19; Cochrane Handbook 6.5, section
    10.11.3.1.
    """
    members: dict[str, list[Effect]] = {}
    for group, effect in sorted(zip(groups, effects, strict=True), key=lambda pair: pair[0]):
        members.setdefault(group, []).append(effect)
    pooled = tuple((name, pooling.of(inside)) for name, inside in members.items())
    summaries = [
        Effect(result.estimate, result.error**2) if isinstance(result, Pooled) else inside[0]
        for (_, result), inside in zip(pooled, members.values(), strict=True)
    ]
    between = pool(summaries, model="common")
    separate = None
    if isinstance(between, Pooled):
        spread = between.heterogeneity
        separate = Difference(statistic=spread.q, df=spread.df, df2=0, p=chi2_p(spread.q, spread.df))
    together = None
    if pooling.model == "random":
        fitted = regress_groups(effects, groups, method=pooling.method, test=pooling.test, level=pooling.level)
        if not isinstance(fitted, Refusal):
            together = Difference(statistic=fitted.statistic, df=fitted.statistic_df, df2=fitted.df, p=fitted.p)
    return Subgroups(groups=pooled, separate=separate, common=together)
