"""A YAML text to settings, with every fault at once and its line; what the settings mean is not known here.

Scalars stay text until the settings' own types decide, so that `version: 1.10` is not 1.1 and `no` is not False.
Anchors, aliases and tags are refused: a settings file needs none, and they are how a small file becomes a large one.
So is what no person writes: a file, a value or a depth beyond all measure, and characters that steer a terminal.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.records.tables import merge_conflict

_T = TypeVar("_T")
_Path = tuple[str | int, ...]
LARGEST = 1_000_000  # characters that a file may have; the largest workflow.yaml known has 20,000
LONGEST = 100_000  # characters that one value may have
DEEPEST = 40  # lists and blocks that may stand inside one another
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def load(text: str, kind: type[_T], *, file: str) -> _T:
    """Turn a YAML text into the settings `kind`, a dataclass of dataclasses.

    Raises:
        ProtocolError: every unknown key, missing key and unaccepted value, each with its line.
    """
    tree = _Tree(text, file)
    adapter = TypeAdapter(kind)
    known = _without_unknown(tree.value, kind, (), tree)
    try:
        settings = adapter.validate_python(known)
    except ValidationError as error:
        tree.faults.extend(_said(tree, kind, found) for found in error.errors(include_url=False))
    if tree.faults:
        raise ProtocolError(sorted(tree.faults, key=lambda fault: fault.line))
    return settings


def lines(text: str, *, file: str) -> Mapping[str, int]:
    """Map the path of every key, written with dots ("screening.stages.0.id"), to its 1-based line.

    Raises:
        ProtocolError: the text is not YAML of the plain kind.
    """
    tree = _Tree(text, file)
    return {".".join(map(str, path)): line for path, line in tree.lines.items()}


def plain(text: str, *, file: str) -> Mapping[str, Any]:
    """Read a YAML text as plain dicts, lists and strings, without its comments.

    Raises:
        ProtocolError: the text is not YAML of the plain kind.
    """
    return _Tree(text, file).value


class _Tree:
    """A YAML text as plain dicts, lists and strings, with the line of every value and what was wrong with it."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.lines: dict[_Path, int] = {(): 1}
        node = self._composed(text)
        self.value = self._walk(node, ()) if node else {}
        if not isinstance(self.value, dict):
            what = "the file holds no keys"
            raise ProtocolError(Fault(what=what, file=file, line=1, accepted="lines such as 'review:' and below them"))
        if self.faults:
            raise ProtocolError(self.faults)

    def _composed(self, text: str) -> yaml.Node | None:
        if len(text) > LARGEST:
            what = f"the file holds {len(text):,} characters"
            raise ProtocolError(Fault(what=what, file=self.file, accepted=f"up to {LARGEST:,}"))
        try:
            self._check_events(text)
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            if conflict := merge_conflict(text, file=self.file):
                raise ProtocolError(conflict) from error
            mark = error.problem_mark or error.context_mark
            what = f"this is not YAML ({error.problem or error.context})"
            remedy = "Indent with blanks, not tabs; quote a text that holds ': ' or begins with a sign."
            line = mark.line + 1 if mark else 1
            raise ProtocolError(Fault(what=what, file=self.file, line=line, remedy=remedy)) from error
        except yaml.reader.ReaderError as error:
            what = f"the character {chr(error.character)!r} is not allowed in YAML"
            line = text.count("\n", 0, error.position) + 1
            raise ProtocolError(Fault(what=what, file=self.file, line=line, remedy="Delete it.")) from error

    def _check_events(self, text: str) -> None:
        """Refuse what makes a small file large or deep, as soon as it is met."""
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise self._refusal(line, f"the alias *{event.anchor}", "plain values, written out")
            if tag := getattr(event, "tag", None):
                raise self._refusal(line, f"the tag {tag}", "plain values without tags")
            if depth > DEEPEST:
                raise self._refusal(line, "a list or block inside so many others", f"up to {DEEPEST}")

    def _refusal(self, line: int, what: str, accepted: str) -> ProtocolError:
        return ProtocolError(Fault(what=f"{what} is not accepted", file=self.file, line=line, accepted=accepted))

    def _walk(self, node: yaml.Node, path: _Path) -> Any:  # noqa: ANN401 - a YAML value
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._walk(child, (*path, place)) for place, child in enumerate(node.value)]
        return self._text(node, path)

    def _text(self, node: yaml.Node, path: _Path) -> str:
        text, line, key = str(node.value), node.start_mark.line + 1, ".".join(map(str, path))
        if len(text) > LONGEST:
            what, accepted = f"this value holds {len(text):,} characters", f"up to {LONGEST:,}"
            self.faults.append(Fault(what=what, file=self.file, line=line, column=key, accepted=accepted))
        if found := _CONTROL.search(text):
            what = f"this value holds the control character {found.group()!r}"
            self.faults.append(Fault(what=what, file=self.file, line=line, column=key, remedy="Delete it."))
        return text

    def _mapping(self, node: yaml.MappingNode, path: _Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._refusal(line, "a list or a block as a key", "one word")
            key = self._text(key_node, path)
            if key in found:
                first = self.lines[(*path, key)]
                what = f"the key {key!r} stands here a second time (first in line {first})"
                self.faults.append(Fault(what=what, file=self.file, line=line, remedy="Delete one of the two."))
                continue
            self.lines[(*path, key)] = line
            value = self._walk(child, (*path, key))
            found[key] = value
        return {key: value for key, value in found.items() if value != ""}


def _plain(kind: Any) -> Any:  # noqa: ANN401 - a type
    """Take `| None` off a type."""
    if get_origin(kind) in {Union, UnionType}:
        options = [option for option in get_args(kind) if option is not type(None)]
        return options[0] if len(options) == 1 else kind
    return kind


def _without_unknown(value: Any, kind: Any, path: _Path, tree: _Tree) -> Any:  # noqa: ANN401 - a YAML value, a type
    """Copy a value without the keys that its settings do not have, each of which becomes a fault."""
    kind = _plain(kind)
    if is_dataclass(kind) and isinstance(value, Mapping):
        hints = get_type_hints(kind)
        accepted = [field.name for field in fields(kind)]
        known = {}
        for key, child in value.items():
            if key in accepted:
                known[key] = _without_unknown(child, hints[key], (*path, key), tree)
            else:
                tree.faults.append(_unknown_key(tree, (*path, key), key, accepted))
        return known
    if get_origin(kind) is dict and isinstance(value, Mapping):
        inner = get_args(kind)[1]
        return {key: _without_unknown(child, inner, (*path, key), tree) for key, child in value.items()}
    if get_origin(kind) is tuple and isinstance(value, Sequence) and not isinstance(value, str):
        inner = get_args(kind)[0]
        return [_without_unknown(child, inner, (*path, place), tree) for place, child in enumerate(value)]
    return value


def _unknown_key(tree: _Tree, path: _Path, key: str, accepted: Sequence[str]) -> Fault:
    return Fault(
        what=f"{key!r} is not a key here",
        file=tree.file,
        line=tree.lines[path],
        column=".".join(map(str, path)),
        accepted=", ".join(accepted),
        remedy=did_you_mean(key, accepted) or "Delete the line, or put it where it belongs.",
    )


def _said(tree: _Tree, kind: type, found: Mapping[str, Any]) -> Fault:
    """Say one finding of pydantic in our words."""
    path: _Path = tuple(found["loc"])
    while path and path not in tree.lines:
        path = path[:-1]
    missing = found["type"] in {"missing", "missing_argument"}
    key = ".".join(str(part) for part in (found["loc"] if missing else path))
    place = Fault(what="", file=tree.file, line=tree.lines[path] if path else 0, column=key)
    if missing:
        name = str(found["loc"][-1])
        return replace(place, what=f"the key {name!r} is missing", remedy=_meaning(kind, found["loc"]))
    expected = str(found.get("ctx", {}).get("expected", ""))
    value = found["input"]
    what = f"{value!r} is not accepted" if isinstance(value, str) else f"a {_words(value)} is not accepted"
    if expected:
        choices = [choice.strip().strip("'") for choice in expected.replace(" or ", ", ").split(", ")]
        hint = did_you_mean(value, choices) if isinstance(value, str) else ""
        return replace(place, what=what, accepted=", ".join(choices), remedy=hint)
    return replace(place, what=what, accepted=_accepted(str(found["type"]), str(found["msg"])))


def _words(value: Any) -> str:  # noqa: ANN401 - a YAML value
    return "list" if isinstance(value, list) else "block of keys" if isinstance(value, dict) else type(value).__name__


def _accepted(kind: str, message: str) -> str:
    """Say what a type accepts. Source: pydantic's list of validation error types."""
    words = {
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "int_parsing_size": "a whole number",
        "float_parsing": "a number",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
        "string_type": "one text",
        "tuple_type": "a list: one '- item' a line, or [item, item]",
        "dict_type": "a block of keys",
        "dataclass_type": "a block of keys",
        "date_from_datetime_parsing": "a date as 2026-11-22",
        "date_parsing": "a date as 2026-11-22",
    }
    return words.get(kind, message.removeprefix("Input should be ").removeprefix("Value error, "))


def _meaning(kind: Any, path: Sequence[str | int]) -> str:  # noqa: ANN401 - a type
    """Show how a missing key is written, from the type that misses it."""
    for part in path[:-1]:
        kind = _plain(kind)
        if is_dataclass(kind):
            kind = get_type_hints(kind)[str(part)]
        elif get_args(kind):
            kind = get_args(kind)[-1 if get_origin(kind) is dict else 0]
    required = [field.name for field in _fields(kind) if _is_required(field)]
    return f"Needed here: {', '.join(required)}." if required else "Add it."


def _fields(kind: Any) -> tuple["Field[Any]", ...]:  # noqa: ANN401 - a type
    kind = _plain(kind)
    return fields(kind) if is_dataclass(kind) else ()


def _is_required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING
