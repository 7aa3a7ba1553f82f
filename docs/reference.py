"""Write docs/cli.md and docs/workflow.md from the program itself; a test says when they are out of date.

Run it from the repository: python docs/reference.py
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click

from pipeline.cli import main
from pipeline.workflow.protocol import Protocol

HERE = Path(__file__).resolve().parent
WIDTH = 92


def cli() -> str:
    """Write the reference of the command line."""
    parts = [
        "# The command line",
        "",
        "Written by the program itself (`python docs/reference.py`); do not edit.",
        "",
        "Every command prints its help with `--help`. `living-review --debug COMMAND` shows where in the program an",
        "error came from.",
        "",
        *("| exit code | meaning |", "|---|---|"),
        *(f"| {code} | {meaning} |" for code, meaning in main.EXIT_CODES.items()),
        "",
    ]
    above = click.Context(main.cli, info_name="living-review", terminal_width=WIDTH, **main.cli.context_settings)
    for name in main.COMMANDS:
        command = main.cli.get_command(above, name)
        if command is None:
            raise LookupError(name)
        context = click.Context(command, info_name=name, parent=above)
        parts += [f"## {name}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(parts)


def workflow() -> str:
    """Write the reference of workflow.yaml."""
    parts = [
        "# workflow.yaml",
        "",
        "Written by the program itself (`python docs/reference.py`); do not edit.",
        "",
        "Every key that a review may set. A key that is left out, or left empty, has its default. A wrong key, a",
        "missing one, or a value that is not accepted is told with its line, all at once, before anything runs.",
        "Anchors, aliases and tags are not accepted. Paths are relative to the review folder and cannot leave it.",
        "",
    ]
    for path, kind in _sections(Protocol, ""):
        parts += [f"## `{path}`" if path else "## Top level", "", _about(kind), "", *_table(kind, path), ""]
    return "\n".join(parts).rstrip() + "\n"


def _sections(kind: type, path: str) -> Iterator[tuple[str, type]]:
    """List every settings class with the path under which it stands, outer before inner, each once."""
    yield path, kind
    hints = get_type_hints(kind)
    for field in fields(kind):
        inner, step = _inner(hints[field.name], field.name)
        if inner is not None:
            yield from _sections(inner, f"{path}.{step}" if path else step)


def _inner(kind: type, name: str) -> tuple[type | None, str]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _inner(next(one for one in arguments if one is not NoneType), name)
    if origin is tuple and is_dataclass(arguments[0]):
        return arguments[0], f"{name}[]"
    if origin is dict and is_dataclass(arguments[1]):
        return arguments[1], f"{name}.<id>"
    return (kind, name) if is_dataclass(kind) else (None, name)


def _about(kind: type) -> str:
    """Take the first sentences of a class's docstring."""
    return inspect.cleandoc(kind.__doc__ or "").split("\n\nAttributes:")[0].replace("\n", " ")


def _table(kind: type, path: str) -> Iterator[str]:
    described = _attributes(kind)
    hints = get_type_hints(kind)
    yield "| key | accepts | default | meaning |"
    yield "|---|---|---|---|"
    for field in fields(kind):
        inner, step = _inner(hints[field.name], field.name)
        accepts = f"see [`{path + '.' if path else ''}{step}`](#{_anchor(f'{path}.{step}' if path else step)})"
        cells = (
            f"`{field.name}`",
            accepts if inner else _accepts(hints[field.name]),
            _default(field),
            described[field.name],
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w-]", "", heading.casefold())


def _accepts(kind: type) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{one}`" if one != "" else "empty" for one in arguments)
    if origin in {Union, UnionType}:
        return _accepts(next(one for one in arguments if one is not NoneType))
    if origin is tuple:
        return f"list of {_accepts(arguments[0])}"
    if origin is dict:
        return f"keys with {_accepts(arguments[1])}"
    return {str: "text", int: "whole number", float: "number", bool: "`true`, `false`"}.get(kind, kind.__name__)


def _default(field: "Field[Any]") -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return "**required**"
    value = field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]
    if value in ("", (), {}, None) or is_dataclass(value):
        return ""
    if isinstance(value, tuple):
        return "see below" if any(map(is_dataclass, value)) else ", ".join(map(str, value))
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _attributes(kind: type) -> Mapping[str, str]:
    """Read the Attributes of a class's docstring: name to description, on one line."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if start := re.match(r" {4}(\w+): (.*)", line):
            name, found[start.group(1)] = start.group(1), start.group(2)
        elif name and line.startswith(" " * 8):
            found[name] += " " + line.strip()
        elif not line.strip():
            break
    return found


if __name__ == "__main__":
    (HERE / "cli.md").write_text(cli(), encoding="utf-8", newline="\n")
    (HERE / "workflow.md").write_text(workflow(), encoding="utf-8", newline="\n")
