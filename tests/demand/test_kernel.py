from datetime import date, timedelta

import numpy as np
import pytest

from surgesim.base.errors import DomainError
from surgesim.base.streams import standard_normals, uniforms
from surgesim.demand.caselibrary import CONSTANTS, case_library, from_json, to_json
from surgesim.demand.fit import lattice
from surgesim.demand.kernel import DECAYS, announced_shape, relative_variance, surge_shape
from surgesim.demand.pastcase import fit_case


@pytest.mark.parametrize("kind", DECAYS)
def test_every_kernel_is_one_at_the_peak_and_falls_to_its_floor(kind):
    since = np.array([-200.0, -3.0, 0.0, 5.0, 20.0, 5000.0])
    level = surge_shape(since, 4.0, 6.0, 15.0, 1.2, 1.0, kind)
    assert level[2] == 1.0
    assert level[0] == pytest.approx(0.25, abs=1e-6)
    assert level[5] == pytest.approx(0.25, abs=0.01)
    assert np.all(np.diff(level[:3]) > 0)
    assert np.all(np.diff(level[2:]) < 0)


def test_an_unknown_kernel_is_refused():
    with pytest.raises(DomainError, match="stretched"):
        surge_shape(1.0, 4.0, 6.0, 15.0, 1.0, 1.0, "cubic")


def test_an_announcement_does_nothing_before_and_peaks_after_its_lag():
    level = announced_shape(np.arange(-5, 60.0), 4.0, 10.0, 1.0)
    assert (level[:6] == 0).all()
    assert np.argmax(level) == 5 + 4
    assert level.max() == 1.0


def test_noise_is_negative_binomial():
    mean, noise = 40.0, 0.3
    assert relative_variance(mean, noise) * mean**2 == pytest.approx(mean + (noise * mean) ** 2)


def test_a_surge_made_by_the_kernel_gives_its_constants_back():
    first, peak = date(2026, 1, 5), 60
    since = np.arange(110) - float(peak)
    shape = surge_shape(since, 5.0, 6.0, 14.0, 1.0, 1.0)
    luck = standard_normals(uniforms(1, 0, np.arange(110), 0, 112))
    counts = np.rint(2000.0 * shape * np.exp(0.03 * luck))
    case = fit_case(counts, first, first + timedelta(days=peak), "x", "x", country=None)
    assert case.ratio == pytest.approx(5.0, rel=0.25)
    assert case.decay_days == pytest.approx(14.0, rel=0.3)
    assert case.stretch == pytest.approx(1.0, abs=0.25)
    assert case.floor_over_usual == pytest.approx(1.0, rel=0.35)


def test_the_lattice_is_even():
    points = lattice(4000, 8)
    assert points.min() > 0.0
    assert points.max() < 1.0
    np.testing.assert_allclose(points.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(np.cov(points.T), np.eye(8) / 12, atol=0.005)


def test_the_library_survives_writing_and_leaves_regions_out():
    library = case_library()
    assert from_json(to_json(library)) == library
    less = library.without(["tokyo"])
    assert "tokyo" not in less.regions
    assert less.prior("decay_days") != library.prior("decay_days")
    assert all(case.source for case in library.cases)
    with pytest.raises(DomainError, match="nagano"):
        library.without(["atlantis"])


def test_own_cases_move_the_prior_towards_them():
    library = case_library()
    own = next(case for case in library.cases if case.decay_days is not None)
    slow = type(own)(**{**vars(own), "decay_days": 100.0})
    assert library.with_cases(*[slow] * 60).prior("decay_days")[0] > library.prior("decay_days")[0] + 1.0
    for constant in CONSTANTS:
        assert library.prior(constant)[1] > 0.1
