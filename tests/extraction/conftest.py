"""A small fictitious review, and ways to write its forms in a few words."""

from collections.abc import Callable, Mapping

import pytest
import yaml
from pydantic import TypeAdapter

from pipeline.extraction.extract import extract
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.records import tables

STUDIES = "study_id,label,reports,design,n"
ARMS = "study_id,arm,role,modality,n"


@pytest.fixture(scope="session")
def settings() -> ExtractionSettings:
    return ExtractionSettings(
        outcomes=(
            OutcomeSetting(
                name="overall survival",
                abbreviation="OS",
                kind="time to event",
                better="higher",
                units=("months", "years"),
                primary=True,
                column="Survival",
            ),
            OutcomeSetting(
                name="objective response",
                abbreviation="ORR",
                column="Response",
                measures=("proportion", "odds ratio", "risk ratio", "risk difference"),
                sum_of=("complete response", "partial response"),
            ),
            OutcomeSetting(name="complete response", abbreviation="CR", column="Response"),
            OutcomeSetting(name="partial response", abbreviation="PR", column="Response"),
            OutcomeSetting(name="pain", kind="measurement"),
            OutcomeSetting(name="follow-up", kind="time to event", units=("months", "days")),
        ),
        modalities=("surgery", "ablation", "placebo"),
        vocabularies=("who_grade",),
        sources={"doc-a": "Document A", "doc-b": "Document B"},
    )


@pytest.fixture(scope="session")
def form() -> Callable[[str], bytes]:
    """Turn lines such as "a,b" into a form's bytes."""

    def write(text: str) -> bytes:
        lines = [line.strip() for line in text.strip().splitlines()]
        return ("\n".join(lines) + "\n").encode()

    return write


@pytest.fixture(scope="session")
def base(form) -> Mapping[str, bytes]:
    """Two studies with their arms."""
    return {
        "extraction/studies.csv": form(
            f"{STUDIES}\nada-2001,Ada 2001,s:1,randomised trial,100\nbo-2002,Bo 2002,s:2,cohort,40"
        ),
        "extraction/arms.csv": form(
            f"{ARMS}\nada-2001,drug,,surgery,50\nada-2001,placebo,comparator,placebo,50\nbo-2002,heat,,ablation,40"
        ),
    }


@pytest.fixture(scope="session")
def read(settings, base) -> Callable[..., Extraction]:
    """Extract the two studies with some rows of outcomes, each a mapping of cells."""

    def with_rows(*rows: Mapping[str, str], **more: object) -> Extraction:
        cells = [{"study_id": "ada-2001", "arm": "drug", "source": "doc-a", **row} for row in rows]
        marks = ("study_id", "arm", "outcome", "measure", "value", "unit", "source")
        header = [*marks, *dict.fromkeys(name for row in cells for name in row if name not in marks)]
        data = tables.write(header, [[row.get(name, "") for name in header] for row in cells], form=True)
        return extract({**base, "extraction/outcomes.csv": data}, settings, **more)

    return with_rows


@pytest.fixture(scope="session")
def example_settings(root) -> ExtractionSettings:
    text = (root / "workflow.yaml").read_text(encoding="utf-8")
    return TypeAdapter(ExtractionSettings).validate_python(yaml.safe_load(text)["extraction"])


@pytest.fixture(scope="session")
def example(root, example_settings) -> Extraction:
    """The example review's own data."""
    files = sorted((root / "extraction").glob("**/*.csv"))
    return extract({path.relative_to(root).as_posix(): path.read_bytes() for path in files}, example_settings)
