"""The command ``surgesim``: thin, every verb is the verb of the Python face.

Exit codes: 0 done, 1 a defect or a solver that gave up, 2 input that cannot be used, 3 no plan is feasible, 4 a plan
or run exists but a promise is missed, 130 interrupted.
"""

import sys
from collections.abc import Sequence

import typer

from surgesim.base.errors import InputError, Problem, SurgesimError
from surgesim.cli.looking import check, compare, explain, list_kinds, new, schema, tutorial
from surgesim.cli.serving import app as serve_app
from surgesim.cli.serving import lab
from surgesim.cli.studying import study
from surgesim.cli.working import deflection, forecast, plan, report, run, warmup

EPILOG = """\
First steps: surgesim new recall > my.yaml; surgesim check my.yaml; surgesim plan my.yaml --out out/my

Every verb prints JSON with --json, errors as well, and nothing else on standard output.

Exit codes: 0 done; 1 a defect, or a solver that gave up; 2 input that cannot be used; 3 no plan is feasible;
4 a promise is missed; 130 interrupted.
"""
USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]  # typer does not export it

app = typer.Typer(
    name="surgesim",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Plan the capacity of a contact centre for a surge: forecast, simulate, optimise, verify.",
    epilog=EPILOG,
)
for verb in (check, run, plan, compare, explain, forecast, deflection, report, new, schema, warmup, lab, tutorial, study):
    app.command()(verb)
app.command("list")(list_kinds)
app.command("app")(serve_app)


def _version(wanted: bool) -> None:
    if wanted:
        from surgesim import __version__

        typer.echo(f"surgesim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Hold what every verb shares."""


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``surgesim``; those of the process where they are left out.
    """
    from surgesim.cli.terminal import remarks, show_error

    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        return _exit_code(app(args=words, standalone_mode=not as_json))
    except SystemExit as stop:
        if isinstance(getattr(stop.__context__, "__cause__", None), KeyboardInterrupt):  # typer says nothing of Ctrl-C
            remarks().print("stopped; nothing unfinished was written")
        return _exit_code(stop.code)
    except USAGE_ERROR as error:
        show_error(InputError(Problem(error.format_message())), as_json)  # type: ignore[attr-defined]
        return InputError.exit_code
    except SurgesimError as error:
        show_error(error, as_json)
        return error.exit_code
    except KeyboardInterrupt:
        remarks().print("stopped; nothing unfinished was written")
        return 130
    return 0


def _exit_code(stopped: object) -> int:
    return stopped if isinstance(stopped, int) else 2 if isinstance(stopped, str) else 0


def main() -> None:
    """Run the command of the process."""
    sys.exit(execute())
