"""Where compiled code is kept: a folder that cannot hold stale code, because its name says what is in it."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

VARIABLE = "SURGESIM_CACHE_DIR"
_SOURCES = ("sim", "base/streams.py", "base/laws.py", "result/counters.py")


@lru_cache(maxsize=1)
def source_hash() -> str:
    """Return a hash of every source file that compiled code is made from, and of the compilers."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256(f"numba {version('numba')} llvmlite {version('llvmlite')} numpy {version('numpy')}".encode())
    for source in _SOURCES:
        path = root / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _places() -> Iterator[Path]:
    named = os.environ.get(VARIABLE)
    if named:
        yield Path(named)
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "surgesim"
    yield Path(tempfile.gettempdir()) / f"surgesim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Return the folder for compiled code, None where no place can be written (code is then compiled every time).

    The name holds a hash of the sources, so an upgrade never meets code of another version. Set the environment
    variable ``SURGESIM_CACHE_DIR`` to choose the place. What a folder holds that can only be read, such as one that many
    share, is copied to the next place that can be written.
    """
    read_only: list[Path] = []
    for place in _places():
        folder = place / f"kernel-{source_hash()}"
        if _writable(folder):
            for other in read_only:
                shutil.copytree(other, folder, dirs_exist_ok=True, copy_function=_copied)
            return folder
        if folder.is_dir():
            read_only.append(folder)
    return None


def _copied(source: str, target: str) -> str:
    """Copy a file that is not there yet; it appears whole."""
    if not os.path.exists(target):
        staging = f"{target}.{os.getpid()}.tmp"
        shutil.copy2(source, staging)
        os.replace(staging, target)
    return target


@contextmanager
def kept_in_cache() -> Iterator[bool]:
    """Let functions that are compiled inside the block be kept in the cache folder; yield whether there is one."""
    from numba import config

    folder = cache_folder()
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder) if folder is not None else before
    try:
        yield folder is not None
    finally:
        config.CACHE_DIR = before


def is_filled(unit: str = "replicate") -> bool:
    """Whether a unit (``replicate`` or ``recur``) has been compiled before, so that it starts at once."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob(f"*.{unit}-*.nbc"))
