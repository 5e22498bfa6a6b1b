"""The command `pillar`: parses, calls, answers with an exit code. Nothing heavy at start-up."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from third_pillar.cli.answer import Interrupted, answer_failure
from third_pillar.cli.archiving import add_commands
from third_pillar.cli.batch import batch
from third_pillar.cli.claims import claims
from third_pillar.cli.closed_pipe import guard
from third_pillar.cli.data import data
from third_pillar.cli.data_refresh import register_refresh
from third_pillar.cli.examples import add_examples
from third_pillar.cli.forecasts import forecasts
from third_pillar.cli.options import AllowOverlay, Json, WithoutOverlay
from third_pillar.cli.schedule import schedule
from third_pillar.cli.streams import write_every_word
from third_pillar.cli.trade import trade
from third_pillar.vocabulary.errors import EXIT_CODES, ParameterFault, PillarError

_EXIT_CODES = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
# \b keeps the lines below it as they are
_EPILOG = f"""\b
Exit codes:
{_EXIT_CODES}

\b
Environment:
  PILLAR_ROOT     the project folder, the one that holds data/
  PILLAR_REPORTS  another folder for reports than the project's
  PILLAR_DEBUG    set to 1, faults of the kit's own show their trace
"""

app = typer.Typer(
    name="pillar",
    help="Briefings on rare-earth and magnet supply chains from curated data.",
    epilog=_EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(data, name="data")
register_refresh(data)
app.add_typer(claims, name="claims")
app.command()(batch)
app.add_typer(forecasts, name="forecasts")
app.add_typer(trade, name="trade")
app.add_typer(schedule, name="schedule")
add_commands(app)


@app.command()
def report(
    profile: Annotated[
        str | None,
        typer.Argument(
            metavar="PROFILE", help="A file of reports/profiles/; `full` where not given."
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="May be repeated."),
    ] = None,
    json: Json = False,
    force: Annotated[bool, typer.Option("--force", help="Run although nothing changed.")] = False,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Bound for the whole run.")
    ] = None,
    allow_overlay: AllowOverlay = False,
    without_overlay: WithoutOverlay = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    engine: Annotated[
        str,
        typer.Option(
            metavar="ENGINE",
            help="`pillar`: a process of the kit's own; `kernel`: an ordinary Jupyter kernel, "
            "slower, with the same findings.",
        ),
    ] = "pillar",
    timings: Annotated[
        bool, typer.Option("--timings", help="Say what the processor's time went into.")
    ] = False,
) -> int:
    """Publish the report that answers a question."""
    from third_pillar.cli.reporting import choose_own_figures, run_report

    return run_report(
        profile,
        parameter or [],
        as_json=json,
        force=force,
        timeout=timeout,
        quiet=quiet,
        own_figures=choose_own_figures(allow=allow_overlay, leave_out=without_overlay),
        engine=engine,
        timings=timings,
    )


@app.command()
def parameters(json: Json = False) -> int:
    """Every parameter: meaning, default and choices. JSON is a JSON Schema."""
    from third_pillar.cli.listing import list_parameters

    return list_parameters(as_json=json)


@app.command()
def lab() -> int:
    """Open JupyterLab on the notebooks."""
    from third_pillar.cli.keeping import open_lab

    return open_lab()


@app.command()
def doctor(json: Json = False) -> int:
    """Whether this machine has what is needed."""
    from third_pillar.cli.doctor import examine

    return examine(as_json=json)


add_examples(app)


def run() -> None:
    """The console script: exits with a code of `EXIT_CODES`, never with a trace."""
    write_every_word()
    sys.exit(guard(lambda: main(sys.argv[1:])))


def main(arguments: list[str]) -> int:
    """The exit code for these arguments; everything said is on stdout and stderr."""
    try:
        code = guard(lambda: app(args=arguments, prog_name="pillar", standalone_mode=False) or 0)
    except Exception as error:  # noqa: BLE001  the last place where a fault can be put in words
        return answer_failure(_as_pillar_error(error, arguments), arguments)
    if code == 130:  # noqa: PLR2004  what typer returns after Ctrl-C, and EXIT_CODES says
        return answer_failure(Interrupted("interrupted: nothing was published"), arguments)
    return int(code or 0)


class Unforeseen(PillarError):
    """A fault of the kit's own."""


_IN_PLAIN_WORDS = {
    "Input should be a valid integer, unable to parse string as an integer": "no whole number",
    "Input should be a valid number, unable to parse string as a number": "no number",
}
"""What the parser of the command line says, and what a user understands."""


def _as_pillar_error(error: Exception, arguments: list[str]) -> PillarError:
    if isinstance(error, PillarError):
        return error
    if hasattr(error, "format_message"):
        context = getattr(error, "ctx", None)
        usage = f"{context.get_usage()}\n" if context else ""
        if type(error).__name__ == "NoArgsIsHelpError":
            return ParameterFault(str(error.format_message()))
        place = context.command_path if context else _find_place(arguments)
        said = str(error.format_message())
        for words, plain in _IN_PLAIN_WORDS.items():
            said = said.replace(words, plain)
        return ParameterFault(f"{usage}{said}", hint=f"`{place} --help` shows what there is.")
    fault = Unforeseen(
        f"{type(error).__name__}: {error}",
        hint="This is a fault of the kit; PILLAR_DEBUG=1 shows the trace.",
    )
    fault.__cause__ = error
    return fault


def _find_place(arguments: list[str]) -> str:
    """The command that was called, where the parser does not say."""
    groups = {group.name for group in app.registered_groups}
    named = [word for word in arguments[:2] if not word.startswith("-")]
    return " ".join(("pillar", *named[: 2 if named[:1] and named[0] in groups else 1]))
