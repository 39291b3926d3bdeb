"""The folder of a study: every finished point is kept at once, so a study that stops goes on where it stopped.

    scenario.yaml        the scenario as it stands, with the files that it names beside it
    study.json           engine, seed, replications, version, fingerprint, and the points with their coordinates
    points/<key>.npz     counters of one point; the key is a hash of everything that the counters depend on
    measures.parquet     coordinates and measures of every point, by queue, once all are finished

A second identical study writes the same bytes, whoever the workers are.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.result.files import atomic_write, write_json
from surgesim.result.folder import SCENARIO, write_scenario
from surgesim.scenario.read import load
from surgesim.study.grid import Point
from surgesim.study.point import Task
from surgesim.study.tally import Floats

FORMAT = "surgesim study 1"
META, POINTS, MEASURES = "study.json", "points", "measures.parquet"
_SETTINGS = ("engine", "seed", "replications", "version", "kernel")


def key_of(task: Task) -> str:
    """Return the name under which a task's counters are kept."""
    content = [task.base, task.engine, task.seed, task.first, task.replications, sorted(task.changes.items())]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, default=str).encode()).hexdigest()[:24]


def settings_of(task: Task) -> dict[str, Any]:
    """Return what all points of a folder share: other settings are another study."""
    from importlib.metadata import version

    from surgesim.sim.cache import source_hash

    return {
        "format": FORMAT, "fingerprint": task.base, "scenario": task.scenario.name, "engine": task.engine, "seed": task.seed,
        "replications": task.replications, "version": version("surgesim"), "kernel": source_hash(),
    }  # fmt: skip


class Store:
    """An open folder of a study.

    Parameters
    ----------
    folder : str or Path
        Made where it does not exist.
    task : Task
        Any task of the study: what its points have in common.

    Raises
    ------
    InputError
        The folder holds something else, or points of another scenario or other settings; says what differs.
    """

    def __init__(self, folder: str | Path, task: Task) -> None:
        self.folder = Path(folder)
        self.settings = settings_of(task)
        if (self.folder / META).is_file():
            self._check(task)
        elif self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            what = f"{folder} exists and is no folder of a study: nothing was written"
            raise InputError(Problem(what, str(folder), "name another folder, or delete this one"))
        else:
            (self.folder / POINTS).mkdir(parents=True)
            write_scenario(task.scenario, self.folder)
            self._write_meta({})

    def _check(self, task: Task) -> None:
        found = _meta(self.folder)
        mend = "name another folder, or delete this one"
        problems = [
            Problem(f"the points kept here have {name} {found.get(name)}, not {self.settings[name]}", str(self.folder), mend)
            for name in _SETTINGS
            if found.get(name) != self.settings[name]
        ]
        if found.get("fingerprint") != self.settings["fingerprint"]:
            problems.append(Problem(f"the points kept here are of another scenario{self._changed(task)}", str(self.folder), mend))
        if problems:
            raise InputError(problems)

    def _changed(self, task: Task) -> str:
        """Return what differs between the scenario that is kept and that of the study, in a few words."""
        differences = load(self.folder / SCENARIO).diff(task.scenario)
        shown = [f"{one.path}: {one.before} there, {one.after} here" for one in differences[:3]]
        more = f" and {len(differences) - 3} more" if len(differences) > 3 else ""
        return f": {'; '.join(shown)}{more}" if shown else ": the files that it names have changed"

    def _write_meta(self, more: Mapping[str, Any]) -> None:
        with atomic_write(self.folder / META) as unfinished:
            write_json({**self.settings, **more}, unfinished)

    def describe(self, points: Sequence[Point], tasks: Sequence[Task]) -> None:
        """Write down which point is kept under which key."""
        rows = [
            {"coordinates": dict(point.coordinates), "changes": dict(point.changes), "key": key_of(task)}
            for point, task in zip(points, tasks, strict=True)
        ]
        self._write_meta({"points": rows})

    def keep(self, task: Task, arrays: Iterable[Floats]) -> None:
        """Keep the counters of a finished point."""
        buffer = BytesIO()
        queues, groups, trunks, waits = arrays
        np.savez_compressed(buffer, queues=queues, groups=groups, trunks=trunks, waits=waits)
        with atomic_write(self._file(task)) as unfinished:
            unfinished.write_bytes(buffer.getvalue())

    def kept(self, task: Task) -> tuple[Floats, ...] | None:
        """Return the counters of a point, None where it is not finished.

        Raises
        ------
        InputError
            The file was changed after it was written.
        """
        file = self._file(task)
        if not file.is_file():
            return None
        try:
            with np.load(file) as arrays:
                return tuple(arrays[name] for name in ("queues", "groups", "trunks", "waits"))
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            what = f"{file.name} was changed after it was written ({error})"
            raise InputError(Problem(what, str(file), "delete it, and run the study again")) from error

    def has(self, task: Task) -> bool:
        """Return whether a point is finished."""
        return self._file(task).is_file()

    def _file(self, task: Task) -> Path:
        return self.folder / POINTS / f"{key_of(task)}.npz"


def _meta(folder: Path) -> dict[str, Any]:
    try:
        tree = json.loads((folder / META).read_text("utf-8"))
    except ValueError:
        tree = None
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise InputError(Problem(f"{folder / META} was not written by surgesim", str(folder), "name another folder"))
    return tree
