"""The schedules: filled in whole, read by what reads them, and safe with any folder."""

import configparser
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from pipeline.errors import ProtocolError
from pipeline.workflow import schedules
from pipeline.workflow.schedules import When

MONDAY, DAILY = When(day="monday", hour=4, minute=17), When(day="daily", hour=23, minute=5)
HOSTILE = "50% of $HOME & 'mine' <b> \"x\""
CALL = ["-P", "-m", "pipeline", "update", "--notify", "--retries", "3", "."]
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def made(kind, when=MONDAY, folder="/reviews/liver", program="/opt/py/bin/python"):
    return schedules.fill(kind, when, folder=Path(folder), program=Path(program), version="1.2.3")


@pytest.mark.parametrize("kind", schedules.KINDS)
@pytest.mark.parametrize("when", [MONDAY, DAILY])
def test_every_blank_is_filled_in(kind, when):
    for text in made(kind, when).values():
        assert "@@" not in text


@pytest.mark.parametrize("kind", schedules.KINDS)
def test_no_schedule_holds_a_secret_and_each_says_where_secrets_go(kind):
    texts = list(made(kind).values())
    assert any("NCBI_API_KEY" in text for text in texts)
    assert not any("smtp://" in text or "https://hooks" in text for text in texts)


@pytest.mark.parametrize(("when", "line"), [(MONDAY, "17 4 * * 1"), (DAILY, "5 23 * * *")])
def test_cron_and_github_take_the_day_and_the_time(when, line):
    (cron,) = made("cron", when).values()
    assert cron.splitlines()[-1].startswith(f"{line} cd ")
    (github,) = made("github", when).values()
    assert yaml.safe_load(github)[True]["schedule"] == [{"cron": line}]


@pytest.mark.skipif(sys.platform == "win32", reason="cron is not there")
@pytest.mark.parametrize(("code", "mailed"), [(0, []), (3, ["said something"]), (4, [])])
def test_the_line_of_cron_runs_an_update_in_any_folder_and_mails_only_a_failure(tmp_path, code, mailed):
    folder = tmp_path / HOSTILE
    folder.mkdir()
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$PWD" "$KEY" "$@" > called\necho said something\nexit {code}\n')
    program.chmod(0o755)
    (tmp_path / ".living-review.env").write_text("KEY='a b'\n")
    ran = cron(folder, program, tmp_path)
    assert (ran.stdout.splitlines()[1:], ran.stderr) == (mailed, "")  # behind the date
    assert (folder / "called").read_text().splitlines() == [str(folder), "a b", *CALL]
    assert (folder / ".living-review.log").read_text().splitlines()[1:] == ["said something"]


@pytest.mark.skipif(sys.platform == "win32", reason="cron is not there")
def test_a_file_in_the_review_is_never_the_program(tmp_path):
    (tmp_path / "pipeline").mkdir()
    for name in ("pipeline/__main__.py", "click.py", "csv.py"):
        (tmp_path / name).write_text("open('run', 'w').write('by ' + __file__)\n")
    cron(tmp_path, sys.executable, tmp_path)
    assert (tmp_path / ".living-review.log").is_file()
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="cron is not there")
def test_the_line_of_cron_begins_nothing_where_the_folder_is_gone(tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\ntouch called\n")
    program.chmod(0o755)
    ran = cron(tmp_path / "gone", program, tmp_path)
    assert str(tmp_path / "gone") in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["python"]


def cron(folder, program, home):
    """Run the line as cron does."""
    (text,) = made("cron", folder=str(folder), program=str(program)).values()
    command = text.splitlines()[-1].split(None, 5)[5].replace("\\%", "%")
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=home, env={"HOME": str(home)}, capture_output=True, text=True, check=False
    )


def test_a_unit_of_systemd_is_read_and_names_folder_and_program():
    service, timer = made("systemd", folder="/reviews/50% off", program='/opt/a "b"/$python').values()
    parsed = [configparser.RawConfigParser(strict=False) for _ in range(2)]
    for parser, text in zip(parsed, (service, timer), strict=True):
        parser.read_string(text)
    assert parsed[0]["Service"]["WorkingDirectory"] == "/reviews/50%% off"
    assert parsed[0]["Service"]["ExecStart"] == " ".join(['"/opt/a \\"b\\"/$$python"', *CALL])
    assert parsed[1]["Timer"]["OnCalendar"] == "Mon *-*-* 04:17:00"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there to read its units")
@pytest.mark.parametrize("when", [MONDAY, DAILY])
def test_systemd_takes_the_units(tmp_path, when):
    folder = tmp_path / HOSTILE
    folder.mkdir()
    for place, text in made("systemd", when, folder=str(folder), program=sys.executable).items():
        (tmp_path / place).write_text(text)
    units = [str(tmp_path / f"living-review.{kind}") for kind in ("service", "timer")]
    read = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def test_a_task_of_windows_is_utf_16_and_holds_any_folder():
    ((place, text),) = made("windows", DAILY, folder=f"C:/{HOSTILE}", program="C:/Python & more/python.exe").items()
    data = schedules.encode(place, text)
    assert data.startswith((b"\xff\xfe", b"\xfe\xff"))
    assert b"\r\x00\n\x00" in data or b"\x00\r\x00\n" in data
    task = ET.fromstring(data)
    action = task.find(f"{TASK}Actions/{TASK}Exec")
    assert action.findtext(f"{TASK}Command") == str(Path("C:/Python & more/python.exe"))
    assert action.findtext(f"{TASK}Arguments").split() == CALL
    assert action.findtext(f"{TASK}WorkingDirectory") == str(Path(f"C:/{HOSTILE}"))
    assert task.find(f".//{TASK}ScheduleByDay/{TASK}DaysInterval").text == "1"


@pytest.mark.parametrize(("when", "by"), [(MONDAY, "ScheduleByWeek"), (DAILY, "ScheduleByDay")])
def test_what_a_trigger_holds_comes_in_the_order_of_the_schema(when, by):
    """Source: Microsoft, [MS-TSCH] 2.5.3.1 and 2.5.3.9: a sequence of common elements, then one schedule."""
    ((place, text),) = made("windows", when).items()
    (trigger,) = ET.fromstring(schedules.encode(place, text)).find(f"{TASK}Triggers")
    assert [element.tag for element in trigger] == [f"{TASK}StartBoundary", f"{TASK}{by}"]


def test_a_folder_that_windows_would_look_up_in_the_environment_is_refused():
    assert made("windows", folder="C:/50% of it")
    with pytest.raises(ProtocolError, match="a schedule cannot name the folder"):
        made("windows", folder="C:/%TEMP%/review")


@pytest.mark.skipif(sys.platform == "win32", reason="bash is not there")
def test_every_script_of_the_github_workflow_is_a_script():
    (text,) = made("github").values()
    job = yaml.safe_load(text)["jobs"]["update"]
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert len(scripts) == 8
    for script in scripts:
        assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
        assert "${{" not in script  # what a title or a branch says never becomes part of a script


def test_the_github_workflow_has_no_more_rights_than_it_needs():
    (text,) = made("github", folder="reviews/liver").values()
    found = yaml.safe_load(text)
    assert found["permissions"] == {
        "actions": "write",
        "contents": "write",
        "issues": "write",
        "pull-requests": "write",
    }
    assert found["env"]["REVIEW"] == "reviews/liver"
    assert "living-review==1.2.3" in text


@pytest.mark.parametrize("folder", ['a"b', "a${{ secrets.X }}", "a\nb", "a`b"])
def test_a_folder_that_would_mean_something_to_github_is_refused(folder):
    with pytest.raises(ProtocolError, match="a schedule cannot name the folder"):
        made("github", folder=folder)


@pytest.mark.parametrize(("hour", "minute", "says"), [(24, 5, "24 is no hour"), (4, 0, "minute 0 is not accepted")])
def test_a_time_that_cannot_be_is_refused(hour, minute, says):
    with pytest.raises(ProtocolError, match=says):
        made("cron", When(day="monday", hour=hour, minute=minute))


def test_a_review_always_gets_the_same_minute_and_never_the_full_hour():
    minutes = {title: schedules.minute_of(title) for title in map(str, range(500))}
    assert minutes == {title: schedules.minute_of(title) for title in minutes}
    assert set(minutes.values()) == set(range(1, 60))


def test_the_folder_of_cron_comes_back_from_the_shell():
    (text,) = made("cron", folder="/a b/c'd").values()
    words = shlex.split(text.splitlines()[-1].split(None, 5)[5])
    assert words[:3] == ["cd", "/a b/c'd", "||"]
