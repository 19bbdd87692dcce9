"""What sets a customer's chance to leave apart: the features that add most to it."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.retention.churn_contributions import churn_contributions, has_contributions
from cxlab.retention.churn_estimator import ChurnModel, named_columns
from cxlab.retention.feature_columns import in_memory

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ObjectArray = npt.NDArray[np.object_]
ReasonMethod = Literal["auto", "contributions", "typical"]
LEAST = 1e-9


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ChurnReasons:
    """Up to a few features of each customer that go with a higher chance.

    Parameters
    ----------
    rows
        `customer_id`, `rank` (1 the largest), `column`, `value` (as the customer has it, as a text; missing
        where it is), `difference` (in `unit`, above 0): rows of customers, not to be shown.
    columns
        How many customers have each `column` among their reasons: `column`, `n`.
    n
        Customers that were looked at.
    method, unit
        `contributions`: what the feature adds to the log-odds; `typical`: the chance less that with a typical
        value of the feature.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    n: int
    method: Literal["contributions", "typical"]
    unit: str
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return how many customers have each feature among their reasons."""
        return self.columns.assign(of=self.n, method=self.method, unit=self.unit)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.columns.empty:
            return "What sets chances apart: nothing to say."
        first = ", ".join(f"'{column}' ({n:,})" for column, n in self.columns.head(3).to_numpy())
        return f"What sets the chances of {self.n:,} customers apart most often: {first}."

    def suppress(self, min_base: int) -> ChurnReasons:
        """Return the result without features that fewer than `min_base` customers have as a reason."""
        kept = self.columns[self.columns["n"] >= min_base].reset_index(drop=True)
        return replace(self, columns=kept, min_base=max(min_base, self.min_base))

    def __repr__(self) -> str:
        """Return the summary; no customer is shown."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"


def churn_reasons(
    model: ChurnModel,
    features: Any,
    *,
    typical: Any = None,
    most: int = 3,
    method: ReasonMethod = "auto",
) -> ChurnReasons:
    """Say what sets customers' chances apart: `cx.churn_reasons(model, today.features.loc[some])`.

    Parameters
    ----------
    model
        Fitted on a frame with names.
    features
        Customers, by their name in the index.
    typical
        Customers whose typical value (median of numbers, commonest of categories) each feature is set to in
        turn; the customers themselves unless given.
    most
        Reasons of each customer at most.
    method
        `contributions` (of `cxlab.churn_contributions`), `typical`, or `auto`: contributions where the model
        has them.

    Returns
    -------
    ChurnReasons
        Of each customer the features that add most to the chance, the largest first; of equals the first
        column. Nothing that lowers a chance is among them. With `typical`, all other features are as they
        are, and of features that tell the same neither may show. No feature is a cause.

    Raises
    ------
    MeasureError
        Where the model has no names, its contributions are asked for and not known, or `most` is below 1.
    """
    require_option("method", method, get_args(ReasonMethod))
    columns = named_columns(model)
    if most < 1:
        raise MeasureError(f"most={most} is no number of reasons", remedy="take 1 or more")
    frame = in_memory(features)
    adds = method == "contributions" or (method == "auto" and has_contributions(model))
    if adds:
        found = churn_contributions(model, frame)
        added, unit = found.values.to_numpy(dtype="float64"), found.unit
    else:
        usual = frame if typical is None else in_memory(typical)
        added, unit = _above_typical(model, frame, usual), "chance"
    rows = _rows(frame, columns.names, added, most)
    counted = rows["column"].value_counts().rename("n").rename_axis("column").reset_index()
    counted = counted.sort_values(["n", "column"], ascending=[False, True], ignore_index=True)
    return ChurnReasons(rows, counted, len(frame), "contributions" if adds else "typical", unit)


def _above_typical(model: ChurnModel, frame: pd.DataFrame, usual: pd.DataFrame) -> Floats:
    """Return by how much each chance is above that with a typical value of each feature, shape (n, k)."""
    names = model.columns_.names if model.columns_ is not None else ()
    values, chance = typical_values(usual, names), model.predict_proba(frame)[:, 1]
    return np.column_stack(
        [chance - model.predict_proba(frame.assign(**{name: values[name]}))[:, 1] for name in names]
    )


def typical_values(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the median of each number and the commonest of each category; missing where all are."""
    found: dict[str, Any] = {}
    for name in names:
        known = frame[name].dropna()
        if known.empty:
            found[name] = np.nan if pd.api.types.is_numeric_dtype(frame[name]) else None
        elif pd.api.types.is_numeric_dtype(known):
            found[name] = float(known.median())
        else:
            counts = known.astype("str").value_counts()
            found[name] = min(counts.index[counts == counts.max()])
    return found


def _rows(frame: pd.DataFrame, names: tuple[str, ...], added: Floats, most: int) -> pd.DataFrame:
    order = np.argsort(-added, axis=1, kind="stable")[:, :most]
    parts = []
    for rank in range(order.shape[1]):
        which = order[:, rank]
        gain = added[np.arange(len(frame)), which]
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": frame.index, "rank": rank + 1, "column": np.array(names)[which],
                    "value": _texts(frame, names, which),
                    "difference": gain,
                }
            )[gain > LEAST]
        )  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["customer_id", "rank"], ignore_index=True).astype({"column": "str"})


def _texts(frame: pd.DataFrame, names: tuple[str, ...], which: Ints) -> ObjectArray:
    """Return the value of one feature per customer as text, shape (n,): each feature taken at once."""
    texts = np.full(len(frame), None, dtype=object)
    for at in np.unique(which):
        rows = np.flatnonzero(which == at)
        texts[rows] = [_text(value) for value in frame[names[at]].iloc[rows]]
    return texts


def _text(value: Any) -> Any:
    if pd.isna(value):
        return None
    return f"{value:.10g}" if isinstance(value, (int, float, np.number)) else str(value)
