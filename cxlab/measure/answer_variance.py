"""Variance of one answer, as a plan supposes it."""

from __future__ import annotations

from typing import Literal, get_args

from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError

SizedMeasure = Literal["nps", "share", "mean_score"]


def variance_of_answer(
    measure: SizedMeasure,
    variance: float | None,
    promoters: float | None,
    detractors: float | None,
    share: float | None,
) -> float:
    """Return the variance of one answer, from itself or from the shares that make it.

    Parameters
    ----------
    measure, variance, promoters, detractors, share
        As in `cxlab.sample_size`.

    Raises
    ------
    MeasureError
        Where it is named not once but never or twice, or is out of range.
    """
    require_option("measure", measure, get_args(SizedMeasure))
    net = promoters is not None or detractors is not None
    if (variance is not None) + net + (share is not None) != 1:
        raise MeasureError("the variance of an answer is not named once", remedy=_REMEDY[measure])
    if net:
        return _net_variance(measure, promoters, detractors)
    if share is not None:
        return _share_variance(measure, share)
    most = {"nps": 1.0, "share": 0.25}.get(measure, float("inf"))
    if variance is None or not 0 < variance <= most:
        raise MeasureError(f"{variance} is no variance of an answer", remedy=_REMEDY[measure])
    return variance


def require_positive(value: float, name: str) -> float:
    """Return a number above 0; raise MeasureError where it is not."""
    if not 0 < value < float("inf"):
        raise MeasureError(f"{name}={value} is not above 0", remedy="name a positive number")
    return value


def unit_size(measure: SizedMeasure) -> float:
    """Return how many units of the measure an answer's variance is one of: 100 points of NPS, else 1."""
    return 100.0 if measure == "nps" else 1.0


_REMEDY = {
    "nps": "say variance= (at most 1), or promoters= and detractors=",
    "share": "say variance= (at most 0.25), or share=",
    "mean_score": "say variance=, in the square of the score's unit",
}


def _net_variance(measure: SizedMeasure, promoters: float | None, detractors: float | None) -> float:
    if measure != "nps" or promoters is None or detractors is None:
        raise MeasureError(f"promoters= and detractors= do not fit '{measure}'", remedy=_REMEDY[measure])
    if promoters < 0 or detractors < 0 or not 0 < promoters + detractors <= 1:
        raise MeasureError(
            f"{promoters} promoters and {detractors} detractors are no shares of one sample",
            remedy="name shares between 0 and 1 that add up to at most 1",
        )
    spread = promoters + detractors - (promoters - detractors) ** 2
    if spread <= 0:
        raise MeasureError("all answers are supposed to be equal", remedy="suppose some of each class")
    return spread


def _share_variance(measure: SizedMeasure, share: float) -> float:
    if measure != "share" or not 0 < share < 1:
        raise MeasureError(f"share={share} does not fit '{measure}'", remedy=_REMEDY[measure])
    return share * (1 - share)
