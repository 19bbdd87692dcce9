"""The tables of an importance result, from the figures of a sample and its resamples."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.drivers.driver_figures import DriverFigures, Metric
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.importance_inference import Basis, inferred, spread, tested_pairs
from cxlab.drivers.importance_intervals import Floats
from cxlab.estimate.contrasts import Contrasts, contrast_rows
from cxlab.estimate.difference import student_ends
from cxlab.estimate.estimates import Estimates, rows_of
from cxlab.estimate.multiplicity import adjusted, each_level


def importance_rows(
    estimate: DriverFigures, draws: DriverFigures, players: DriverPlayers, metric: Metric, basis: Basis
) -> pd.DataFrame:
    """Return one row per player; see `Importance.rows`."""
    found = inferred(estimate, draws, players, metric, basis)
    alone = [group[0] if len(group) == 1 else None for group in players.places]
    coefficient = _of_single(estimate.coefficient[:, 0], alone)
    marginal = _of_single(estimate.marginal[:, 0], alone)
    whole = {
        "sign": np.sign(coefficient), "correlation_sign": np.sign(marginal), "rank": found.rank,
        "rank_low": found.rank_low, "rank_high": found.rank_high, "n": basis.n,
    }  # fmt: skip
    counts = {name: pd.array(values, dtype="Int64") for name, values in whole.items()}
    return pd.DataFrame(
        {
            "driver": pd.Series(list(players.names), dtype="str"),
            "importance": estimate.importance[:, 0],
            "share": estimate.share[:, 0],
            "sign": counts["sign"],
            "correlation_sign": counts["correlation_sign"],
            "coefficient": coefficient,
            "p_value": found.p_value,
            "std_error": found.size.std_error,
            "conf_low": found.size.low,
            "conf_high": found.size.high,
            "one_sided": pd.array(found.may_be_zero, dtype="boolean"),
            "share_low": found.share.low,
            "share_high": found.share.high,
            "rank": counts["rank"],
            "rank_low": counts["rank_low"],
            "rank_high": counts["rank_high"],
            "n": counts["n"],
            "n_eff": basis.n_eff,
            "suppressed": False,
        }
    )


def driver_pairs(
    estimate: DriverFigures,
    draws: DriverFigures,
    players: DriverPlayers,
    metric: Metric,
    outcome: str,
    basis: Basis,
) -> Contrasts:
    """Compare every pair of players: Student's t on the standard error of the resamples, Holm-adjusted."""
    a, b = np.triu_indices(len(players.names), 1)
    value, difference = estimate.importance[:, 0], estimate.difference[:, 0]
    test = tested_pairs(estimate, draws, basis)
    tested = int(np.isfinite(test.p_value).sum())
    low, high = student_ends(difference, test, each_level(basis.conf_level, tested, "holm"))
    names = pd.DataFrame(
        {
            "level": pd.Series([""] * len(a), dtype="str"),
            "level_a": pd.Series([players.names[place] for place in a], dtype="str"),
            "level_b": pd.Series([players.names[place] for place in b], dtype="str"),
        }
    )
    rows = contrast_rows(
        names,
        estimate_a=value[a], estimate_b=value[b], difference=difference, std_error=test.std_error,
        statistic=test.statistic, df=test.df, p_value=test.p_value, p_adjusted=adjusted(test.p_value, "holm"),
        conf_low=low, conf_high=high, n_a=basis.n[a], n_b=basis.n[b], n_eff_a=basis.n_eff[a],
        n_eff_b=basis.n_eff[b],
    )  # fmt: skip
    return Contrasts(
        f"importance_{metric}", outcome, (), "driver", "pairs", "share", "bootstrap_t", "holm",
        basis.conf_level, basis.weighting, rows,
    )  # fmt: skip


def r_squared_estimate(
    estimate: DriverFigures, draws: DriverFigures, outcome: str, basis: Basis
) -> Estimates:
    """Return R² with its interval, moved by the bias that the resamples show."""
    found = spread(estimate.r_squared, draws.r_squared, basis, shift=1)
    rows = rows_of(
        pd.DataFrame(index=[0]),
        estimate=estimate.r_squared[:, 0],
        std_error=found.std_error,
        conf_low=np.clip(found.low, 0, 1),
        conf_high=np.clip(found.high, 0, 1),
        n=pd.array([int(basis.n.min())], dtype="Int64"),
        n_eff=basis.n_eff.min(),
    ).assign(suppressed=False)
    return Estimates(
        "r_squared", outcome, (), "share", "bootstrap_shifted", basis.conf_level, basis.weighting, rows,
        (0.0, 1.0),
    )  # fmt: skip


def _of_single(values: Floats, places: list[int | None]) -> Floats:
    """Return the value of each player that is one driver, NaN for a group."""
    return np.array([np.nan if place is None else values[place] for place in places])
