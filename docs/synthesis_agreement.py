"""Compare our pooling with metafor's, figure by figure, and write what agrees into docs/synthesis.md.

`python docs/synthesis_agreement.py FOLDER`, where FOLDER holds the reference figures (see its README): 714 fits of R
metafor 3.8-1 on 21 published data sets. The tests hold every comparison to its limit and the table to this script.
"""

import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.synthesis import asymmetry, counts, effects, glmm, regression, scales, sensitivity
from pipeline.synthesis.effects import Effect, Refusal, TwoByTwo
from pipeline.synthesis.pooling import Pooled, pool

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "synthesis.md"
BEGIN, END = "<!-- agreement: begin -->\n", "<!-- agreement: end -->\n"
SHOWN = 10  # digits; the reference prints 15, and other machines round the last few otherwise

TESTS = {"z": "Wald", "knha": "HKSJ", "adhoc": "HKSJ-never-narrower"}
SCALES = {"PLO": "logit", "PAS": "arcsine", "PR": "raw", "PFT": "freeman-tukey"}
MEASURES = {"RR": "risk ratio", "OR": "odds ratio", "RD": "risk difference"}

# Why a comparison cannot reach 1e-9: the reference was not computed further.
DEFAULT = "metafor at its default tolerance"
PROFILE = "metafor's root finder stopped at 1e-10"
NODES = "metafor: 7 quadrature nodes, optimiser of lme4; ours integrates to rounding error"
LIMITS = {"": 1e-9, DEFAULT: 1e-4, PROFILE: 1e-8, NODES: 1e-4}


@dataclass(frozen=True)
class Comparison:
    """One figure of ours beside metafor's.

    Attributes:
        file: of the reference.
        figure: what is compared.
        case: data set, method, test.
        why: the key of `LIMITS`: empty for a tight row.
    """

    file: str
    figure: str
    case: str
    ours: float
    theirs: float
    why: str = ""

    @property
    def difference(self) -> float:
        """Return the relative difference; the absolute one where metafor says 0."""
        return abs(self.ours - self.theirs) / (abs(self.theirs) or 1)


class Reference:
    """The reference figures, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.rows("inputs.csv"):
            if row["yi"]:
                self.inputs[row["dataset"]].append(row)
        published = json.loads((ROOT / "tests" / "synthesis" / "published.json").read_text(encoding="utf-8"))
        self.tables = {
            name: [
                TwoByTwo(events=a, n=n1, comparator_events=c, comparator_n=n2)
                for _, a, n1, c, n2 in published[name]["tables"]
            ]
            for name in ("bcg", "yusuf1985_t6", "collins1985b")
        }

    def rows(self, name: str) -> list[dict[str, str]]:
        """Read one file."""
        with (self.folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def effects(self, dataset: str) -> list[Effect]:
        """Return the effects of a data set."""
        return [Effect(float(row["yi"]), float(row["vi"])) for row in self.inputs[dataset]]

    def column(self, dataset: str, name: str) -> list[str]:
        """Return one column of a data set."""
        return [row[name] for row in self.inputs[dataset]]


def compare(folder: Path) -> Iterator[Comparison]:
    """Compare everything that can be compared."""
    reference = Reference(folder)
    for part in (
        inputs,
        pooled,
        prediction_intervals,
        leave_one_out,
        subgroups,
        meta_regression,
        funnel_tests,
        mh_peto,
        proportions,
    ):
        yield from part(reference)


def _beside(
    file: str, case: str, row: dict[str, str], figures: dict[str, float | None], why: str = ""
) -> Iterator[Comparison]:
    for name, ours in figures.items():
        if row[name] not in {"", "NA"}:
            if ours is None:
                raise ValueError(f"{file}, {case}: metafor has {name}, we have none")
            yield Comparison(file, name, case, ours, float(row[name]), why)


def inputs(reference: Reference) -> Iterator[Comparison]:
    """Compare effects and variances from counts."""
    functions = {
        "bcg_RR": ("bcg", effects.log_risk_ratio),
        "bcg_OR": ("bcg", effects.log_odds_ratio),
        "bcg_RD": ("bcg", effects.risk_difference),
        "yusuf1985_t6_OR": ("yusuf1985_t6", effects.log_odds_ratio),
        "collins1985b_OR": ("collins1985b", effects.log_odds_ratio),
    }
    for dataset, (name, function) in functions.items():
        for table, row in zip(reference.tables[name], reference.inputs[dataset], strict=True):
            effect = function(table)
            if isinstance(effect, Effect):  # tables without events are refused here and corrected by metafor
                figures = {"yi": effect.value, "vi": effect.variance}
                yield from _beside("inputs.csv", f"{dataset} {row['label']}", row, figures)
    for dataset, rows in reference.inputs.items():
        if rows[0]["measure"] in SCALES:
            for row in rows:
                effect = effects.proportion(float(row["xi"]), float(row["ni"]), SCALES[row["measure"]])
                figures = {"yi": effect.value, "vi": effect.variance}
                yield from _beside("inputs.csv", f"{dataset} {row['label']}", row, figures)


def pooled(reference: Reference) -> Iterator[Comparison]:
    """Compare every fit of which the reference has a tight row."""
    for row in reference.rows("pooled.csv"):
        if row["control"] != "tight":
            continue
        common = row["method"] == "EE"
        method = {"EE": "REML", "EB": "PM"}.get(row["method"], row["method"])
        result = pool(
            reference.effects(row["dataset"]),
            model="common" if common else "random",
            method=method,
            test=TESTS[row["test"]],
            prediction="normal" if row["test"] == "z" else "k-1",
        )
        spread, expected, profile = result.heterogeneity, result.prediction, result.heterogeneity.tau2_interval
        case = f"{row['dataset']} {row['method']} {row['test']}"
        figures = {
            "estimate": result.estimate,
            "se": result.error,
            "stat": result.statistic,
            "pval": result.p,
            "ci_lb": result.interval.low,
            "ci_ub": result.interval.high,
            "tau2": spread.tau2,
            "I2": spread.i2,
            "H2": spread.h2,
            "QE": spread.q,
            "QEp": spread.p,
        }
        if expected and not common:
            figures |= {"pi_lb": expected.low, "pi_ub": expected.high}
        yield from _beside("pooled.csv", case, row, figures)
        if profile:
            ends = {"tau2_ci_lb": profile.low, "tau2_ci_ub": profile.high}
            yield from _beside("pooled.csv", case, row, ends, PROFILE)


def prediction_intervals(reference: Reference) -> Iterator[Comparison]:
    """Compare the three kinds of prediction interval."""
    for row in reference.rows("prediction_intervals.csv"):
        for name, kind in (("norm", "normal"), ("tk2", "k-2"), ("tk1", "k-1")):
            result = pool(reference.effects(row["dataset"]), method=row["method"], test="Wald", prediction=kind)
            figures = {f"pi_{name}_lb": result.prediction.low, f"pi_{name}_ub": result.prediction.high}
            yield from _beside("prediction_intervals.csv", f"{row['dataset']} {row['method']}", row, figures)


def leave_one_out(reference: Reference) -> Iterator[Comparison]:
    """Compare each fit without one study."""
    groups = defaultdict(list)
    for row in reference.rows("leave_one_out.csv"):
        groups[row["dataset"], row["method"]].append(row)
    for (dataset, method), rows in groups.items():
        pooling = sensitivity.Pooling(method=method, test="Wald")
        for row, result in zip(rows, sensitivity.leave_one_out(reference.effects(dataset), pooling), strict=True):
            spread = result.heterogeneity
            figures = {
                "estimate": result.estimate,
                "se": result.error,
                "zval": result.statistic,
                "pval": result.p,
                "ci.lb": result.interval.low,
                "ci.ub": result.interval.high,
                "Q": spread.q,
                "Qp": spread.p,
                "tau2": spread.tau2,
                "I2": spread.i2,
                "H2": spread.h2,
            }
            yield from _beside("leave_one_out.csv", f"{dataset} {method} {row['left_out']}", row, figures)


def subgroups(reference: Reference) -> Iterator[Comparison]:
    """Compare each group, and both tests between groups."""
    for row in reference.rows("subgroups.csv"):
        dataset, method = row["dataset"], row["method"]
        result = sensitivity.by_group(
            reference.effects(dataset),
            reference.column(dataset, "group"),
            sensitivity.Pooling(method=method, test=TESTS[row["test"]]),
        )
        group = dict(result.groups)[row["group"]]
        case = f"{dataset} {method} {row['test']} {row['group']}"
        figures = {
            "estimate": group.estimate,
            "se": group.error,
            "ci_lb": group.interval.low,
            "ci_ub": group.interval.high,
            "tau2": group.heterogeneity.tau2,
            "I2": group.heterogeneity.i2,
            "Q_between_separate_tau2": result.separate.statistic,
            "Q_between_df": result.separate.df,
            "Q_between_p": result.separate.p,
        }
        yield from _beside("subgroups.csv", case, row, figures)
        together = {"QM_common_tau2": result.common.statistic, "QMp_common_tau2": result.common.p}
        yield from _beside("subgroups.csv", case, row, together, DEFAULT if method == "REML" else "")


def meta_regression(reference: Reference) -> Iterator[Comparison]:
    """Compare the regression of BCG's effect on latitude."""
    for row in reference.rows("meta_regression.csv"):
        latitude = [float(value) for value in reference.column(row["dataset"], "moderator")]
        result = regression.regress(
            reference.effects(row["dataset"]), latitude, method=row["method"], test=TESTS[row["test"]]
        )
        intercept, slope = result.coefficients
        figures = {
            "b0": intercept.estimate,
            "b1": slope.estimate,
            "se0": intercept.error,
            "se1": slope.error,
            "p1": slope.p,
            "tau2": result.residual.tau2,
            "QM": result.statistic,
            "QMp": result.p,
            "R2": result.r2,
            "I2": result.residual.i2,
        }
        yield from _beside("meta_regression.csv", f"{row['method']} {row['test']}", row, figures)


def funnel_tests(reference: Reference) -> Iterator[Comparison]:
    """Compare Egger (two ways), Begg, trim and fill; the fail-safe number is not ours."""
    for row in reference.rows("funnel_tests.csv"):
        studies = reference.effects(row["dataset"])
        egger, random = asymmetry.egger(studies), asymmetry.egger_random(studies)
        begg, filled = asymmetry.begg(studies), asymmetry.trim_and_fill(studies)
        if filled.side != row["trimfill_side"]:
            raise ValueError(f"{row['dataset']}: trim and fill looks {filled.side}, metafor {row['trimfill_side']}")
        slope = random.coefficients[1]
        figures = {
            "egger_lm_t": egger.slope.estimate / egger.slope.error,
            "egger_lm_df": egger.df,
            "egger_lm_p": egger.slope.p,
            "egger_lm_limit": egger.intercept.estimate,
            "egger_rma_reml_z": slope.estimate / slope.error,
            "egger_rma_reml_p": slope.p,
            "begg_tau": begg.tau,
            "begg_p": begg.p,
            "trimfill_L0_DL_k0": len(filled.added),
            "trimfill_est": filled.pooled.estimate,
            "trimfill_se": filled.pooled.error,
        }
        yield from _beside("funnel_tests.csv", row["dataset"], row, figures)


def mh_peto(reference: Reference) -> Iterator[Comparison]:
    """Compare pooling straight from counts."""
    for row in reference.rows("mh_peto.csv"):
        tables = reference.tables[row["dataset"]]
        kind, _, symbol = row["method"].partition("_")
        result = counts.peto(tables) if kind == "Peto" else counts.mantel_haenszel(tables, MEASURES[symbol])
        figures = {
            "estimate": result.estimate,
            "se": result.error,
            "ci_lb": result.interval.low,
            "ci_ub": result.interval.high,
            "QE": result.heterogeneity.q,
            "pval": result.p,
        }
        yield from _beside("mh_peto.csv", f"{row['dataset']} {row['method']}", row, figures)


def proportions(reference: Reference) -> Iterator[Comparison]:
    """Compare pooled proportions on every scale, and back from it; the one-node approximation is not ours."""
    for row in reference.rows("proportions_backtransformed.csv"):
        dataset, approach = row["dataset"], row["approach"]
        kind, method = approach.split()[:2]
        if "nAGQ=1" in approach:
            continue
        case = f"{dataset} {approach}"
        if kind == "GLMM":
            shares = [effects.Share(float(row["xi"]), float(row["ni"])) for row in reference.inputs[f"{dataset}_PLO"]]
            result = glmm.pool_proportions(shares, prediction="normal")
            likelihood_ratio = {"Qlrt": result.heterogeneity.q}
            yield from _beside("proportions_backtransformed.csv", case, row, likelihood_ratio)
            yield from _back(case, row, result, scales.logistic, NODES)
            continue
        name = f"{dataset}_{kind}"
        result = pool(reference.effects(name), method=method, test="Wald", prediction="normal")
        sizes = [float(size) for size in reference.column(name, "ni")]
        back = scales.scale_of("proportion", proportion_scale=SCALES[kind], sizes=sizes).back
        if "1/var" in approach:
            back = partial(scales.from_freeman_tukey, n=1 / result.error**2)
        yield from _back(case, row, result, back, DEFAULT if method == "REML" else "")


def _back(
    case: str, row: dict[str, str], result: Pooled | Refusal, back: scales.Back, why: str
) -> Iterator[Comparison]:
    figures = {
        "est_t": result.estimate,
        "se_t": result.error,
        "tau2": result.heterogeneity.tau2,
        "prop": back(result.estimate),
        "lb": back(result.interval.low),
        "ub": back(result.interval.high),
        "pi_lb": back(result.prediction.low),
        "pi_ub": back(result.prediction.high),
    }
    yield from _beside("proportions_backtransformed.csv", case, row, figures, why)


def table(comparisons: Iterable[Comparison]) -> str:
    """Write the table: a row for each file, kind of figure and reason."""
    groups: dict[tuple[str, str], list[Comparison]] = defaultdict(list)
    for found in comparisons:
        groups[found.file, found.why].append(found)
    lines = [
        "| reference | figures | comparisons | digits that agree | worst at | limited by |\n",
        "|---|---|---:|---:|---|---|\n",
    ]
    for (file, why), group in groups.items():
        worst = max(group, key=lambda found: found.difference)
        digits = math.floor(-math.log10(worst.difference)) if worst.difference else SHOWN
        agree = f"{SHOWN} or more" if digits >= SHOWN else str(digits)
        figures = ", ".join(dict.fromkeys(f"`{found.figure}`" for found in group))
        at = f"{worst.case}: `{worst.figure}`" if digits < SHOWN else ""
        lines.append(f"| {file} | {figures} | {len(group)} | {agree} | {at} | {why} |\n")
    return "".join(lines)


def main(folder: Path) -> None:
    """Write the table into the page, between its two marks."""
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    written = table(compare(folder))
    PAGE.write_text(head + BEGIN + written + END + rest.split(END)[1], encoding="utf-8", newline="\n")
    print(written)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
