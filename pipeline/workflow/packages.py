"""The packages that the program rests on: what is installed, and what of it is not what the program needs."""

import re
import sys
from collections.abc import Iterator
from importlib import metadata

_DISTRIBUTION = "living-review"


def environment() -> dict[str, str]:
    """Return the versions of Python and of every package that the program rests on, as far as they are installed."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: version for name, _, version in _needed() if version}


def unmet() -> tuple[str, ...]:
    """Say of each package that is missing, or not of a version that the program works with, what it is to be."""
    return tuple(_say(*needed) for needed in _needed() if not _is_within(needed[2], needed[1]))


def _say(name: str, bounds: str, version: str) -> str:
    has = f"{name} {version} is installed" if version else f"{name} is not installed"
    return f"{has}, and {name}{bounds} is needed: python -m pip install '{name}{bounds}'"


def _needed() -> Iterator[tuple[str, str, str]]:
    """Name each package that the program asks for, its bounds, and the version that is installed, or nothing."""
    try:
        lines = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return
    for line in sorted((line for line in lines if "extra ==" not in line), key=str.lower):
        name = re.split(r"[^A-Za-z0-9._-]", line)[0]
        yield name, line.removeprefix(name), _installed(name) or ""


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _is_within(version: str, bounds: str) -> bool:
    """Say whether a version keeps bounds of the two kinds that pyproject.toml has.

    >>> _is_within("0.15.2", "<0.16,>=0.15"), _is_within("0.16.0", "<0.16,>=0.15"), _is_within("", ">=2")
    (True, False, False)
    """
    held = _numbers(version)
    limits = [(sign, _numbers(number)) for sign, number in re.findall(r"(>=|<)([0-9.]+)", bounds)]
    return bool(held) and all(held >= limit if sign == ">=" else held < limit for sign, limit in limits)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]+", version)))
