"""Tails agree with scipy where scipy has digits, and go on where it has none."""

import math

import pytest
from scipy import integrate, stats

from engine.stats import tails


@pytest.mark.parametrize("z", [0.0, 0.5, -1.96, 5.0, -20.0, 37.0])
def test_normal__z_with_digits__equals_scipy(z):
    tail = tails.normal_two_sided(z)
    assert tail.p == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-12)
    assert tail.log10_p == pytest.approx(math.log10(tail.p), abs=1e-12)


def test_normal__far_beyond_underflow__logarithm_goes_on():
    # Mills ratio: sf(z) ~ phi(z)/z (1 - 1/z²) for large z.
    z = 200.0
    expected = (math.log(2 / (z * math.sqrt(2 * math.pi)) * (1 - 1 / z**2)) - z * z / 2) / math.log(
        10
    )
    tail = tails.normal_two_sided(z)
    assert tail.p == 0.0
    assert tail.log10_p == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("df", [1.5, 7.3, 99.0, 1e4, 1e6])
@pytest.mark.parametrize("t", [0.0, 1.0, -2.5, 8.0, 30.0])
def test_t__statistic_with_digits__equals_scipy(t, df):
    assert tails.t_two_sided(t, df).p == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-8)


@pytest.mark.parametrize(("t", "df"), [(60.0, 1e3), (60.0, 1e5), (45.0, 9e6)])
def test_t__far_beyond_underflow__equals_integral_of_the_density(t, df):
    log_density = float(stats.t.logpdf(t, df))
    area, _ = integrate.quad(
        lambda u: math.exp(float(stats.t.logpdf(t + u, df)) - log_density), 0, 3, limit=400
    )
    expected = (log_density + math.log(2 * area)) / math.log(10)
    assert tails.t_two_sided(t, df).log10_p == pytest.approx(expected, rel=1e-9)


def test_t__very_many_degrees_of_freedom__is_the_normal():
    assert tails.t_two_sided(3.0, 1e8) == tails.normal_two_sided(3.0)
    assert tails.t_quantile(0.05, 1e8) == tails.normal_quantile(0.05)


@pytest.mark.parametrize("df", [1, 2, 13])
@pytest.mark.parametrize("x", [0.0, 0.3, 12.0, 900.0])
def test_chi_square__with_digits__equals_scipy(x, df):
    tail = tails.chi_square(x, df)
    assert tail.p == pytest.approx(stats.chi2.sf(x, df), rel=1e-10)
    assert tail.log10_p == pytest.approx(math.log10(tail.p), abs=1e-12)


@pytest.mark.parametrize("x", [1400.0, 9000.0])
def test_chi_square__beyond_underflow__equals_closed_forms(x):
    one = tails.normal_two_sided(math.sqrt(x)).log10_p
    assert tails.chi_square(x, 1).log10_p == pytest.approx(one, rel=1e-12)
    assert tails.chi_square(x, 2).log10_p == pytest.approx(-x / 2 / math.log(10), rel=1e-12)


@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.001, 1e-12])
def test_quantiles__any_level__invert_the_tails(alpha):
    assert tails.normal_two_sided(tails.normal_quantile(alpha)).p == pytest.approx(alpha, rel=1e-9)
    assert tails.t_two_sided(tails.t_quantile(alpha, 12.5), 12.5).p == pytest.approx(
        alpha, rel=1e-6
    )
