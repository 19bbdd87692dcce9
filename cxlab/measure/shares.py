"""From counts to shares with an interval: what every share-like measure returns."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from cxlab.estimate.estimates import rows_of
from cxlab.estimate.intervals import agresti_coull, clopper_pearson, normal_quantile, student, wilson
from cxlab.estimate.linearised import Precision, effective_base, linearised
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import Sample
from cxlab.measure.score_table import ScoreTable
from cxlab.tally.cluster_sums import ClusterSums
from cxlab.tally.recode import Recode

Floats = npt.NDArray[np.float64]
EDGE = 1e-12
ShareMethod = Literal["wilson", "agresti_coull", "clopper_pearson", "logit"]
_ON_A_BASE = {"wilson": wilson, "agresti_coull": agresti_coull, "clopper_pearson": clopper_pearson}


def require_share_method(method: str) -> None:
    """Raise MeasureError where there is no such interval of a share."""
    require_option("method", method, get_args(ShareMethod))


def shares_of_scores(
    sample: Sample,
    table: ScoreTable,
    score: str,
    recode: Recode,
    *,
    by: tuple[str, ...],
    method: ShareMethod,
    conf_level: float,
) -> pd.DataFrame:
    """Return the rows of a result: the share of the answers that a recode turns into 1.

    Parameters
    ----------
    sample
        The rows and their design.
    table
        Counts of their k segments on m scores.
    score, by
        Columns of the score and of the segments.
    recode
        1 for a score that counts, 0 for another.
    method, conf_level
        As in `cxlab.share`.
    """
    inside = recode.numbers(table.scores) == 1
    if sample.plain and method != "logit":
        return share_rows(table, inside, conf_level, method=method)
    sums = sample.sums(score, by, recode=recode)
    return design_share_rows(sample, sums, table, inside, method=method, conf_level=conf_level)


def share_rows(
    table: ScoreTable, inside: npt.NDArray[np.bool_], conf_level: float, *, method: ShareMethod = "wilson"
) -> pd.DataFrame:
    """Return the rows of a result: the share of answers in some columns of a table.

    Parameters
    ----------
    table
        Counts of k segments on m values.
    inside
        Which of the m values count, shape (m,).
    conf_level
        Confidence level of the interval, which stands on the effective base.
    method
        An interval that needs no more than a share and its base: any but `logit`.
    """
    share = table.share_of(inside)
    low, high = _ON_A_BASE[method](share, table.n_eff, conf_level)
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


def interval_name(sample: Sample, method: str) -> str:
    """Return the name of an interval: the method, and whether a design is behind it."""
    return method if sample.plain else f"{method}_design"


def design_share_rows(
    sample: Sample,
    sums: ClusterSums,
    table: ScoreTable,
    inside: npt.NDArray[np.bool_],
    *,
    method: ShareMethod,
    conf_level: float,
) -> pd.DataFrame:
    """Return the rows of a result: shares with the precision of a design.

    Parameters
    ----------
    sample
        The rows and their design.
    sums
        Sums over the rows of a variable that is 1 where a row counts and 0 where it does not.
    table
        Counts of k segments on m values.
    inside
        Which of the m values count, shape (m,).
    method
        `wilson`, `agresti_coull` or `clopper_pearson` on the effective base, with the quantile of Student's
        t in the place of the normal one;
        `logit` is Student's interval of log(p/(1 − p)), turned back. There is none where p is 0 or 1.
    conf_level
        Confidence level.

    References
    ----------
    Korn, Graubard (1998), Survey Methodology 24, 193–201 (effective base and its t correction). R survey,
    `svyciprop`, method logit.
    """
    share, n = table.share_of(inside), table.base.astype("float64")
    precision = linearised(sample, sums, table.levels, offset=share, total=table.sum_w.sum(axis=1))
    # At 0 and 1 rounding may leave a trace of variance.
    inner = share * (1 - share) > EDGE
    spread = np.divide(n * share * (1 - share), n - 1, out=np.zeros_like(n), where=inner & (n > 1))
    n_eff = effective_base(spread, precision, table.n_eff)
    if method == "logit":
        low, high = _logit_interval(np.where(inner, share, np.nan), precision, conf_level)
    else:
        low, high = _ON_A_BASE[method](share, _student_base(precision, n_eff, conf_level), conf_level)
    return rows_of(
        table.levels,
        estimate=share,
        std_error=precision.std_error,
        conf_low=low,
        conf_high=high,
        n=table.base,
        n_eff=n_eff,
    )


def _logit_interval(share: Floats, precision: Precision, conf_level: float) -> tuple[Floats, Floats]:
    std_error = precision.std_error / (share * (1 - share))
    low, high = student(logit(share), std_error, precision.df, conf_level)
    return expit(low), expit(high)


def _student_base(precision: Precision, n_eff: Floats, conf_level: float) -> Floats:
    # A base made smaller by (z/t)² puts t in the place of z: Wilson's ends and those of Agresti and Coull
    # depend on z²/n alone. Korn and Graubard take it for the exact interval too.
    zero, one = np.zeros_like(n_eff), np.ones_like(n_eff)
    _, t = student(zero, one, precision.df, conf_level)
    return np.nan_to_num(n_eff * (normal_quantile(conf_level) / t) ** 2)
