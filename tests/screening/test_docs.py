"""What docs/screening.md and docs/prisma.md show is what the program accepts and says."""

import re

import yaml

from pipeline.cli.main import COMMANDS
from pipeline.prisma import counts, diagram
from pipeline.prisma.boxes import VARIABLES
from pipeline.screening import forms
from pipeline.screening.settings import ScreeningSettings, check
from pipeline.workflow import yaml_settings


def fenced(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_settings_in_the_guide_are_sound(root):
    (text,) = fenced((root / "docs" / "screening.md").read_text(encoding="utf-8"), "yaml")
    inner = yaml.safe_dump(yaml.safe_load(text)["screening"], sort_keys=False)
    settings = yaml_settings.load(inner, ScreeningSettings, file="screening.md")
    assert check(settings) == ()
    assert [stage.id for stage in settings.stages] == ["title-abstract", "full-text"]


def test_the_guide_explains_every_column_of_a_worksheet(root):
    text = (root / "docs" / "screening.md").read_text(encoding="utf-8")
    for column in (*forms.SHOWN, *forms.ASKED_OF_REPORTS, forms.SHEET):
        assert f"`{column}`" in text, column


def test_the_counts_in_the_guide_are_those_of_the_file_beside_it_and_draw(root):
    (shown,) = fenced((root / "docs" / "prisma.md").read_text(encoding="utf-8"), "yaml")
    beside = (root / "docs" / "nigri-2018.counts.yaml").read_text(encoding="utf-8")
    loaded = [yaml_settings.load(text, counts.Counts, file="x") for text in (shown, beside)]
    assert loaded[0] == loaded[1]
    assert "10,135" in diagram.svg(counts.flow(loaded[0]))


def test_the_guide_names_every_box(root):
    text = (root / "docs" / "prisma.md").read_text(encoding="utf-8")
    assert [name for name in VARIABLES if f"`{name}`" not in text] == []


def test_every_command_that_the_guides_call_exists(root):
    for name in ("screening.md", "prisma.md"):
        text = (root / "docs" / name).read_text(encoding="utf-8")
        for command in re.findall(r"living-review ([a-z][a-z-]+)", text):
            assert command in COMMANDS
