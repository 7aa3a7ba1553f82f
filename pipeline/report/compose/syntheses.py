"""What was pooled: the methods of every analysis, its result or why it has none, and what would change it."""

from collections.abc import Iterator, Sequence

from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review
from pipeline.report.compose.tables import from_summary
from pipeline.report.compose.wording import counted, listed, noun, sentence
from pipeline.report.document import Block, Content, Fact, Figure, Items, Paragraph, Section, Styled
from pipeline.report.svg import description
from pipeline.synthesis import outputs, wording
from pipeline.synthesis.effects import ELSEWHERE, Refusal, Share
from pipeline.synthesis.pooling import Pooled
from pipeline.synthesis.sensitivity import Pooling
from pipeline.synthesis.synthesise import TEN, Synthesis
from pipeline.synthesis.tables import WEIGHTLESS, estimate, results

FOLDER = "synthesis"  # where the run keeps the plots, beside the report
_AGAIN = "leave-one-out"  # a plot whose figures stand in the table of robustness
_RULES = (
    "Every number about an outcome that is not pooled is listed with the rule that left it out; a meta-analysis never "
    "stands among its own studies, and cohorts that share patients count once."
)
_SPREAD = (
    "Heterogeneity is described by τ² (with its Q-profile interval), I² (from τ²) and Cochran's Q; for the "
    "binomial-normal model by τ², I² and the likelihood ratio test of one proportion for all. No test decides on a "
    "model. Each analysis is repeated in other usual ways and without each study in turn; tests of a funnel and "
    f"regression on a covariate need {TEN} studies. Intervals are not adjusted for the number of analyses."
)
_PREDICTED = {"k-2": "t with k − 2 df", "k-1": "t with k − 1 df", "normal": "normal"}


def methods(review: Review, _: Context) -> Said:
    """Say how each analysis was set up to pool."""
    if not review.syntheses:
        return Said(
            blocks=(Paragraph(content=("No synthesis is set up: results stand side by side and are not pooled.",)),)
        )
    lead = sentence(
        counted("synthesis.analyses", len(review.syntheses), "analysis is", "analyses are"),
        f" set up. {_RULES}",
    )
    items = tuple(_asked(synthesis) for synthesis in review.syntheses)
    return Said(blocks=(Paragraph(content=lead), Items(items=items), Paragraph(content=(_SPREAD,))))


def _asked(synthesis: Synthesis) -> Content:
    analysis = synthesis.analysis
    limits = [
        f"treatment: {listed(analysis.modalities, 'or')}" if analysis.modalities else "",
        f"against {listed(analysis.comparators, 'or')}" if analysis.comparators else "",
        f"at {analysis.timepoint_months:g} months" if analysis.timepoint_months is not None else "",
        f"by {analysis.subgroup.replace('_', ' ')}" if analysis.subgroup else "",
    ]
    asked = "; ".join([f"{analysis.outcome}, {analysis.measure}", *filter(None, limits)])
    return (Styled(text=synthesis.title, style="strong"), f" ({asked}): {model(synthesis.pooling)}.")


def model(pooling: Pooling) -> str:
    """Say how an analysis pools, in a clause.

    >>> model(Pooling())
    'random effects (REML) by inverse variance, 95% interval by HKSJ, prediction interval by t with k − 2 df'
    """
    names = {
        "random": f"random effects ({pooling.method}) by inverse variance",
        "common": "common effect by inverse variance",
        "GLMM": "binomial-normal model of the logits (GLMM) by maximum likelihood",
    }
    test = pooling.test if pooling.model == "random" else "Wald"
    expected = ""
    if pooling.model in {"random", "GLMM"} and pooling.prediction in _PREDICTED:
        expected = f", prediction interval by {_PREDICTED[pooling.prediction]}"
    model_ = names.get(pooling.model, f"{pooling.model} method, common effect")
    return f"{model_}, {100 * pooling.level:g}% interval by {test}{expected}"


def found(review: Review, context: Context) -> Said:
    """Table every analysis, then show each with its plots and what would change it."""
    if not review.syntheses:
        return Said(blocks=(Paragraph(content=("Nothing was pooled: no synthesis is set up.",)),))
    pooled = pooled_analyses(review)
    lead = sentence(
        "Of ",
        counted("synthesis.analyses", len(review.syntheses), "analysis", "analyses"),
        ", ",
        Fact(name="synthesis.pooled", value=len(pooled)),
        " could be pooled; for the others the table says why not.",
    )
    return Said(
        blocks=(Paragraph(content=lead), from_summary(results(review.syntheses), context)),
        sections=tuple(_one(synthesis, review, context) for synthesis in review.syntheses),
    )


def pooled_analyses(review: Review) -> Sequence[Synthesis]:
    """List the analyses that have a result."""
    return [synthesis for synthesis in review.syntheses if isinstance(synthesis.pooled, Pooled)]


def _one(synthesis: Synthesis, review: Review, context: Context) -> Section:
    name = context.name(f"synthesis-{synthesis.analysis.id}")
    return Section(id=name, title=synthesis.title, blocks=tuple(_blocks(synthesis, review, context)))


def _blocks(synthesis: Synthesis, review: Review, context: Context) -> Iterator[Block]:
    if synthesis.notes:
        yield Paragraph(content=(" ".join(synthesis.notes),))
    for name, drawing in outputs.plots(synthesis, review.extraction_settings):
        if not name.endswith(_AGAIN):
            title, text = description(drawing)
            notes = (_legend(synthesis),) if name.endswith("-forest") else ()
            file = f"{FOLDER}/{name}.svg"
            yield Figure(id=context.name(name), title=title, svg=drawing, text=text, notes=notes, file=file)
    for table in outputs.of(synthesis, whole=False):
        yield from_summary(table, context, empty="Every number that the analysis asks for was pooled.")


def _legend(synthesis: Synthesis) -> Content:
    """Say what a forest plot shows, how it was pooled, what is not in it, and what a reader must know."""
    contributions, pooled = synthesis.selection.contributions, synthesis.pooled
    numbers, studies = len(contributions), len({one.study_id for one in contributions})
    patients = [one.reading.n for one in contributions]
    of = f" of {wording.people(sum(n for n in patients if n), thousands=',')} patients" if None not in patients else ""
    shares = all(isinstance(one.effect.counts, Share) for one in contributions)
    exact = ", exact (Clopper and Pearson)" if shares else ""
    said = [
        f"{numbers} {noun(numbers, 'number')} from {studies} {noun(studies, 'study', 'studies')}{of}.",
        f"Squares: the studies' estimates, larger with more weight; lines: their {_level(synthesis)} intervals{exact}.",
    ]
    if isinstance(pooled, Refusal):
        said.append(f"{wording.refusal(pooled)}.")
    else:
        how, _, expected = model(synthesis.pooling).partition(", prediction")
        bar = f"; bar: prediction{expected}, for the k = {pooled.k} numbers" if pooled.prediction else ""
        said.append(f"Diamond: pooled by {how}{bar}.")
        said += [WEIGHTLESS] if synthesis.pooling.model == "GLMM" else []
        said += pooled.notes
    asked = [one for one in synthesis.selection.left_out if one.refusal.rule not in ELSEWHERE]
    if asked:
        what = (
            "1 number that the analysis asks for is"
            if len(asked) == 1
            else f"{len(asked)} numbers that it asks for are"
        )
        said.append(f"{what} not in it: see the table of numbers left out.")
    return (" ".join(said),)


def _level(synthesis: Synthesis) -> str:
    return f"{100 * synthesis.analysis.level:g}%"


def estimates(review: Review) -> tuple[Content, ...]:
    """Say what each analysis that could be pooled came to."""
    return tuple(_outcome(one, one.pooled) for one in review.syntheses if isinstance(one.pooled, Pooled))


def _outcome(synthesis: Synthesis, pooled: Pooled) -> Content:
    """Say what an analysis came to, in a clause: title, estimate with its interval, studies."""
    shown, _, around = estimate(synthesis, pooled).partition(" (")
    value = float(f"{synthesis.scale.back(pooled.estimate):.4g}")
    studies = len(synthesis.studies)
    return (
        f"{synthesis.title}: ",
        Fact(name=f"synthesis.{synthesis.analysis.id}.estimate", value=value, text=shown),
        f" ({_level(synthesis)} CI {around.removesuffix(')')}; {studies} {noun(studies, 'study', 'studies')})",
    )
