"""Who computes the points: any ``concurrent.futures.Executor``, or one by name.

==========================  =====================================================================================
``serial``                  this thread, one point after another
``threads``, ``threads:2``  threads of this process; the kernel runs outside Python's lock
``processes:2``             further processes; a script needs ``if __name__ == "__main__":`` around its study
``dask://host:port``        a Dask cluster by the address of its scheduler; workers must see the scenario's files
==========================  =====================================================================================

Nothing that a worker computes depends on which worker it is, how many there are, or in which order they work.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from types import FrameType

from surgesim.base.errors import InputError, Problem, SurgesimError

DEFAULT = "threads"
_MEND = "write serial, threads:2, processes:2 or dask://host:port"
_CONNECT_S = 10


@contextmanager
def pool(workers: str | Executor) -> Iterator[tuple[Executor | None, int]]:
    """Yield an executor (None for this thread) and about how many tasks it works on at once.

    An executor that is handed in stays open.

    Raises
    ------
    InputError
        The text names no workers.
    SurgesimError
        The cluster does not answer, or the library for it is not installed.
    """
    if not isinstance(workers, str):
        if not hasattr(workers, "submit"):
            raise InputError(Problem(f"{workers!r} is no executor", "workers", _MEND))
        yield workers, int(getattr(workers, "_max_workers", 0) or os.cpu_count() or 1)
        return
    kind, count = parsed(workers)
    if kind == "serial":
        yield None, 1
    elif kind == "dask":
        with _dask(workers) as found:
            yield found
    else:
        made = _threads(count) if kind == "threads" else _processes(count)
        try:
            yield made, count
        finally:
            made.shutdown(wait=True, cancel_futures=True)


def parsed(workers: str) -> tuple[str, int]:
    """Return the kind of workers and how many, e.g. ``("threads", 2)``."""
    kind, _, rest = workers.partition(":")
    count = rest or str(os.cpu_count() or 1)
    if kind == "dask" and rest.startswith("//") and rest.removeprefix("//").rpartition(":")[2].isdigit():
        return kind, 0
    if kind == "serial" and not rest:
        return kind, 1
    if kind in ("threads", "processes") and count.isdigit() and int(count) > 0:
        return kind, int(count)
    raise InputError(Problem(f"{workers!r} names no workers", "workers", _MEND))


def _threads(count: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count)


def _processes(count: int) -> Executor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes rather than copies of this one: its threads may hold locks at the moment of copying.
    executor = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=begin_work)
    with _held_interrupts():
        for _ in range(count):
            executor.submit(os.getpid)  # starts a worker
    return executor


@contextmanager
def _held_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back, also for good from the processes started here: one that is still importing would die of it."""
    import signal
    from multiprocessing import resource_tracker

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its own start lets interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_work() -> None:
    """Leave Ctrl-C, which reaches every process of a terminal, to the one that hands out the work; end when that one does."""
    import signal
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the end of the process that hands out the work: killed outright, it cannot tell its workers to stop."""
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None, "a worker is a process of its own"
    parent.join()
    os._exit(1)


@contextmanager
def remembered_interrupts() -> Iterator[Callable[[], None]]:
    """Yield a check that raises a Ctrl-C which got lost: Python swallows what is raised in a destructor or a callback."""
    import signal
    from threading import current_thread, main_thread

    usual = signal.default_int_handler
    if current_thread() is not main_thread() or signal.getsignal(signal.SIGINT) is not usual:
        yield lambda: None
        return
    seen: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        usual(number, frame)

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def _dask(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(Problem("Dask is not installed", "workers", 'pip install "surgesim[cluster]"')) from None
    try:
        client = Client(f"tcp{address.removeprefix('dask')}", timeout=_CONNECT_S, set_as_default=False)
    except OSError as error:
        raise SurgesimError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        at_once = sum(client.nthreads().values())
        with client.get_executor() as executor:
            yield executor, max(at_once, 1)
