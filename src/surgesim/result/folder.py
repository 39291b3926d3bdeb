"""The run folder: everything that is needed to check a result, and to run it again.

    scenario.yaml      the scenario as run, with the files that it names beside it
    meta.json          engine, seed, replications, version, fingerprint, flags, and the SHA-256 of every table
    queues.parquet ... the counters

A second identical run writes the same bytes: there is no clock time in any of the files.
"""

import copy
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.result.files import atomic_folder, atomic_write, refuse_foreign, write_json
from surgesim.result.flags import Flag
from surgesim.result.result import Result
from surgesim.result.tables import NAMES, Axes, Tables
from surgesim.scenario.named_files import named_files
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.written import as_yaml

if TYPE_CHECKING:
    import polars as pl

__all__ = ["atomic_write", "check_run_folder", "is_run_folder", "read", "run_folder", "write", "write_into"]

FORMAT = "surgesim run 1"
META, SCENARIO, INPUTS, SIDE = "meta.json", "scenario.yaml", "inputs", "side-"
_OWN_KEYS = ("format", "scenario", "engine", "seed", "replications", "flags", "files")


def is_run_folder(path: str | Path) -> bool:
    """Whether surgesim wrote this folder as a run folder."""
    try:
        tree = json.loads((Path(path) / META).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(tree, dict) and tree.get("format") == FORMAT


def check_run_folder(path: str | Path) -> None:
    """Raise InputError where a run folder could not be written there: better before hours of work than after."""
    refuse_foreign(Path(path).absolute(), is_run_folder)


@contextmanager
def run_folder(path: str | Path) -> Iterator[Path]:
    """Yield an empty folder that becomes the run folder ``path``, whole or not at all.

    For those who put more into it than the result: call :func:`write_into`, and write your own files beside.

    Raises
    ------
    InputError
        The path is a file, or a folder with content that is no run folder.
    """
    with atomic_folder(path, is_run_folder) as folder:
        yield folder


def write(result: Result, path: str | Path) -> Path:
    """Write a result as a run folder and return its path; an earlier run folder there is replaced.

    Raises
    ------
    InputError
        The path is a file, or a folder with content that is no run folder.
    """
    with run_folder(path) as folder:
        write_into(result, folder)
    return Path(path)


def write_into(result: Result, folder: Path, meta: Mapping[str, Any] | None = None) -> None:
    """Write a result into an open run folder.

    Parameters
    ----------
    result : Result
        What to write.
    folder : Path
        From :func:`run_folder`.
    meta : mapping, optional
        More for ``meta.json``: solver status, bound, gap ...
    """
    write_scenario(result.scenario, folder)
    frames = {name: getattr(result.tables, name) for name in NAMES}
    frames |= {f"{SIDE}{name}": frame for name, frame in result.side.items()}
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=True)
    own = {
        "format": FORMAT,
        "scenario": result.scenario.name,
        "engine": result.engine,
        "seed": result.seed,
        "replications": result.replications,
        "flags": [flag.tree() for flag in result.flags],
        "files": {f"{name}.parquet": _digest(folder / f"{name}.parquet") for name in frames},
    }
    write_json({**result.meta, **(meta or {}), **own}, folder / META)


def write_scenario(scenario: Scenario, folder: Path) -> None:
    """Write ``scenario.yaml`` and the files that it names, so that it runs from here again.

    A file inside the scenario's folder keeps its relative name, so that the fingerprint stays the same; one from
    elsewhere goes to ``inputs/`` and is named there.
    """
    tree = copy.deepcopy(scenario.tree())
    for place, name in list(named_files(tree)):
        target = _copied_name(name)
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(scenario.folder / name, folder / target)
        if target != name:
            _rename(tree, place, name, target)
    (folder / SCENARIO).write_text(as_yaml(tree), "utf-8")


def _copied_name(name: str) -> str:
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and path.suffix not in (".parquet", ".json", ".yaml")
    return name if inside else f"{INPUTS}/{hashlib.sha256(name.encode()).hexdigest()[:8]}-{path.name}"


def _rename(tree: Any, place: tuple[str | int, ...], old: str, new: str) -> None:
    for key in place[:-1]:
        tree = tree[key]
    tree[place[-1]] = tree[place[-1]].replace(old, new)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: str | Path) -> Result:
    """Return the result of a run folder; the books are checked again.

    Raises
    ------
    InputError
        Not a run folder, or a table that is missing or was changed after it was written; all of them.
    """
    folder = Path(path)
    if not is_run_folder(folder):
        raise InputError(Problem(f"{folder} is no run folder", str(folder), "name a folder that surgesim run wrote"))
    tree = json.loads((folder / META).read_text("utf-8"))
    _check_files(folder, tree["files"])
    frames = {name.removesuffix(".parquet"): _frame(folder / name) for name in tree["files"]}
    scenario = load(folder / SCENARIO)
    return Result(
        scenario=scenario,
        engine=tree["engine"],
        seed=tree["seed"],
        replications=tree["replications"],
        tables=Tables(Axes.of(scenario), **{name: frames[name] for name in NAMES}),
        flags=tuple(Flag(**flag) for flag in tree["flags"]),
        side={name.removeprefix(SIDE): frame for name, frame in frames.items() if name.startswith(SIDE)},
        meta={key: value for key, value in tree.items() if key not in _OWN_KEYS},
    )


def _frame(path: Path) -> "pl.DataFrame":
    import polars as pl

    return pl.read_parquet(path)


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    problems = []
    for name, digest in files.items():
        if not (folder / name).is_file():
            problems.append(Problem(f"{name} is missing", str(folder / name), "run the scenario again"))
        elif _digest(folder / name) != digest:
            what = f"{name} was changed after it was written"
            problems.append(Problem(what, str(folder / name), "run the scenario again"))
    if problems:
        raise InputError(problems)
