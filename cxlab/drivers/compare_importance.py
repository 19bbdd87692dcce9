"""The same drivers in several markets or waves: do their importances differ?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cxlab.drivers.importance_result import Importance
from cxlab.estimate.contrasts import Contrasts, contrast_rows
from cxlab.estimate.difference import student_ends, student_t, welch_df
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.multiplicity import Family, adjusted, each_level, require_family
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError

Against = Literal["pairs", "previous", "first"]
Figure = Literal["importance", "share"]


def compare_importance(
    results: Mapping[str, Importance],
    *,
    group: str = "market",
    figure: Figure = "importance",
    against: Against = "pairs",
    family: Family = "holm",
    conf_level: float | None = None,
) -> Contrasts:
    """Compare each driver between samples that have no respondents in common.

    Parameters
    ----------
    results
        Importances by name of the market or wave, in their order; one metric, the same drivers.
    group
        What the names are names of.
    figure
        `importance`, or `share` of the whole: of two markets with another R², the shares may agree where the
        importances do not.
    against
        `pairs` (each with each other), `previous` or `first`.
    family
        Adjustment over all drivers and comparisons: `holm`, `bh` or `none`.
    conf_level
        Confidence level; None takes that of the first result.

    Returns
    -------
    Contrasts
        One row per driver and pair, `level` the driver: Student's t on the standard errors of both
        bootstraps, degrees of freedom by Welch and Satterthwaite from the units of each.

    Raises
    ------
    MeasureError
        Where there are fewer than two results, they differ in metric, drivers or outcome, one has no
        resamples or was suppressed, or an option is unknown.

    References
    ----------
    Welch (1947), Biometrika 34, 28–35 (degrees of freedom). Holm (1979), Scandinavian Journal of Statistics
    6, 65–70.
    """
    _require_alike(results, figure, against)
    require_family(family)
    names, first = list(results), next(iter(results.values()))
    level = first.conf_level if conf_level is None else conf_level
    require_conf_level(level)
    sides = _sides(names, against)
    drivers = list(first.rows["driver"])
    frames = {name: _figures(result, figure, drivers) for name, result in results.items()}
    a = pd.concat([frames[one].assign(name=one) for one, _ in sides], ignore_index=True)
    b = pd.concat([frames[other].assign(name=other) for _, other in sides], ignore_index=True)
    difference = (a["value"] - b["value"]).to_numpy()
    error_a, error_b = a["error"].to_numpy(), b["error"].to_numpy()
    df = welch_df(error_a, error_b, a["df"].to_numpy(), b["df"].to_numpy())
    test = student_t(difference, np.hypot(error_a, error_b), df)
    tested = int(np.isfinite(test.p_value).sum())
    low, high = student_ends(difference, test, each_level(level, tested, family))
    labels = pd.DataFrame({"level": a["driver"], "level_a": a["name"], "level_b": b["name"]}).astype("str")
    rows = contrast_rows(
        labels,
        estimate_a=a["value"], estimate_b=b["value"], difference=difference, std_error=test.std_error,
        statistic=test.statistic, df=test.df, p_value=test.p_value,
        p_adjusted=adjusted(test.p_value, family), conf_low=low, conf_high=high, n_a=a["n"], n_b=b["n"],
        n_eff_a=a["n_eff"], n_eff_b=b["n_eff"],
    )  # fmt: skip
    return Contrasts(
        f"{figure}_{first.metric}", first.outcome, ("driver",), group, against, "share", "bootstrap_t",
        family, level, first.weighting, rows, None, max(result.min_base for result in results.values()),
    )  # fmt: skip


def _require_alike(results: Mapping[str, Importance], figure: Figure, against: Against) -> None:
    for name, value, allowed in (("figure", figure, Figure), ("against", against, Against)):
        require_option(name, value, get_args(allowed))
    require_alike(results)
    for name, result in results.items():
        if result.rows["suppressed"].any() or not result.draws.shape[1]:
            raise MeasureError(
                "the result has no resamples, or was suppressed",
                where=str(name),
                remedy="take n_boot=1000, and suppress the comparison instead",
            )


def require_alike(results: Mapping[str, Importance]) -> None:
    """Raise MeasureError where results are fewer than two, or of other drivers, outcomes or metrics."""
    if not isinstance(results, Mapping) or len(results) < 2:
        raise MeasureError(
            "a comparison needs two results or more", remedy='give them by name: {"es": …, "it": …}'
        )
    for name, result in results.items():
        if not isinstance(result, Importance):
            raise MeasureError(
                f"a {type(result).__name__} is no importance",
                where=str(name),
                remedy="give what cx.importance returned",
            )
    first_name, first = next(iter(results.items()))
    for name, result in results.items():
        for what, mine, yours in (
            ("metric", first.metric, result.metric),
            ("outcome", first.outcome, result.outcome),
            ("drivers", sorted(first.rows["driver"]), sorted(result.rows["driver"])),
            ("covariates", sorted(first.always), sorted(result.always)),
        ):
            if mine != yours:
                raise MeasureError(
                    f"'{first_name}' and '{name}' differ in their {what}: {mine}, {yours}",
                    remedy="ask the same question of each",
                )


def _figures(result: Importance, figure: Figure, drivers: list[str]) -> pd.DataFrame:
    rows = result.rows.set_index("driver").loc[drivers]
    draws = result.draws if figure == "importance" else result.draws / result.draws.sum(axis=0)
    error = rows["std_error"].to_numpy(dtype="float64")
    if figure == "share":
        # The loss of degrees of freedom is that of the importances.
        plain = result.draws.std(axis=1, ddof=1)
        error = draws.std(axis=1, ddof=1) * (result.rows["std_error"].to_numpy(dtype="float64") / plain)
        error = pd.Series(error, index=result.rows["driver"]).loc[drivers].to_numpy()
    return pd.DataFrame(
        {
            "driver": drivers,
            "value": rows[figure].to_numpy(dtype="float64"),
            "error": error,
            "df": float(result.drawn - 1),
            "n": rows["n"].array,
            "n_eff": rows["n_eff"].to_numpy(dtype="float64"),
        }
    )


def _sides(names: list[str], against: Against) -> list[tuple[str, str]]:
    if against == "pairs":
        return [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
    before = names[:-1] if against == "previous" else [names[0]] * (len(names) - 1)
    return list(zip(names[1:], before, strict=True))
