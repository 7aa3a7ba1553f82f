"""What was found: the flow, the studies and their numbers, and what was excluded."""

from collections.abc import Iterator, Sequence

from pipeline.errors import Fault
from pipeline.extraction.bias_figures import bias_bars, bias_table, tools_used, traffic_lights
from pipeline.extraction.findings import summary_of_findings
from pipeline.extraction.source_tables import difference_table, discrepancy_table
from pipeline.extraction.tables import by_modality, characteristics, individual_results
from pipeline.prisma import diagram
from pipeline.prisma import wording as prisma_wording
from pipeline.report.compose import waiting
from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.front import IDENTIFIED, identified_in
from pipeline.report.compose.reports import Listed, report_rows
from pipeline.report.compose.review import Review
from pipeline.report.compose.tables import from_summary
from pipeline.report.compose.wording import counted, name, sentence, was
from pipeline.report.document import (
    Block,
    Column,
    Content,
    Fact,
    Figure,
    Paragraph,
    Row,
    Table,
    cell,
)
from pipeline.report.svg import description
from pipeline.screening.agreement import COLUMNS as AGREEMENT
from pipeline.screening.agreement import measure
from pipeline.screening.agreement import table as agreement_rows
from pipeline.screening.decisions import Status
from pipeline.synthesis.figures import by_year
from pipeline.synthesis.plots import years
from pipeline.synthesis.tables import findings


def flow(review: Review, _: Context) -> Said:
    """Draw the PRISMA diagram, and say its figures in sentences."""
    found = review.flow
    links = {name: f"#box-{name}" for name in (*found.boxes, *(step.name for step in found.awaiting))}
    figure = Figure(
        id="prisma-flow",
        title=f"{prisma_wording.title(found)}",
        svg=diagram.svg(found, links=links, name="prisma"),
        text=prisma_wording.description(found),
        file="prisma/prisma.svg",
    )
    return Said(blocks=(*_in_words(review), figure, *agreement(review)))


def agreement(review: Review) -> Iterator[Block]:
    """Table how far reviewers agreed, where two of them judged the same citation."""
    found = measure(review.screening, review.screening_settings)
    if not found:
        return
    rows = tuple(
        Row(cells=tuple(cell(text) for text in row)) for row in agreement_rows(found, review.screening_settings)
    )
    shown = [place for place in range(len(AGREEMENT)) if any(row.cells[place].content for row in rows)]
    columns = tuple(Column(label=AGREEMENT[n][0].upper() + AGREEMENT[n][1:], heads=n == 0) for n in shown)
    note = "Coefficients with their 95% interval. The arbiter's decisions and those of publications do not count."
    yield Table(
        id="agreement",
        title="Agreement of reviewers",
        columns=columns,
        rows=tuple(Row(cells=tuple(row.cells[n] for n in shown)) for row in rows),
        notes=((note,),),
    )


def _in_words(review: Review) -> Iterator[Block]:
    boxes = review.flow.boxes
    identified = identified_in(review.flow)
    if identified is None:
        yield Paragraph(content=("No search has been run yet, so that there is nothing to count.",))
        return
    where = {
        "database_results": "databases",
        "register_results": "registers",
        "website_results": "websites",
        "organisation_results": "organisations",
        "citations_results": "citation searching",
    }
    known = [box for box in IDENTIFIED if box in boxes]
    said: list[Content] = []
    for place, box in enumerate(known):
        between = "" if place == 0 else " and " if place == len(known) - 1 else ", "
        verb = ("was identified" if boxes[box].n == 1 else "were identified") if place == 0 else ""
        arm = counted(f"flow.{box}", boxes[box].n, "record")
        said.append(sentence(between, arm, f" {verb} from {where[box]}" if verb else f" from {where[box]}"))
    content = sentence(*said, ". ", _screened(review), _assessed(review), _included(review))
    yield Paragraph(content=content)


def _screened(review: Review) -> Content:
    boxes = review.flow.boxes
    if "records_screened" not in boxes:
        return ()
    return sentence(
        counted("flow.duplicates", boxes["duplicates"].n, "duplicate record"),
        f" {was(boxes['duplicates'].n)} removed before screening; ",
        counted("flow.records_screened", boxes["records_screened"].n, "record"),
        f" {was(boxes['records_screened'].n)} screened and ",
        Fact(name="flow.records_excluded", value=boxes["records_excluded"].n),
        " excluded. ",
    )


def _assessed(review: Review) -> Content:
    boxes = review.flow.boxes
    said: list[Content] = []
    for arm, origin in (("dbr", "databases and registers"), ("other", "other methods")):
        if f"{arm}_sought_reports" not in boxes:
            continue
        said.append(
            sentence(
                f"From {origin}, ",
                counted(f"flow.{arm}_sought_reports", boxes[f"{arm}_sought_reports"].n, "report"),
                f" {was(boxes[f'{arm}_sought_reports'].n)} sought, ",
                Fact(name=f"flow.{arm}_notretrieved_reports", value=boxes[f"{arm}_notretrieved_reports"].n),
                " not retrieved, ",
                Fact(name=f"flow.{arm}_assessed", value=boxes[f"{arm}_assessed"].n),
                " assessed and ",
                Fact(name=f"flow.{arm}_excluded", value=boxes[f"{arm}_excluded"].n),
                " excluded. ",
            )
        )
    return sentence(*said)


def _included(review: Review) -> Content:
    boxes = review.flow.boxes
    studies, reports = ("total_studies", "total_reports") if review.flow.is_update else ("new_studies", "new_reports")
    if studies not in boxes:
        return ()
    included = sentence(
        "Included: ",
        counted(f"flow.{studies}", boxes[studies].n, "study", "studies"),
        " described in ",
        counted(f"flow.{reports}", boxes[reports].n, "report"),
        ".",
    )
    linked = review.linked
    nameless = [
        status
        for status in review.screening.included(review.screening_settings)
        if not status.study and status.citation not in linked
    ]
    if not nameless:
        return included
    fact = counted("flow.reports_without_study", len(nameless), "report")
    each = "it counts as one itself" if len(nameless) == 1 else "each of them counts as one itself"
    return sentence(included, " Nobody has named the study of ", fact, f" yet, so that {each}.")


def studies(review: Review, context: Context) -> Said:
    """Table the characteristics of the included studies, and list the included reports with their references."""
    included = review.screening.included(review.screening_settings)
    blocks: list[Block] = []
    if review.extraction.studies:
        blocks.extend(_in_time(review, context))
        names = _cited_names(review, context)
        table = characteristics(review.extraction, review.extraction_settings, names=names)
        blocks.append(from_summary(table, context, empty="No study has been extracted yet."))
    elif not included:
        blocks.append(Paragraph(content=("No report has been included yet.",)))
    if included:
        blocks.append(_reports(included, review, context))
    blocks.extend(waiting.to_be_extracted(review, context))
    if review.extraction.unlinked:
        unlinked = counted("extraction.unlinked", len(review.extraction.unlinked), "included report")
        blocks.append(Paragraph(content=sentence(unlinked, " not yet linked to a study in the extraction forms.")))
    return Said(blocks=tuple(blocks))


def _in_time(review: Review, context: Context) -> Iterator[Block]:
    """Show how many studies of each treatment each year brought; the timeline of every study is a file beside."""
    counts = by_year(review.extraction, review.extraction_settings, years=review.years)
    if not counts.all:
        return
    drawing = years.draw(counts)
    title, words = description(drawing)
    n = len(review.extraction.studies)
    said = sentence(
        counted("extraction.studies", n, "study", "studies"),
        " extracted so far; a study of several treatments stands in the row of each.",
    )
    without = counted("extraction.undated", counts.undated, "study", "studies")
    lacking = sentence(" Without a year: ", without, ".") if counts.undated else ()
    beside = " When each study recruited and appeared: synthesis/timeline.svg."
    yield Figure(
        id=context.name(counts.name),
        title=title,
        svg=drawing,
        text=words,
        notes=(sentence(said, lacking, beside),),
        file=f"synthesis/{counts.name}.svg",
    )


def _cited_names(review: Review, context: Context) -> dict[str, str]:
    """Name every record that a study lists among its reports as running text would."""
    named, citations = {}, review.citations
    for study in review.extraction.studies:
        for report in study.reports:
            if key := context.citing.find(report):
                named[report] = name(citations[key].record)
    return named


def _reports(included: Sequence[Status], review: Review, context: Context) -> Table:
    labels = {study.study_id: study.name for study in review.extraction.studies}
    named = review.study_of
    listed = []
    for status in included:
        study = named[status.citation]
        listed.append(Listed(status.citation, ("" if study == status.citation else labels.get(study, study),)))
    rows = report_rows(listed, review.citations, context)
    shown = 3 if any(row.cells[-1].content for row in rows) else 2
    columns = (
        Column(label="Report", heads=True),
        Column(label="Title"),
        Column(label="Study"),
    )
    return Table(
        id="included-reports",
        title="Included reports",
        columns=columns[:shown],
        rows=tuple(Row(cells=row.cells[:shown]) for row in rows),
    )


def outcomes(review: Review, context: Context) -> Said:
    """Table the outcomes by treatment modality, then every result one by one, then certainty."""
    found, settings = review.extraction, review.extraction_settings
    if not found.outcomes:
        return Said(blocks=(Paragraph(content=("No outcome has been extracted yet.",)),))
    tables = [by_modality(found, settings), individual_results(found, settings)]
    if found.certainties:
        tables.append(summary_of_findings(found, settings, effects=findings(review.syntheses)))
    return Said(blocks=tuple(from_summary(table, context) for table in tables))


def bias(review: Review, context: Context) -> Said:
    """Show what people judged of the risk of bias; nothing is judged by the program."""
    found = review.extraction
    blocks: list[Block] = []
    for tool in tools_used(found):
        table = bias_table(found, tool)
        for stem, drawing in (("traffic-lights", traffic_lights(found, tool)), ("summary", bias_bars(found, tool))):
            title, text = description(drawing)
            name = f"{tool.stem}-{stem}"
            figure = Figure(id=context.name(name), title=title, svg=drawing, text=text, file=f"extraction/{name}.svg")
            blocks.append(figure)
        blocks.append(from_summary(table, context))
    if not blocks:
        blocks.append(Paragraph(content=("Nobody has judged the risk of bias yet.",)))
    return Said(blocks=tuple(blocks))


def discrepancies(review: Review, context: Context) -> Said:
    """Show numbers that several sources state, and cells that two extractors filled in differently."""
    found, settings = review.extraction, review.extraction_settings
    blocks: list[Block] = []
    table = discrepancy_table(found, settings)
    if table.rows:
        blocks.append(from_summary(table, context, name="discrepancy-list"))
    elif found.outcomes:
        blocks.append(Paragraph(content=("No number is stated by more than one source.",)))
    differences = difference_table(found)
    if differences.rows:
        blocks.append(from_summary(differences, context))
    if found.warnings:
        blocks.append(_suspicious(found.warnings))
    if not blocks:
        blocks.append(Paragraph(content=("Nothing has been extracted yet.",)))
    return Said(blocks=tuple(blocks))


def _suspicious(warnings: Sequence[Fault]) -> Table:
    """Table what is possible but suspicious in the extraction forms, each with why."""
    labels = ("Form", "Row", "Column", "What is suspicious", "What to do")
    return Table(
        id="suspicious-values",
        title="Values that are possible but suspicious",
        columns=tuple(Column(label=label, heads=label == "Form") for label in labels),
        rows=tuple(
            Row(cells=(cell(one.file), cell(one.row), cell(one.column), cell(one.what), cell(one.remedy)))
            for one in warnings
        ),
    )


def excluded(review: Review, context: Context) -> Said:
    """List the reports that were excluded in full text or could not be had, each with its reason."""
    stages = {stage.id: stage for stage in review.screening_settings.stages if stage.reports}
    statuses = [
        reached[-1] for reached in review.screening.statuses.values() if reached and reached[-1].stage in stages
    ]
    listed = []
    for status in statuses:
        if status.state not in {"excluded", "not-retrieved"}:
            continue
        if status.state == "excluded":
            group, why = "Excluded", stages[status.stage].reason(status.reason) or "no reason given"
        else:
            group, why = "Not retrieved", status.tried or "what was tried is not recorded"
        listed.append(Listed(status.citation, (why,), group))
    table = Table(
        id="excluded-reports",
        title="Reports excluded in full text or not retrieved",
        columns=(
            Column(label="Report", heads=True),
            Column(label="Title"),
            Column(label="Reason, or what was tried"),
        ),
        rows=report_rows(listed, review.citations, context),
        empty="No report has been excluded in full text.",
    )
    return Said(blocks=(table,))
