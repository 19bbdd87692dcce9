"""Columns and constructs of a path model, as frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.measure.construct_quality import (
    average_variance_extracted,
    composite_reliability,
    rho_a,
)
from cxlab.measure.cronbach import cronbach_alpha
from cxlab.measure.path_figures import PathFigures
from cxlab.measure.path_model import PathModel

Floats = npt.NDArray[np.float64]


def item_table(figures: PathFigures, model: PathModel) -> pd.DataFrame:
    """Return one row per column: construct, weight, loading, communality (loading²), weight in the index."""
    loading = figures.loadings[0]
    return pd.DataFrame(
        {
            "construct": [model.constructs[place] for place in model.owner],
            "column": list(model.columns),
            "weight": figures.weights[0],
            "loading": loading,
            "communality": loading**2,
            "index_weight": figures.index_weights[0],
        }
    )


def construct_table(
    figures: PathFigures, model: PathModel, covariance: Floats, index: Floats
) -> pd.DataFrame:
    """Return one row per construct: index, R², reliability and validity.

    Parameters
    ----------
    figures
        Figures of the whole sample.
    model
        Constructs and columns.
    covariance
        Covariances of the p columns, shape (p, p).
    index
        Index of each construct, shape (k,).

    Returns
    -------
    pandas.DataFrame
        Reliability is that of mirrored constructs of two columns or more, NaN for others. Redundancy is the
        mean communality times R².
    """
    rows = []
    for place, name in enumerate(model.constructs):
        own = np.flatnonzero(model.owner == place)
        loadings, formative = figures.loadings[0, own], bool(model.is_formative[place])
        rows.append(
            {
                "construct": name,
                "mode": "B" if formative else "A",
                "items": len(own),
                "index": index[place],
                "r_squared": figures.r_squared[0, place],
                **_reliability(covariance[np.ix_(own, own)], figures.weights[0, own], loadings, formative),
                "redundancy": (loadings**2).mean() * figures.r_squared[0, place],
            }
        )
    return pd.DataFrame(rows)


def goodness_of_fit(figures: PathFigures, model: PathModel) -> float:
    """Return √(mean communality · mean R²), the mean over the columns of constructs with several.

    References
    ----------
    Tenenhaus, Amato and Esposito Vinzi (2004), Proceedings of the XLII SIS Scientific Meeting, 739–742.
    """
    several = model.membership.sum(axis=0)[model.owner] > 1
    communality = (figures.loadings[0] ** 2)[several if several.any() else slice(None)]
    return float(np.sqrt(communality.mean() * np.nanmean(figures.r_squared[0])))


def _reliability(covariance: Floats, weights: Floats, loadings: Floats, formative: bool) -> dict[str, float]:
    """Return the reliability of a score from the covariances and standardised weights of its own columns."""
    if formative:
        return dict.fromkeys(("alpha", "rho_a", "rho_c", "ave"), np.nan)
    spread = np.sqrt(np.diagonal(covariance))
    return {
        "alpha": cronbach_alpha(covariance),
        "rho_a": rho_a(covariance / np.outer(spread, spread), weights),
        "rho_c": composite_reliability(loadings),
        "ave": average_variance_extracted(loadings),
    }
