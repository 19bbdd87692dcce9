"""The parameters of a multi-group factor model, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlab.estimate.intervals import normal_quantile
from cxlab.markets.factor_model import FactorModel
from cxlab.markets.layout import FIXED
from cxlab.markets.multigroup import MultigroupFit


def parameter_table(
    fit: MultigroupFit, model: FactorModel, markets: Sequence[str], conf_level: float
) -> pd.DataFrame:
    """Return one row per market and parameter.

    Parameters
    ----------
    fit
        A fitted model.
    model
        Which item measures which factor.
    markets
        Names of the groups.
    conf_level
        Confidence level of the normal intervals.

    Returns
    -------
    pandas.DataFrame
        `market`, `kind` (`loading`, `intercept`, `residual_variance`, `factor_covariance`, `latent_mean`),
        `name`, `factor`, `estimate`, `std_error`, `conf_low`, `conf_high`, `equal` (held equal in all
        markets). A fixed parameter has no standard error.
    """
    names = _names(model)
    reach = normal_quantile(conf_level)
    frames = []
    for at, market in enumerate(markets):
        index = fit.layout.index[at]
        std_error = np.where(index == FIXED, np.nan, fit.std_error[at])
        # A free parameter of one group stands at one place only.
        equal = (index != FIXED) & ((fit.layout.index == index).sum(axis=0) > 1)
        frames.append(
            names.assign(
                market=market,
                estimate=fit.local[at],
                std_error=std_error,
                conf_low=fit.local[at] - reach * std_error,
                conf_high=fit.local[at] + reach * std_error,
                equal=equal,
            )
        )
    table = pd.concat(frames, ignore_index=True)
    return table[
        ["market", "kind", "name", "factor", "estimate", "std_error", "conf_low", "conf_high", "equal"]
    ]


def _names(model: FactorModel) -> pd.DataFrame:
    own = [model.factors[at] for at in model.factor]
    pairs = list(zip(*np.tril_indices(len(model.factors)), strict=True))
    rows = [("loading", item, factor) for item, factor in zip(model.items, own, strict=True)]
    rows += [("intercept", item, factor) for item, factor in zip(model.items, own, strict=True)]
    rows += [("residual_variance", item, factor) for item, factor in zip(model.items, own, strict=True)]
    rows += [("factor_covariance", model.factors[j], model.factors[i]) for i, j in pairs]
    rows += [("latent_mean", factor, factor) for factor in model.factors]
    return pd.DataFrame(rows, columns=["kind", "name", "factor"])
