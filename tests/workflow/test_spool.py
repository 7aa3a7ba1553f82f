"""What is too much for the memory waits on the disk, and leaves nothing behind."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.workflow.files import Spool
from pipeline.workflow.folder import STAGED, ReviewFolder

LINES = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"") + b"\n"), min_size=1)


@given(LINES, st.randoms())
def test_lines_come_back_in_any_order_also_between_new_ones(lines, draw):
    with tempfile.TemporaryDirectory() as place, Spool(Path(place)) as spool:
        starts = [spool.add(line) for line in lines]
        asked = draw.choices(range(len(lines)), k=len(lines))
        assert [spool.line(starts[number]) for number in asked] == [lines[number] for number in asked]
        starts += [spool.add(line) for line in lines[:3]]
        assert [spool.line(start) for start in starts] == [*lines, *lines[:3]]


def test_nothing_is_left_behind(tmp_path):
    (tmp_path / "workflow.yaml").write_text("schema: 1\n")
    review = ReviewFolder(tmp_path)
    with review.spool() as spool:
        spool.add(b"line\n")
    assert list((tmp_path / STAGED).iterdir()) == []
