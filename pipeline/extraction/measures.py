"""The words that a form accepts whatever the protocol: measures, units, states of a value, kinds of range, designs."""

from dataclasses import dataclass

MONTHS_A_YEAR = 12
# How many months one unit of time is. Source: mean Gregorian month, 365.2425 / 12 days; ISO 80000-3:2019, annex C.
MONTHS = {"days": 12 / 365.2425, "weeks": 7 * 12 / 365.2425, "months": 1.0, "years": 12.0}

TIMES = ("months", "years", "weeks", "days")
PER_CENT = "per cent"
RATIO = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What kind of number a value is.

    Attributes:
        name: the word in the form.
        says: what it is, for people.
        symbol: how a table prints it; empty where the unit says enough.
        units: accepted units; empty where they are those of the outcome.
        is_comparative: True if the number compares two arms, so that it needs a comparator.
        is_ratio: True if it is above 0 and 1 means no difference.
    """

    name: str
    says: str
    symbol: str = ""
    units: tuple[str, ...] = ()
    is_comparative: bool = False
    is_ratio: bool = False


# Source: Cochrane Handbook for Systematic Reviews of Interventions, version 6.5, chapter 6 (effect measures) and
# chapter 5.3.6 (results of arms and of comparisons); "risk reduction" and "difference in medians" are how trial
# reports put a hazard ratio or two medians into words.
MEASURES = (
    Measure(name="median", says="the middle value of an arm, often of a time", symbol="median"),
    Measure(name="mean", says="the average of an arm", symbol="mean"),
    Measure(name="proportion", says="how many of an arm, in per cent", units=(PER_CENT,)),
    Measure(name="hazard ratio", says="HR", symbol="HR", units=(RATIO,), is_comparative=True, is_ratio=True),
    Measure(name="odds ratio", says="OR", symbol="OR", units=(RATIO,), is_comparative=True, is_ratio=True),
    Measure(name="risk ratio", says="RR", symbol="RR", units=(RATIO,), is_comparative=True, is_ratio=True),
    Measure(
        name="risk reduction",
        says="how much lower the risk or hazard is than in the comparator, in per cent",
        symbol="risk reduction",
        units=(PER_CENT,),
        is_comparative=True,
    ),
    Measure(
        name="risk difference",
        says="one proportion minus the other",
        symbol="RD",
        units=("percentage points",),
        is_comparative=True,
    ),
    Measure(
        name="difference in medians",
        says="one median minus the other",
        symbol="difference in medians",
        is_comparative=True,
    ),
    Measure(name="mean difference", says="MD: one mean minus the other", symbol="MD", is_comparative=True),
    Measure(
        name="standardised mean difference",
        says="SMD",
        symbol="SMD",
        units=("standard deviations",),
        is_comparative=True,
    ),
)
MEASURE = {measure.name: measure for measure in MEASURES}

# Each state of a value and whether a number must stand in `value`.
VALUE_STATUS = {
    "reported": True,  # the number is the one that the source prints
    "about": True,  # the source says about, nearly, approaching
    "up to": True,  # the source gives only the upper end
    "at least": True,  # the source gives only the lower end
    "range only": False,  # the source gives two ends and no value between them
    "not reached": False,  # a median that the follow-up did not reach
    "not reported": False,  # the source speaks of the outcome without a number
    "not estimable": False,  # the source says that no number can be given
}
REPORTED = "reported"

# Kinds of range, and whether they have two ends. Those with one number have it in range_high.
RANGE_KINDS = {
    "range": True,  # lowest to highest observed
    "interquartile range": True,
    "range across studies": True,  # lowest to highest of several studies
    "standard deviation": False,
    "standard error": False,
    "plus or minus": False,  # printed behind ± without saying what it is
}

NOT_STATED = "not stated"
# Designs, and whether a study of this design has patients of its own: only those may be pooled.
# Source: Cochrane Handbook 6.5, sections 24.2 (non-randomised designs) and 10.1 (reviews are not studies).
DESIGNS = {
    "randomised trial": True,
    "non-randomised trial": True,
    "single-arm trial": True,
    "prospective cohort": True,
    "retrospective cohort": True,
    "cohort": True,
    "case-control": True,
    "case series": True,
    "registry": True,
    NOT_STATED: True,
    "systematic review": False,
    "meta-analysis": False,
    "narrative review": False,
    "guideline": False,
    "several studies": False,  # one number that a document gives for several references together
}

ROLES = ("experimental", "comparator")
NOT_REPORTED = "not reported"
