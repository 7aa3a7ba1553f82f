"""Decisions taken in other tools, brought in and handed out, with an account of what could not be carried."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from pipeline.deduplicate.citation import Citation
from pipeline.screening.decisions import Decision, Status
from pipeline.screening.exchange import covidence, one_label, rayyan
from pipeline.screening.exchange.foreign import Delivery
from pipeline.screening.exchange.one_label import Columns
from pipeline.screening.settings import ScreeningSettings

TOOLS = ("rayyan", "covidence", "asreview", "colrev", "columns")


class _OfTeam(Protocol):
    """Write the files of a tool that holds one outcome a reference; `reports` says of which kind the stage is."""

    def __call__(
        self, citations: Sequence[Citation], statuses: Mapping[str, Status], *, reports: bool
    ) -> dict[str, bytes]: ...


# Tools that hold what each reviewer said, and tools that hold one outcome a reference.
_EACH: Mapping[str, Callable[[Sequence[Citation], Iterable[Decision]], dict[str, bytes]]] = {
    "rayyan": rayyan.dump,
    "columns": one_label.dump_columns,
}
TEAM: Mapping[str, _OfTeam] = {
    "covidence": covidence.dump,
    "asreview": one_label.dump_asreview,
    "colrev": one_label.dump_colrev,
}


def dump(
    tool: str,
    citations: Sequence[Citation],
    decisions: Iterable[Decision],
    statuses: Mapping[str, Status],
    *,
    reports: bool = False,
) -> dict[str, bytes]:
    """Write the files of another tool, by name.

    Args:
        tool: one of TOOLS.
        citations: what to write.
        decisions: what each reviewer said of them, for tools that hold it.
        statuses: where each stands at the stage, by citation, for tools that hold the team's outcome alone: what the
            arbiter settled is settled there, and what awaits a vote is open.
        reports: True if the stage looks at reports, for tools that keep these decisions apart.
    """
    if tool in TEAM:
        return TEAM[tool](citations, statuses, reports=reports)
    return _EACH[tool](citations, decisions)


def load(
    tool: str,
    files: Mapping[str, bytes],
    settings: ScreeningSettings,
    *,
    stage: str,
    people: Mapping[str, str],
    columns: Columns,
) -> Delivery:
    """Read what another tool's files say.

    Args:
        tool: one of TOOLS.
        files: by name.
        settings: stages and words.
        stage: where the decisions count, unless the tool says it itself.
        people: our name of a reviewer, by theirs; others get a pseudonym.
        columns: which column holds what, for `columns`.

    Raises:
        FormError: a file is not what that tool writes.
    """
    if tool == "rayyan":
        return rayyan.load(files, people)
    if tool == "covidence":
        return covidence.load(files, settings)
    if tool == "asreview":
        return one_label.asreview(files, people)
    if tool == "colrev":
        return one_label.colrev(files, people)
    return one_label.columns(files, people, columns, settings, stage)
