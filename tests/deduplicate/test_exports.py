"""One library exported by many tools comes together again."""

from pathlib import Path

import pytest

from pipeline import formats
from pipeline.deduplicate.clusters import deduplicate

TOOLS = (
    "covidence_endnote",
    "covidence_mendeley",
    "covidence_refworks",
    "covidence_zotero",
    "embase",
    "endnote",
    "eppireviewer",
    "mendeley",
    "rayyan",
    "refworks",
    "zotero",
)


@pytest.mark.shared
def test_what_eleven_tools_exported_of_one_query_comes_together(shared: Path):
    """Eight references stand in every file, two only in those of Covidence, two only in the others."""
    folder = shared / "data" / "exports" / "same_query_many_databases" / "Datasets" / "RIS"
    records = []
    for tool in TOOLS:
        with (folder / f"_baseline_{tool}.ris").open("rb") as stream:
            records += formats.read(stream, name=tool, search=tool)
    found = deduplicate(records)
    assert sorted(len(citation.members) for citation in found.citations) == [4, 4, 7, 7] + [11] * 8
    assert found.asks == ()
