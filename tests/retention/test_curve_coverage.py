"""Planted truth: how often intervals of curves hold what was planted, and how often tests reject what is so.

Every scenario: 2,000 simulated books, all in one frame with the book as the segment; seeds as written.
"""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.gray_test import gray_test
from cxlab.retention.log_rank import log_rank

REPLICATIONS = 2000
pytestmark = pytest.mark.slow


def off(share: float, nominal: float) -> float:
    """How many Monte Carlo standard errors a share of 2,000 is from its nominal value."""
    return (share - nominal) / np.sqrt(nominal * (1 - nominal) / REPLICATIONS)


def held(found: pd.DataFrame, truth: float) -> float:
    """The share of intervals that hold the truth; one that is not known does not."""
    return float(((found["conf_low"] <= truth) & (truth <= found["conf_high"])).mean())


def books(size: int, seed: int, hazards: tuple[float, ...]) -> pd.DataFrame:
    """Constant hazards by cause a month, followed for 10 to 60 months, `size` customers a book."""
    rng = np.random.default_rng(seed)
    n = REPLICATIONS * size
    t, end = rng.exponential(1 / sum(hazards), n), rng.uniform(10, 60, n)
    share = np.array(hazards) / sum(hazards)
    cause = rng.choice(len(hazards), n, p=share)
    return pd.DataFrame(
        {
            "book": np.repeat(np.arange(REPLICATIONS), size), "t": np.minimum(t, end), "left": (t <= end) * 1,
            "cause": np.where(t <= end, np.array(["price", "service", "other"])[cause], ""),
        }
    )  # fmt: skip


def test_survival_its_median_and_its_mean():
    frame = books(150, 7001, (0.03,))
    found = cx.kaplan_meier(frame, "t", "left", by="book")
    assert abs(off(held(found.at([12.0]), np.exp(-0.36)), 0.95)) < 3
    assert abs(off(held(found.quantile(0.5), np.log(2) / 0.03), 0.95)) < 3
    assert abs(off(held(found.restricted_mean(24), (1 - np.exp(-0.72)) / 0.03), 0.95)) < 3


def test_incidence_and_time_lost_by_cause():
    hazards = {"price": 0.01, "service": 0.02, "other": 0.005}
    frame = books(150, 7002, tuple(hazards.values()))
    found = cx.aalen_johansen(frame, "t", "cause", by="book")
    at, lost, total = found.at([24.0]), found.time_lost(24), sum(hazards.values())
    for cause, hazard in hazards.items():
        truth = hazard / total * (1 - np.exp(-24 * total))
        rows = at[at["cause"] == cause]
        assert abs(off(held(rows, truth), 0.95)) < 3
        error = np.sqrt((rows["std_error"] ** 2).mean() / REPLICATIONS)
        assert abs(rows["incidence"].mean() - truth) < 3 * error
        time = hazard / total * (24 - (1 - np.exp(-24 * total)) / total)
        assert abs(lost[lost["cause"] == cause]["mean"].mean() - time) < 3 * np.sqrt(
            (lost[lost["cause"] == cause]["std_error"] ** 2).mean() / REPLICATIONS
        )


def test_clusters_and_weights_of_sampling():
    """100 accounts of 4 with a common hazard of mean .03 (gamma, variance 1 × mean²); the third part of the
    accounts, whose hazards are twice as large, was drawn three times as often and weighs a third."""
    rng = np.random.default_rng(7003)
    n = REPLICATIONS * 100
    risky = rng.random(n) < 0.6  # 3·⅓ against 1·⅔ of the population, 60 to 40 of the sample
    shared = rng.gamma(1, 0.03, n) * np.where(risky, 2, 1)
    hazard = np.repeat(shared, 4)
    t, end = rng.exponential(1, 4 * n) / hazard, rng.uniform(10, 60, 4 * n)
    frame = pd.DataFrame(
        {
            "book": np.repeat(np.arange(REPLICATIONS), 400), "account": np.repeat(np.arange(n), 4),
            "t": np.minimum(t, end).round(1) + 0.1, "left": (t <= end) * 1,
            "w": np.repeat(np.where(risky, 1.0, 3.0), 4),
        }
    )  # fmt: skip
    # A gamma hazard of shape 1 and mean m: S(t) = 1/(1 + m t), at the month and its rounding's edge.
    month = 12.05
    truth = (1 / (1 + 0.06 * month) * 1 + 1 / (1 + 0.03 * month) * 2) / 3
    both = cx.kaplan_meier(frame, "t", "left", by="book", weight="w", cluster="account").at([12.1])
    assert abs(off(held(both, truth), 0.95)) < 3
    rows_alone = cx.kaplan_meier(frame, "t", "left", by="book", weight="w").at([12.1])
    assert off(held(rows_alone, truth), 0.95) < -3
    unweighted = cx.kaplan_meier(frame, "t", "left", by="book", cluster="account").at([12.1])
    assert held(unweighted, truth) < 0.8


def counted(group, end, time, ends, cluster=None) -> FollowedCounts:
    """Rows as `followed_counts` would number them, without the way through a frame."""
    order, one = np.argsort(group, kind="stable"), np.ones(len(group))
    return FollowedCounts(
        pd.DataFrame({"g": ["a", "b"]}), ends, group[order], end[order], time[order], None,
        None if cluster is None else cluster[order], one.astype("int64"), one, one, 1.0, cluster is not None,
    )  # fmt: skip


def test_tests_reject_what_is_so_as_often_as_they_say():
    """Accounts of 3 with a common hazard; segments at random by row, and by account with its errors."""
    rng = np.random.default_rng(7004)
    plain, robust, gray = [], [], []
    account = np.repeat(np.arange(40), 3)
    for _ in range(REPLICATIONS):
        shared = rng.gamma(2, 0.015, 40)[account]
        t, end = rng.exponential(1, 120) / shared, rng.uniform(10, 60, 120)
        time, left = np.ceil(np.minimum(t, end)), (t <= end).astype("int64")
        cause = np.where(left, rng.integers(1, 3, 120), 0)
        by_row, by_account = rng.permutation(120) % 2, (rng.permutation(40) % 2)[account]
        plain.append(log_rank(counted(by_row, left, time, ("left",)), ["a", "b"], "g", 0).p_value)
        gray.append(gray_test(counted(by_row, cause, time, ("x", "y")), ["a", "b"], "g", 0, 0).p_value)
        clustered = counted(by_account, left, time, ("left",), account)
        robust.append(log_rank(clustered, ["a", "b"], "g", 0).p_value)
    for p_values in (plain, gray, robust):
        assert abs(off(np.mean(np.array(p_values) <= 0.05), 0.05)) < 3
