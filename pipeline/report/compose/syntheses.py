"""What was pooled: the methods of every analysis, its result or why it has none, and what would change it."""

from collections.abc import Iterator, Sequence

from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review
from pipeline.report.compose.tables import from_summary
from pipeline.report.compose.wording import counted, listed, sentence
from pipeline.report.document import Block, Content, Fact, Figure, Items, Paragraph, Section, Styled
from pipeline.report.svg import description
from pipeline.synthesis import outputs
from pipeline.synthesis.pooling import Pooled
from pipeline.synthesis.sensitivity import Pooling
from pipeline.synthesis.synthesise import Synthesis
from pipeline.synthesis.tables import results

FOLDER = "synthesis"  # where the run keeps the plots, beside the report
_AGAIN = "leave-one-out"  # a plot whose figures stand in the table of robustness
_RULES = (
    "Every number about an outcome that is not pooled is listed with the rule that left it out; a meta-analysis never "
    "stands among its own studies, and cohorts that share patients count once."
)


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
    return Said(blocks=(Paragraph(content=lead), Items(items=items)))


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
    'random effects (REML), interval by HKSJ, 95% intervals'
    """
    names = {
        "random": f"random effects ({pooling.method}), interval by {pooling.test}",
        "common": "common effect by inverse variance",
        "GLMM": "binomial-normal model (GLMM)",
    }
    return f"{names.get(pooling.model, f'{pooling.model} method')}, {pooling.level:.0%} intervals"


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
            yield Figure(id=context.name(name), title=title, svg=drawing, text=text, file=f"{FOLDER}/{name}.svg")
    for table in outputs.of(synthesis):
        if table.rows:
            yield from_summary(table, context)
