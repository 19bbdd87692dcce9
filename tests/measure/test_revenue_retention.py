"""Revenue retention: a table by hand, its identities, a loop, and coverage by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.measure.contracted_revenue import contracted_revenue
from cxlab.measure.paid_revenue import paid_revenue
from cxlab.measure.revenue_retention import revenue_retention
from cxlab.model.errors import MeasureError

OPENING, CLOSING = ("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-12-31")
BY_HAND = pd.DataFrame(
    [
        ("grows", "2025-03-01", 100.0),
        ("grows", "2026-03-01", 150.0),
        ("shrinks", "2025-01-01", 60.0),
        ("shrinks", "2025-12-31 23:59", 40.0),
        ("shrinks", "2026-06-01", 70.0),
        ("leaves", "2025-06-01", 200.0),
        ("new", "2026-06-01", 500.0),
        ("before", "2024-12-31 23:59", 900.0),
        ("refunded", "2025-06-01", -30.0),
        ("refunded", "2026-06-01", 80.0),
    ],
    columns=["customer_id", "date", "amount"],
).assign(date=lambda rows: pd.to_datetime(rows["date"], format="mixed"))


def test_by_hand():
    # Opening 100 + 100 + 200; kept 100 + 70 + 0; with expansion 150 + 70 + 0.
    revenue = paid_revenue(BY_HAND, OPENING, CLOSING)
    assert set(revenue["customer_id"]) == {"grows", "shrinks", "leaves", "new", "refunded"}
    gross, net = (revenue_retention(revenue, kind).rows.iloc[0] for kind in ("gross", "net"))
    assert gross["estimate"] == 170 / 400 and net["estimate"] == 220 / 400
    assert gross["n"] == net["n"] == 3


@pytest.mark.parametrize("seed", range(3))
def test_net_less_gross_is_expansion_and_gross_never_exceeds_1(seed: int):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"opening": rng.gamma(1, 50, 300), "closing": rng.gamma(1, 60, 300)})
    frame.loc[rng.random(300) < 0.1, "opening"] = 0.0
    gross, net = (revenue_retention(frame, kind).rows.iloc[0] for kind in ("gross", "net"))
    lost = kept = grown = total = 0.0
    for row in frame.itertuples():
        if row.opening > 0:
            total += row.opening
            kept += min(row.opening, row.closing)
            lost += max(row.opening - row.closing, 0)
            grown += max(row.closing - row.opening, 0)
    assert gross["estimate"] == pytest.approx(kept / total, rel=1e-12)
    assert gross["estimate"] == pytest.approx(1 - lost / total, rel=1e-12)
    assert net["estimate"] - gross["estimate"] == pytest.approx(grown / total, rel=1e-10)
    assert gross["conf_high"] <= 1


def test_where_nobody_moves_the_interval_still_has_a_lower_end():
    frame = pd.DataFrame({"opening": [10.0, 20, 30], "closing": [10.0, 20, 30]})
    row = revenue_retention(frame, "gross").rows.iloc[0]
    # Three customers of unequal revenue say as much as 60² / (10² + 20² + 30²) = 2.57 equal ones;
    # Wilson's lower end at a share of 1 is n / (n + z²).
    base = 60**2 / 1400
    assert row["estimate"] == row["conf_high"] == 1
    assert row["conf_low"] == pytest.approx(base / (base + stats.norm.ppf(0.975) ** 2), rel=1e-12)


def test_refunds_may_bring_it_below_0():
    frame = pd.DataFrame({"opening": [10.0, 20, 30], "closing": [-30.0, 0, 10]})
    row = revenue_retention(frame, "gross").rows.iloc[0]
    assert row["estimate"] == pytest.approx(-1 / 3, rel=1e-14)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_contracts_add_up_on_the_two_days():
    contracts = pd.DataFrame(
        [
            ("a", "2025-01-01", "2026-06-30", 100.0, "renewed"),
            ("a", "2026-01-01", "2027-06-30", 30.0, "open"),
            ("b", "2024-01-01", "2025-12-31", 70.0, "lost"),
            ("c", "2025-01-01", "2026-12-31", 50.0, "lost"),
            ("d", "2026-02-01", "2027-12-31", 40.0, "open"),
        ],
        columns=["customer_id", "start", "end", "value", "outcome"],
    ).assign(start=lambda rows: pd.to_datetime(rows["start"]), end=lambda rows: pd.to_datetime(rows["end"]))
    revenue = contracted_revenue(contracts, "2026-01-01", "2026-12-31").set_index("customer_id")
    assert revenue["opening"].to_dict() == {"a": 130.0, "c": 50.0, "d": 0.0}
    assert revenue["closing"].to_dict() == {"a": 30.0, "c": 50.0, "d": 40.0}


def test_contacts_of_one_account_widen_the_interval():
    rng = np.random.default_rng(1)
    leaves = np.repeat(rng.random(60) < 0.2, 10)
    frame = pd.DataFrame({"opening": rng.gamma(4, 10, 600), "account": np.repeat(np.arange(60), 10)})
    frame["closing"] = frame["opening"] * ~leaves
    plain, by_account = (
        revenue_retention(frame, "gross", cluster=cluster).rows.iloc[0] for cluster in (None, "account")
    )
    assert by_account["estimate"] == pytest.approx(plain["estimate"], rel=1e-12)
    assert by_account["std_error"] > 2 * plain["std_error"]
    assert by_account["n_eff"] < plain["n_eff"] / 4


def test_empty_and_single():
    frame = pd.DataFrame({"opening": [10.0], "closing": [5.0]})
    row = revenue_retention(frame, "gross").rows.iloc[0]
    assert row["estimate"] == 0.5 and np.isnan(row["conf_low"])
    for none in (frame.iloc[:0], frame.assign(opening=0.0)):
        assert revenue_retention(none, "net").rows["n"].tolist() == [0]


def test_bad_input_is_refused():
    with pytest.raises(MeasureError, match="closing period begins on 2025-12-01, before the opening one has"):
        paid_revenue(BY_HAND, OPENING, ("2025-12-01", "2026-12-31"))
    with pytest.raises(MeasureError, match="periods of 365 and 31 days cannot be compared"):
        paid_revenue(BY_HAND, OPENING, ("2026-01-01", "2026-01-31"))
    with pytest.raises(MeasureError, match="unknown kind 'nett'; take one of gross, net"):
        revenue_retention(pd.DataFrame({"opening": [1.0], "closing": [1.0]}), "nett")
    with pytest.raises(MeasureError, match="the revenue of 1 customers is not known"):
        revenue_retention(pd.DataFrame({"opening": [1.0, 2.0], "closing": [1.0, None]}), "net")


# Customers, share lost, standard deviation of log revenue, seed, and the coverage of the 95 % interval that
# the page tells, from 40,000 other replications (the t interval of the ratio itself: .895, .934, .883).
SCENARIOS = [
    (100, 0.10, 0.7, 11, 0.940),
    (400, 0.10, 0.7, 12, 0.946),
    (400, 0.05, 1.0, 13, 0.919),
]
REPLICATIONS = 4000


@pytest.mark.slow
@pytest.mark.parametrize(("n", "lost", "spread", "seed", "coverage"), SCENARIOS)
def test_coverage_of_gross_retention_is_as_the_page_says(
    n: int, lost: float, spread: float, seed: int, coverage: float
):
    """Customers leave by lot, whatever they pay, so the truth is 1 − lost."""
    share = np.mean(_covered(n, lost, spread, np.random.default_rng(seed), REPLICATIONS))
    assert abs(share - coverage) < 3 * np.sqrt(coverage * (1 - coverage) / REPLICATIONS)


def _covered(n: int, lost: float, spread: float, rng: np.random.Generator, replications: int) -> np.ndarray:
    opening = rng.lognormal(0, spread, (replications, n))
    closing = opening * (rng.random((replications, n)) >= lost)
    low, high = _ends(opening, closing)
    first = revenue_retention(
        pd.DataFrame({"opening": opening[0], "closing": closing[0]}), "gross"
    ).rows.iloc[0]
    assert [first["conf_low"], first["conf_high"]] == pytest.approx([low[0], high[0]], rel=1e-9)
    return (low <= 1 - lost) & (1 - lost <= high)


def _ends(opening: np.ndarray, closing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interval of every replication at once; one of them is held against the function."""
    n = opening.shape[1]
    total = opening.sum(axis=1)
    rate = np.minimum(closing.sum(axis=1) / total, 1 - 1e-9)  # nobody lost: three samples in 100,000
    squares = ((closing - rate[:, None] * opening) ** 2).sum(axis=1)
    error = np.sqrt(n / (n - 1) * squares) / total / (rate * (1 - rate))
    reach, middle = stats.t.ppf(0.975, n - 1) * error, np.log(rate / (1 - rate))
    return 1 / (1 + np.exp(reach - middle)), 1 / (1 + np.exp(-reach - middle))
