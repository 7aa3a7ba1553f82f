"""Golden samples: what every file in samples/ says, record by record, fault by fault.

A new sample needs no code: put it into samples/<format>/, run `LIVING_REVIEW_WRITE_GOLDEN=1 pytest` on this file, and
read what was written beside it in golden/ before you commit it. A sample called hazards.* is read with its format
named, since what is wrong with it may keep it from being recognised.
"""

import json
import os
from pathlib import Path

import msgspec
import pytest

from pipeline import formats
from pipeline.errors import Fault

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "samples").glob("*/*"))
WRITE = os.environ.get("LIVING_REVIEW_WRITE_GOLDEN") == "1"


def told(path):
    """Everything a file says, as JSON lines."""
    named = path.parent.name if path.stem == "hazards" else ""
    with path.open("rb") as stream:
        reading = formats.read(stream, name=path.name, search="s", format=named)
        values = list(reading)
    about = {"format": reading.format.name, "platform": reading.platform, "notices": list(reading.notices)}
    said = [{"fault": str(value)} if isinstance(value, Fault) else msgspec.to_builtins(value) for value in values]
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in [about, *said])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_says_what_its_golden_file_says(path):
    golden = HERE / "golden" / path.parent.name / f"{path.name}.jsonl"
    if WRITE:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(told(path), encoding="utf-8")
    assert told(path).splitlines() == golden.read_text(encoding="utf-8").splitlines()


def test_every_format_that_is_read_has_a_sample():
    sampled = {path.parent.name for path in SAMPLES}
    assert sampled == {name for name, entry in formats.FORMATS.items() if entry.read}
