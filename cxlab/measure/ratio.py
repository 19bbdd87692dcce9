"""Ratio of two sums, with its precision: share of wallet, revenue retention, close rate by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from cxlab.estimate.estimates import rows_of
from cxlab.estimate.intervals import kish_n_eff, student, wilson
from cxlab.estimate.linearised import Precision, effective_base, linearised, places
from cxlab.estimate.sample import Sample

Floats = npt.NDArray[np.float64]
RESIDUAL = "cxlab_residual"
RATIO_T, RATIO_LOGIT = "ratio_t", "ratio_logit"
"""Names of the intervals: of a ratio that may exceed 1, and of one that is a share."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """Ratios of sums of k segments.

    Parameters
    ----------
    levels
        Level of each segment column, k rows.
    estimate
        Σwy / Σwx, shape (k,); NaN where Σwx is not above 0.
    precision
        Their precision.
    n, n_eff
        Rows with both amounts, and their effective base, shape (k,).
    large
        Base of the amounts, (Σwx)²/Σw²x², shape (k,): how many equal amounts x would be as spread.
    """

    levels: pd.DataFrame
    estimate: Floats
    precision: Precision
    n: Floats
    n_eff: Floats
    large: Floats

    def rows(self, conf_level: float) -> pd.DataFrame:
        """Return the rows of a result with t intervals."""
        return self._rows(*student(self.estimate, self.precision.std_error, self.precision.df, conf_level))

    def share_rows(self, conf_level: float) -> pd.DataFrame:
        """Return the rows of a result whose ratios are shares.

        The interval is Student's t of log(R/(1 − R)), turned back: amounts are skewed, and the t interval of
        R itself is too short. Where R is 0 or 1 it is Wilson's on the base of the amounts; where R is outside
        0–1, as refunds may bring it, Student's t of R.
        """
        r, error = self.estimate, self.precision.std_error
        inner = (r > 0) & (r < 1)
        safe = np.where(inner, r, np.nan)
        low, high = student(logit(safe), error / (safe * (1 - safe)), self.precision.df, conf_level)
        edge = wilson(np.where((r == 0) | (r == 1), r, np.nan), self.large, conf_level)
        outside = student(r, error, self.precision.df, conf_level)
        at_edge = (r == 0) | (r == 1)
        known = self.n > 1
        ends = (
            np.where(known, np.select([inner, at_edge], [expit(end), rim], plain), np.nan)
            for end, rim, plain in zip((low, high), edge, outside, strict=True)
        )
        return self._rows(*ends)

    def _rows(self, conf_low: Floats, conf_high: Floats) -> pd.DataFrame:
        return rows_of(
            self.levels,
            estimate=self.estimate,
            std_error=self.precision.std_error,
            conf_low=conf_low,
            conf_high=conf_high,
            n=self.n.astype("int64"),
            n_eff=self.n_eff,
        )


def ratio(sample: Sample, numerator: str, denominator: str, by: Sequence[str]) -> Ratio:
    """Return the ratio of two sums in each segment.

    Parameters
    ----------
    sample
        The rows, a pandas frame whose segments are texts, and their design.
    numerator, denominator
        Columns of the amounts y and x; a row that lacks one of them counts for neither.
    by
        Segment columns.

    Returns
    -------
    Ratio
        The variance is that of Σwd / Σwx with the residual d = y − Rx: n/(n − 1) · Σw²d² / (Σwx)², and by
        design as `cxlab.estimate.linearised` has it.

    References
    ----------
    Cochran (1977), Sampling Techniques, equation 6.13; Särndal, Swensson, Wretman (1992), Model Assisted
    Survey Sampling, section 5.6. The same as R survey's `svyratio`.
    """
    frame = sample.frame
    both = frame[[numerator, denominator]].notna().all(axis=1)
    amounts = frame[[numerator, denominator]].where(both)
    sample = replace(sample, frame=frame.assign(**{name: amounts[name] for name in amounts}))
    above, below = (sample.sums(name, by) for name in (numerator, denominator))
    levels = below.levels[list(by)].drop_duplicates(ignore_index=True) if len(by) else pd.DataFrame(index=[0])
    level, k = places(below.levels, levels), len(levels)
    n, sum_w, sum_w2, sum_wx, sum_w2x2 = (
        np.bincount(level, below.cells[name], k).astype("float64")
        for name in ("n", "sum_w", "sum_w2", "sum_wx", "sum_w2x2")
    )
    size = np.where(sum_wx > 0, sum_wx, np.nan)
    estimate = np.bincount(level, above.cells["sum_wx"], k) / size
    # The segments of the rows were spelt when they were read, so they are those of the sums.
    residual = amounts[numerator] - estimate[places(frame, levels)] * amounts[denominator]
    residuals = replace(sample, frame=sample.frame.assign(**{RESIDUAL: residual}))
    precision, spread = _precision(residuals, levels, by, n, sum_w, size)
    kish, large = kish_n_eff(sum_w, sum_w2), kish_n_eff(sum_wx, sum_w2x2)
    if sample.plain:
        return Ratio(levels, estimate, precision, n, kish, large)
    of_a_mean = replace(precision, std_error=precision.std_error * size / np.where(sum_w > 0, sum_w, np.nan))
    return Ratio(levels, estimate, precision, n, effective_base(spread, of_a_mean, kish), large)


def _precision(
    sample: Sample, levels: pd.DataFrame, by: Sequence[str], n: Floats, sum_w: Floats, size: Floats
) -> tuple[Precision, Floats]:
    """Return the precision of the residuals' sum over Σwx, and the residuals' variance S²."""
    sums, k = sample.sums(RESIDUAL, by), len(levels)
    correction = np.divide(n, n - 1, out=np.full(k, np.nan), where=n > 1)
    if sample.plain:
        squares = np.bincount(places(sums.levels, levels), sums.cells["sum_w2x2"], k)
        return Precision(np.sqrt(correction * squares) / size, np.maximum(n - 1, 0), n), np.full(k, np.nan)
    d2 = sample.frame[RESIDUAL].fillna(0.0).to_numpy(dtype="float64") ** 2
    w = 1.0 if sample.weight is None else np.nan_to_num(sample.frame[sample.weight].to_numpy(dtype="float64"))
    weighed = np.bincount(places(sample.frame, levels), w * d2, k)
    spread = np.divide(correction * weighed, sum_w, out=np.zeros(k), where=(sum_w > 0) & (n > 1))
    return linearised(sample, sums, levels, offset=np.zeros(k), total=size), spread
