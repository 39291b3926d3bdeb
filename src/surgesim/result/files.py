"""Files and folders that appear whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from surgesim.base.errors import InputError, Problem


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its name when the block ends without an error.

    Parameters
    ----------
    path : str or Path
        The file to write; one that exists is replaced. Its folder is made where it does not exist.

    Raises
    ------
    InputError
        The path is a folder.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError(Problem(f"{target} is a folder", str(target), "name a file"))
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = _beside(target, "tmp")
    try:
        yield staging
        os.replace(staging, target)
    finally:
        staging.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | Path, replaceable: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path`` that takes its name when the block ends without an error.

    Parameters
    ----------
    path : str or Path
        The folder to write. An empty one is replaced, and one that ``replaceable`` accepts.
    replaceable : callable
        Whether a folder that holds something may be thrown away.

    Raises
    ------
    InputError
        The path is a file, or a folder that must not be thrown away.
    """
    target = Path(path).absolute()
    refuse_foreign(target, replaceable)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = _beside(target, "tmp")
    _remove(staging)
    staging.mkdir()
    try:
        yield staging
        _swap(staging, target)
    finally:
        _remove(staging)


def _beside(target: Path, mark: str) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{mark}")


def refuse_foreign(target: Path, replaceable: Callable[[Path], bool]) -> None:
    """Raise InputError where a path is a file, or a folder that must not be thrown away."""
    if target.is_file():
        raise InputError(Problem(f"{target} is a file", str(target), "name a folder"))
    if target.is_dir() and any(target.iterdir()) and not replaceable(target):
        what = f"{target} exists and was not written by surgesim: nothing was written"
        raise InputError(Problem(what, str(target), "name another folder, or delete this one"))


def _swap(staging: Path, target: Path) -> None:
    """Put the new folder in place; the old one stays whole until the new one has its name."""
    old = _beside(target, "old")
    _remove(old)
    if target.exists():
        target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def write_json(tree: Any, path: Path) -> None:
    """Write a tree as JSON with sorted keys and one final newline: the same tree gives the same bytes."""
    import json

    path.write_text(json.dumps(tree, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
