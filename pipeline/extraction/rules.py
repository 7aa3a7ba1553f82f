"""What must hold, and what ought to, in one row of a form: one function a rule, all of them in RULES.

A rule runs wherever the cells that it looks at could be read, whatever the other cells of the row are like.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import Fault, did_you_mean
from pipeline.extraction import number_rules
from pipeline.extraction.bias import TOOLS
from pipeline.extraction.columns import domain_of
from pipeline.extraction.context import Context, Finding
from pipeline.extraction.forms import Filled
from pipeline.extraction.outcomes import Arm, Judgement, Outcome, Study
from pipeline.records import identifiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: its slug in the documentation.
        form: the form whose rows it judges.
        needs: columns that it looks at; it is skipped where one of them could not be read.
        judge: yields a fault, without file and row, for each thing that is wrong.
        warns: True if what it finds is possible and only suspicious.
    """

    name: str
    form: str
    needs: tuple[str, ...]
    judge: Callable[[Any, Context], Finding]
    warns: bool = False


def judge(filled: Filled, context: Context) -> tuple[list[Fault], list[Fault]]:
    """Apply every rule to one row; return its faults and its warnings."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    if filled.waits:
        return faults, warnings
    at = filled.row.at
    for rule in RULES:
        if rule.form == filled.form.name and not filled.bad.intersection(rule.needs):
            found = [replace(fault, file=at.file, row=at.row) for fault in rule.judge(filled.row, context)]
            (warnings if rule.warns else faults).extend(found)
    return faults, warnings


def _study_is_known(row: Arm | Outcome | Judgement, context: Context) -> Finding:
    if row.study_id not in context.studies:
        remedy = did_you_mean(row.study_id, list(context.studies)) or "Add the study to the studies form."
        yield Fault(what=f"no study is called {row.study_id!r}", column="study_id", remedy=remedy)


def _arm_is_known(row: Outcome, context: Context) -> Finding:
    if row.study_id in context.studies and (row.study_id, row.arm) not in context.arms:
        yield _unknown_arm("arm", row.arm, row.study_id, context)


def _comparator_is_known(row: Outcome, context: Context) -> Finding:
    named = row.comparator and row.study_id in context.studies
    if named and (row.study_id, row.comparator) not in context.arms:
        yield _unknown_arm("comparator", row.comparator, row.study_id, context)
    if row.comparator and row.comparator == row.arm:
        what = f"the arm {row.arm!r} is compared with itself"
        yield Fault(what=what, column="comparator", remedy="Name the other arm, or leave the cell empty.")


def _unknown_arm(column: str, arm: str, study_id: str, context: Context) -> Fault:
    known = context.arms_of(study_id)
    return Fault(
        what=f"{study_id} has no arm {arm!r}",
        column=column,
        accepted=", ".join(known),
        remedy=did_you_mean(arm, known) or "Add the arm to the arms form.",
    )


def _n_fits_arm(row: Outcome, context: Context) -> Finding:
    arm = context.arms.get((row.study_id, row.arm))
    if arm and arm.n and row.n and row.n > arm.n and not row.is_comparative:
        what = f"{row.n} patients analysed, but the arm {row.arm!r} has {arm.n}"
        yield Fault(what=what, column="n", remedy="Correct one of the two, or say in notes why.")


def _own_n_is_possible(row: Study | Arm, _: Context) -> Finding:
    if row.n == 0:
        yield Fault(what="there is no patient", column="n", accepted="a whole number from 1, or an empty cell")


def _arm_fits_study(row: Arm, context: Context) -> Finding:
    study = context.studies.get(row.study_id)
    if study and study.n and row.n and row.n > study.n:
        what = f"the arm has {row.n} patients, the study {study.n}"
        yield Fault(what=what, column="n", remedy="Correct one of the two, or say in notes why.")


def _reports_are_included(row: Study, context: Context) -> Finding:
    for report in row.reports if context.statuses is not None else ():
        status = (context.statuses or {}).get(report)
        if status is None:
            remedy = did_you_mean(report, list(context.statuses or ())) or "Copy the id from the list of citations."
            yield Fault(what=f"no record or citation is called {report!r}", column="reports", remedy=remedy)
        elif status == "excluded":
            what = f"{report} was excluded in screening, so {row.study_id} is not a study of this review"
            remedy = "Take its rows out of the forms, or change the decision in the screening sheet."
            yield Fault(what=what, column="reports", remedy=remedy)


def _reports_are_settled(row: Study, context: Context) -> Finding:
    if not row.reports:
        remedy = "Add the id of its report when you have it."
        yield Fault(what=f"{row.study_id} has no report in this review", column="reports", remedy=remedy)
    states = {report: (context.statuses or {}).get(report, "excluded") for report in row.reports}
    said = [f"{report} is {state}" for report, state in states.items() if state not in {"excluded", "included"}]
    if said:
        what = f"{row.study_id}: in screening, {', '.join(said)}, not included"
        yield Fault(what=what, column="reports", remedy="Its numbers stand until the decision is made.")


def _registration_is_known(row: Study, _: Context) -> Finding:
    if row.registration and not identifiers.registrations(row.registration):
        what = f"{row.registration!r} is in the form of no register that is known here"
        yield Fault(what=what, column="registration", remedy="Look at it again; it stays as it is.")


def _judgement_is_the_tools(row: Judgement, _: Context) -> Finding:
    tool = TOOLS[row.tool]
    domain = domain_of(row.tool, row.domain)
    if not domain:
        remedy = did_you_mean(row.domain, [caption for _, caption in tool.domains])
        yield Fault(
            what=f"{row.tool} has no domain {row.domain!r}",
            column="domain",
            accepted=", ".join(tool.codes),
            remedy=remedy,
        )
    words = [word for word in tool.accepted if word != "2 stars" or not domain or domain.startswith("C")]
    if row.judgement not in words:
        remedy = did_you_mean(row.judgement, words)
        what = f"{row.judgement!r} is not a judgement of {row.tool}{f' for {domain}' if domain else ''}"
        yield Fault(what=what, column="judgement", accepted=", ".join(words), remedy=remedy)


_CI = ("measure", "value", "ci_low", "ci_high")
_LOG_RANK = ("o_minus_e", "o_minus_e_variance")
RULES = (
    Rule(name="study-known", form="arms", needs=("study_id",), judge=_study_is_known),
    Rule(name="study-known", form="outcomes", needs=("study_id",), judge=_study_is_known),
    Rule(name="study-known", form="risk_of_bias", needs=("study_id",), judge=_study_is_known),
    Rule(name="report-included", form="studies", needs=("study_id", "reports"), judge=_reports_are_included),
    Rule(name="report-settled", form="studies", needs=("study_id",), judge=_reports_are_settled, warns=True),
    Rule(name="registration-known", form="studies", needs=(), judge=_registration_is_known, warns=True),
    Rule(name="n-possible", form="studies", needs=("n",), judge=_own_n_is_possible),
    Rule(name="n-possible", form="arms", needs=("n",), judge=_own_n_is_possible),
    Rule(name="arm-in-study", form="arms", needs=("study_id", "n"), judge=_arm_fits_study, warns=True),
    Rule(name="arm-known", form="outcomes", needs=("study_id", "arm"), judge=_arm_is_known),
    Rule(name="comparator-known", form="outcomes", needs=("study_id", "arm"), judge=_comparator_is_known),
    Rule(name="comparator-there", form="outcomes", needs=("measure",), judge=number_rules.comparison_has_comparator),
    Rule(
        name="measure-accepted", form="outcomes", needs=("outcome", "measure"), judge=number_rules.measure_suits_outcome
    ),
    Rule(
        name="unit-accepted",
        form="outcomes",
        needs=("outcome", "measure", "unit"),
        judge=number_rules.unit_suits_measure,
    ),
    Rule(
        name="value-there",
        form="outcomes",
        needs=("measure", "value", "value_status", "n", "events", "range_low", "range_high", *_LOG_RANK),
        judge=number_rules.value_suits_status,
    ),
    Rule(name="per-cent", form="outcomes", needs=("unit",), judge=number_rules.per_cent_is_possible),
    Rule(name="ratio", form="outcomes", needs=("measure",), judge=number_rules.ratio_is_positive),
    Rule(name="interval", form="outcomes", needs=("value", "ci_low", "ci_high"), judge=number_rules.interval_is_whole),
    Rule(
        name="range",
        form="outcomes",
        needs=("value", "range_kind", "range_low", "range_high"),
        judge=number_rules.range_is_whole,
    ),
    Rule(name="events", form="outcomes", needs=("n", "events"), judge=number_rules.events_fit_n),
    Rule(name="log-rank", form="outcomes", needs=("measure", *_LOG_RANK), judge=number_rules.log_rank_is_whole),
    Rule(name="time-possible", form="outcomes", needs=("measure",), judge=number_rules.time_is_possible),
    Rule(name="time-likely", form="outcomes", needs=("measure",), judge=number_rules.time_is_likely, warns=True),
    Rule(
        name="survival-time",
        form="outcomes",
        needs=("outcome", "measure", "timepoint_months", "value_status"),
        judge=number_rules.survival_has_a_time,
        warns=True,
    ),
    Rule(
        name="events-match",
        form="outcomes",
        needs=("measure", "value", "n", "events"),
        judge=number_rules.events_match_value,
        warns=True,
    ),
    Rule(name="ratio-central", form="outcomes", needs=_CI, judge=number_rules.ratio_is_central, warns=True),
    Rule(
        name="p-matches",
        form="outcomes",
        needs=(*_CI, "ci_level", "p_value"),
        judge=number_rules.p_matches_interval,
        warns=True,
    ),
    Rule(
        name="log-rank-match",
        form="outcomes",
        needs=("value", *_LOG_RANK),
        judge=number_rules.log_rank_matches_ratio,
        warns=True,
    ),
    Rule(
        name="interval-level",
        form="outcomes",
        needs=("ci_level", "ci_low"),
        judge=number_rules.interval_has_a_level,
        warns=True,
    ),
    Rule(name="n-in-arm", form="outcomes", needs=("study_id", "arm", "n"), judge=_n_fits_arm, warns=True),
    Rule(
        name="judgement-accepted",
        form="risk_of_bias",
        needs=("tool", "domain", "judgement"),
        judge=_judgement_is_the_tools,
    ),
)
