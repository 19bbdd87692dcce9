"""Share of the customers who talked about the company, by where and how."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxlab.estimate.design import Lonely
from cxlab.estimate.estimates import Estimates
from cxlab.measure.score_table import By
from cxlab.measure.share import share
from cxlab.measure.told import TOLD, Source, Valence, told_flags
from cxlab.model.weights import WeightKind, Weights


def word_of_mouth(
    frame: Any,
    source: Source | None = None,
    valence: Valence | None = None,
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
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the share of customers who talked about the company offline or online, well or badly.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    source
        `offline` or `online`; None for both.
    valence
        `positive`, `negative` or `mixed`; None for all.
    sources, valences
        Columns of the two answers. Who did not talk has the source `none`, and needs no valence.
    by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, conf_level
        As in `cxlab.share`.

    Returns
    -------
    Estimates
        Shares of all who answered, whether they talked or not, with Wilson's interval; the outcome is called
        `offline_positive`, `online`, `negative` or `talked`. Who talked without saying how is left out where
        it matters how.

    Raises
    ------
    MeasureError
        Where a column is absent or holds another value, `source` or `valence` is unknown, or as
        `cxlab.share`.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    found = share(
        told_flags(frame, sources, valences, source, valence),
        TOLD,
        values=True,
        by=by,
        weight=weight,
        cluster=cluster,
        stratum=stratum,
        fpc=fpc,
        nest=nest,
        lonely=lonely,
        weight_kind=weight_kind,
        conf_level=conf_level,
    )
    outcome = "_".join(part for part in (source, valence) if part) or "talked"
    return replace(found, metric="word_of_mouth", outcome=outcome)
