"""Which drivers go with an outcome in classes: the Shapley values of a likelihood R²."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd

from cxlab.drivers.class_rows import Family, class_rows
from cxlab.drivers.driver_players import driver_players
from cxlab.drivers.driver_rows import DriverRows, driver_rows
from cxlab.drivers.likelihood_importance_result import LikelihoodImportance
from cxlab.drivers.likelihood_models import Roles
from cxlab.drivers.likelihood_r2 import Fit
from cxlab.drivers.likelihood_table import class_table, likelihood_doubts, likelihood_table
from cxlab.drivers.root_intervals import root_interval
from cxlab.drivers.separation import require_maximum
from cxlab.drivers.shapley_fit import MOST_EXACT, ShapleyFit, full_model, shapley_fit
from cxlab.estimate.estimates import Estimates, rows_of, weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import FEWEST, generator_of, require_resamples
from cxlab.model.errors import MeasureError
from cxlab.tally.one_blas_thread import one_blas_thread

MOST_PLAYERS = 20


def likelihood_importance(
    frame: Any,
    outcome: str,
    drivers: str | Sequence[str],
    *,
    family: Family = "binary",
    fit: Fit = "mcfadden",
    weight: str | None = None,
    cluster: str | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    always: str | Sequence[str] = (),
    n_boot: int = 200,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> LikelihoodImportance:
    """Share the likelihood R² of an outcome in classes among its drivers.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows. The columns asked for are read into
        memory; rows that lack one of them are left out, and the share kept is reported.
    outcome
        Numeric column or flag.
    drivers
        Numeric columns, each of which goes with the log odds linearly.
    family
        `binary` (two values, the higher is the event: logit), `ordinal` (each value a class: proportional
        odds) or `nps` (0–10 as detractors, passives and promoters: proportional odds).
    fit
        Which R²: `mcfadden`, `nagelkerke`, or for a binary outcome `tjur`.
    weight
        Column of sampling weights ≥ 0, or None. The likelihood is weighted (a pseudo-likelihood); only the
        ratios of weights matter.
    cluster
        Column of what was drawn independently, such as the account. It is drawn anew in the bootstrap and
        counts in the tests; the models stay the same.
    groups
        Name of each group and its drivers, which share as one; drivers in no group share alone.
    always
        Covariates in every model, whose R² is not shared.
    n_boot
        Resamples; 0 for no intervals.
    seed
        Seed of the resamples, or a generator.
    conf_level
        Confidence level.

    Returns
    -------
    LikelihoodImportance
        Importances add up to R² of all drivers less that of the covariates. Up to 12 drivers, or groups,
        every model is refitted; beyond, up to 20, an approximation is set right by some refits, and what it
        leaves open is reported. A driver that cannot be told from none, beside the others or by itself, has
        an interval that starts at 0 (`one_sided`).

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, the outcome is not of that family or has
        one class, a class of NPS is empty, a driver does not vary or follows from others, the drivers
        separate the classes, there are too few rows or too many drivers, a weight is missing or negative,
        or an option is unknown.

    References
    ----------
    Shapley (1953), Contributions to the Theory of Games II, 307–317. McFadden (1974), Frontiers in
    Econometrics, 105–142. Azen and Traxel (2009), Journal of Educational and Behavioral Statistics 34,
    319–347 (likelihood R² shared in logistic regression). McCullagh (1980), JRSS B 42, 109–142.
    """
    _require_options(family, fit, n_boot, conf_level)
    players = driver_players(outcome, drivers, groups, always)
    if len(players.names) > MOST_PLAYERS:
        raise MeasureError(
            f"{len(players.names)} drivers are more than {MOST_PLAYERS}",
            remedy="put those that belong together into groups=, or ask about fewer",
        )
    read = driver_rows(frame, outcome, players.columns, weight=weight, cluster=cluster)
    rng = generator_of(seed)
    with one_blas_thread():
        rows = class_rows(read, family, rng)
        roles = Roles(players.places, players.always, len(players.columns))
        require_maximum(full_model(rows, roles), rows, read)
        found = shapley_fit(rows, roles, fit, int(n_boot), rng)
        table = likelihood_table(found, rows, read, players, conf_level)
    gained = found.values.sum()
    return LikelihoodImportance(
        outcome=outcome,
        family=family,
        fit=fit,
        rows=table,
        r_squared=_r_squared(found, read, (f"r_squared_{fit}", outcome, weight, conf_level)),
        r_squared_always=float(found.r_squared - gained) if players.always else 0.0,
        classes=class_table(rows),
        kept=read.kept,
        weighting=weighting_of(weight),
        conf_level=conf_level,
        always=tuple(players.columns[place] for place in players.always),
        exact=len(players.names) <= MOST_EXACT,
        corrected=float(np.abs(found.corrected).max() / gained),
        approximation_error=float(found.std_error.max() / gained),
        units=rows.sampled,
        failed=int(np.isnan(found.r_squared_draws).sum()),
        n_boot=int(n_boot),
        doubts=likelihood_doubts(found, table, rows, n_boot=int(n_boot), conf_level=conf_level),
    )


def _require_options(family: Family, fit: Fit, n_boot: int, conf_level: float) -> None:
    for name, value, allowed in (("family", family, Family), ("fit", fit, Fit)):
        require_option(name, value, get_args(allowed))
    if fit == "tjur" and family != "binary":
        raise MeasureError(
            "Tjur's R² is of a binary outcome", remedy='say fit="mcfadden" or fit="nagelkerke"'
        )
    require_conf_level(conf_level)
    require_resamples(n_boot)


def _r_squared(found: ShapleyFit, read: DriverRows, named: tuple[str, str, str | None, float]) -> Estimates:
    metric, outcome, weight, conf_level = named
    whole, known = np.array([found.r_squared]), np.isfinite(found.r_squared_draws)
    ends = (np.nan, np.nan, np.nan)
    if known.sum() >= FEWEST:
        spread = root_interval(
            whole, found.r_squared_draws[None, known], conf_level, widen=found.widen, df=found.df
        )
        ends = (spread.std_error[0], spread.low[0], min(spread.high[0], 1.0))
    rows = rows_of(
        pd.DataFrame(index=[0]), estimate=whole, std_error=ends[0], conf_low=ends[1], conf_high=ends[2],
        n=read.n, n_eff=read.n_eff,
    )  # fmt: skip
    weighting = weighting_of(weight)
    return Estimates(metric, outcome, (), "share", "one_step_bootstrap_root", conf_level, weighting, rows)
