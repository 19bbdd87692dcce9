"""Items as a wide frame: one row per respondent, one column per attribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.measure.ratings import ratings_of
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows

WHOLE_LINE = (-np.inf, np.inf)


def wide_items(
    items: Any,
    respondents: Any | None = None,
    *,
    kind: str = "satisfaction",
    attributes: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Arrange the items of one kind by respondent, as `reliability` takes them.

    Parameters
    ----------
    items
        `response_id`, `attribute_id`, `kind`, `score`, such as `market.response_items`.
    respondents
        One row per `response_id`; items of others are left out. Their columns stand beside the scores.
    kind
        `satisfaction`, `importance` or `expectation`.
    attributes
        Attributes to take; None takes all of this kind.

    Returns
    -------
    pandas.DataFrame
        One row per respondent, `response_id` first, then the attributes, sorted, then the other columns of
        the respondents. NaN where a respondent did not rate an attribute.

    Raises
    ------
    MeasureError
        Where columns are absent, nobody rated this kind, a respondent rated an attribute twice, or an
        attribute bears the name of a column of the respondents.
    """
    ratings = ratings_of(
        items,
        respondents,
        scales={kind: WHOLE_LINE},
        attributes=attributes,
        weight=None,
        weight_kind="sampling",
        design=Design(),
    )
    ids = ratings.sample.frame[["response_id"]]
    scores = pd.DataFrame(ratings.scores[kind], columns=list(ratings.attributes), index=ids.index)
    if respondents is None:
        return ids.join(scores)
    own = lazy_rows(respondents).collect().to_pandas().set_axis(ids.index, axis="index")
    own = own.drop(columns="response_id")
    if taken := [name for name in ratings.attributes if name in own]:
        raise MeasureError(
            f"'{taken[0]}' is an attribute and a column of the respondents", remedy="rename the column"
        )
    return pd.concat([ids, scores, own], axis="columns")
