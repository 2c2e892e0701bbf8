"""Races whose true lifts come from the prior."""

from typing import NamedTuple

import numpy as np

from engine.stats.bayes import race
from engine.stats.inference import ArmEstimate


class Races(NamedTuple):
    """Per arm and race: what was said, and what was so. `covered` is of treatments only."""

    chance: np.ndarray
    was_best: np.ndarray
    loss: np.ndarray
    lost: np.ndarray
    covered: np.ndarray


def races(rng, *, runs, treatments, control_noise=0.03, noise=0.05) -> Races:
    """Draw lifts from N(0, 10 %), measure them with noise, and let the arms compete.

    The delta method takes the control's error as a shift of every lift; so it is drawn here.
    """
    return Races(
        *map(
            np.concatenate,
            zip(*(_race(rng, treatments, control_noise, noise) for _ in range(runs)), strict=True),
        )
    )


def _race(rng, treatments, control_noise, noise):
    true = np.append(0.0, rng.normal(0, 0.1, treatments))
    shift = control_noise * rng.normal()
    measured = true[1:] + shift * (1 + true[1:]) + noise * rng.normal(size=treatments)
    control = ArmEstimate(1000, 1.0, control_noise**2)
    found = race(control, [ArmEstimate(1000, 1 + lift, noise**2) for lift in measured])
    inside = [not s.interval.excludes(t) for s, t in zip(found[1:], true[1:], strict=True)]
    return (
        np.array([one.best for one in found]),
        true == true.max(),
        np.array([one.loss for one in found]),
        true.max() - true,
        np.array(inside),
    )
