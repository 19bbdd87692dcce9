"""Which drivers go with an outcome, how strongly, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.drivers.driver_diagnosis import DriverDiagnosis, driver_diagnosis
from cxlab.drivers.driver_figures import CAN_GROUP, Metric
from cxlab.drivers.driver_players import DriverPlayers, driver_players
from cxlab.drivers.importance_doubts import importance_doubts
from cxlab.drivers.importance_inference import Basis, coefficient_p_values
from cxlab.drivers.importance_result import Importance
from cxlab.drivers.importance_sample import ImportanceSample, from_imputations, from_sums
from cxlab.drivers.importance_tables import driver_pairs, importance_rows, r_squared_estimate
from cxlab.drivers.incomplete_rows import incomplete_rows
from cxlab.drivers.question_moments import question_moments, require_rows
from cxlab.drivers.resampled_correlations import unit_sums
from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import generator_of, require_count, require_resamples
from cxlab.model.errors import MeasureError
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
Missing = Literal["complete", "pairwise", "multiple"]


def importance(
    frame: Any,
    outcome: str,
    drivers: str | Sequence[str],
    *,
    metric: Metric = "lmg",
    groups: Mapping[str, Sequence[str]] | None = None,
    always: str | Sequence[str] = (),
    weight: str | None = None,
    cluster: str | None = None,
    missing: Missing | None = None,
    n_boot: int = 1000,
    n_imputed: int = 20,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> Importance:
    """Share out what drivers explain of an outcome, with intervals, ranks and all differences.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, a Dask or Spark frame (these with `cluster`), any frame
        `cxlab.moments` knows; or `Moments`, whose blocks are then what is drawn.
    outcome, drivers
        Numeric columns or flags; NaN and infinite values are missing.
    metric
        `lmg` (Shapley value of R²: exact up to 30 drivers, by random orders beyond), `johnson` (relative
        weights), `car` (squared CAR scores), `first` (R² alone), `last` (R² added last), `betasq` (squared
        standardised coefficients) or `pratt` (coefficient times correlation, which may be negative).
    groups
        Drivers that count as one, by name; only for `lmg`, `first` and `last`.
    always
        Covariates that are in every model and share nothing; only for the same metrics.
    weight
        Column of sampling weights ≥ 0, or None; only their ratios matter. The bootstrap takes them as given.
    cluster
        Column of what was drawn independently, such as the account; None where that is the row.
    missing
        `complete` keeps rows with every column (the default); `pairwise` takes each correlation over the rows
        that hold both, and repairs matrices that contradict themselves; `multiple` imputes. For `Moments` it
        is what they were summed with.
    n_boot
        Resamples; 0 for no intervals.
    n_imputed
        Imputations under `multiple`, over which the resamples are spread.
    seed
        Seed of the resamples, or a generator.
    conf_level
        Confidence level.

    Returns
    -------
    Importance
        Sizes and signs apart. A driver whose importance may be 0 has an interval that starts there
        (`one_sided`); whether it goes with the outcome at all is judged by the test of its coefficient, and
        its importance is never set to 0.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice, constant, empty or holds no numbers, two drivers are the same,
        one follows from others, there are too few rows, the drivers explain the outcome entirely, a weight is
        missing or negative, an option is unknown, `Moments` are asked for what they were not summed with, or
        two columns that no row holds together would be imputed.

    References
    ----------
    Lindeman, Merenda, Gold (1980), Introduction to Bivariate and Multivariate Analysis, 119–127. Grömping
    (2006), Journal of Statistical Software 17(1); (2007), The American Statistician 61, 139–147 (bootstrap).
    """
    _require_options(metric, groups, always, missing)
    require_resamples(n_boot)
    require_count(n_imputed, "imputations", least=2, remedy="take 2 or more, such as 20")
    require_conf_level(conf_level)
    n_boot, n_imputed = int(n_boot), int(n_imputed)
    players = driver_players(outcome, drivers, groups, always)
    rng = generator_of(seed)
    # Several threads would decide the last digit.
    with one_blas_thread():
        columns = (outcome, *players.columns)
        if missing == "multiple":
            rows = incomplete_rows(frame, columns, weight=weight, cluster=cluster, rng=rng)
            require_rows(rows.n, len(columns) - 1)
            bases = rows.every(rows.n), rows.every(rows.n_eff)
            ground = _Ground(*bases, rows.base, rows.kept, rows.units, rows.n, missing, weighting_of(weight))
            sample = from_imputations(rows, players, metric, n_boot, n_imputed, rng)
        else:
            found = question_moments(frame, columns, weight=weight, cluster=cluster, missing=missing, rng=rng)
            how = found.moments.missing, found.moments.weighting
            least = int(found.moments.n.sum(axis=0).min())
            ground = _Ground(found.n, found.n_eff, found.base, found.kept, found.units, least, *how)
            sample = from_sums(unit_sums(found.moments), players, metric, n_boot, rng)
    basis = _basis(ground, players, sample, conf_level)
    pairs = driver_pairs(sample.estimate, sample.draws, players, metric, outcome, basis)
    return Importance(
        outcome=outcome,
        metric=metric,
        rows=importance_rows(sample.estimate, sample.draws, players, metric, basis),
        r_squared=r_squared_estimate(sample.estimate, sample.draws, outcome, basis),
        pairs=pairs,
        diagnosis=_diagnosis(sample, players, basis),
        kept=ground.kept,
        missing=ground.missing,
        weighting=ground.weighting,
        conf_level=conf_level,
        always=tuple(players.columns[place] for place in players.always),
        draws=sample.draws.importance,
        units=ground.units,
        drawn=sample.drawn,
        least=ground.least,
        failed=sample.failed,
        n_boot=n_boot,
        doubts=importance_doubts(sample, players, metric, pairs, n_boot, ground.base),
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """Rows and effective base of each column, the base of the intervals, and how the rows came about."""

    n: npt.NDArray[np.int64]
    n_eff: Floats
    base: float
    kept: float
    units: int
    least: int
    missing: Missing
    weighting: Weighting


def _basis(
    ground: _Ground,
    players: DriverPlayers,
    sample: ImportanceSample,
    conf_level: float,
) -> Basis:
    left = ground.base - len(players.columns) - 1
    return Basis(
        np.array([ground.n[list(group)].min() for group in players.places]),
        np.array([ground.n_eff[list(group)].min() for group in players.places]),
        ground.base / left if left > 0 else np.nan,
        float(sample.drawn - 1),
        conf_level,
        ground.weighting,
    )


def _require_options(
    metric: Metric,
    groups: Mapping[str, Sequence[str]] | None,
    always: str | Sequence[str],
    missing: Missing | None,
) -> None:
    require_option("metric", metric, get_args(Metric))
    if (groups or always) and metric not in CAN_GROUP:
        raise MeasureError(
            f"'{metric}' knows neither groups nor covariates", remedy="take one of " + ", ".join(CAN_GROUP)
        )
    if missing is not None:
        require_option("missing", missing, get_args(Missing))


def _diagnosis(sample: ImportanceSample, players: DriverPlayers, basis: Basis) -> DriverDiagnosis:
    return driver_diagnosis(
        sample.correlation[1:, 1:],
        sample.correlation[1:, 0],
        players.columns,
        p_value=coefficient_p_values(sample.estimate, sample.draws, basis),
        alpha=1 - basis.conf_level,
        repaired=sample.repaired,
    )
