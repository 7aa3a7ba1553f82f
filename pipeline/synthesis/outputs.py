"""Everything that is written of the syntheses, as file names and bytes."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import SummaryTable, as_csv, as_html, as_markdown
from pipeline.synthesis import figures, tables
from pipeline.synthesis.plots import forest_drawing, funnel
from pipeline.synthesis.plots.funnel import Funnel
from pipeline.synthesis.synthesise import Synthesis


def files(syntheses: Sequence[Synthesis], settings: ExtractionSettings) -> Mapping[str, bytes]:
    """Return each file below outputs/synthesis/: the table of results, and of each analysis its tables and plots.

    A plot that would show nothing is not made: no funnel where nothing was pooled, nothing cumulated if not asked for.
    """
    made: dict[str, bytes] = {}
    for table in (tables.results(syntheses), *(table for one in syntheses for table in of(one))):
        made[f"{table.name}.csv"] = as_csv(table)
        made[f"{table.name}.md"] = as_markdown(table).encode()
        made[f"{table.name}.html"] = as_html(table).encode()
    for synthesis in syntheses:
        made.update((f"{name}.svg", drawn.encode()) for name, drawn in plots(synthesis, settings))
    return made


def of(synthesis: Synthesis) -> tuple[SummaryTable, ...]:
    """Return the tables of one analysis."""
    return tables.pooled_numbers(synthesis), tables.robustness(synthesis), tables.left_out(synthesis)


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
