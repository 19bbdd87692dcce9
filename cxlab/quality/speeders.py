"""Who was too quick to have read the questions?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.quality.answer_matrix import wave_responses
from cxlab.quality.flagged_answers import FlaggedAnswers

MEDIAN_SHARE = 1 / 3
MIN_GROUP = 30


def speeders(
    market: Market, wave: str | None = None, *, median_share: float = MEDIAN_SHARE
) -> FlaggedAnswers:
    """Flag the answers given in less than a third of the median time.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.
    median_share
        Share of the median below which an answer is flagged.

    Returns
    -------
    FlaggedAnswers
        `duration_s` and `median_s` of each answer. The median is that of the wave and channel, or of the wave
        where fewer than 30 answers of the channel have a duration; an answer without a duration is not
        judged.

    Raises
    ------
    MeasureError
        Where `median_share` is not between 0 and 1 or the wave has no answers.

    References
    ----------
    Greszki, Meyer, Schoen (2015), Public Opinion Quarterly 79, 471–503, who compare shares of the median.
    """
    return judge_speed(wave_responses(market, wave), median_share=median_share)


def judge_speed(responses: pd.DataFrame, *, median_share: float = MEDIAN_SHARE) -> FlaggedAnswers:
    """Flag the quick answers of one wave; the options are those of `speeders`."""
    if not 0 < median_share < 1:
        raise MeasureError(f"median_share={median_share:g} makes no rule", remedy="take one between 0 and 1")
    absent = pd.Series(np.nan, index=responses.index)
    duration = responses.get("duration_s", absent).astype("float64")
    median = pd.Series(duration.median(), index=responses.index)
    if "channel" in responses:
        groups = duration.groupby(responses["channel"], dropna=False)
        median = groups.transform("median").where(groups.transform("count") >= MIN_GROUP, median)
    flagged = (duration < median_share * median).astype("boolean").mask(duration.isna())
    rows = pd.DataFrame(
        {
            "response_id": responses["response_id"],
            "duration_s": duration,
            "median_s": median,
            "flagged": flagged,
        }
    )
    rule = f"answered in less than {median_share:.0%} of the median time of the wave and channel"
    return FlaggedAnswers("speeders", rule, rows)
