"""How well a set of questions measures one thing: Cronbach's alpha and McDonald's omega."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates, Weighting, rows_of, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.measure.cronbach import cronbach_alpha, feldt, pair_covariances
from cxlab.measure.one_factor import one_factor
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind
from cxlab.tally.covariances import ratio
from cxlab.tally.entry import lazy_rows, refuse_bad_weights, require_names, require_numbers
from cxlab.tally.one_pass import refuse_parts

Floats = npt.NDArray[np.float64]
Missing = Literal["complete", "pairwise"]
Coefficient = Literal["alpha", "omega"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Reliability:
    """Reliability of the sum, or mean, of k items.

    Parameters
    ----------
    name
        What the items measure together.
    alpha, conf_low, conf_high
        Cronbach's alpha and Feldt's interval; NaN where there is nothing to estimate.
    omega
        McDonald's omega of one factor; NaN where no single factor can be fitted, and `notes` say why.
    items
        One row per item: `item`, `n`, `mean`, `std_dev`, `item_total` (correlation with the sum of the
        others) and `alpha_if_dropped`.
    n, n_eff
        Respondents and Kish's effective base; under `pairwise` those of the pair with the fewest.
    missing
        `complete` or `pairwise`.
    weighting
        `none` or `weighted`.
    conf_level
        Confidence level.
    notes
        What to know before the figures are used, in plain sentences; empty where there is nothing.
    suppressed
        Whether the figures were blanked for a small base.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    name: str
    alpha: float
    conf_low: float
    conf_high: float
    omega: float
    items: pd.DataFrame
    n: int
    n_eff: float
    missing: Missing
    weighting: Weighting
    conf_level: float
    notes: tuple[str, ...] = ()
    suppressed: bool = False
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per item."""
        return self.items.copy()

    def estimates(self, coefficient: Coefficient = "alpha") -> Estimates:
        """Return alpha, or omega (which has no interval), as a row of `metrics.csv`."""
        require_option("coefficient", coefficient, get_args(Coefficient))
        ends = (self.conf_low, self.conf_high) if coefficient == "alpha" else (np.nan, np.nan)
        rows = rows_of(
            pd.DataFrame(index=[0]),
            estimate=getattr(self, coefficient),
            std_error=np.nan,
            conf_low=ends[0],
            conf_high=ends[1],
            n=pd.NA if self.suppressed else self.n,
            n_eff=self.n_eff,
        ).assign(suppressed=self.suppressed)
        method = "feldt" if coefficient == "alpha" else "one_factor"
        method += "_pairwise" if self.missing == "pairwise" else ""
        return Estimates(
            coefficient, self.name, (), "score", method, self.conf_level, self.weighting, rows, (0.0, 1.0),
            self.min_base,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.suppressed or not np.isfinite(self.alpha):
            return " ".join([f"Reliability of {self.name}: too few answers to say.", *self.notes])
        known = np.isfinite(self.conf_low)
        interval = f"{self.conf_low:z.3f} to {self.conf_high:z.3f}" if known else "unknown"
        weighing = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        omega = f", omega {self.omega:.3f}" if np.isfinite(self.omega) else ""
        said = (
            f"Reliability of {self.name} ({len(self.items)} items): alpha {self.alpha:z.3f} "
            f"({100 * self.conf_level:g}% interval {interval}, n = {self.n} {self.missing}{weighing}){omega}."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> Reliability:
        """Return the result, blanked where n or n_eff is below `min_base`."""
        if self.suppressed or not too_small(min(self.n, self.n_eff), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        blank = self.items.assign(mean=np.nan, std_dev=np.nan, item_total=np.nan)
        blank["n"] = blank["n"].mask(blank["n"].notna())
        nan = float("nan")
        return replace(
            self, alpha=nan, conf_low=nan, conf_high=nan, omega=nan, n=0, n_eff=nan, notes=(),
            suppressed=True, items=blank.assign(alpha_if_dropped=np.nan), min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.items.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def reliability(
    frame: Any,
    columns: Sequence[str],
    *,
    name: str | None = None,
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
    missing: Missing = "complete",
    conf_level: float = 0.95,
) -> Reliability:
    """Estimate the reliability of questions that are added up, or averaged, to one score.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per respondent, which is
        read into memory. `cxlab.wide_items` makes it from items.
    columns
        At least two numeric columns, all coded the same way round.
    name
        What they measure together; None joins the names of the columns.
    weight
        Column of sampling weights ≥ 0; only their ratios matter. The interval then stands on Kish's
        effective base.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    missing
        `complete` keeps who answered every item; `pairwise` takes each covariance over those who answered
        both, and the pair with the fewest as its base.
    conf_level
        Confidence level of Feldt's interval.

    Returns
    -------
    Reliability
        alpha = k/(k − 1) · (1 − Σ s_jj / Σ Σ s_ij); omega = (Σ λ)² / ((Σ λ)² + Σ ψ) of one factor fitted to
        the covariances by maximum likelihood. Items that go against the others are named in `notes`.

    Raises
    ------
    MeasureError
        Where fewer than two columns are named, or one twice, a column is absent or holds no numbers, an
        answer has no weight or a negative one, or an option is unknown.

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297–334. Feldt (1965), Psychometrika 30, 357–370 (interval). McDonald
    (1999), Test Theory, equation 6.20 (omega). Jöreskog (1967), Psychometrika 32, 443–482 (the factor).
    """
    require_option("missing", missing, get_args(Missing))
    require_conf_level(conf_level)
    columns = [columns] if isinstance(columns, str) else list(columns)
    x, w = _read(frame, columns, weight, weight_kind)
    if missing == "complete":
        kept = np.isfinite(x).all(axis=1)
        x, w = x[kept], w[kept]
    covariance, n, n_eff = pair_covariances(x, w, weight_kind)
    alpha = cronbach_alpha(covariance)
    base, effective = int(n.min()), float(n_eff.min())
    low, high = feldt(alpha, effective, len(columns), conf_level)
    omega, notes = _omega(covariance)
    items = _items(columns, x, w, covariance, n)
    return Reliability(
        name or ", ".join(columns),
        alpha,
        low,
        high,
        omega,
        items,
        base,
        effective,
        missing,
        weighting_of(weight),
        conf_level,
        (*_against(items), *notes),
    )


def _read(frame: Any, columns: list[str], weight: str | None, kind: WeightKind) -> tuple[Floats, Floats]:
    """Return the answers, shape (n, k), and the weights of rows that count, shape (n,)."""
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([*columns, *([] if weight is None else [weight])], schema)
    if len(columns) < 2 or len(set(columns)) < len(columns):
        raise MeasureError(
            f"{', '.join(columns) or 'nothing'}: reliability is of two different items or more",
            remedy="name each column of the scale once",
        )
    for name in [*columns, *([] if weight is None else [weight])]:
        require_numbers(rows, name, schema[name])
    require_option("weight_kind", kind, get_args(WeightKind))
    named = list(dict.fromkeys([*columns, *([] if weight is None else [weight])]))
    table = rows.select(*(nw.col(name).cast(nw.Float64) for name in named)).collect().to_pandas()
    values = table.to_numpy(dtype="float64", na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    x = values[:, : len(columns)]
    if weight is None:
        return x, np.ones(len(x))
    w = values[:, named.index(weight)]
    answered = np.isfinite(x).any(axis=1)
    refuse_bad_weights(int((answered & ~(w >= 0)).sum()), weight)
    if kind == "frequency":
        refuse_parts(int((answered & (w != np.round(w))).sum()), weight)
    counts = answered & (w > 0)
    return x[counts], w[counts]


def _omega(covariance: Floats) -> tuple[float, tuple[str, ...]]:
    """Return omega, and what must be said about it."""
    nan = float("nan")
    if not np.isfinite(covariance).all():
        return nan, ()
    if len(covariance) < 3:
        return nan, ("Two items cannot show whether one factor is behind them, so there is no omega.",)
    fitted = one_factor(covariance)
    if fitted is None:
        return nan, ("The covariances are not positive definite, so no factor can be fitted.",)
    common = float(fitted.loadings.sum() ** 2)
    omega = common / (common + float(fitted.unique.sum()))
    if fitted.proper:
        return omega, ()
    return omega, ("One item is explained by the factor entirely (a Heywood case): read omega with care.",)


def _items(columns: list[str], x: Floats, w: Floats, covariance: Floats, n: Floats) -> pd.DataFrame:
    answered = np.isfinite(x)
    weighed = np.where(answered, x, 0.0) * w[:, None]
    variance = np.diagonal(covariance)
    rest = covariance.sum(axis=1) - variance
    others = covariance.sum() - 2 * covariance.sum(axis=1) + variance
    dropped = [
        cronbach_alpha(np.delete(np.delete(covariance, place, 0), place, 1)) for place in range(len(columns))
    ]
    return pd.DataFrame(
        {
            "item": pd.Series(columns, dtype="str"),
            "n": pd.array(np.diagonal(n).astype("int64"), dtype="Int64"),
            "mean": ratio(weighed.sum(axis=0), (answered * w[:, None]).sum(axis=0)),
            "std_dev": np.sqrt(variance),
            "item_total": ratio(rest, np.sqrt(np.where(others > 0, variance * others, 0.0))),
            "alpha_if_dropped": dropped,
        }
    )


def _against(items: pd.DataFrame) -> tuple[str, ...]:
    """Say which items go against the others."""
    names = list(items.loc[items["item_total"] < 0, "item"])
    if not names:
        return ()
    verb = "goes" if len(names) == 1 else "go"
    return (f"{', '.join(names)} {verb} against the other items: is the scale the other way round?",)
