"""docs/extracting.md says everything that the forms accept and check."""

import re

import yaml
from pydantic import TypeAdapter

from pipeline.extraction.bias import TOOLS
from pipeline.extraction.measures import RANGE_KINDS, VALUE_STATUS
from pipeline.extraction.rules import RULES
from pipeline.extraction.settings import ExtractionSettings, check


def page(root):
    return (root / "docs" / "extracting.md").read_text(encoding="utf-8")


def test_every_rule_is_documented_under_its_name(root):
    table = page(root).split("## Every check")[1].split("## What is made of it")[0]
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", table)) == {rule.name for rule in RULES}


def test_every_tool_with_its_judgements_and_every_state_of_a_value_is_documented(root):
    text = page(root)
    lines = text.splitlines()
    for tool in TOOLS.values():
        line = next(line for line in lines if line.startswith("|") and tool.name in line)
        assert all(word in line for word in tool.accepted)
    assert all(status in text for status in VALUE_STATUS if status != "reported")
    assert all(words in text for words in ("standard deviation", "standard error", "range_high"))
    assert set(RANGE_KINDS) >= {"standard deviation", "standard error", "range"}


def test_the_settings_shown_are_sound(root):
    for block in re.findall(r"```yaml\n(.*?)```", page(root), re.DOTALL):
        settings = TypeAdapter(ExtractionSettings).validate_python(yaml.safe_load(block)["extraction"])
        assert check(settings) == ()
