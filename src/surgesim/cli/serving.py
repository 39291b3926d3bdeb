"""Verbs that open something in the browser: lab (notebooks) and app (the planner's what-if as a web page)."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from surgesim.base.errors import InputError, Problem
from surgesim.cli.options import Json, Language

Port = Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")]
Quiet = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
PAGES = {"en": "planner-what-if.ipynb", "ja": "planner-what-if-ja.ipynb"}


def lab(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the copies go.")] = Path("surgesim-notebooks"),
    port: Port = 8888,
    no_browser: Quiet = False,
    json_: Json = False,
) -> None:
    """Open JupyterLab on a copy of the notebooks: planner, consultant, operations, researcher.

    Files that are in the folder already are kept: what you changed stays.

    Example: surgesim lab my-notebooks
    """
    from surgesim.cli.terminal import say_json

    _need("jupyterlab")
    copied = copy_notebooks(folder)
    typer.echo(f"{folder}: {copied} new files", err=True)
    if json_:
        say_json({"address": f"http://127.0.0.1:{port}/lab", "folder": str(folder), "new_files": copied})
    _serve(["jupyterlab", f"--ServerApp.root_dir={folder.resolve()}", f"--port={port}"], no_browser)


def app(
    scenario: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO]", help="Your own scenario; else the one of the page.", show_default=False)
    ] = None,
    port: Port = 8866,
    lang: Language = "en",
    no_browser: Quiet = False,
    json_: Json = False,
) -> None:
    """Serve the planner's what-if as a web page on this machine: sliders, numbers, bands, a workbook to take away.

    Example: surgesim app my.yaml --lang ja
    """
    from surgesim.cli.terminal import progress, say_json
    from surgesim.engines import UNITS, prepare
    from surgesim.report.whatif import WhatIf
    from surgesim.scenario.read import load

    _need("voila")
    if scenario is not None:
        WhatIf(load(scenario))  # says here, not in the browser, what the file lacks
        os.environ["SURGESIM_SCENARIO"] = str(scenario.resolve())
    with progress() as show:
        prepare(show, UNITS)  # compiled here, once, rather than behind a page that stays blank
    if json_:
        say_json({"address": f"http://127.0.0.1:{port}/", "page": PAGES[lang]})
    with TemporaryDirectory(prefix="surgesim-app-") as place:
        copy_notebooks(Path(place))
        _serve(["voila", str(Path(place) / PAGES[lang]), f"--port={port}", "--Voila.ip=127.0.0.1"], no_browser)


def copy_notebooks(folder: Path) -> int:
    """Copy the packaged notebooks and their data, keep what is there, and return how many files are new."""
    return copy_packaged("notebooks", folder)


def copy_packaged(name: str, folder: Path) -> int:
    """Copy a packaged folder, keep what is there, and return how many files are new.

    Raises
    ------
    InputError
        The folder is a file.
    """
    from importlib.resources import as_file, files

    if folder.exists() and not folder.is_dir():
        raise InputError(Problem(f"{folder} is a file", str(folder), "name a folder"))
    folder.mkdir(parents=True, exist_ok=True)
    new = 0
    with as_file(files("surgesim") / name) as source:
        for file in sorted(source.iterdir()):
            if file.is_file() and not (folder / file.name).exists():
                shutil.copyfile(file, folder / file.name)
                new += 1
    return new


def _need(module: str) -> None:
    if find_spec(module) is None:
        raise InputError(Problem(f"{module} is not installed", instead='pip install "surgesim[notebook]"'))


def _serve(words: list[str], no_browser: bool) -> None:
    """Run a server in the foreground until it ends or is interrupted; nothing of it stays behind."""
    quiet = ["--no-browser"] if no_browser else []
    if words[0] == "jupyterlab" and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet.append("--allow-root")  # in containers everybody is root; the server listens on this machine only
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = subprocess.Popen([sys.executable, "-m", *words, *quiet])
    try:
        code = server.wait()
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()
    if code:
        raise typer.Exit(1)
