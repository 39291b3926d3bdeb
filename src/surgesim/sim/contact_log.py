"""The contact log as a table, and as Parquet files that are written replication by replication."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.model.model import Model
from surgesim.result.files import atomic_folder, atomic_write
from surgesim.sim.contacts import Outcome
from surgesim.sim.counts import Counts

if TYPE_CHECKING:
    import polars as pl

Keep = Callable[[int, Counts], None]
PART = "replication-{:06d}.parquet"


def frame_of(model: Model, replication: int, counts: Counts) -> "pl.DataFrame":
    """Return the contact log of one replication, with names in place of numbers and null where nothing happened."""
    import polars as pl

    log = counts.log
    if log is None:
        raise ValueError("this replication kept no contact log")
    names = {
        "queue": tuple(queue.name for queue in model.queues),
        "stream": model.needs.streams,
        "group": model.groups,
        "outcome": tuple(outcome.name.lower() for outcome in Outcome),
    }
    frame = pl.DataFrame({name: log[name] for name in log.dtype.names or ()}).with_columns(pl.col(pl.Float64).fill_nan(None))
    for name, values in names.items():
        codes = pl.Series(name, np.append(log[name], 0)[:-1])
        frame = frame.with_columns(pl.Series(name, values, dtype=pl.Enum(values)).gather(codes.set(codes < 0, None)))
    return frame.insert_column(0, pl.Series("replication", np.full(len(log), replication), dtype=pl.Int32))


@contextmanager
def contact_files(model: Model, target: str | Path) -> Iterator[Keep]:
    """Yield a function that writes the contact log of a replication; memory holds one log for each thread.

    Parameters
    ----------
    model : Model
        What is simulated.
    target : str or Path
        A file that ends in ``.parquet`` takes all replications, in order; any other name becomes a folder with one
        file for each. It appears when the block ends without an error, whole or not at all.

    Raises
    ------
    InputError
        The target is a folder where a file is meant, a file where a folder is meant, or a folder with something else.
    """
    path = Path(target)
    if path.suffix == ".parquet":
        with atomic_write(path) as whole, tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as parts:
            yield _writer(model, Path(parts))
            _join(Path(parts), whole)
    else:
        if path.suffix:
            mend = f"write {path.with_suffix('.parquet')} for one file, or a name without a dot for a folder"
            raise InputError(Problem(f"the contact log is written as Parquet, not {path.suffix}", str(path), mend))
        with atomic_folder(path, lambda old: all(part.match("replication-*.parquet") for part in old.iterdir())) as parts_:
            yield _writer(model, parts_)


def _writer(model: Model, folder: Path) -> Keep:
    def keep(replication: int, counts: Counts) -> None:
        frame_of(model, replication, counts).write_parquet(folder / PART.format(replication), compression="zstd")

    return keep


def _join(parts: Path, whole: Path) -> None:
    """Write one file of many, piece by piece."""
    import polars as pl

    pl.scan_parquet(sorted(parts.glob("*.parquet")), low_memory=True).sink_parquet(whole, compression="zstd", maintain_order=True)
