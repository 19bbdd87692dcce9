"""Is the company talked of well or badly? Positive less negative word of mouth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxlab.estimate.design import Lonely
from cxlab.estimate.estimates import Estimates
from cxlab.measure.nps import NpsMethod, nps
from cxlab.measure.score_table import By
from cxlab.measure.told import TOLD, Source, told_scores
from cxlab.model.weights import WeightKind, Weights


def word_of_mouth_balance(
    frame: Any,
    source: Source | None = None,
    *,
    sources: str = "wom_source",
    valences: str = "wom_valence",
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: NpsMethod = "score",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the net balance of word of mouth: share positive less share negative, of those who talked.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    source
        `offline` or `online`; None for both.
    sources, valences
        Columns of where (offline, online, none) and how (positive, negative, mixed) customers talked.
    by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, method, conf_level
        As in `cxlab.nps`.

    Returns
    -------
    Estimates
        In points, −100 to 100. Positive counts 1, mixed 0 and negative −1, so the balance has the variance
        and the interval of an NPS; `n` counts who talked and said how.

    Raises
    ------
    MeasureError
        Where a column is absent or holds another value, `source` is unknown, or as `cxlab.nps`.

    References
    ----------
    Tango (1998), Statistics in Medicine 17, 891–908: the interval of a difference of two shares of one
    multinomial.
    """
    found = nps(
        told_scores(frame, sources, valences, source),
        TOLD,
        by=by,
        weight=weight,
        cluster=cluster,
        stratum=stratum,
        fpc=fpc,
        nest=nest,
        lonely=lonely,
        weight_kind=weight_kind,
        method=method,
        conf_level=conf_level,
    )
    return replace(found, metric="word_of_mouth_balance", outcome=source or "talked")
