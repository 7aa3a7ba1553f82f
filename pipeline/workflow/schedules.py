"""Schedules for GitHub Actions, cron, systemd and Windows, filled in for one review and one machine."""

import re
import shlex
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, get_args
from xml.sax.saxutils import escape

from pipeline.errors import Fault, ProtocolError

Kind = Literal["github", "cron", "systemd", "windows"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Day = Literal["daily", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = get_args(Day)

_FOLDER = resources.files("pipeline.workflow") / "scheduling"
# -P: a run begins in the review, and a Python file that lies there is not the program's.
_CALL = "-P -m pipeline update --notify --retries 3 ."
# By kind: the template, and where the file goes.
FILES: Mapping[Kind, Mapping[str, str]] = {
    "github": {"github.yml": ".github/workflows/living-review.yml"},
    "cron": {"cron": "living-review.cron"},
    "systemd": {"living-review.service": "living-review.service", "living-review.timer": "living-review.timer"},
    "windows": {"windows.xml": "living-review.xml"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When updates run: the day of the week or every day, hour and minute; of UTC on GitHub, else of the machine."""

    day: Day
    hour: int
    minute: int


def minute_of(title: str) -> int:
    """Choose a minute for a review, always the same one, and never the full hour, when everybody's runs queue.

    >>> 1 <= minute_of("A review") <= 59
    True
    """
    return 1 + zlib.crc32(title.encode()) % 59


def check(when: When) -> None:
    """Refuse a time that no clock shows, and the full hour.

    Raises:
        ProtocolError: what was asked for cannot be scheduled.
    """
    if not 0 <= when.hour <= 23:  # noqa: PLR2004 - a clock
        raise ProtocolError(Fault(what=f"{when.hour} is no hour", accepted="0 to 23"))
    if not 1 <= when.minute <= 59:  # noqa: PLR2004
        remedy = "At minute 0 everybody's runs start: on GitHub they queue, and are sometimes dropped."
        raise ProtocolError(Fault(what=f"minute {when.minute} is not accepted", accepted="1 to 59", remedy=remedy))


def fill(kind: Kind, when: When, *, folder: Path, program: Path, version: str) -> dict[str, str]:
    """Fill in the templates of one kind; return the texts by where they go.

    Args:
        kind: of schedule.
        when: day and time.
        folder: the review; for GitHub, relative to the repository.
        program: the Python in which living-review is installed.
        version: of living-review, which a scheduled run installs.
    """
    check(when)
    _check_folder(kind, folder)
    values = _values(when, folder, program) | {"VERSION": version, "FOLDER": folder.as_posix()}
    made = {}
    for template, place in FILES[kind].items():
        text = (_FOLDER / template).read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@@{name}@@", value)
        made[place] = text
    return made


# What stands in a workflow of GitHub between quotes, and must not end them or begin an expression.
_PLAIN = re.compile(r"[\w ./-]*")
# What Windows replaces by a variable of the environment, wherever it stands in an action; nothing guards it.
# Source: Microsoft, Task Scheduler Schema, "Exec (actionGroup) Element", Remarks.
_VARIABLE = re.compile(r"%[^%]+%")


def _check_folder(kind: Kind, folder: Path) -> None:
    """Refuse a folder whose name the schedule cannot hold.

    Raises:
        ProtocolError: there is a character in it that would mean something else there.
    """
    name = folder.as_posix()
    refused = {"github": not _PLAIN.fullmatch(name), "windows": bool(_VARIABLE.search(name))}
    if not name.isprintable() or refused.get(kind):
        accepted = "letters, digits, blanks, '.', '-', '_' and '/'"
        raise ProtocolError(Fault(what=f"a schedule cannot name the folder {name!r}", accepted=accepted))


def _values(when: When, folder: Path, program: Path) -> dict[str, str]:
    daily = when.day == "daily"
    name = when.day.capitalize()
    by_week = (
        f"      <ScheduleByWeek>\n        <DaysOfWeek>\n          <{name} />\n        </DaysOfWeek>\n"
        "        <WeeksInterval>1</WeeksInterval>\n      </ScheduleByWeek>"
    )
    by_day = "      <ScheduleByDay>\n        <DaysInterval>1</DaysInterval>\n      </ScheduleByDay>"
    return {
        "CALL": _CALL,
        "MINUTE": str(when.minute),
        "HOUR": str(when.hour),
        "MINUTE2": f"{when.minute:02}",
        "HOUR2": f"{when.hour:02}",
        "WEEKDAY": "*" if daily else str(DAYS.index(when.day) % 7),
        "DAY": "" if daily else f"{name[:3]} ",
        "CRON_FOLDER": _for_cron(shlex.quote(str(folder))),
        "CRON_PROGRAM": _for_cron(shlex.quote(str(program))),
        "UNIT_FOLDER": str(folder).replace("%", "%%"),
        "UNIT_PROGRAM": f'"{_for_unit(str(program))}"',
        "XML_FOLDER": escape(str(folder)),
        "XML_PROGRAM": escape(str(program)),
        "XML_SCHEDULE": by_day if daily else by_week,
    }


def _for_cron(text: str) -> str:
    r"""Guard the one character that means something to cron itself. Source: crontab(5)."""
    return text.replace("%", "\\%")


def _for_unit(text: str) -> str:
    r"""Guard a path inside double quotes of a unit file. Source: systemd.syntax(7), systemd.unit(5), specifiers."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")


def encode(place: str, text: str) -> bytes:
    """Encode a schedule as its reader wants it: Windows takes UTF-16 with a mark and its own line ends."""
    if place.endswith(".xml"):
        return text.replace("\n", "\r\n").encode("utf-16")
    return text.encode()
