"""The report stage in the review of this repository."""

import json

from pipeline.workflow import protocol, run
from pipeline.workflow.folder import ReviewFolder


def test_question_and_criteria_of_the_protocol_stand_in_the_report(example_ran):
    folder = ReviewFolder(example_ran)
    review = protocol.load(folder).review
    sections = json.loads(folder.text("outputs/summary.json"))["sections"]
    texts = next(section["texts"] for section in sections if section["id"] == "question")
    assert texts == [review.question, *(f"{term}: {text}" for term, text in review.criteria.items())]
    assert list(review.criteria) == ["Population", "Intervention", "Comparison", "Outcomes", "Reports"]


def test_every_file_that_goes_with_the_report_is_the_stages_own(example_ran):
    folder = ReviewFolder(example_ran)
    (trace,) = [trace for trace in run.manifest(folder).stages if trace.stage == "report"]
    beside = folder.list("outputs/report/*")
    assert {"outputs/report/methods.txt", "outputs/report/prisma-2020.csv"} <= set(beside)
    assert set(beside) <= set(trace.writes)
