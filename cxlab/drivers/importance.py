"""Which drivers go with an outcome, how strongly, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from cxlab.drivers.driver_diagnosis import DriverDiagnosis, driver_diagnosis
from cxlab.drivers.driver_figures import CAN_GROUP, Metric
from cxlab.drivers.driver_moments import DriverMoments, driver_moments, of_moments
from cxlab.drivers.driver_players import DriverPlayers, driver_players
from cxlab.drivers.importance_doubts import importance_doubts
from cxlab.drivers.importance_inference import Basis, coefficient_p_values
from cxlab.drivers.importance_intervals import FEWEST
from cxlab.drivers.importance_result import Importance
from cxlab.drivers.importance_sample import ImportanceSample, from_imputations, from_moments
from cxlab.drivers.importance_tables import driver_pairs, importance_rows, r_squared_estimate
from cxlab.drivers.incomplete_rows import incomplete_rows
from cxlab.drivers.refuse_empty import refuse_empty
from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.intervals import normal_quantile
from cxlab.model.errors import MeasureError
from cxlab.tally.moments import Moments

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
        Numeric columns.
    metric
        `lmg` (Shapley value of R²: exact up to 30 drivers, by random orders beyond), `johnson` (relative
        weights), `car` (squared CAR scores), `first` (R² alone), `last` (R² added last), `betasq` (squared
        standardised coefficients) or `pratt` (coefficient times correlation, which may be negative).
    groups
        Drivers that count as one, by name; only for `lmg`, `first` and `last`.
    always
        Covariates that are in every model and share nothing; only for the same metrics.
    weight
        Column of sampling weights ≥ 0, or None. The bootstrap takes them as given.
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
        Where a column is absent, named twice, constant or empty, two drivers are the same, one follows from
        others, there are too few rows, the drivers explain the outcome entirely, a weight is missing or
        negative, or an option is unknown.

    References
    ----------
    Lindeman, Merenda, Gold (1980), Introduction to Bivariate and Multivariate Analysis, 119–127. Grömping
    (2006), Journal of Statistical Software 17(1); (2007), The American Statistician 61, 139–147 (bootstrap).
    """
    _require_options(metric, groups, always, n_boot, n_imputed, conf_level)
    players = driver_players(outcome, drivers, groups, always)
    how = _missing_of(frame, missing, weight, cluster)
    rng = np.random.default_rng(seed)
    # Several threads would decide the last digit.
    with threadpool_limits(1, user_api="blas"):
        columns = (outcome, *players.columns)
        if how == "multiple":
            rows = incomplete_rows(frame, columns, weight=weight, cluster=cluster, rng=rng)
            _require_rows(rows.n, len(columns) - 1)
            ground = _Ground(rows.every(rows.n), rows.every(rows.n_eff), rows.base, rows.kept, rows.units)
            sample = from_imputations(rows, players, metric, n_boot, n_imputed, rng)
        else:
            found = _found(frame, columns, weight, cluster, how, rng)
            ground = _Ground(found.n, found.n_eff, found.base, found.kept, found.units)
            sample = from_moments(found, outcome, players, metric, n_boot, rng)
    weighting: Weighting = frame.weighting if isinstance(frame, Moments) else weighting_of(weight)
    basis = _basis(ground, players, sample, conf_level, weighting)
    pairs = driver_pairs(sample.estimate, sample.draws, players, metric, outcome, basis)
    return Importance(
        outcome=outcome,
        metric=metric,
        rows=importance_rows(sample.estimate, sample.draws, players, metric, basis),
        r_squared=r_squared_estimate(sample.estimate, sample.draws, outcome, basis),
        pairs=pairs,
        diagnosis=_diagnosis(sample, players, basis),
        kept=ground.kept,
        missing=how,
        weighting=weighting,
        conf_level=conf_level,
        always=tuple(players.columns[place] for place in players.always),
        draws=sample.draws.importance,
        units=ground.units,
        drawn=sample.drawn,
        failed=sample.failed,
        n_boot=int(n_boot),
        doubts=importance_doubts(sample, players, metric, pairs, n_boot, ground.base),
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """Rows and effective base of each column, the base of the intervals, the share kept, and the units."""

    n: npt.NDArray[np.int64]
    n_eff: Floats
    base: float
    kept: float
    units: int


def _basis(
    ground: _Ground,
    players: DriverPlayers,
    sample: ImportanceSample,
    conf_level: float,
    weighting: Weighting,
) -> Basis:
    left = ground.base - len(players.columns) - 1
    return Basis(
        np.array([ground.n[list(group)].min() for group in players.places]),
        np.array([ground.n_eff[list(group)].min() for group in players.places]),
        ground.base / left if left > 0 else np.nan,
        float(sample.drawn - 1),
        conf_level,
        weighting,
    )


def _require_options(
    metric: Metric,
    groups: Mapping[str, Sequence[str]] | None,
    always: str | Sequence[str],
    n_boot: int,
    n_imputed: int,
    conf_level: float,
) -> None:
    normal_quantile(conf_level)
    if metric not in get_args(Metric):
        raise MeasureError(f"unknown metric '{metric}'", remedy="take one of " + ", ".join(get_args(Metric)))
    if (groups or always) and metric not in CAN_GROUP:
        raise MeasureError(
            f"'{metric}' knows neither groups nor covariates", remedy="take one of " + ", ".join(CAN_GROUP)
        )
    if n_boot != int(n_boot) or (n_boot != 0 and n_boot < FEWEST):
        raise MeasureError(
            f"{n_boot} resamples will not do", remedy=f"take {FEWEST} or more, or 0 for no intervals"
        )
    if n_imputed != int(n_imputed) or n_imputed < 2:
        raise MeasureError(f"{n_imputed} imputations will not do", remedy="take 2 or more, such as 20")


def _missing_of(frame: Any, missing: Missing | None, weight: str | None, cluster: str | None) -> Missing:
    if missing is not None and missing not in get_args(Missing):
        allowed = ", ".join(get_args(Missing))
        raise MeasureError(f"unknown missing '{missing}'", remedy="take one of " + allowed)
    if not isinstance(frame, Moments):
        return missing or "complete"
    if weight is not None or cluster is not None:
        raise MeasureError(
            "moments have their weights and blocks already",
            remedy="name them where the rows are summed: cx.moments(…, weight=, blocks=)",
        )
    if missing is not None and missing != frame.missing:
        raise MeasureError(
            f"the moments are {frame.missing}, not {missing}", remedy=f"sum the rows with missing='{missing}'"
        )
    return frame.missing


def _found(
    frame: Any,
    columns: Sequence[str],
    weight: str | None,
    cluster: str | None,
    missing: Literal["complete", "pairwise"],
    rng: np.random.Generator,
) -> DriverMoments:
    if isinstance(frame, Moments):
        found = of_moments(frame, columns)
    else:
        found = driver_moments(frame, columns, weight=weight, cluster=cluster, missing=missing, rng=rng)
    if not found.n.min():
        refuse_empty(found, frame, columns, weight, missing)
    _require_rows(int(found.n.min()), len(columns) - 1)
    return found


def _require_rows(n: int, p: int) -> None:
    if n < p + 2:
        raise MeasureError(
            f"there are {p} drivers and {n} rows that hold what is needed",
            remedy="give more rows than drivers, by two or more, or ask about fewer drivers",
        )


def _diagnosis(sample: ImportanceSample, players: DriverPlayers, basis: Basis) -> DriverDiagnosis:
    return driver_diagnosis(
        sample.correlation[1:, 1:],
        sample.correlation[1:, 0],
        players.columns,
        p_value=coefficient_p_values(sample.estimate, sample.draws, basis),
        alpha=1 - basis.conf_level,
        repaired=sample.repaired,
    )
