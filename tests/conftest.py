"""Fixtures for every room: other people's files, and a loud word where they are absent."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("LIVING_REVIEW_SHARED", ROOT.parent / "shared"))

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of other people's files; a test that needs it is skipped, and says so, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"NO SHARED FILES: {SHARED} is absent, so real exports and reference figures were not tested")
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT
