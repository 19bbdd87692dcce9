"""Share of wallet from the rank of a brand alone, beside the share that is spent."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import cluster_codes
from cxlab.estimate.design import Design
from cxlab.estimate.estimates import MISSING_LEVEL, Weighting, level_names, name_of, weighting_of
from cxlab.estimate.hidden_cells import hidden_cells, too_small
from cxlab.estimate.intervals import Floats, require_conf_level, student_quantile
from cxlab.linkage.brand_wallets import BRAND, RESPONDENT, brand_wallets
from cxlab.linkage.wallet_means import cells_of, wallet_means
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import refuse_bad_weights

Ints = npt.NDArray[np.int64]
_FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]
_PARTS = {"share": "share", "observed": "observed", "gap": "difference"}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WalletRankShare:
    """Shares of wallet by the rank rule, of the people who rank each brand.

    Parameters
    ----------
    by
        Segment columns; empty for everyone.
    ranked_by
        Column the ranks were made of.
    rows
        One row per brand and segment: `brand`, `level`; `share` by the rule with its `_std_error`,
        `_conf_low`, `_conf_high`, `_n` (respondents who rank the brand) and `_n_eff`; `observed`, their share
        of spend, and `difference` (rule less observed), each with the same figures, on those whose spend is
        known; `suppressed`.
    correlation, correlation_low, correlation_high
        Of the two shares over respondents and brands, with its interval; respondents of one brand, whose
        shares are both 1, are left out. NaN without spend.
    pairs
        How many respondents' brands it is made of.
    respondents, units
        Respondents, and clusters.
    conf_level
        Confidence level.
    weighting
        `none` or `weighted`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    by: tuple[str, ...]
    ranked_by: str
    rows: pd.DataFrame
    correlation: float
    correlation_low: float
    correlation_high: float
    pairs: int
    respondents: int
    units: int
    conf_level: float
    weighting: Weighting
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per brand and segment."""
        return self.rows.assign(
            by=name_of(self.by), ranked_by=self.ranked_by, correlation=self.correlation,
            conf_level=self.conf_level, weighting=self.weighting,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.rows[~self.rows["suppressed"] & self.rows["share"].notna()]
        if shown.empty:
            return "Share of wallet by rank: too few answers to say."
        best = shown.sort_values("share", ascending=False, kind="stable").iloc[0]
        where = f" ({best['level']})" if self.by else ""
        weighed = f", n_eff = {best['share_n_eff']:.0f}" if self.weighting == "weighted" else ", unweighted"
        known = np.isfinite(best["share_conf_low"])
        ends = f"{best['share_conf_low']:.1%} to {best['share_conf_high']:.1%}" if known else "unknown"
        return (
            f"By the rank rule {best['brand']}{where} has the largest share of wallet among those who rank "
            f"it, {best['share']:.1%} ({100 * self.conf_level:g}% interval {ends}, n = {best['share_n']}"
            f"{weighed}){self._beside(best)}. The rule knows ranks only: it says what a rank goes with on "
            "average, not what a better rank would bring."
        )

    def _beside(self, row: pd.Series) -> str:
        if not np.isfinite(self.correlation):
            return ", and no spend stands beside it"
        seen = row["observed"]
        own = f"; of what they spend it has {seen:.1%}" if np.isfinite(seen) else ""
        known = np.isfinite(self.correlation_low)
        ends = f"{self.correlation_low:.2f} to {self.correlation_high:.2f}" if known else "unknown"
        return f"{own}; the two shares correlate by {self.correlation:.2f} ({ends})"

    def suppress(self, min_base: int) -> WalletRankShare:
        """Return the result with small bases blank, and those that could be found from the others.

        A respondent's shares add up to 1, so that one hidden brand could be found from all others.
        """
        if min_base <= self.min_base:
            return self
        names = [
            [row["brand"], *(level_names(row["level"], len(self.by)) if self.by else [])]
            for _, row in self.rows.iterrows()
        ]
        cells = np.array(names, dtype=object).reshape(len(names), len(self.by) + 1)
        rows = self.rows.copy()
        hidden = np.zeros(len(rows), dtype=bool)
        for part in _PARTS.values():
            base = rows[[f"{part}_n", f"{part}_n_eff"]].astype("float64").min(axis=1, skipna=False)
            # What is hidden of the rule stays hidden of the spend: the two and their difference are one sum.
            hidden = hidden | hidden_cells(cells, base.to_numpy(), min_base)
            rows.loc[hidden, [part, *(f"{part}_{name}" for name in _FIGURES[1:])]] = pd.NA
            if part == "share":
                rows["suppressed"] = hidden
        if not too_small(min(self.respondents, self.units), min_base):
            return replace(self, rows=rows, min_base=min_base)
        nan = float("nan")
        return replace(
            self, rows=rows, correlation=nan, correlation_low=nan, correlation_high=nan, min_base=min_base
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = [
            "brand",
            "level",
            "share",
            "share_conf_low",
            "share_conf_high",
            "share_n",
            "observed",
            "difference",
        ]
        shown = self.rows[some if self.by else [name for name in some if name != "level"]]
        table = shown.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def wallet_rank_share(
    frame: Any,
    *,
    score: str = "score",
    rank: str | None = None,
    spend: str | None = None,
    category: str | None = None,
    area: str | None = None,
    by: str | Sequence[str] | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> WalletRankShare:
    """Estimate shares of wallet from ranks: `cx.wallet_rank_share(market.brand_ratings, spend="spend")`.

    Parameters
    ----------
    frame
        Ratings of brands, one row per respondent, brand and, where asked, area: `response_id`, `brand`, the
        score; pandas, polars, a DuckDB relation, or any frame narwhals knows.
    score
        Column of the rating; brands are ranked by its mean over areas, ties averaged.
    rank
        Column of a rank the respondents gave themselves (1 is the best), taken in place of the rating. Only
        its order counts: the brands a respondent ranks are ranked anew from 1 to N.
    spend
        Column of what the respondent spends with each brand, to be set beside; None: nothing is.
    category, area
        Category and area to take. None: the only category; all areas.
    by
        Segment column or columns of the respondents.
    weight
        Column of sampling weights ≥ 0, one for each respondent; only their ratios matter.
    cluster
        Column that says which respondents belong together; None: each stands for itself.
    conf_level
        Confidence level of each t interval.

    Returns
    -------
    WalletRankShare
        Of each brand the mean over the N brands' users of (1 − rank/(N + 1)) · 2/N, which adds up to 1 over
        the brands of a respondent; N is how many brands the respondent ranks, which may differ. Beside it the
        mean share of spend of the same users and the paired difference. Errors are linearised, by respondent
        or cluster.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, a brand was rated twice, there are several categories
        and none is named, a respondent has two ranks, spends, segments or weights, or spend is negative.

    References
    ----------
    Keiningham, Aksoy, Buoye, Cooil (2011), Harvard Business Review 89(10), 29–31 (the rule). Särndal,
    Swensson, Wretman (1992), Model Assisted Survey Sampling, section 5.8 (means of domains).
    """
    require_conf_level(conf_level)
    segments = [by] if isinstance(by, str) else list(by or ())
    for place, name in enumerate(segments):
        if name in segments[:place] or name in (BRAND, RESPONDENT):
            raise MeasureError(f"by= cannot name '{name}'", remedy="name each segment column once")
    units = RESPONDENT if cluster is None else cluster
    wallets = brand_wallets(
        frame, score=score, rank=rank, spend=spend, category=category, area=area, others=[*segments, units],
        weight=weight,
    )  # fmt: skip
    if wallets.empty:
        raise MeasureError("no brand was ranked or rated", remedy="see whether the column holds any answer")
    wallets = wallets.assign(gap=wallets["share"] - wallets["observed"])
    w = _weights(wallets, weight)
    unit = cluster_codes(wallets[units], units)
    # A single respondent has shares and no interval; a design of one cluster would be refused.
    alone = cluster is None and wallets[RESPONDENT].nunique() == 1
    rows = _rows(wallets, segments, w, unit, Design(cluster=None if alone else units), conf_level)
    r, low, high, pairs = _correlation(wallets, w, unit, conf_level)
    return WalletRankShare(
        tuple(segments), score if rank is None else rank, rows, r, low, high, pairs,
        wallets[RESPONDENT].nunique(), int(unit.max()) + 1, conf_level, weighting_of(weight),
    )  # fmt: skip


def _weights(wallets: pd.DataFrame, weight: str | None) -> Floats:
    if weight is None:
        return np.ones(len(wallets))
    w = wallets[weight].to_numpy(dtype="float64")
    refuse_bad_weights(int((~(w >= 0)).sum()), weight)
    return w


def _rows(
    wallets: pd.DataFrame, segments: Sequence[str], w: Floats, unit: Ints, design: Design, conf_level: float
) -> pd.DataFrame:
    named = wallets[[BRAND, *segments]]
    place = named.groupby([BRAND, *segments], sort=False, observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(place, return_index=True)
    levels = named.iloc[first].astype("object").reset_index(drop=True)
    order = levels.sort_values([BRAND, *segments]).index.to_numpy()
    levels, place = levels.iloc[order].reset_index(drop=True), np.argsort(order)[place]
    named = levels[[*segments]].fillna(MISSING_LEVEL).astype("str")
    level = pd.Series([name_of(list(row)) for row in named.itertuples(index=False)], dtype="str")
    out = pd.DataFrame({"brand": levels[BRAND].astype("str"), "level": level})
    cells = cells_of(unit, place, len(levels))
    for column, part in _PARTS.items():
        figures = wallet_means(wallets[column].to_numpy(), w, cells, design, conf_level)
        names = {name: part if name == "estimate" else f"{part}_{name}" for name in _FIGURES}
        out = out.assign(**{names[name]: figures[name] for name in _FIGURES}).astype({f"{part}_n": "Int64"})
    return out.assign(suppressed=False)


def _correlation(
    wallets: pd.DataFrame, w: Floats, unit: Ints, conf_level: float
) -> tuple[float, float, float, int]:
    """Return the correlation of both shares, its interval (Fisher's z, by cluster) and its base in pairs."""
    kept = (wallets["observed"].notna() & (wallets["brands"] > 1)).to_numpy()
    x, y, w = (column[kept] for column in (wallets["share"].to_numpy(), wallets["observed"].to_numpy(), w))
    nan, pairs = float("nan"), len(x)
    if not pairs or w.sum() == 0 or np.ptp(x[w > 0]) == 0 or np.ptp(y[w > 0]) == 0:
        return nan, nan, nan, pairs
    w = w / w.sum()
    zx, zy = ((column - w @ column) / np.sqrt(w @ (column - w @ column) ** 2) for column in (x, y))
    r = float(w @ (zx * zy))
    added = np.bincount(pd.factorize(unit[kept])[0], w * (zx * zy - r / 2 * (zx**2 + zy**2)))
    groups = len(added)
    if groups < 2 or abs(r) > 1 - 1e-12:
        return r, nan, nan, pairs
    error = np.sqrt(groups / (groups - 1) * (added**2).sum()) / (1 - r**2)
    reach = float(student_quantile(np.array([groups - 1.0]), conf_level)[0] * error)
    return r, float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach)), pairs
