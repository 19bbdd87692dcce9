"""A population of ratings and an outcome in classes, whose importances are known, and samples of it."""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from cxlab.drivers.class_rows import class_rows
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.likelihood_models import Roles
from cxlab.drivers.likelihood_table import slopes, uncertain
from cxlab.drivers.shapley_fit import shapley_fit

# How a respondent of each of three moods rates, 1 to 5; the moods make the drivers correlate.
MOODS = (
    (0.25, (0.30, 0.30, 0.20, 0.15, 0.05)),
    (0.5, (0.1, 0.2, 0.4, 0.2, 0.1)),
    (0.25, (0.05, 0.1, 0.2, 0.3, 0.35)),
)


@dataclass(frozen=True)
class Population:
    """Every pattern of p drivers and K classes, shapes (m, p) and (m,), with its probability."""

    x: np.ndarray
    y: np.ndarray
    share: np.ndarray

    @property
    def names(self):
        return tuple(f"x{place}" for place in range(self.x.shape[1]))


def population(slopes, cuts):
    """Ratings in moods, and an outcome by proportional odds with these slopes and thresholds."""
    p = len(slopes)
    x = np.array(list(itertools.product(range(1, 6), repeat=p)), float)
    of_mood = [
        w * np.prod([np.array(q)[x[:, j].astype(int) - 1] for j in range(p)], axis=0) for w, q in MOODS
    ]
    below = expit(np.array(cuts) - ((x - 3) @ np.array(slopes))[:, None])
    classes = np.diff(np.column_stack([np.zeros(len(x)), below, np.ones(len(x))]), axis=1)
    k = classes.shape[1]
    share = np.sum(of_mood, axis=0)[:, None] * classes
    return Population(np.repeat(x, k, axis=0), np.tile(np.arange(k), len(x)), share.ravel())


def read(x, y, w=None, cluster=None):
    """Rows as if they had been read from a frame."""
    names = tuple(f"x{place}" for place in range(x.shape[1]))
    weight = np.ones(len(y)) if w is None else w
    return DriverRows("y", names, y.astype(float), x, weight, np.empty((len(y), 0)), cluster, 1.0)


def found(rows: DriverRows, kind="mcfadden", n_boot=0, seed=0):
    """The Shapley values of rows, and what `uncertain` says of them."""
    rng = np.random.default_rng(seed)
    grouped = class_rows(rows, "ordinal", rng)
    p = rows.x.shape[1]
    roles = Roles([[place] for place in range(p)], [], p)
    values = shapley_fit(grouped, roles, kind, n_boot, rng)
    assert values.full.settled[0]
    players = DriverPlayers(rows.drivers, rows.drivers, tuple((place,) for place in range(p)), ())
    tests = [
        slopes(fits, grouped, players, alone=alone)[1]
        for fits, alone in ((values.full, 0), (values.alone, 1))
    ]
    return values, uncertain(values, np.min(tests, axis=0) > 0.025, 0.95)
