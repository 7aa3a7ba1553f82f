import click
import pytest

from pipeline.cli import main
from pipeline.errors import Fault, FormatError, FormError, LockError, SearchError


@pytest.mark.parametrize("name", main.COMMANDS)
def test_the_list_of_commands_says_of_each_what_it_says_of_itself(name):
    command = main.cli.get_command(click.Context(main.cli), name)
    assert command.name == name
    assert command.get_short_help_str(limit=500).rstrip(".") == main.COMMANDS[name][1].rstrip(".")


@pytest.mark.parametrize(("error", "code"), [(FormError("no"), 2), (SearchError("no"), 3), (LockError("no"), 4)])
def test_an_error_is_its_sentence_and_its_exit_code_and_no_traceback(monkeypatch, capsys, error, code):
    @click.command()
    def fail():
        raise error

    monkeypatch.setattr(main, "COMMANDS", {"fail": (f"{__name__}:fail", "")})
    monkeypatch.setattr(main, "import_module", lambda _: type("Module", (), {"fail": fail}))
    assert main.run(["fail"]) == code
    assert capsys.readouterr() == ("", "no.\n")
    with pytest.raises(type(error)):
        main.run(["--debug", "fail"])


@pytest.mark.parametrize("arguments", [["nonsense"], ["run", "--nonsense"], ["run", ".", "--pubmed", "nonsense"]])
def test_words_that_mean_nothing_are_exit_2(arguments, capsys):
    assert main.run(arguments) == 2
    assert "nonsense" in capsys.readouterr().err


def test_help_needs_no_command_to_be_loaded(capsys):
    assert main.run(["--help"]) == 0
    said = capsys.readouterr().out
    assert [name for name in main.COMMANDS if name not in said] == []


def test_a_mistyped_command_is_asked_back(capsys):
    assert main.run(["udpate"]) == 2
    assert capsys.readouterr().err.endswith("Error: There is no command 'udpate'. Did you mean 'update'?\n")


def test_help_tells_the_exit_codes_that_a_scheduler_acts_on(capsys):
    main.run(["--help"])
    said = capsys.readouterr().out
    assert [code for code, meaning in main.EXIT_CODES.items() if f"  {code:<3}  {meaning[:20]}" not in said] == []
    assert sorted(main.EXIT_CODES) == [0, 1, 2, 3, 4, 130]


def test_the_name_of_a_file_in_an_error_cannot_steer_the_terminal(monkeypatch, capsys):
    @click.command()
    def fail():
        raise FormatError(Fault(what="no", file="a\x1b]0;owned\x07\u202eb.ris"))

    monkeypatch.setattr(main, "COMMANDS", {"fail": (f"{__name__}:fail", "")})
    monkeypatch.setattr(main, "import_module", lambda _: type("Module", (), {"fail": fail}))
    assert main.run(["fail"]) == 2
    assert capsys.readouterr().err == "a\ufffd]0;owned\ufffd\ufffdb.ris: no.\n"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SystemExit(1), "nobody reads what is printed"),  # so rich ends where the pipe is closed
        (BrokenPipeError(32, "Broken pipe"), "nobody reads what is printed"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_what_cannot_be_printed_is_not_the_code_of_a_check_that_failed(monkeypatch, capsys, error, reason):
    @click.command()
    def fail():
        raise error

    monkeypatch.setattr(main, "COMMANDS", {"fail": (f"{__name__}:fail", "")})
    monkeypatch.setattr(main, "import_module", lambda _: type("Module", (), {"fail": fail}))
    assert main.run(["fail"]) == 2
    assert capsys.readouterr().err == (
        f"Stopped by the system ({reason}). What was finished is kept; run the same command.\n"
    )


def test_a_mistake_of_the_program_is_not_the_code_of_a_check_that_failed(monkeypatch, capsys):
    @click.command()
    def fail():
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(main, "COMMANDS", {"fail": (f"{__name__}:fail", "")})
    monkeypatch.setattr(main, "import_module", lambda _: type("Module", (), {"fail": fail}))
    assert main.run(["fail"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-2:] == [
        "ZeroDivisionError: by nothing",
        "This is a mistake of living-review itself. Please report it, with the lines above.",
    ]
    with pytest.raises(ZeroDivisionError):
        main.run(["--debug", "fail"])


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself_and_refuses_what_it_does_not_know(name, capsys):
    assert main.run([name, "--help"]) == 0
    assert main.COMMANDS[name][1].split()[0] in capsys.readouterr().out
    assert main.run([name, "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


OUTSIDE = [
    ["run"],
    ["update"],
    ["status"],
    ["why", "x"],
    ["open"],
    ["restore"],
    ["export", "--format", "ris", "--out", "-"],
    ["import-decisions", "x.csv", "--from", "columns"],
    ["export-decisions", "--to", "rayyan"],
    ["import-extraction", "x.csv", "--from", "covidence"],
    ["export-extraction", "--to", "revman"],
    ["release", "1.0", "--note", "x"],
    ["verify"],
    ["crate", "x.zip", "--license", "https://example.org/"],
    ["schedule", "cron"],
]


@pytest.mark.parametrize("command", OUTSIDE, ids=" ".join)
def test_every_command_for_a_review_says_alike_that_there_is_none_and_writes_nothing(
    command, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("title,decision\n")
    assert main.run(command) == 2
    assert capsys.readouterr().err.startswith("there is no workflow.yaml in ")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
