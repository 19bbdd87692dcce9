"""From counts to shares with Wilson's interval: what every share-like measure returns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import rows_of
from cxlab.estimate.intervals import wilson
from cxlab.measure.score_table import ScoreTable


def share_rows(table: ScoreTable, inside: npt.NDArray[np.bool_], conf_level: float) -> pd.DataFrame:
    """Return the rows of a result: the share of answers in some columns of a table.

    Parameters
    ----------
    table
        Counts of k segments on m values.
    inside
        Which of the m values count, shape (m,).
    conf_level
        Confidence level of Wilson's interval, which stands on the effective base.
    """
    share = table.share_of(inside)
    low, high = wilson(share, table.n_eff, conf_level)
    base = np.where(table.n_eff > 0, table.n_eff, np.nan)
    return rows_of(
        table.levels,
        estimate=share,
        std_error=np.sqrt(share * (1 - share) / base),
        conf_low=low,
        conf_high=high,
        n=table.base,
        n_eff=table.n_eff,
    )
