"""How a sample was drawn, and what it does to a variance. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import require_several
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Lonely = Literal["fail", "centre"]
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class Design:
    """The columns that say how a sample was drawn.

    Parameters
    ----------
    cluster
        Column of the primary sampling unit (PSU), such as the account; None where every row is its own.
    stratum
        Column of the stratum; None where there is one.
    fpc
        Column for the finite population correction, one value per stratum: either how many PSUs the stratum
        has in the population, or which share of them was drawn. None where the population is large.
    nest
        Whether clusters are numbered anew in each stratum, so that one name may stand in several.
    lonely
        What to do with a stratum of a single PSU: `fail`, or `centre` it at the mean of the sample.

    Raises
    ------
    MeasureError
        Where `lonely` is none of the two.
    """

    cluster: str | None = None
    stratum: str | None = None
    fpc: str | None = None
    nest: bool = False
    lonely: Lonely = "fail"

    def __post_init__(self) -> None:
        require_option("lonely", self.lonely, get_args(Lonely))

    @property
    def given(self) -> bool:
        """Whether anything is known of how the sample was drawn."""
        return any(name is not None for name in (self.cluster, self.stratum, self.fpc))


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """The strata of a sample.

    Parameters
    ----------
    names
        Their names, shape (h,).
    psus
        PSUs drawn from each, shape (h,), with or without an answer.
    fraction
        Share of its PSUs that was drawn, shape (h,); 0 where the population is large.
    """

    names: npt.NDArray[np.object_]
    psus: Floats
    fraction: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PsuSums:
    """Sums over the PSUs of h strata, for k estimates.

    Parameters
    ----------
    first, second
        Σz and Σz², shape (h, k), where z is what one PSU adds to the linearised estimate.
    answering
        PSUs with an answer, shape (h, k).
    """

    first: Floats
    second: Floats
    answering: Floats


def strata_of(cells: pd.DataFrame, design: Design) -> Strata:
    """Return the strata of a sample.

    Parameters
    ----------
    cells
        Rows or groups of rows: `stratum`, `cluster`, `fpc`, `rows`.
    design
        How the sample was drawn.

    Raises
    ------
    MeasureError
        Where a cluster stands in several strata, or `fpc` contradicts itself or the sample.
    """
    if design.cluster is not None and not design.nest:
        _refuse_shared_clusters(cells, design)
    strata = cells.groupby("stratum", sort=True)
    drawn = strata["rows"].sum() if design.cluster is None else strata["cluster"].nunique()
    names = np.asarray(drawn.index, dtype=object)
    psus = np.asarray(drawn, dtype="float64")
    fraction = np.zeros_like(psus) if design.fpc is None else _fraction(cells, names, psus, design.fpc)
    return Strata(names, psus, fraction)


def design_variance(added: PsuSums, strata: Strata, design: Design) -> Floats:
    """Return the variance of k linearised estimates.

    Parameters
    ----------
    added
        Sums over the PSUs of each stratum.
    strata
        The strata.
    design
        How the sample was drawn.

    Returns
    -------
    array
        Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)², shape (k,). A stratum with a single PSU adds
        (1 − f_h) · z² under `lonely="centre"`.

    Raises
    ------
    MeasureError
        Where all answers come from a design of one cluster, or, under `lonely="fail"`, a stratum has a single
        PSU.

    References
    ----------
    Binder (1983), International Statistical Review 51, 279–292. Särndal, Swensson, Wretman (1992), Model
    Assisted Survey Sampling, sections 4.3 and 5.5. Lumley (2010), Complex Surveys, section 2.4 and page 40.
    """
    psus = strata.psus[:, None]
    single = psus == 1
    if design.cluster is not None or design.stratum is not None:
        concerned = single & (strata.fraction[:, None] < 1) & ((added.answering > 0) | (added.second > 0))
        _refuse_lonely(strata, concerned.any(axis=1), design)
    around = added.second - np.where(psus > 1, added.first**2 / np.maximum(psus, 1), 0.0)
    # What rounding leaves of a difference between equal sums is no variance.
    spread = np.where(around > ROUNDING * added.second, around, 0.0)
    scale = (1 - strata.fraction[:, None]) * np.where(single, 1.0, psus / np.maximum(psus - 1, 1))
    return (scale * spread).sum(axis=0)


def degrees_of_freedom(added: PsuSums) -> Floats:
    """Return PSUs with an answer less strata with one, shape (k,)."""
    return (added.answering - (added.answering > 0)).sum(axis=0)


def design_effect(std_error: Floats, spread: Floats, n: Floats, *, population: float | None = None) -> Floats:
    """Return how many times larger the variance is than that of a simple random sample of the same n.

    Parameters
    ----------
    std_error
        Standard error of a mean under the design, shape (k,).
    spread
        Variance S² of the answers in the population, shape (k,).
    n
        Answers, shape (k,).
    population
        Size N of the population. Where given, the simple random sample is drawn without replacement and its
        variance is (1 − n/N) · S²/n, as in R survey's `deff=TRUE`; else it is S²/n, as in `deff="replace"`,
        and the design effect is n over the effective base.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2.
    """
    correction = 1.0 if population is None else 1 - n / population
    return std_error**2 * n / (correction * spread)


def _refuse_shared_clusters(cells: pd.DataFrame, design: Design) -> None:
    pairs = cells[["cluster", "stratum"]].drop_duplicates().sort_values(["cluster", "stratum"])
    again = pairs["cluster"].duplicated()
    if again.any():
        shared = pairs.loc[again, "cluster"].unique()
        strata = list(pairs.loc[pairs["cluster"] == shared[0], "stratum"])
        raise MeasureError(
            f"the cluster '{shared[0]}' stands in {len(strata)} strata ({', '.join(strata[:3])}), "
            f"and {len(shared)} of {(~again).sum()} clusters stand in more than one",
            where=f"column '{design.cluster}'",
            remedy="give each cluster a name of its own, or say nest=True where each stratum numbers its own",
        )


def _fraction(cells: pd.DataFrame, names: npt.NDArray[np.object_], psus: Floats, column: str) -> Floats:
    values = cells.groupby("stratum", sort=True)["fpc"].agg(["min", "max"])
    low, high = (values[name].to_numpy() for name in ("min", "max"))
    where = f"column '{column}'"
    if (low < high).any():
        at = int(np.argmax(low < high))
        raise MeasureError(
            f"the stratum '{names[at]}' has two finite population corrections, {low[at]:g} and {high[at]:g}",
            where=where,
            remedy="give all rows of a stratum one value",
        )
    sizes = (high > 1).any()
    if (low <= 0).any() or (sizes and (low < 1).any()):
        raise MeasureError(
            f"a finite population correction of {low.min():g} to {high.max():g} is none",
            where=where,
            remedy="give population sizes, all at least 1, or sampling fractions above 0 and at most 1",
        )
    if sizes and (high < psus).any():
        at = int(np.argmax(high < psus))
        raise MeasureError(
            f"the stratum '{names[at]}' has {psus[at]:g} units in the sample, {high[at]:g} in the population",
            where=where,
            remedy="count what was sampled: clusters where cluster= names them, else rows",
        )
    return psus / high if sizes else high


def _refuse_lonely(strata: Strata, concerned: npt.NDArray[np.bool_], design: Design) -> None:
    unit = "row" if design.cluster is None else "cluster"
    if design.cluster is not None and concerned.any():
        require_several(int(strata.psus.sum()), design.cluster)
    if design.lonely == "fail" and concerned.any():
        names = [f"'{name}'" for name in strata.names[concerned]]
        raise MeasureError(
            f"{len(names)} strata have a single {unit} ({', '.join(names[:5])})",
            where="" if design.stratum is None else f"column '{design.stratum}'",
            remedy='join each to a stratum like it, or say lonely="centre"',
        )
