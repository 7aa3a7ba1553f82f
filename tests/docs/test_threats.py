"""The page of threats names tests that exist."""

import itertools
import re


def test_every_threat_names_a_test_that_exists(root):
    page = (root / "docs/threats.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    rows = [line for line, below in itertools.pairwise(lines) if line[:2] == "| " and below[:2] != "|-"]
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row) for row in rows]
    assert len(rows) > 40
    assert all(named)
    missing = [
        f"{path}::{name}"
        for path, name in (each for row in named for each in row)
        if not re.search(rf"^ *def {name}\(", (root / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []
