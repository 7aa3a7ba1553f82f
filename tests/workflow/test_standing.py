"""How a review stands: read and computed once, and again as soon as anything it rests on changes."""

from pipeline.workflow import protocol
from pipeline.workflow.stages import standing
from tests.workflow.living import Living


def test_how_a_review_stands_is_computed_once_until_a_worksheet_changes(tmp_path):
    review = Living.begin(tmp_path / "review")
    review.update()
    folder, settings = review.folder, protocol.load(review.folder)
    before = standing.load(folder, settings)
    assert standing.load(folder, settings) is before
    review.decide("title-abstract", n1="include")
    after = standing.load(folder, settings)
    assert after.extraction is not before.extraction
    assert [len(stands.now.screening.at("full-text")) for stands in (before, after)] == [0, 1]
