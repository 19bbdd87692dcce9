"""Rows of a result: combinations of coefficients with their errors, tests and intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlab.estimate.intervals import student
from cxlab.linkage.shape_fit import Combined

FIGURES = ["estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]


def term_rows(terms: Sequence[str], found: Combined, df: int, conf_level: float) -> pd.DataFrame:
    """Return one row per combination: `term` and FIGURES."""
    each = np.full(len(terms), float(df))
    low, high = student(found.estimate, found.std_error, each, conf_level)
    table = pd.DataFrame({"term": pd.Series(list(terms), dtype="str")})
    error = np.where(found.std_error > 0, found.std_error, np.nan)
    figures = [found.estimate, found.std_error, found.estimate / error, each, found.p_value(df), low, high]
    return table.assign(**dict(zip(FIGURES, figures, strict=True)))
