import dataclasses
import io
import json
import random
import re

import pypdf
import pytest
from lxml import html as lxml_html

from pipeline.deduplicate.citation import Deduplication
from pipeline.errors import ProtocolError
from pipeline.extraction.extract import extract
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.summary_table import SummaryTable
from pipeline.prisma.boxes import Flow
from pipeline.records import tables
from pipeline.report import render
from pipeline.report.compose import Review, Search, compose
from pipeline.report.compose.citing import Citing
from pipeline.report.compose.context import Context
from pipeline.report.compose.living import Update
from pipeline.report.compose.tables import from_summary
from pipeline.report.document import Figure, Items, References, See, Table
from pipeline.report.layout import lay_out, walk
from pipeline.report.markdown import write
from pipeline.report.settings import PARTS, AuthorSettings, ReportSettings
from pipeline.search.strategy import Strategy
from pipeline.synthesis.pooling import Pooled
from tests.report import reviews


def with_settings(review=None, **settings) -> Review:
    return dataclasses.replace(review or reviews.review(), settings=ReportSettings(**settings))


def text(review) -> str:
    return write(lay_out(compose(review))).replace("\\", "")


def section(document, name):
    return next(each for each, _ in walk(document.sections) if each.id == name)


@pytest.fixture(scope="module")
def interim():
    return reviews.review()


@pytest.fixture(scope="module")
def written(interim):
    return text(interim)


def test_the_parts_stand_in_their_chapters(interim):
    assert [(each.id, [inner.id for inner in each.sections]) for each in compose(interim).sections] == [
        ("summary", []),
        ("new", []),
        ("methods", ["question", "living", "searches", "selection", "collection", "analysis"]),
        ("results", ["flow", "studies", "outcomes", "synthesis", "bias", "discrepancies", "excluded", "awaiting"]),
        ("checklists", []),
        ("records", []),
        ("provenance", []),
        ("references", []),
    ]


def test_an_unfinished_review_is_called_interim_and_says_what_is_open(written):
    assert "*Not yet released, interim · 2 November 2024*" in written
    assert (
        "This review is not finished: 1 of 3 searches has never been run; 1 record from databases and registers awaits "
        "screening; 1 record from databases and registers awaits the arbiter; 3 reports from other methods await "
        "retrieval." in written
    )


def test_a_finished_review_is_not_called_interim():
    finished = text(reviews.review(finished=True, version="1.0"))
    assert "*Version 1.0 · 2 November 2024*" in finished
    assert "nterim" not in finished


def test_a_search_that_was_never_run_says_so_and_shows_its_strategy_in_full(written):
    assert "**Not yet run: Embase (embase). What it would find is unknown, not zero.**" in written
    assert "| embase | Embase | database, export read from file | not yet run | none | – |" in written
    assert "```\n'liver'/exp AND 'fiction'/exp\n```" in written


def test_a_search_never_run_is_told_from_another_of_the_same_database_that_was():
    again = Search(id="pubmed-again", strategy=Strategy(query="queries/again.txt"), published="fiction")
    review = reviews.review(searches=(*reviews.searches(), again))
    assert "Not yet run: Embase and PubMed (pubmed-again).\n" in text(review)


def test_a_search_that_was_run_shows_what_was_sent_and_what_pubmed_made_of_it(written):
    assert '```\n(liver AND fiction) AND ("english"[la])\n```' in written
    assert '```\n"liver"[MeSH Terms] AND "fiction"[All Fields]\n```' in written
    assert "- language English: 16 records" in written
    assert "- PubMed said: fiction was not found (PhraseNotFound)" in written


def test_a_report_from_the_sandbox_says_so_on_every_page():
    (banner,) = compose(reviews.review(sandbox=True)).banners
    assert banner.startswith("This report was made with the sandbox PubMed that comes with the program")
    assert banner.endswith("Its records are not what PubMed holds, and its figures say nothing about the literature.")
    assert compose(reviews.review()).banners == ()


def test_the_figures_of_the_flow_are_said_in_sentences(written):
    assert (
        "16 records were identified from databases and 8 records from citation searching. 0 duplicate records were "
        "removed before screening; 14 records were screened and 10 excluded. From databases and registers, 4 reports "
        "were sought, 1 not retrieved, 3 assessed and 1 excluded. From other methods, 4 reports were sought, 0 not "
        "retrieved, 1 assessed and 0 excluded. Included: 2 studies described in 3 reports." in written
    )


@pytest.mark.parametrize(
    ("linked", "said", "studies"),
    [
        (True, "Included: 2 studies described in 3 reports.\n", ["Maple 2015", "Nettle 2016", "Maple 2015"]),
        (
            False,
            "Nobody has named the study of 3 reports yet, so that each of them counts as one itself.\n",
            [],
        ),
    ],
)
def test_studies_are_those_that_extraction_names_where_the_worksheets_name_none(linked, said, studies):
    changes = {} if linked else {"extraction": Extraction()}
    review = reviews.review(named=False, **changes)
    document = compose(review)
    assert said in write(lay_out(document))
    items = section(document, "records").blocks[0].items
    assert [item.id for item in items if "new_studies" in item.boxes] == ["pubmed:1014", "pubmed:1015", "older:1016"]
    table = next(block for block in section(document, "studies").blocks if block.id == "included-reports")
    assert [row.cells[2].content[0] for row in table.rows if len(row.cells) > 2] == studies


def test_what_is_still_to_be_extracted_is_one_line_for_studies_that_lack_the_same():
    rows = [(f"study-{place}", "", "", "") for place in range(40)]
    forms = {"extraction/studies.csv": tables.write(("study_id", "reports", "design", "source"), rows, form=True)}
    extracted = extract(forms, reviews.OUTCOMES, included={"pubmed:1014": ("pubmed:1014",)})
    document = compose(reviews.review(extraction=extracted))
    table = next(block for block in section(document, "studies").blocks if block.id == "awaiting-extraction")
    assert [[cell.content for cell in row.cells] for row in table.rows] == [
        [("not filled in yet",), ("40",), ("studies 1",), (", ".join(sorted(row[0] for row in rows)),)],
        [("no study names this report",), ("1",), (), ("Otter and Second 2015",)],
    ]


def test_what_was_decided_is_told_apart_from_what_the_protocol_asks_for(written):
    assert (
        "the protocol asks for records to be screened by two reviewers independently (Anna One and Bert Two)" in written
    )
    assert "Of 14 citations decided so far, 14 rest on agreeing decisions of several reviewers." in written


def test_every_excluded_report_stands_with_its_reason(interim):
    table = next(block for block in section(compose(interim), "excluded").blocks if isinstance(block, Table))
    assert [(row.group, row.cells[0].content[0], row.cells[2].content) for row in table.rows] == [
        ("Excluded", "Maple and Second 2013", ("Other population",)),
        ("Not retrieved", "Nettle and Second 2014", ("asked the author twice",)),
    ]


def test_what_waits_is_listed_by_the_stage_it_waits_at(interim):
    table = next(block for block in section(compose(interim), "awaiting").blocks if isinstance(block, Table))
    assert [row.group for row in table.rows] == [
        "Disagreement: include or exclude",
        "Full text",
        "Full text",
        "Full text",
    ]


def test_checklists_say_where_the_report_answers_and_leave_the_rest_to_the_authors(interim):
    prisma, prisma_s = section(compose(interim), "checklists").blocks
    said = {row.cells[0].content[0]: [cell.content for cell in row.cells[3:]] for row in prisma.rows}
    assert len(prisma.rows) == 42
    assert said["4"] == [(See(target="question"),), (interim.question,)]
    assert said["9"] == [(), ()]
    assert said["19"] == [(See(target="outcomes"),), ("4 results.",)]
    assert said["23a"] == [(), ()]
    assert len(prisma_s.rows) == 16
    assert prisma_s.rows[15].cells[4].content == (
        "24 records joined into 20 citations by the rules of living-review 0.1.0.",
    )


def test_an_own_text_answers_its_item_of_the_checklist():
    prisma, _ = section(compose(reviews.review(texts={"discussion": "We think."})), "checklists").blocks
    said = {row.cells[0].content[0]: row.cells[4].content for row in prisma.rows}
    assert said["23a"] == ("In the authors' own words.",)


def test_controlled_terms_in_use_are_printed_as_reference_tables(interim):
    settings = dataclasses.replace(reviews.OUTCOMES, vocabularies=("who_grade",))
    document = compose(dataclasses.replace(interim, extraction_settings=settings))
    (table,) = [block for block in section(document, "collection").blocks if isinstance(block, Table)]
    assert [row.cells[0].content for row in table.rows][:2] == [("G1",), ("G2",)]


def test_a_table_from_elsewhere_never_takes_a_name_that_the_report_has(interim):
    for taken in ("flow", "search-list", "text", "prisma-flow"):
        table = SummaryTable(name=taken, title="T", columns=("A",), rows=())
        context = Context(Citing({}), {}, most_rows=9)
        names = [from_summary(table, context).id for _ in range(2)]
        assert names == [f"{taken}-2", f"{taken}-3"]


def test_every_name_of_the_reports_own_things_is_reserved(interim):
    named = {block.id for each, _ in walk(compose(interim).sections) for block in each.blocks if hasattr(block, "id")}
    free = Context(Citing({}), {}, most_rows=9)
    tables = {"characteristics", "outcomes-by-modality", "individual-results", "discrepancy-list"}
    from_elsewhere = tables | {"studies-by-year"}
    assert {name for name in named if free.name(name) == name} == from_elsewhere


def test_what_was_pooled_stands_with_its_plots_and_what_was_not_with_its_reason():
    document = compose(reviews.pooled_review())
    said = text(reviews.pooled_review())
    assert "Of 2 analyses, 1 could be pooled; for the others the table says why not." in said
    assert [inner.id for inner in section(document, "synthesis").sections] == [
        "synthesis-survival",
        "synthesis-response",
    ]
    figures = [block for block in section(document, "synthesis-survival").blocks if isinstance(block, Figure)]
    assert [figure.id for figure in figures] == ["survival-forest", "survival-funnel"]
    assert all(figure.text and figure.title for figure in figures)
    how = "random effects (REML) by inverse variance, 95% interval by HKSJ, prediction interval by t with k − 2 df"
    assert f"(overall survival, hazard ratio; treatment: drug): {how}." in said
    (legend,) = figures[0].notes
    assert "12 numbers from 12 studies" in legend[0]
    assert (
        f"Diamond: pooled by {how.split(', pred', maxsplit=1)[0]}; bar: prediction interval by t with k − 2 df"
        in legend[0]
    )


def test_the_summary_says_what_each_analysis_came_to():
    document = compose(reviews.pooled_review())
    (result,) = [block for block in section(document, "summary").blocks if isinstance(block, Items)]
    ((_, estimate, around),) = result.items
    (synthesis,) = [one for one in reviews.pooled_review().syntheses if isinstance(one.pooled, Pooled)]
    expected = synthesis.scale.back(synthesis.pooled.estimate)
    assert (estimate.name, estimate.value) == ("synthesis.survival.estimate", pytest.approx(expected, rel=1e-3))
    assert around.startswith(" (95% CI ")
    assert around.endswith("; 12 studies)")


def test_the_studies_by_year_stand_before_their_table_with_every_count_in_words(interim):
    figure, table = section(compose(interim), "studies").blocks[:2]
    assert (figure.id, figure.file, table.id) == ("studies-by-year", "synthesis/studies-by-year.svg", "characteristics")
    assert "All studies, each once" in figure.text


def test_judgements_of_bias_are_drawn_and_tabled_and_nothing_is_judged_here():
    document = compose(reviews.pooled_review())
    blocks = section(document, "bias").blocks
    assert [type(block).__name__ for block in blocks] == ["Figure", "Figure", "Table"]
    assert "low" in blocks[0].text
    assert "Nobody has judged the risk of bias yet." in text(reviews.review())


def test_references_are_numbered_as_they_are_first_cited(interim):
    (references,) = section(compose(interim), "references").blocks
    assert isinstance(references, References)
    assert [entry.label for entry in references.entries] == [str(n) for n in range(1, len(references.entries) + 1)]
    assert references.entries[0].content[0].startswith("Otter A, Second BC. The otter trial")


def test_a_review_may_cite_in_its_own_texts():
    review = reviews.review(texts={"background": "It was tried before [@pubmed:1003]."})
    document = compose(review)
    (references,) = section(document, "references").blocks
    assert references.entries[0].content[0].startswith("Dahlia A, Second BC.")
    assert "It was tried before[1]." in text(review)


def test_a_report_without_references_has_no_marks():
    review = with_settings(reviews.review(texts={"background": "Tried [@pubmed:1003]."}), leave_out=("references",))
    assert "Tried [@pubmed:1003]." in text(review)
    assert not re.search(r"2015\[\d\]", text(review))


@pytest.mark.parametrize("part", [part for part in PARTS if part != "summary"])
def test_any_part_can_be_left_out(part):
    document = compose(with_settings(leave_out=(part,)))
    assert part not in {each.id for each, _ in walk(document.sections)}
    lay_out(document)


def test_parts_follow_the_order_that_was_asked_for():
    document = compose(with_settings(sections=("references", "flow", "summary")))
    assert [each.id for each in document.sections] == ["references", "results", "summary"]


def test_own_texts_stand_at_the_head_of_their_part():
    review = reviews.review(texts={"discussion": "We think.\n\n## Limits\n\nMany.", "flow": "First, our own words."})
    document = compose(review)
    assert section(document, "discussion").own[0].content == ("We think.",)
    assert [inner.title for inner in section(document, "discussion").sections] == ["Limits"]
    assert section(document, "flow").own[0].content == ("First, our own words.",)


def test_a_citation_style_that_does_not_exist_is_a_fault():
    with pytest.raises(ProtocolError, match="'vancuver' cannot be used"):
        compose(with_settings(citation_style="vancuver"))


def test_headings_follow_the_language_and_generated_sentences_are_marked_as_english():
    page = lxml_html.document_fromstring(render.html(compose(with_settings(language="fr"))))
    assert page.get("lang") == "fr"
    assert [node.text for node in page.iter("h2")][:3] == ["Sommaire", "Résumé", "Nouveautés"]
    assert page.xpath("//section[@id='methods']/h2")[0].text == "Méthodes"
    assert page.xpath("//section[@id='flow']/div/@lang") == ["en"]


def test_an_empty_review_is_reported_as_empty():
    empty = text(Review(title="Nothing yet"))
    assert "No search is set up." in empty
    assert "No search has been run yet, so that there is nothing to count." in empty
    assert "nothing has been judged" not in empty
    assert "There is no record yet." in empty


def test_what_is_new_is_counted_against_the_version_before(interim):
    update = Update(since="version 1.0, 2024-01-01", flow=interim.flow, remarks=("Maple 2015 was retracted.",))
    said = text(dataclasses.replace(interim, updates=(update,)))
    assert "Since version 1.0, 2024-01-01:" in said
    assert "- 16 records identified from databases" in said
    assert "- Maple 2015 was retracted." in said


def test_no_new_evidence_is_said_too(interim):
    quiet = text(dataclasses.replace(interim, updates=(Update(since="version 1.0", flow=Flow(boxes={})),)))
    assert "Since version 1.0: no new study was included." in quiet


def test_every_box_of_the_flow_opens_its_records(interim):
    (block,) = section(compose(interim), "records").blocks
    in_box = {box.name: {item.id for item in block.items if box.name in item.boxes} for box in block.boxes}
    for name, box in interim.flow.boxes.items():
        if "studies" not in name:
            assert in_box[name] == set(box.ids), name
    assert in_box["new_studies"] == in_box["new_reports"]
    assert {item.id: item.status for item in block.items}["older:1012"] == "duplicate of pubmed:1012"
    assert {item.id: item.status for item in block.items}["pubmed:1012"] == "excluded at full text: Other population"


def test_the_boxes_of_the_diagram_lead_to_the_list(interim):
    figure = next(block for block in section(compose(interim), "flow").blocks if isinstance(block, Figure))
    page = lxml_html.document_fromstring(render.html(compose(interim)))
    ids = set(page.xpath("//@id"))
    targets = {target[1:] for target in page.xpath("//svg//a/@href")}
    assert len(targets) >= 10
    assert targets <= ids
    assert "Awaiting screening: 1." in figure.text


def test_a_list_that_was_cut_short_says_so():
    document = compose(with_settings(list_records=5))
    paragraph, block = section(document, "records").blocks
    assert "the first 5 of 24 records" in paragraph.content[0]
    assert len(block.items) == 5
    page = lxml_html.document_fromstring(render.html(document).decode()).get_element_by_id("record-list")
    assert page.get("data-total") == "5"


def test_a_long_list_of_reports_shows_and_cites_its_first_rows_and_its_csv_has_all():
    whole, cut = (render.files(compose(with_settings(list_rows=rows))).data for rows in (1_000, 1))
    page = lxml_html.document_fromstring(cut["report.html"].decode()).get_element_by_id("included-reports")
    assert [row[0].text_content() for row in page.xpath(".//tbody/tr")] == ["Otter and Second 20151"]
    assert "These are the first 1 of 3 rows; all of them stand in outputs/report/included-reports.csv." in (
        page.text_content()
    )
    reports = [
        [line.partition(",")[0] for line in data["report/included-reports.csv"].decode().splitlines()[1:]]
        for data in (whole, cut)
    ]
    assert reports == [
        ["Otter and Second 2015[1]", "Poplar and Second 2016[3]", "Quail and Second 2017[2]"],
        ["Otter and Second 2015[1]", "Poplar and Second 2016", "Quail and Second 2017"],
    ]


def test_what_goes_with_the_report_can_be_pasted_and_cited():
    review = with_settings(authors=(AuthorSettings(name="A. One"), AuthorSettings(name="B. Two")))
    files = compose(review).companions
    assert files["CITATION.txt"].decode() == (
        "A. One and B. Two. Made-up treatments of fictitious disease. Living systematic review, Not yet released, "
        "interim, 2 November 2024.\n"
    )
    assert files["included.ris"].count(b"TY  - ") == 3
    assert files["methods.txt"].decode().startswith("Question and eligibility\n\nIn people with fictitious disease,")
    assert "24 records became 20 citations." in files["methods.txt"].decode()


def test_the_same_inputs_give_the_same_bytes_in_every_form(interim):
    first, again = (render.files(compose(reviews.review())).data for _ in range(2))
    assert first == again


def test_decisions_in_another_order_change_no_byte(interim):
    shuffled = reviews.decisions()
    random.Random(3).shuffle(shuffled)
    via = {search.id: search.strategy.via for search in interim.searches}
    settled = reviews.settle(interim.deduplication.citations, shuffled, reviews.SCREENING, via=via)
    assert compose(dataclasses.replace(interim, screening=settled)) == compose(interim)


def objects(reader: pypdf.PdfReader):
    return (reader.get_object(place) for place in range(1, reader.trailer["/Size"]))


def numbers(printed: str) -> set[str]:
    return set(re.findall(r"\d[\d,.–-]*\d|\d", printed))


@pytest.mark.parametrize("make", [reviews.review, reviews.pooled_review])
def test_every_number_in_html_stands_in_pdf_and_summary_and_the_other_way_round(make):
    files = render.files(compose(with_settings(make(), leave_out=("references",)))).data
    page = lxml_html.document_fromstring(files["report.html"].decode())
    facts = {node.get("data-fact"): float(node.get("value")) for node in page.iter("data")}
    assert {name: float(value) for name, value in json.loads(files["summary.json"])["facts"].items()} == facts

    for node in page.xpath(
        "//script | //style | //ol[@class='list'] | //*[local-name()='title'] | //*[local-name()='desc']"
    ):
        node.drop_tree()
    in_html = numbers(" ".join(page.find("body").itertext()))
    reader = pypdf.PdfReader(io.BytesIO(files["report.pdf"]))
    pages = [each.extract_text() for each in reader.pages]
    spoken = [each["/Alt"] for each in objects(reader) if isinstance(each, dict) and "/Alt" in each]
    in_pdf = numbers("\n".join([*(re.sub(r"Page \d+ of \d+", "", each) for each in pages), *spoken]))
    contents = {str(place) for place in range(1, len(pages) + 1)}
    assert in_html - in_pdf == set()
    assert in_pdf - in_html - contents == set()
    for node in page.iter("svg"):
        node.drop_tree()  # the ticks of an axis are no result; what a drawing shows stands in its words
    in_text = numbers(" ".join(page.find("body").itertext()))
    assert in_text - numbers(files["summary.json"].decode()) == set()


def test_every_fact_is_printed_alike_in_html_pdf_and_markdown(interim):
    laid = lay_out(compose(interim))
    page = lxml_html.document_fromstring(render.html(compose(interim)))
    said = {node.get("data-fact"): node.text for node in page.iter("data")}
    assert set(said) == set(laid["facts"])
    assert said["flow.records_screened"] == "14"


def test_a_review_looks_its_citations_up_once_and_a_changed_review_anew():
    review = reviews.review()
    assert review.citations is review.citations
    assert set(review.citations) == {citation.id for citation in review.deduplication.citations}
    emptied = dataclasses.replace(review, deduplication=Deduplication(citations=(), pairs=()))
    assert emptied.citations == {}
