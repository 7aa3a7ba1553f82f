"""Which files of a review are given by people and which are its history: the one list, from which all else follows."""

from typing import Any

from pipeline.workflow.folder import PROTOCOL, ReviewFolder

IMPORTS = "queries/imports"
GIVEN = (
    PROTOCOL,
    "queries/*",
    f"{IMPORTS}/**/*",
    "deduplication/*",
    "screening/*/*/*",
    "reconsider/*",
    "extraction/**/*",
)
HISTORY = ("queries/runs/**/*", "queries/checks/*/*", "screening/ledger/*")
VERSIONS = ("versions/*/*",)


def given(folder: ReviewFolder, protocol: Any) -> tuple[str, ...]:  # noqa: ANN401 - Protocol imports the rooms
    """List the files that people gave, sorted: those at fixed places, and those that workflow.yaml names."""
    return tuple(sorted({*_listed(folder, GIVEN), *named(folder, protocol)}))


def history(folder: ReviewFolder) -> tuple[str, ...]:
    """List the files of the review's history, sorted; released versions apart."""
    return tuple(sorted(_listed(folder, HISTORY)))


def is_history(path: str) -> bool:
    """Say whether a file, there or gone, is one that never changes once it was made."""
    return path.startswith(tuple(pattern.partition("*")[0] for pattern in (*HISTORY, *VERSIONS)))


def digests(folder: ReviewFolder, protocol: Any) -> dict[str, str]:  # noqa: ANN401
    """Map every file that the review rests on to its sha256; released versions apart."""
    return {path: folder.digest(path) for path in sorted({*given(folder, protocol), *history(folder)})}


def _listed(folder: ReviewFolder, patterns: tuple[str, ...]) -> set[str]:
    return {path for pattern in patterns for path in folder.list(pattern)}


def named(folder: ReviewFolder, protocol: Any) -> set[str]:  # noqa: ANN401
    """List the files that workflow.yaml names, wherever in the folder they lie."""
    report = protocol.report
    paths = {*report.texts.values(), report.logo}
    if report.citation_style.endswith(".csl"):
        paths.add(report.citation_style)
    for search in protocol.searches.values():
        paths |= {search.query, search.accepted}
        for pattern in search.files:
            paths.update(folder.list(pattern))
    if report.fonts:
        paths.update(folder.list(f"{report.fonts}/*"))
    return {path for path in paths if path and folder.has(path)}
