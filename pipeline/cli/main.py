"""`living-review`: the list of commands, the one place where errors become sentences and exit codes.

What went wrong inside the program is code 2, too: Python's own 1 would tell a scheduler that the work was done.
"""

import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn

import click

from pipeline import __version__
from pipeline.errors import ReviewError, did_you_mean

# Section of --help: name: (where it is, its first sentence). The sentence stands here too, so that --help loads no
# command; a test holds the two together.
SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "A review": {
        "init": ("pipeline.cli.init:init", "Make a new, valid review folder with a commented workflow.yaml."),
        "run": (
            "pipeline.cli.run:run",
            "Bring a review up to date: search, deduplicate, screen, count, tabulate, report.",
        ),
        "update": ("pipeline.cli.update:update", "Search again, and say what is new: what a scheduler runs."),
        "status": (
            "pipeline.cli.status:status",
            "Show how far the review is: what is done, owed, missing or in conflict, and everything that waits.",
        ),
        "why": (
            "pipeline.cli.why:why",
            "Tell the life of one record: its search, its duplicates, every decision, the boxes that count it.",
        ),
        "open": (
            "pipeline.cli.open:open_report",
            "Open the latest report in the browser; where there is no browser, print its path.",
        ),
        "restore": (
            "pipeline.cli.restore:restore",
            "Write rows that are missing from worksheets into new ones, with what they last said.",
        ),
    },
    "Search strings": {
        "lint": (
            "pipeline.cli.lint:lint_command",
            "Check PubMed queries for what PubMed would refuse, ignore or misread.",
        ),
        "recall": (
            "pipeline.cli.recall:recall_command",
            "Ask PubMed which known records a query finds, and why it misses the others.",
        ),
        "sandbox": (
            "pipeline.cli.sandbox:sandbox_command",
            "Serve fictitious PubMed records on this machine until Ctrl-C.",
        ),
    },
    "Files of records": {
        "read": (
            "pipeline.cli.read:read",
            "Show what files of records are: the format, how many records, what could not be read, and a preview.",
        ),
        "convert": (
            "pipeline.cli.convert:convert",
            "Write files of records, one after the other, as one file of another format.",
        ),
        "deduplicate": (
            "pipeline.cli.deduplicate:deduplicate",
            "Find which records of some files describe one document, and write each document once.",
        ),
        "export": (
            "pipeline.cli.export:export",
            "Write the citations of a review for a reference manager, a screening tool or a spreadsheet.",
        ),
    },
    "Other tools": {
        "import-decisions": (
            "pipeline.cli.import_decisions:import_decisions",
            "Bring in decisions from Rayyan, Covidence, ASReview, CoLRev or a table of your own.",
        ),
        "export-decisions": (
            "pipeline.cli.export_decisions:export_decisions",
            "Hand out decisions to Rayyan, Covidence, ASReview, CoLRev, or as one table with a row a decision.",
        ),
        "import-extraction": (
            "pipeline.cli.import_extraction:import_extraction",
            "Bring in what was extracted in Covidence as new extraction forms.",
        ),
        "export-extraction": (
            "pipeline.cli.export_extraction:export_extraction",
            "Hand out studies, arms and results to RevMan, and a list of what it has no place for.",
        ),
        "prisma": (
            "pipeline.cli.prisma:prisma",
            "Draw a PRISMA 2020 flow diagram from typed figures or from the R package's CSV.",
        ),
    },
    "Versions, and proof": {
        "release": ("pipeline.cli.release:release", "Freeze the review as it stands as version LABEL, such as 2.0."),
        "verify": (
            "pipeline.cli.verify:verify",
            "Make everything again in a copy, and compare it byte for byte with what stands.",
        ),
        "crate": (
            "pipeline.cli.crate:crate",
            "Pack the review as an RO-Crate: a ZIP for Zenodo, OSF and the like, with a description of every file.",
        ),
    },
    "Running by itself": {
        "schedule": (
            "pipeline.cli.schedule:schedule",
            "Make a schedule that calls 'living-review update': for GitHub Actions, cron, systemd or Windows.",
        ),
        "doctor": (
            "pipeline.cli.doctor:doctor",
            "Examine this machine and a review folder: what would stop a run, what is due, which stages would run.",
        ),
    },
}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}

EXIT_CODES: Mapping[int, str] = {
    0: "done",
    1: "done, but a check that was asked for failed (something waits for a person, and you said --strict or --check)",
    2: "a person must mend something; the message says what and where, and nothing was changed",
    3: "a source could not be reached; everything else was done, and a scheduler may try again",
    4: "another run is at work in the same review folder",
    130: "you stopped it; what was finished is kept",
}


class _Commands(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for section, commands in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(name, sentence) for name, (_, sentence) in commands.items()])
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), f"{meaning}.") for code, meaning in EXIT_CODES.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = did_you_mean(name, list(COMMANDS))
            ctx.fail(f"There is no command {name!r}. {near}".rstrip())
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show where in the program an error came from.")
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool) -> None:
    """Keep a systematic review alive: one folder of plain files, from the searches to the report."""
    ctx.obj = {"debug": debug}


def main() -> NoReturn:
    """Run the command line and exit with its code; a letter that the output cannot hold is shown by its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every ReviewError becomes its sentences on standard error."""
    try:
        code = cli.main(args=arguments, prog_name="living-review", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("Stopped. What was finished is kept; run the same command to go on.", err=True)
        return 130
    except ReviewError as error:
        if "--debug" in arguments:
            raise
        from pipeline.cli import terminal

        click.echo(terminal.plain(str(error)), err=True)
        return error.exit_code
    except (OSError, SystemExit) as error:  # what is printed cannot be: the pipe is closed (rich exits), the disk full
        if "--debug" in arguments:
            raise
        reason = getattr(error, "strerror", None) or "nobody reads what is printed"
        with suppress(OSError):
            click.echo(f"Stopped by the system ({reason}). What was finished is kept; run the same command.", err=True)
        return 2
    except Exception as error:  # whatever it is, a scheduler must not take it for code 1
        if "--debug" in arguments:
            raise
        from pipeline.workflow import packages

        if isinstance(error, ImportError) and (unmet := packages.unmet()):
            click.echo("\n".join(f"{sentence}." for sentence in unmet), err=True)
            return 2
        traceback.print_exc()
        click.echo("This is a mistake of living-review itself. Please report it, with the lines above.", err=True)
        return 2
    return code if isinstance(code, int) else 0
