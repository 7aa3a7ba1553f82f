"""Everything that is written of the syntheses, as file names and bytes."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.extraction.findings import summary_of_findings
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import SummaryTable, as_csv, as_html, as_markdown
from pipeline.synthesis import figures, tables
from pipeline.synthesis.plots import forest_drawing, funnel, timeline
from pipeline.synthesis.plots import years as years_plot
from pipeline.synthesis.plots.funnel import Funnel
from pipeline.synthesis.pooling import Pooled
from pipeline.synthesis.synthesise import Synthesis


def files(
    syntheses: Sequence[Synthesis],
    extraction: Extraction,
    settings: ExtractionSettings,
    *,
    years: Mapping[str, Sequence[int]] | None = None,
) -> Mapping[str, bytes]:
    """Return each file below outputs/synthesis/: results, findings, the timeline, each analysis's tables and plots.

    What would show nothing is not made: no list of what was left out where nothing was, no funnel below ten studies.

    Args:
        syntheses: the analyses, done, in the order of the protocol.
        extraction: every row of the forms.
        settings: what the protocol says of outcomes.
        years: id of a study to the years of its reports.
    """
    made: dict[str, bytes] = {}
    written = [tables.results(syntheses), *(table for one in syntheses for table in of(one))]
    if extraction.certainties:
        written.append(summary_of_findings(extraction, settings, effects=tables.findings(syntheses)))
    for table in written:
        made[f"{table.name}.csv"] = as_csv(table)
        made[f"{table.name}.md"] = as_markdown(table).encode()
        made[f"{table.name}.html"] = as_html(table).encode()
    times = figures.timeline(extraction, settings, years=years or {})
    if times.drawn:
        made["timeline.svg"] = timeline.draw(times).encode()
    counted = figures.by_year(extraction, settings, years=years or {})
    if counted.all:
        made[f"{counted.name}.svg"] = years_plot.draw(counted).encode()
    for synthesis in syntheses:
        made.update((f"{name}.svg", drawn.encode()) for name, drawn in plots(synthesis, settings))
    return made


def of(synthesis: Synthesis, *, whole: bool = True) -> tuple[SummaryTable, ...]:
    """Return the tables of one analysis that have something to say; `whole` as of `tables.left_out`."""
    made = [tables.pooled_numbers(synthesis)] if synthesis.selection.contributions else []
    made += [tables.robustness(synthesis)] if isinstance(synthesis.pooled, Pooled) else []
    made += [tables.left_out(synthesis, whole=whole)] if synthesis.selection.left_out else []
    return tuple(made)


def plots(synthesis: Synthesis, settings: ExtractionSettings) -> Iterator[tuple[str, str]]:
    """Draw the plots of one analysis, each with its name."""
    if synthesis.selection.contributions:
        shown = figures.forest(synthesis, settings)
        yield shown.name, forest_drawing.draw(shown)
    for steps in (figures.leave_one_out(synthesis, settings), figures.cumulative(synthesis, settings)):
        if steps.lines:
            yield steps.name, forest_drawing.draw(steps)
    scatter = figures.funnel(synthesis)
    if isinstance(scatter, Funnel):
        yield scatter.name, funnel.draw(scatter)
