"""A folder of forms with everything that goes wrong, and the complete list of what is said about it."""

from pathlib import Path

import pytest

from pipeline.errors import FormError
from pipeline.extraction.extract import extract

HERE = Path(__file__).parent / "bad"
STATUSES = {"s:1": "included", "s:2": "included", "s:3": "excluded"}


def test_every_fault_of_the_bad_forms_is_said_at_once(settings):
    files = {f"extraction/{path.name}": path.read_bytes() for path in HERE.glob("*.csv")}
    with pytest.raises(FormError) as caught:
        extract(files, settings, statuses=STATUSES)
    assert str(caught.value) == (HERE / "faults.txt").read_text(encoding="utf-8").rstrip("\n")


def test_the_bad_forms_have_sixteen_faults():
    assert len((HERE / "faults.txt").read_text(encoding="utf-8").splitlines()) == 16
