"""The rows of the result that a fitted design makes, with what to know of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from cxlab.estimate.intervals import student
from cxlab.linkage.panel_designs import Design, DesignRows
from cxlab.linkage.panel_fit import PanelFit, exact
from cxlab.linkage.panel_result import BASES, COLUMNS
from cxlab.linkage.term_rows import FIGURES
from cxlab.linkage.wild_bootstrap import wild_bootstrap

Ints = npt.NDArray[np.int64]
FEW_CLUSTERS = 30
"""Clusters below which the wild bootstrap is taken where it was asked for, and missed where it was not."""
SHORT = 10
"""Periods up to which Nickell's bias is spoken of."""


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """What `panel_effect` was asked for, of each design alike; see there.

    Parameters
    ----------
    names
        Names of the outcome, the exposure and the lead.
    cluster
        Columns of the clusters: none, one or two.
    period_effects, lagged_effects, n_boot, seed, conf_level
        As in `panel_effect`.
    """

    names: tuple[str, str, str]
    cluster: tuple[str, ...]
    period_effects: bool
    lagged_effects: bool
    n_boot: int
    seed: int
    conf_level: float


def empty_table(design: Design, term: str, why: str) -> pd.DataFrame:
    """Return the row of a design that cannot be had, with the reason as its note."""
    row = {"design": design, "term": term, **dict.fromkeys(FIGURES, np.nan), **dict.fromkeys(BASES, 0.0)}
    return pd.DataFrame([{**row, "method": "", "note": why, "suppressed": False}])[COLUMNS]


def design_table(made: DesignRows, fit: PanelFit, options: PanelOptions) -> pd.DataFrame:
    """Return one row per term of a fitted design."""
    places = {made.names.index(name): place for place, name in enumerate(fit.names)}
    shown = [term for term in made.terms if all(place in places for place in term[1])]
    sums = np.array([fit.combined([places[place] for place in term[1]]) for term in shown])
    estimate, std_error = sums.T
    if exact(fit):
        std_error = np.full(len(shown), np.nan)
    df = np.full(len(shown), float(fit.covariance.df))
    low, high = student(estimate, std_error, df, options.conf_level)
    table = pd.DataFrame({"design": made.design, "term": [term for term, _ in shown]})
    table = table.assign(estimate=estimate, std_error=std_error, statistic=estimate / std_error, df=df)
    table["p_value"] = 2 * stdtr(df, -np.abs(table["statistic"].to_numpy()))
    few = fit.covariance.clusters < FEW_CLUSTERS and bool(options.cluster)
    table = table.assign(
        conf_low=low, conf_high=high, n=float(fit.n), n_eff=fit.n_eff, entities=made.entities,
        periods=made.periods, clusters=float(fit.covariance.clusters), method=_method(fit, options),
        note=_note(made, fit, options, few), suppressed=False,
    )  # fmt: skip
    return _booted(table, made, fit, options) if few and options.n_boot and not exact(fit) else table[COLUMNS]


def _booted(table: pd.DataFrame, made: DesignRows, fit: PanelFit, options: PanelOptions) -> pd.DataFrame:
    """Return the table with p and interval of its first term by the wild bootstrap."""
    kept = [made.names.index(name) for name in fit.names]
    boot = wild_bootstrap(
        made.x[:, kept], made.y, made.weight, made.codes, made.clusters[0], n_boot=options.n_boot,
        seed=options.seed, conf_level=options.conf_level,
    )  # fmt: skip
    table.loc[0, ["p_value", "conf_low", "conf_high"]] = boot.p_value, boot.conf_low, boot.conf_high
    named = f"{_method(fit, options)}; wild cluster bootstrap ({boot.draws}, {boot.n_boot:,})"
    table.loc[0, "method"] = named
    return table[COLUMNS]


def _method(fit: PanelFit, options: PanelOptions) -> str:
    return fit.covariance.method + (f" by {' and '.join(options.cluster)}" if options.cluster else "")


def _note(made: DesignRows, fit: PanelFit, options: PanelOptions, few: bool) -> str:
    notes = list(made.notes)
    if fit.left_out:
        notes.append(f"left out, as the effects or other columns say them: {', '.join(fit.left_out)}")
    if exact(fit):
        notes.append("the design fits the outcome exactly, so nothing says how sure it is")
    if few and not options.n_boot:
        notes.append(f"{fit.covariance.clusters} clusters are few, so intervals may be too short (n_boot)")
    if made.design == "lagged_outcome":
        notes += _nickell(made, fit, options.lagged_effects)
    return "; ".join(notes)


def _nickell(made: DesignRows, fit: PanelFit, effects: bool) -> list[str]:
    each = len(made.y) / made.entities
    lag = made.names[1]
    if effects and lag in fit.names:
        rho = float(fit.coefficients[fit.names.index(lag)])
        bias = f", by about {(1 + rho) / (each - 1):.2f} here" if each > 1 else ""
        return [
            f"Nickell: with entity effects over {each:.3g} periods the coefficient of the lag is too low"
            f"{bias}, and the others are biased with it"
        ]
    if each > SHORT:
        return []
    return [
        "what is lasting of an entity is held constant only as far as the outcome before tells it; over "
        f"{each:.3g} periods entity effects beside it would be biased (Nickell)"
    ]
