"""Customer effort: how easy it was, on average."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, get_args

from cxlab.estimate.design import Lonely
from cxlab.estimate.estimates import Estimates, Scale
from cxlab.estimate.require_option import require_option
from cxlab.measure.mean_score import mean_score
from cxlab.measure.score_table import By
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights

Direction = Literal["easy", "difficult"]
CES_SCALE: Scale = (1.0, 7.0)


def ces(
    frame: Any,
    score: str = "ces",
    *,
    direction: Direction | None = None,
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
    """Estimate the mean customer effort score on 1–7, where high is easy.

    Parameters
    ----------
    frame, by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, conf_level
        As in `cxlab.mean_score`.
    score
        Column of scores from 1 to 7. Missing answers are left out of the base.
    direction
        What a high score in the column means: `easy` ("they made it easy for me") or `difficult` ("how much
        effort did it take"). The scores do not tell, so it has to be said. A difficult scale is turned,
        8 − x, and the outcome is then called `8-ces`.

    Returns
    -------
    Estimates
        Means, called `ces`.

    Raises
    ------
    MeasureError
        Where no direction is named or it is unknown, an answer lies outside 1–7, and as `cxlab.mean_score`.

    References
    ----------
    Dixon, Freeman, Toman (2010), Harvard Business Review 88(7), 116–122.
    """
    require_direction(direction)
    result = mean_score(
        frame,
        score,
        scale=CES_SCALE,
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
    outcome = effort_outcome(score, direction)
    if direction == "easy":
        return replace(result, metric="ces", outcome=outcome)
    rows, ends = result.rows, sum(CES_SCALE)
    turned = rows.assign(
        estimate=ends - rows["estimate"],
        conf_low=ends - rows["conf_high"],
        conf_high=ends - rows["conf_low"],
    )
    return replace(result, metric="ces", outcome=outcome, rows=turned)


def effort_outcome(score: str, direction: Direction | None) -> str:
    """Return what was measured: the column, or the column turned."""
    return score if direction == "easy" else f"{sum(CES_SCALE):g}-{score}"


def require_direction(direction: Direction | None) -> None:
    """Raise MeasureError where nothing says what a high effort score means."""
    if direction is None:
        raise MeasureError(
            "nothing says whether a high effort score means easy or difficult",
            remedy='look at the question, and say direction="easy" or direction="difficult"',
        )
    require_option("direction", direction, get_args(Direction))
