"""From the books to the chance: what cannot be right is refused by name, whatever the model."""

import importlib.util

import numpy as np
import pandas as pd
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_model import churn_model
from cxlab.retention.rolling_origin import rolling_origin
from cxlab.retention.snapshot import snapshot

KINDS = ["logit", "hist_gradient_boosting", *(["lightgbm"] if importlib.util.find_spec("lightgbm") else [])]
CUTOFFS = ["2024-04-01", "2024-07-01", "2024-10-01"]


def _books(seed: int = 0, n: int = 200) -> dict[str, pd.DataFrame]:
    """Yearly contracts of which half end as lost, and the region of each customer."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-06-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D")
    contracts = pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(n)],
            "start": start,
            "end": start + pd.Timedelta(days=364),
            "value": rng.integers(50, 200, n).astype(float),
            "outcome": rng.choice(["lost", "renewed"], n),
        }
    )
    customers = pd.DataFrame({"customer_id": contracts["customer_id"], "segment": rng.choice(["a", "b"], n)})
    return {"contracts": contracts, "customers": customers}


def _with(books, **changes):
    return books | {"contracts": books["contracts"].assign(**changes)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("outcome", "said"), [("renewed", "nobody left"), ("lost", "everybody left")])
def test_without_both_outcomes_there_is_no_model(kind, outcome, said):
    books = _with(_books(), outcome=outcome)
    # All contracts of the first hundred days end within the year from 1 April.
    books["contracts"] = books["contracts"][books["contracts"]["start"] < "2023-09-01"]
    taken = snapshot(books, "2024-04-01", 365, books_end="2025-06-01")
    with pytest.raises(MeasureError, match=said):
        churn_model(taken.features, taken.label, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_at_scoring_lacking_columns_and_levels_never_seen_are_named(kind):
    books = _books()
    options = {"attributes": ["segment"], "books_end": "2025-06-01"}
    past = snapshot(books, "2024-04-01", 91, **options)
    model = churn_model(past.features, past.label, kind=kind)
    now = snapshot(books, "2024-05-01", 91, **options).features
    assert np.isfinite(model.predict_proba(now)).all()
    with pytest.raises(MeasureError, match=r"2 columns of the training are lacking: .*'segment'"):
        model.predict_proba(now.drop(columns=["segment", "contract_value"]))
    with pytest.raises(MeasureError, match=r"column 'segment': 1 rows have levels.*'c'"):
        model.predict_proba(now.assign(segment=["c", *now["segment"][1:]]))
    with pytest.raises(MeasureError, match="'contract_value' held numbers in training"):
        model.predict_proba(now.assign(contract_value="much"))
    assert np.isfinite(model.predict_proba(now.assign(segment=None, contract_value=np.nan))).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"end": pd.Timestamp("2023-01-01")}, "end before they start"),
        ({"value": -5.0}, "negative value"),
        ({"customer_id": "c1"}, "overlap"),
        ({"outcome": "gone"}, "none of renewed, lost, open"),
    ],
)
def test_books_that_cannot_be_right_are_refused_before_anything_is_fitted(change, said):
    with pytest.raises(MeasureError, match=said):
        rolling_origin(_with(_books(), **change), CUTOFFS, 91, books_end="2025-06-01")


def test_in_time_the_day_is_named_at_which_it_fails():
    books = _books()
    options = {"kind": "logit", "books_end": "2025-06-01"}
    for cutoffs, said in (["2022-01-01", *CUTOFFS], "2022-01-01 lies outside the books"), (
        [*CUTOFFS, "2026-01-01"], "2026-01-01 lies outside the books"
    ):  # fmt: skip
        with pytest.raises(MeasureError, match=said):
            rolling_origin(books, cutoffs, 91, **options)
    late = books["contracts"]["end"] >= "2024-10-01"
    kept = _with(books, outcome=books["contracts"]["outcome"].mask(late, "renewed"))
    with pytest.raises(MeasureError, match="what came after 2024-10-01: nobody left"):
        rolling_origin(kept, CUTOFFS, 91, **options)
    kept = _with(books, outcome=books["contracts"]["outcome"].where(late, "renewed"))
    with pytest.raises(MeasureError, match=r"what was known on 2024-07-01.*nobody left"):
        rolling_origin(kept, CUTOFFS, 91, **options)
