"""Pooling beside statsmodels and PyMARE: how far each lies from metafor, and what a fit costs.

    uv run --with statsmodels --with pymare python benchmarks/pooling.py REFERENCE

REFERENCE is the folder of metafor's figures (see its README). A peer that is not installed is left out and named. CPU
seconds are the median of several rounds over all data sets, in one process.
"""

import csv
import math
import random
import statistics
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.synthesis.effects import Effect, Share, proportion
from pipeline.synthesis.glmm import pool_proportions
from pipeline.synthesis.pooling import pool
from pipeline.synthesis.sensitivity import Pooling, leave_one_out

Data = tuple[list[float], list[float]]
Fit = Callable[[list[float], list[float]], tuple[float, float]]
ROUNDS = 5
METHODS = ("DL", "REML", "PM")


def ours(method: str) -> Fit:
    """Return our fit: estimate and tau2."""

    def fit(y: list[float], v: list[float]) -> tuple[float, float]:
        result = pool([Effect(*pair) for pair in zip(y, v, strict=True)], method=method)
        return result.estimate, result.heterogeneity.tau2

    return fit


def peers() -> Mapping[tuple[str, str], Fit]:
    """Return the fits of the peers that are installed, by name and method."""
    found: dict[tuple[str, str], Fit] = {}
    try:
        import numpy as np
        from statsmodels.stats.meta_analysis import combine_effects
    except ImportError:
        print("statsmodels is not installed")
    else:

        def statsmodels(method: str) -> Fit:
            def fit(y: list[float], v: list[float]) -> tuple[float, float]:
                result = combine_effects(np.array(y), np.array(v), method_re=method)
                return float(result.mean_effect_re), float(result.tau2)

            return fit

        found["statsmodels", "DL"], found["statsmodels", "PM"] = statsmodels("dl"), statsmodels("iterated")
    try:
        import numpy as np
        from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator
    except ImportError:
        print("PyMARE is not installed")
    else:

        def pymare(make: Callable[[], object]) -> Fit:
            def fit(y: list[float], v: list[float]) -> tuple[float, float]:
                model = make().fit(np.array(y), np.array(v), X=np.ones((len(y), 1)))
                return float(np.squeeze(model.params_["fe_params"])), float(np.squeeze(model.params_["tau2"]))

            return fit

        found["PyMARE", "DL"] = pymare(DerSimonianLaird)
        found["PyMARE", "REML"] = pymare(lambda: VarianceBasedLikelihoodEstimator(method="REML"))
    return found


def reference(folder: Path) -> tuple[dict[str, Data], dict[tuple[str, str], tuple[float, float]]]:
    """Read data sets and metafor's estimates and tau2 by data set and method."""
    sets: dict[str, Data] = defaultdict(lambda: ([], []))
    with (folder / "inputs.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["yi"]:
                sets[row["dataset"]][0].append(float(row["yi"]))
                sets[row["dataset"]][1].append(float(row["vi"]))
    answers = {}
    with (folder / "pooled.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["control"] == "tight" and row["test"] == "z":
                answers[row["dataset"], row["method"]] = float(row["estimate"]), float(row["tau2"])
    return dict(sets), answers


def worst(
    fit: Fit, method: str, sets: Mapping[str, Data], answers: Mapping[tuple[str, str], tuple[float, float]]
) -> str:
    """Return the largest difference from metafor, relative to the estimate and in tau2."""
    estimates, tau2s, failed = [], [], 0
    for name, (y, v) in sets.items():
        expected = answers[name, method]
        try:
            got = fit(y, v)
        except Exception:  # noqa: BLE001 - whatever a peer raises is counted
            failed += 1
            continue
        estimates.append(abs(got[0] - expected[0]) / abs(expected[0]))
        tau2s.append(abs(got[1] - expected[1]))
    return f"{max(estimates):.0e} | {max(tau2s):.0e} | {failed}"


def cost(fit: Fit, sets: Mapping[str, Data]) -> float:
    """Return CPU milliseconds a fit."""
    spent = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for y, v in sets.values():
            fit(y, v)
        spent.append(time.process_time() - begin)
    return 1000 * statistics.median(spent) / len(sets)


def generated(k: int, count: int) -> dict[str, Data]:
    """Make up meta-analyses of k studies, always the same ones."""
    source = random.Random(k)
    sets = {}
    for place in range(count):
        v = [source.uniform(0.01, 0.5) for _ in range(k)]
        sets[str(place)] = [source.gauss(0.3, (s + 0.05) ** 0.5) for s in v], v
    return sets


def main(folder: Path) -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    sets, answers = reference(folder)
    fits = {("ours", method): ours(method) for method in METHODS} | dict(peers())
    small, large = generated(10, 50), generated(200, 5)
    negative = {name: sum(fit(*data)[1] < 0 for data in generated(5, 3000).values()) for name, fit in fits.items()}
    print(f"\n{len(sets)} data sets of metafor's reference; 3,000 generated meta-analyses of 5 studies\n")
    print("| | method | worst estimate (relative) | worst τ² | failed | τ² below 0, of 3,000 | ms, k 10 | ms, k 200 |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for method in METHODS:
        for (name, of), fit in fits.items():
            if of == method:
                differences = worst(fit, method, sets, answers)
                times = f"{cost(fit, small):.2f} | {cost(fit, large):.2f}"
                print(f"| {name} | {method} | {differences} | {negative[name, of]:,} | {times} |")
    print("\n| binomial-normal model, studies | one fit, ms | each left out in turn, s |")
    print("|---:|---:|---:|")
    for k in (15, 40, 300):
        fit_ms, left_out_s = cost_of_glmm(k)
        print(f"| {k} | {fit_ms:.0f} | {left_out_s:.1f} |")


def cost_of_glmm(k: int) -> tuple[float, float]:
    """Return the CPU time of one model of made-up proportions, and of as many more with each study left out."""
    random_ = random.Random(k)
    shares = []
    for _ in range(k):
        n, logit = random_.randint(5, 400), random_.gauss(-1, 0.8)
        p = 1 / (1 + math.exp(-logit))
        shares.append(Share(sum(random_.random() < p for _ in range(n)), n))
    begin = time.process_time()
    pool_proportions(shares)
    one = time.process_time()
    leave_one_out([proportion(share.events, share.n) for share in shares], Pooling(model="GLMM"))
    return 1000 * (one - begin), time.process_time() - one


if __name__ == "__main__":
    main(Path(sys.argv[1]))
