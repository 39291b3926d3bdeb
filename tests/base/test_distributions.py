import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from surgesim.base import distributions as d
from surgesim.base.errors import DomainError, UnitError

seconds = st.floats(0.01, 1e6)
numbers = st.floats(0.05, 5.0)
finite_laws = st.one_of(
    st.builds(d.Exponential, seconds),
    st.builds(d.Constant, seconds),
    st.tuples(seconds, seconds).filter(lambda p: p[0] != p[1]).map(lambda p: d.Uniform(min(p), max(p))),
    st.builds(d.Lognormal, seconds, numbers),
    st.builds(d.Gamma, seconds, numbers),
    st.builds(d.Erlang, seconds, st.integers(1, 50)),
    st.builds(d.Weibull, seconds, st.floats(0.3, 10.0)),
    st.lists(seconds, min_size=1, max_size=20).map(lambda x: d.Empirical(tuple(x))),
)
weights = st.floats(0.01, 0.99).map(lambda w: (w, 1 - w))
mixtures = st.builds(lambda w, a, b: d.Mixture(w, (a, b)), weights, finite_laws, finite_laws)
laws = st.one_of(
    finite_laws,
    mixtures,
    st.just(d.Never()),
    st.builds(lambda w, a: d.Mixture(w, (d.Never(), a)), weights, finite_laws),
)
smooth_laws = finite_laws.filter(lambda law: not isinstance(law, d.Constant | d.Empirical))
UNIFORMS = np.array([1e-12, 1e-6, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1 - 1e-6, 1 - 1e-12])

PEERS = [
    ("exponential(3min)", stats.expon(scale=180)),
    ("uniform(1min, 5min)", stats.uniform(60, 240)),
    ("lognormal(6min, cv 0.8)", stats.lognorm(math.sqrt(math.log(1.64)), scale=360 / math.sqrt(1.64))),
    ("gamma(6min, cv 0.5)", stats.gamma(4, scale=90)),
    ("erlang(6min, 3)", stats.erlang(3, scale=120)),
    ("weibull(6min, shape 0.7)", stats.weibull_min(0.7, scale=360 / math.gamma(1 + 1 / 0.7))),
]
TEXTS = [text for text, _ in PEERS] + [
    "constant(6min)", "never", "empirical(10s, 20s, 20s, 35s)", "mixture(0.4 exponential(30s), 0.6 exponential(5min))",
    "mixture(0.1 never, 0.9 lognormal(2min, cv 1))", "mixture(0.5 mixture(0.5 never, 0.5 constant(1s)), 0.5 never)",
]  # fmt: skip


@given(laws)
def test_the_text_of_a_law_reads_back_as_the_same_law(law: d.Law) -> None:
    assert d.parse_distribution(str(law)) == law


@pytest.mark.parametrize("text", TEXTS)
def test_canonical_text_stays(text: str) -> None:
    assert str(d.parse_distribution(text)) == text


@pytest.mark.parametrize(("text", "peer"), PEERS)
def test_laws_agree_with_scipy_stats(text: str, peer: stats.rv_continuous) -> None:
    law = d.parse_distribution(text)
    x = np.array([-5.0, 0.5, 10.0, 61.0, 180.0, 299.0, 400.0, 2000.0, 9000.0])
    np.testing.assert_allclose(law.quantile(UNIFORMS), peer.ppf(UNIFORMS), rtol=1e-9)
    np.testing.assert_allclose(law.cdf(x), peer.cdf(x), rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(law.sf(x), peer.sf(x), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(law.pdf(x), peer.pdf(x), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose([law.mean, law.variance], peer.stats("mv"), rtol=1e-10)
    assert law.cv == pytest.approx(peer.std() / peer.mean())


def test_a_hyperexponential_law_is_the_weighted_sum_of_its_parts() -> None:
    law = d.parse_distribution("hyperexponential(40% exponential(30s), 60% exponential(5min))")
    x = np.linspace(0, 3000, 50)
    np.testing.assert_allclose(law.sf(x), 0.4 * np.exp(-x / 30) + 0.6 * np.exp(-x / 300), rtol=1e-12)
    assert law.mean == pytest.approx(192)
    assert law.variance == pytest.approx(2 * (0.4 * 30**2 + 0.6 * 300**2) - 192**2)


@settings(max_examples=60)
@given(st.one_of(smooth_laws, st.builds(lambda w, a, b: d.Mixture(w, (a, b)), weights, smooth_laws, smooth_laws)))
def test_the_quantile_inverts_the_distribution_function(law: d.Law) -> None:
    u = UNIFORMS[2:-2]
    u = u[law.quantile(u) > 1e-5]
    np.testing.assert_allclose(law.cdf(law.quantile(u)), u, rtol=1e-6)
    np.testing.assert_allclose(law.cdf(law.quantile(u)) + law.sf(law.quantile(u)), 1.0, rtol=1e-12)


@given(laws)
def test_the_quantile_is_the_generalised_inverse_also_at_jumps(law: d.Law) -> None:
    u = UNIFORMS[1:-1]
    x = law.quantile(u)
    assert np.all(np.diff(x[np.isfinite(x)]) >= 0)
    assert np.all(law.cdf(x + 1e-9) >= u * (1 - 1e-6))
    below = np.where(np.isfinite(x), x * (1 - 1e-6) - 1e-9, 0.0)
    strictly = (below < x) & np.isfinite(x)
    assert np.all(law.cdf(below[strictly]) <= u[strictly] * (1 + 1e-9) + 1e-12)


@pytest.mark.parametrize("text", [t for t in TEXTS if "never" not in t])
def test_the_mean_is_the_area_under_the_survival_function(text: str) -> None:
    law = d.parse_distribution(text)
    edges = np.unique(np.concatenate([[0.0], law.quantile(UNIFORMS)]))
    area = sum(integrate.quad(law.sf, a, b)[0] for a, b in itertools.pairwise(edges))
    assert area == pytest.approx(law.mean, rel=1e-5)


@settings(max_examples=50)
@given(laws, st.floats(0.1, 10))
def test_scaling_a_law_scales_every_mark(law: d.Law, factor: float) -> None:
    u = UNIFORMS * 0.98765  # away from the round shares at which mixtures may have gaps
    np.testing.assert_allclose(law.scaled(factor).quantile(u), factor * law.quantile(u), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("text", TEXTS[:9])
def test_lowered_laws_are_the_same_law(text: str) -> None:
    law = d.parse_distribution(text)
    kind, parameters = law.lowered()
    u = np.linspace(0.0005, 0.9995, 1999)
    tolerance = 1e-4 if kind == d.KIND_TABLE else 1e-13
    np.testing.assert_allclose(d.lowered_quantile(kind, parameters, u), law.quantile(u), rtol=tolerance)
    assert (kind == d.KIND_TABLE) == isinstance(law, d.Gamma | d.Erlang)


@pytest.mark.parametrize("text", ["gamma(6min, cv 0.5)", "erlang(6min, 3)", TEXTS[9], "gamma(1min, cv 1)", "gamma(1min, cv 3)"])
def test_a_table_of_quantiles_keeps_its_stated_error_into_the_tails(text: str) -> None:
    law = d.parse_distribution(text)
    u = np.concatenate([np.logspace(-9, -1, 300), 1 - np.logspace(-9, -1, 300)])
    kind, table = law.lowered()
    assert (kind, len(table)) == (d.KIND_TABLE, d.TABLE_POINTS)
    wide = law.mean * 1e-4 if law.cv > 1.3 else 0.0
    np.testing.assert_allclose(d.lowered_quantile(kind, table, u), law.quantile(u), rtol=1e-4, atol=wide)


def test_a_table_bridges_a_jump_within_one_step_and_keeps_never() -> None:
    law = d.parse_distribution("mixture(0.3 constant(1min), 0.7 never)")
    u = np.concatenate([np.linspace(0.001, 0.295, 50), np.linspace(0.305, 0.999, 50)])
    np.testing.assert_array_equal(d.lowered_quantile(*law.lowered(), u), law.quantile(u))


def test_extreme_uniforms_give_finite_marks_and_cv_is_held_by_tables() -> None:
    ends = np.array([2.0**-53, 1 - 2.0**-53])
    for text in TEXTS[:9]:
        law = d.parse_distribution(text)
        for x in (law.quantile(ends), d.lowered_quantile(*law.lowered(), ends)):
            assert np.all(np.isfinite(x)) == (text != "never")
            assert np.all(x >= 0)
    u = (np.arange(200_000) + 0.5) / 200_000
    marks = d.lowered_quantile(*d.parse_distribution("gamma(6min, cv 0.5)").lowered(), u)
    assert marks.mean() == pytest.approx(360, rel=1e-4)
    assert marks.std() / marks.mean() == pytest.approx(0.5, rel=1e-3)


def test_samples_are_joined_by_straight_lines_like_numpy_does() -> None:
    samples = (35.0, 10.0, 20.0, 20.0)
    law = d.Empirical(samples)
    u = np.linspace(0, 1, 101)
    np.testing.assert_allclose(law.quantile(u), np.quantile(samples, u), rtol=1e-13)
    fine = law.quantile((np.arange(100_000) + 0.5) / 100_000)
    assert law.mean == pytest.approx(fine.mean(), rel=1e-6)
    assert law.variance == pytest.approx(fine.var(), rel=1e-5)
    np.testing.assert_array_equal(law.cdf([9, 10, 15, 20, 35, 36]), [0, 0, 1 / 6, 2 / 3, 1, 1])


def test_samples_are_read_from_a_file_with_a_unit(tmp_path: Path) -> None:
    (tmp_path / "talk.csv").write_text("talk_min\n1\n0.5\n\n2\n", encoding="utf-8-sig")
    law = d.parse_distribution("empirical(talk.csv)", tmp_path)
    assert law == d.Empirical((30.0, 60.0, 120.0), "talk.csv")
    assert str(law) == "empirical(talk.csv)"
    assert d.parse_distribution(str(law), tmp_path) == law
    assert str(law.scaled(2.0)) == "empirical(1min, 2min, 4min)"


@pytest.mark.parametrize("content", ["talk\n1\n", "", "talk_s\n", "a_s,b_s\n1,2\n"])
def test_files_without_a_column_of_durations_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "talk.csv").write_text(content)
    with pytest.raises(UnitError, match="header that ends in its unit"):
        d.parse_distribution("empirical(talk.csv)", tmp_path)


def test_every_bad_row_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "talk.csv").write_text("talk_s\n1\n-2\n3\nNaN\n")
    with pytest.raises(UnitError) as caught:
        d.parse_distribution("empirical(talk.csv)", tmp_path)
    assert [problem.where[-2:] for problem in caught.value.problems] == [":3", ":5"]
    with pytest.raises(UnitError, match="cannot be read"):
        d.parse_distribution("empirical(missing.csv)", tmp_path)
    (tmp_path / "sjis.csv").write_bytes("通話_s\n1\n".encode("shift_jis"))
    with pytest.raises(UnitError, match="UTF-8"):
        d.parse_distribution("empirical(sjis.csv)", tmp_path)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("6min", r"exponential\(6min\) or constant\(6min\)"),
        (360, "not a law"),
        (None, "not a law"),
        ("expo(3min)", "did you mean 'exponential'"),
        ("lognorml(3min, cv 1)", "did you mean 'lognormal'"),
        ("lognormal(6min, 0.8)", "write cv and a number"),
        ("lognormal(6min)", "2 parameters, not 1"),
        ("exponential(180)", "bare number"),
        ("exponential(0s)", "longer than 0s"),
        ("constant()", "1 parameters, not 0"),
        ("uniform(5min, 1min)", "low < high"),
        ("erlang(6min, 2.5)", "whole number of stages"),
        ("erlang(6min, 0)", "whole number of stages"),
        ("lognormal(6min, cv 0)", r"constant\("),
        ("weibull(6min, cv 2)", "write shape"),
        ("mixture(0.4 never, 0.5 constant(1s))", "sum to 0.9"),
        ("mixture(exponential(1s), never)", "no weight"),
        ("never(1s)", "write never"),
        ("empirical()", "at least one sample"),
        ("mixture(" * 20 + "never" + ")" * 20, "no weight"),
        ("mixture(1 " * 20 + "never" + ")" * 20, "deep"),
    ],
)
def test_what_is_no_law_is_refused_with_a_mend(value: object, what: str) -> None:
    with pytest.raises(UnitError, match=what) as caught:
        d.parse_distribution(value)
    assert caught.value.problems[0].instead


def test_all_bad_parameters_are_told_at_once() -> None:
    with pytest.raises(UnitError) as caught:
        d.parse_distribution("uniform(60, 300)")
    assert len(caught.value.problems) == 2


def test_laws_refuse_parameters_outside_their_domain() -> None:
    for wrong in (lambda: d.Exponential(math.nan), lambda: d.Gamma(1.0, 50.0), lambda: d.Mixture((), ())):
        with pytest.raises(DomainError):
            wrong()
