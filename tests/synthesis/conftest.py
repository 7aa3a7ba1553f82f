import importlib.util
import json
from pathlib import Path

import pytest

from pipeline.synthesis.effects import TwoByTwo

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def published():
    """Tables of counts that papers print, by name."""
    read = json.loads((HERE / "published.json").read_text(encoding="utf-8"))
    return {
        name: tuple(
            TwoByTwo(events=a, n=n1, comparator_events=c, comparator_n=n2) for _, a, n1, c, n2 in read[name]["tables"]
        )
        for name in read
        if name != "about"
    }


@pytest.fixture(scope="session")
def agreement(root):
    """The script that compares our figures with metafor's."""
    spec = importlib.util.spec_from_file_location("synthesis_agreement", root / "docs" / "synthesis_agreement.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script
