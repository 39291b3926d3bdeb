"""The compiled twins: marks, laws, heaps; and the folder in which compiled code is kept."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgesim.base import streams
from surgesim.base.distributions import lowered_quantile, parse_distribution
from surgesim.sim import cache, heaps
from surgesim.sim.laws import lowered, normal, quantile, uniform
from surgesim.sim.state import PERSON
from surgesim.sim.ticks import LONGEST_S, on_grid, to_ticks

EXACT = ["exponential(3min)", "constant(6min)", "uniform(1min, 5min)", "lognormal(6min, cv 0.8)", "weibull(6min, shape 0.7)",
         "empirical(10s, 20s, 35s)", "empirical(7s)"]  # fmt: skip
TABLES = ["gamma(6min, cv 0.5)", "erlang(6min, 3)", "mixture(0.4 exponential(30s), 0.6 exponential(5min))"]
SPREAD = np.concatenate([np.linspace(0.0005, 0.9995, 500), 10.0 ** -np.arange(3.0, 15.0), 1 - 10.0 ** -np.arange(3.0, 15.0)])


@given(st.integers(0, 2**62), st.integers(0, 10**6), st.integers(0, 2**62), st.integers(0, 2**62), st.integers(1, 2000))
def test_marks_are_those_of_the_streams(seed: int, replication: int, need: int, attempt: int, purpose: int) -> None:
    key = np.uint64(streams.stream_key(seed, replication, purpose))
    assert uniform(key, need, attempt) == streams.uniform(seed, replication, need, attempt, purpose)


@pytest.mark.parametrize("text", EXACT + TABLES)
def test_laws_are_those_of_the_base(text: str) -> None:
    law = parse_distribution(text)
    form = lowered([parse_distribution("exponential(1s)"), law])
    found = [quantile(form.kind[1], form.parameters, form.start[1], form.length[1], u) for u in SPREAD]
    kind, parameters = law.lowered()
    np.testing.assert_allclose(found, lowered_quantile(kind, parameters, SPREAD), rtol=1e-13)
    np.testing.assert_allclose(found, law.quantile(SPREAD), rtol=1e-13 if text in EXACT else 2e-4)


def test_never_is_endless() -> None:
    form = lowered([parse_distribution("never")])
    assert quantile(form.kind[0], form.parameters, 0, 0, 0.3) == np.inf


def test_the_normal_quantile_is_exact() -> None:
    from scipy.special import ndtri

    spread = np.concatenate([SPREAD, [1e-300, 1e-40]])
    np.testing.assert_allclose([normal(u) for u in spread], ndtri(spread), rtol=5e-15, atol=1e-16)


@given(st.lists(st.integers(0, 2**62), max_size=60), st.lists(st.booleans(), max_size=120))
def test_heaps_give_the_smallest_first(keys: list[int], pops: list[bool]) -> None:
    heap, size, model = heaps.new_heap(64), 0, []
    for pop in pops:
        if pop and size:
            assert heap[0] == min(model)
            model.remove(min(model))
            size = heaps.popped(heap, size)
        elif keys:
            key = keys.pop()
            model.append(key)
            size = heaps.pushed(heap, size, key)
    assert sorted(heap[:size].tolist()) == sorted(model)
    assert size == 0 or heap[0] == min(model)
    assert np.all(heap[size:] == heaps.ENDLESS)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(1, 3)), max_size=60, unique=True), st.data())
def test_contacts_on_their_way_arrive_by_moment_need_and_attempt(calls: list[tuple[int, int, int]], data: st.DataObject) -> None:
    people = np.zeros(64, dtype=PERSON)
    heap, size, model = heaps.new_heap(64), 0, list[tuple[int, int, int, int]]()
    for slot, (tick, need, attempt) in enumerate(calls):
        people[slot]["need"], people[slot]["attempt"] = need, attempt
        size = heaps.called(heap, size, (tick << heaps.WHO_BITS) | slot, people)
        model.append((tick, need, attempt, slot))
        if data.draw(st.booleans()):
            first = min(model)
            model.remove(first)
            assert heap[0] == (first[0] << heaps.WHO_BITS) | first[3]
            size = heaps.arrived(heap, size, people)
    while size:
        first = min(model)
        model.remove(first)
        assert heap[0] == (first[0] << heaps.WHO_BITS) | first[3]
        size = heaps.arrived(heap, size, people)
    assert not model
    assert np.all(heap == heaps.ENDLESS)


@given(st.floats(0.0, 1e9))
def test_times_are_exact_on_the_grid(seconds: float) -> None:
    moved = on_grid(seconds)
    assert moved <= LONGEST_S
    assert abs(moved - seconds) <= 2.0**-17 or seconds > LONGEST_S
    assert on_grid(moved) == moved
    assert int(to_ticks(moved)) == moved * 65536.0


def test_the_folder_of_compiled_code_is_named_after_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "surgesim"
    for part in ("sim", "base", "result"):
        shutil.copytree(Path(cache.__file__).parent.parent / part, package / part)
    monkeypatch.setattr(cache, "__file__", str(package / "sim" / "cache.py"))
    before = cache.source_hash.__wrapped__()
    assert before == cache.source_hash()
    (package / "sim" / "heaps.py").write_text("# an upgrade\n")
    assert cache.source_hash.__wrapped__() != before


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file stands where the folder should be")
    monkeypatch.setenv(cache.VARIABLE, str(blocked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    folder = cache.cache_folder.__wrapped__()
    assert folder is not None
    assert folder.parent == tmp_path / "home" / "surgesim"
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(blocked))
    assert cache.cache_folder.__wrapped__() is None


def test_a_shared_folder_that_can_only_be_read_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    filled = shared / f"kernel-{cache.source_hash()}" / "sim"
    filled.mkdir(parents=True)
    (filled / "kernel.replicate-1.nbc").write_bytes(b"code")
    writable = cache._writable
    monkeypatch.setattr(cache, "_writable", lambda folder: shared not in folder.parents and writable(folder))
    monkeypatch.setenv(cache.VARIABLE, str(shared))
    monkeypatch.setenv("XDG_CACHE_HOME", str(own))
    for _ in range(2):
        folder = cache.cache_folder.__wrapped__()
        assert own in folder.parents
        assert [path.read_bytes() for path in folder.rglob("*.nbc")] == [b"code"]
    assert not list(folder.rglob("*.tmp"))


def test_the_setting_of_numba_is_left_as_it_was() -> None:
    from numba import config

    before = config.CACHE_DIR
    with cache.kept_in_cache() as kept:
        assert kept
        assert str(cache.source_hash()) in config.CACHE_DIR
    assert before == config.CACHE_DIR
