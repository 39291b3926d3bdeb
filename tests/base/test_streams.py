import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surgesim.base import streams
from surgesim.base.errors import DomainError
from surgesim.base.streams import Purpose, uniform, uniforms

words = st.integers(0, 2**64 - 1)
small = st.integers(0, 2**40)
N = 200_000
NEEDS = np.arange(N)


def test_the_finaliser_gives_the_published_splitmix64_sequence() -> None:
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
                 16408922859458223821]  # fmt: skip
    states = [(1234567 + step * streams.GAMMA1) & streams.MASK for step in range(1, 6)]
    assert [streams.mix(state) for state in states] == published
    assert streams.mix_words(np.array(states, dtype=np.uint64)).tolist() == published


def test_marks_stay_what_they_were_in_every_version() -> None:
    assert streams.stream_key(0, 0, 0) == 2558736989570252433
    assert streams.mark(streams.stream_key(1, 2, Purpose.TALK), 3, 4) >> 12 == int(uniform(1, 2, 3, 4, Purpose.TALK) * 2**52)
    assert uniform(1, 2, 3, 4, Purpose.TALK) == 0.4068330673119752


def test_purposes_are_apart_and_below_those_of_third_parties() -> None:
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)
    assert max(Purpose) < 1000


@given(words, small, st.lists(small, min_size=1, max_size=5), st.integers(0, 2**30), st.integers(0, 5000))
def test_python_and_numpy_agree_bit_for_bit(seed: int, rep: int, needs: list[int], attempt: int, purpose: int) -> None:
    many = uniforms(seed, rep, needs, attempt, purpose)
    assert many.tolist() == [uniform(seed, rep, need, attempt, purpose) for need in needs]
    assert np.all((many > 0) & (many < 1))


def test_compiled_code_agrees_bit_for_bit() -> None:
    import numba

    a, b, g1, g2 = (np.uint64(x) for x in (streams.MIX_A, streams.MIX_B, streams.GAMMA1, streams.GAMMA2))
    s1, s2, s3, s0 = (np.uint64(x) for x in (streams.SHIFT_1, streams.SHIFT_2, streams.SHIFT_3, streams.UNIFORM_SHIFT))
    step = streams.UNIFORM_STEP

    @numba.njit
    def mixed(word):  # type: ignore[no-untyped-def]
        word = (word ^ (word >> s1)) * a
        word = (word ^ (word >> s2)) * b
        return word ^ (word >> s3)

    @numba.njit
    def twin(key, need, attempt):  # type: ignore[no-untyped-def]
        inner = mixed(key + np.uint64(need) * g1)
        return (float(mixed(inner + np.uint64(attempt) * g2) >> s0) + 0.5) * step

    for seed, rep, purpose in itertools.product((0, 7, 2**64 - 1), (0, 19), (1, Purpose.TALK, 1000)):
        key = streams.stream_key(seed, rep, purpose)
        for need, attempt in itertools.product((0, 1, 12345, 2**33), (0, 1, 9)):
            assert twin(np.uint64(key), need, attempt) == uniform(seed, rep, need, attempt, purpose)


@settings(max_examples=30)
@given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1), st.integers(0, 9))
def test_other_contacts_change_no_mark(order: list[int], kept: set[int], attempt: int) -> None:
    """Dropping, adding and re-ordering contacts, cutting them into parts for workers, or asking twice."""
    alone = {need: uniform(5, 1, need, attempt, Purpose.PATIENCE) for need in range(12)}
    chosen = [need for need in order if need in kept]
    assert uniforms(5, 1, chosen, attempt, Purpose.PATIENCE).tolist() == [alone[need] for need in chosen]
    more = [*chosen, 10**9, *chosen]
    assert uniforms(5, 1, more, attempt, Purpose.PATIENCE)[: len(chosen)].tolist() == [alone[n] for n in chosen]
    parts = [uniforms(5, 1, part, attempt, Purpose.PATIENCE) for part in np.array_split(np.array(chosen), 3)]
    assert np.concatenate(parts).tolist() == [alone[need] for need in chosen]


def test_needs_and_attempts_broadcast() -> None:
    grid = uniforms(1, 0, np.arange(4)[:, None], np.arange(3), Purpose.REDIAL)
    assert grid.shape == (4, 3)
    assert grid[2, 1] == uniform(1, 0, 2, 1, Purpose.REDIAL)
    with pytest.raises(DomainError, match="whole numbers"):
        uniforms(1, 0, [0.5], 0, Purpose.REDIAL)


def test_the_largest_word_stays_below_one() -> None:
    # 53 bits would round to 1.0 here
    assert ((streams.MASK >> streams.UNIFORM_SHIFT) + 0.5) * streams.UNIFORM_STEP < 1.0


def axes() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Marks beside the marks of their neighbours along each axis."""
    base = uniforms(1, 0, NEEDS, 0, Purpose.TALK)
    return {
        "need": (base[:-1], base[1:]),
        "attempt": (base, uniforms(1, 0, NEEDS, 1, Purpose.TALK)),
        "purpose": (base, uniforms(1, 0, NEEDS, 0, Purpose.TALK + 1)),
        "replication": (base, uniforms(1, 1, NEEDS, 0, Purpose.TALK)),
        "seed": (base, uniforms(2, 0, NEEDS, 0, Purpose.TALK)),
        "seed swapped with replication": (base, uniforms(0, 1, NEEDS, 0, Purpose.TALK)),
        "need swapped with attempt": (base, uniforms(1, 0, 0, NEEDS, Purpose.TALK)),
    }


@pytest.mark.parametrize("axis", list(axes()))
def test_neighbours_are_independent(axis: str) -> None:
    one, two = axes()[axis]
    n = len(one)
    assert abs(np.corrcoef(one, two)[0, 1]) * np.sqrt(n) < 4.5
    assert abs(np.corrcoef(one > 0.5, two > 0.5)[0, 1]) * np.sqrt(n) < 4.5
    cells = np.histogram2d(one, two, bins=32, range=[[0, 1], [0, 1]])[0].ravel()
    p = stats.chi2.sf(((cells - n / 1024) ** 2 / (n / 1024)).sum(), 1023)
    assert 1e-5 < p < 1 - 1e-5
    assert stats.kstest(two, "uniform").pvalue > 1e-5
    assert len(np.unique(np.concatenate([one, two]))) >= n


@pytest.mark.parametrize("bits", ["high", "low"])
@pytest.mark.parametrize("axis", ["need", "attempt", "replication"])
def test_marks_fill_fine_cells_evenly(axis: str, bits: str) -> None:
    if axis == "need":
        u = uniforms(3, 0, NEEDS, 0, Purpose.ARRIVAL_TIME)
    elif axis == "attempt":
        u = uniforms(3, 0, 11, NEEDS, Purpose.ARRIVAL_TIME)
    else:
        u = np.array([uniform(3, rep, 0, 0, Purpose.ARRIVAL_TIME) for rep in range(20_000)])
    u = u if bits == "high" else (u * 2**32) % 1.0
    counts = np.bincount((u * 1000).astype(int), minlength=1000)
    assert 1e-5 < stats.chisquare(counts).pvalue < 1 - 1e-5


@pytest.mark.parametrize("which", ["need", "attempt", "seed", "replication", "purpose"])
def test_every_input_bit_flips_every_output_bit_half_of_the_time(which: str) -> None:
    n = 4096 if which in ("need", "attempt") else 1024
    keys = [streams.stream_key(9, 9, 9)]

    def marks(flip: int) -> np.ndarray:
        if which in ("need", "attempt"):
            numbers = (np.arange(n, dtype=np.uint64) * np.uint64(977)) ^ np.uint64(flip)
            pair = (numbers, 5) if which == "need" else (5, numbers)
            return streams.uniforms_of_key(keys[0], *pair)
        place = ("seed", "replication", "purpose").index(which)
        triples = [[9, 9, 9] for _ in range(n)]
        for i, triple in enumerate(triples):
            triple[place] = (i * 977) ^ flip
        return np.array([uniform(s, r, 5, 5, p) for s, r, p in triples])

    base = (marks(0) * 2**52).astype(np.uint64)
    for bit in range(0, 64, 1 if n > 2000 else 9):
        changed = base ^ (marks(1 << bit) * 2**52).astype(np.uint64)
        rates = np.array([np.mean((changed >> np.uint64(out)) & np.uint64(1)) for out in range(52)])
        assert np.all(np.abs(rates - 0.5) < 5 * 0.5 / np.sqrt(n)), (which, bit)


def test_no_two_marks_of_a_large_run_share_their_words() -> None:
    keys = [streams.stream_key(1, rep, purpose) for rep in range(20) for purpose in Purpose]
    assert len(set(keys)) == len(keys)
    grid = [streams.uniforms_of_key(key, np.arange(2000), np.arange(3)[:, None]).ravel() for key in keys]
    marks = np.concatenate(grid)
    # 4 million draws of 52 bits: 0.0018 equal pairs are expected
    assert len(np.unique(marks)) >= len(marks) - 1


def test_normals_are_normal() -> None:
    z = streams.standard_normals(uniforms(4, 0, NEEDS, 0, Purpose.PATH))
    assert stats.kstest(z, "norm").pvalue > 1e-4


@pytest.mark.parametrize("mean", [0.0, 1e-7, 0.3, 1.0, 7.5, 60.0, 1234.5, 1e5, 1e6])
def test_poisson_counts_are_the_exact_inverse(mean: float) -> None:
    u = np.concatenate([uniforms(4, 0, np.arange(2000), 0, 1), [2.0**-53, 1e-9, 0.5, 1 - 1e-9, 1 - 2.0**-53]])
    counts = streams.poissons(mean, u)
    if mean == 0:
        assert not counts.any()
        return
    law = stats.poisson(mean)
    np.testing.assert_array_equal(counts[:-1], law.ppf(u[:-1]).astype(np.int64))
    # in the last place of the upper tail the distribution function is blunt, the survival function is not
    assert law.sf(counts[-1]) <= 2.0**-53 < law.sf(counts[-1] - 1)


def test_poisson_counts_have_the_law_and_grow_with_the_mean() -> None:
    u = uniforms(4, 1, NEEDS, 0, Purpose.ARRIVAL_COUNT)
    counts = streams.poissons(3.7, u)
    assert abs(counts.mean() - 3.7) < 5 * np.sqrt(3.7 / N)
    assert abs(counts.var() - 3.7) < 0.08
    means = np.concatenate([[0.0], np.logspace(-3, 6, 200)])
    grown = streams.poissons(means[:, None], u[:50])
    assert np.all(np.diff(grown, axis=0) >= 0)
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(DomainError):
            streams.poissons(wrong, 0.5)


@pytest.mark.parametrize("cv", [0.05, 0.3, 1.0, 2.0])
def test_gamma_factors_have_mean_one_and_their_cv(cv: float) -> None:
    u = uniforms(4, 0, NEEDS, 0, Purpose.DAY_FACTOR)
    factors = streams.gamma_factors(u, cv)
    np.testing.assert_allclose(factors[:500], stats.gamma(cv**-2, scale=cv**2).ppf(u[:500]), rtol=1e-9)
    assert abs(factors.mean() - 1) < 5 * cv / np.sqrt(N)
    assert factors.std() == pytest.approx(cv, rel=0.03)


def test_a_gamma_factor_without_variation_is_one() -> None:
    np.testing.assert_array_equal(streams.gamma_factors([0.1, 0.9], 0.0), [1.0, 1.0])
    with pytest.raises(DomainError):
        streams.gamma_factors(0.5, -0.1)
