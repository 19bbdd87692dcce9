"""A Pareto: what makes up most of a count or an amount."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import MISSING_LEVEL, Estimates, suppress
from cxlab.estimate.intervals import wilson
from cxlab.estimate.sample import sample_of
from cxlab.measure.ratio import RATIO_LOGIT, ratio
from cxlab.measure.share import share
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Pareto:
    """Levels of a column, the largest first, with their shares and what they add up to.

    Parameters
    ----------
    shares
        Share of each level, the largest first, equal ones by name; `n` is the base all shares have in common.
    amounts
        Count or amount of each level, shape (k,), in the order of the shares.
    cumulative
        What the shares add up to, shape (k,).
    vital
        Whether a level belongs to the few that reach the line, shape (k,). Levels of equal size are in or out
        together.
    line
        The line, such as 0.8.
    """

    shares: Estimates
    amounts: Floats
    cumulative: Floats
    vital: npt.NDArray[np.bool_]
    line: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per level: the columns of `metrics.csv`, then `amount`, `cumulative` and `vital`."""
        more = pd.DataFrame({"amount": self.amounts, "cumulative": self.cumulative, "vital": self.vital})
        more = more.astype({"vital": "boolean"})
        more.loc[self.shares.rows["suppressed"].to_numpy(), :] = pd.NA
        return pd.concat([self.shares.tidy().reset_index(drop=True), more], axis="columns")

    def suppress(self, min_base: int) -> Pareto:
        """Return the Pareto with its figures blanked where the base of the shares is below `min_base`."""
        return replace(self, shares=suppress(self.shares, min_base))

    def summary(self) -> str:
        """Return one honest sentence in English."""
        rows = self.shares.rows
        subject = f"{self.shares.metric} of {self.shares.outcome}"
        if rows["suppressed"].any() or not rows["estimate"].notna().any():
            return f"{subject}: too few cases to say."
        few, n = rows[self.vital], int(rows["n"].iloc[0])
        named = ", ".join(f"{row['level']} {100 * row['estimate']:.1f}%" for _, row in few.iterrows())
        reached = 100 * self.cumulative[self.vital][-1]
        return (
            f"{subject}: {len(few)} of {len(rows)} levels make up {reached:.1f}% ({named}; n = {n}, "
            "unweighted)."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the levels as a small table, without ids or times."""
        columns = ["level", "amount", "estimate", "conf_low", "conf_high", "cumulative", "vital"]
        table = self.tidy()[columns].round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def pareto(
    frame: Any,
    column: str,
    *,
    amount: str | None = None,
    cluster: str | None = None,
    line: float = 0.8,
    conf_level: float = 0.95,
) -> Pareto:
    """Rank the levels of a column by their share of a count or of an amount.

    Parameters
    ----------
    frame
        One row per case; a frame of any engine.
    column
        Column of names or codes. Cases without one are a level of their own, `(missing)`, in its own place.
    amount
        Column of amounts ≥ 0; None where each case counts 1.
    cluster
        Column that tells which cases belong together, such as the choices of one respondent; None where each
        stands alone.
    line
        The line the vital few reach together: they are the fewest levels, the largest first, whose shares
        add up to it. A level as large as the last of them is one of them.
    conf_level
        Confidence level: of Wilson's interval by count, of the t interval of the log odds by amount.

    Returns
    -------
    Pareto
        Shares of all cases. Each interval stands for its own level; none says how sure the order is.

    Raises
    ------
    MeasureError
        Where a column is absent, an amount is missing or negative, or `line` is not above 0 and at most 1.

    References
    ----------
    Juran (1951), Quality Control Handbook. Wilson (1927), JASA 22, 209–212.
    """
    if not 0 < line <= 1:
        raise MeasureError(f"a line of {line:g} is none", remedy="take a share above 0, such as 0.8")
    names = [column] if cluster is None else [column, cluster]
    rows = table_rows(frame, names=names, amounts=[] if amount is None else [amount])
    rows = rows.fillna({column: MISSING_LEVEL})
    sizes = _sizes(rows, column, amount)
    total = float(sizes.sum())
    size = sizes.to_numpy(dtype="float64")
    method = "wilson" if amount is None else RATIO_LOGIT
    if amount is not None:
        figures = _by_amount(rows, column, amount, sizes, Design(cluster), conf_level)
    elif cluster is None or rows.empty:
        figures = _by_count(size, conf_level)
    else:
        figures, method = _by_cluster(rows, column, sizes, cluster, conf_level), "wilson_design"
    base = len(rows)
    table = pd.DataFrame({"level": sizes.index.astype("str"), "n_eff": float(base), **figures})
    table = table.assign(n=base, suppressed=False).astype({"n": "Int64"})
    columns = ["level", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "suppressed"]
    cumulative = np.cumsum(size) / total if total > 0 else np.full(len(size), np.nan)
    shares = Estimates("pareto", column, (column,), "share", method, conf_level, "none", table[columns])
    return Pareto(shares, size, cumulative, _vital(size, cumulative, line), line)


def _sizes(rows: pd.DataFrame, column: str, amount: str | None) -> pd.Series:
    """Count or add up each level, the largest first, equal ones by name."""
    if amount is None:
        sizes = rows.groupby(column, sort=True).size().astype("float64")
    else:
        bad = rows[amount].isna() | (rows[amount] < 0)
        if bad.any():
            raise MeasureError(
                f"{bad.sum():,} cases have no amount or a negative one",
                where=f"column '{amount}'",
                remedy="give each its amount, or count the cases: amount=None",
            )
        sizes = rows.groupby(column, sort=True)[amount].sum()
    return sizes.sort_values(ascending=False, kind="stable")


def _by_count(size: Floats, conf_level: float) -> dict[str, Floats]:
    n = size.sum()
    part = size / n if n > 0 else np.full(len(size), np.nan)
    low, high = wilson(part, np.full(len(size), n), conf_level)
    spread = np.sqrt(part * (1 - part) / n) if n > 0 else part
    return {"estimate": part, "std_error": spread, "conf_low": low, "conf_high": high}


def _by_cluster(
    rows: pd.DataFrame, column: str, sizes: pd.Series, cluster: str, conf_level: float
) -> dict[str, Floats]:
    """Take each level's share of the cases, of which one cluster may bear several."""
    parts = [
        share(rows, column, values=level, cluster=cluster, conf_level=conf_level).rows.iloc[0]
        for level in sizes.index
    ]
    names = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]
    return {name: np.array([part[name] for part in parts], dtype="float64") for name in names}


def _by_amount(
    rows: pd.DataFrame, column: str, amount: str, sizes: pd.Series, design: Design, conf_level: float
) -> dict[str, Floats]:
    """Take each level's share of the amount as a ratio of sums over all cases."""
    parts = []
    for level in sizes.index:
        own = rows.assign(own=rows[amount].where(rows[column] == level, 0.0))
        found = ratio(sample_of(own, None, design), "own", amount, [])
        parts.append(found.share_rows(conf_level).iloc[0])
    names = ["estimate", "std_error", "conf_low", "conf_high"]
    return {name: np.array([part[name] for part in parts], dtype="float64") for name in names}


def _vital(size: Floats, cumulative: Floats, line: float) -> npt.NDArray[np.bool_]:
    reached = np.flatnonzero(cumulative >= line - ROUNDING)
    return size >= size[reached[0]] if len(reached) else np.zeros(len(size), dtype=bool)
