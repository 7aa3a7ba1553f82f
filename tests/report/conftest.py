"""A real browser for the report's tests; skipped, loudly, where there is none."""

import shutil
from collections.abc import Iterator

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's chromium, driven by Playwright."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("NO CHROMIUM: the report was not opened in a real browser (apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="NO PLAYWRIGHT: pip install living-review[test]")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
