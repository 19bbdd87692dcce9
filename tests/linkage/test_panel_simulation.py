"""Planted truth: what the designs, their errors and the wild bootstrap hold over many simulated panels.

The replications of a panel are arrays (R, N, T) and follow the formulas of a balanced panel; a fast test ties
them to `panel_effect`. A share passes within three of its Monte Carlo standard errors.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from cxlab.linkage.panel_effect import panel_effect
from cxlab.linkage.wild_bootstrap import wild_bootstrap

REPLICATIONS = 2_000
TRUTH, LASTING = 0.05, 0.492
"""Effect within a customer; and what lasting differences add, so that all rows pooled say .296."""
BEFORE = 0.5
"""What is left of the outcome before, where that alone is what goes with the next score."""


def chance(share, replications=REPLICATIONS):
    """Three Monte Carlo standard errors of a share."""
    return 3 * np.sqrt(share * (1 - share) / replications)


def panels(rng, r, n=200, periods=6, later=0.0):
    """Scores (one more period, after the last) and revenue: lasting differences, seasons, and errors of a
    customer that go together over time and are larger for some; `later` moves the next score by revenue's
    error, as where customers who bought more are served better."""
    lasting = rng.standard_normal((r, n, 1))
    season = rng.standard_normal((r, 1, periods))
    score = lasting + rng.standard_normal((r, n, periods + 1))
    size = rng.uniform(0.5, 1.5, (r, n, 1))
    error = rng.standard_normal((r, n, periods))
    for t in range(1, periods):
        error[..., t] = 0.5 * error[..., t - 1] + np.sqrt(0.75) * error[..., t]
    error *= size
    score[..., 1:] += later * error
    revenue = TRUTH * score[..., :-1] + LASTING * lasting + season + error
    return score, revenue


def followers(rng, r, n=200, periods=6):
    """Scores (one more period) and revenue without lasting differences: revenue keeps half of itself, and
    the score before the next revenue follows it; errors are fresh, and larger for some."""
    size = rng.uniform(0.5, 1.5, (r, n))
    season = rng.standard_normal((r, 1, periods + 8))
    y, score, revenue = rng.standard_normal((r, n)), [], []
    for t in range(periods + 8):  # the first seven are forgotten
        x = 0.4 * y + rng.standard_normal((r, n))
        score.append(x)
        y = BEFORE * y + TRUTH * x + season[..., t] + size * rng.standard_normal((r, n))
        revenue.append(y)
    return np.stack(score[7:], axis=2), np.stack(revenue[7:-1], axis=2)


def two_way(values):
    return (
        values - values.mean(axis=2, keepdims=True) - values.mean(axis=1, keepdims=True)
        + values.mean(axis=(1, 2), keepdims=True)
    )  # fmt: skip


def fits(columns, y, absorbed):
    """Coefficient and CR1 error of the first column by replication: columns (k, R, N, T) to (R,), (R,)."""
    _, _, n, periods = columns.shape
    products = np.einsum("arnt,brnt->rab", columns, columns)
    inverse = np.linalg.inv(products)
    slopes = np.einsum("rab,rb->ra", inverse, np.einsum("arnt,rnt->ra", columns, y))
    residual = y - np.einsum("ra,arnt->rnt", slopes, columns)
    scores = np.einsum("arnt,rnt->arn", columns, residual)
    own = np.einsum("ra,arn->rn", inverse[:, 0], scores)
    rows = n * periods
    factor = n / (n - 1) * (rows - 1) / (rows - len(columns) - absorbed)
    return slopes[:, 0], np.sqrt(factor * (own**2).sum(axis=1))


def by_design(score, revenue):
    """Estimates and errors of each design's terms, (R,) each, of panels (R, N, T + 1) and (R, N, T)."""
    x, after, periods = score[..., :-1], score[..., 1:], revenue.shape[2]
    flat = [values - values.mean(axis=(1, 2), keepdims=True) for values in (x, revenue)]
    mean = np.broadcast_to(flat[0].mean(axis=2, keepdims=True), x.shape)
    moved = [less_period(np.diff(values, axis=2)) for values in (x, revenue)]
    late = [less_period(values) for values in (x[..., 1:], revenue[..., :-1], revenue[..., 1:])]
    y = two_way(revenue)
    return {
        "pooled": fits(flat[0][None], flat[1], 1),
        "two_way": fits(two_way(x)[None], y, periods),
        "mundlak": fits(np.stack([flat[0], mean]), flat[1], 1),
        "mundlak, between": fits(np.stack([mean, flat[0] - mean]), flat[1], 1),
        "mundlak, less within": fits(np.stack([mean, flat[0]]), flat[1], 1),
        "first_differences": fits(moved[0][None], moved[1], periods - 1),
        "lagged_outcome": fits(np.stack(late[:2]), late[2], periods - 1),
        "lagged_outcome, lag": fits(np.stack(late[1::-1]), late[2], periods - 1),
        "placebo_lead": fits(np.stack([two_way(after), two_way(x)]), y, periods),
    }


def less_period(values):
    return values - values.mean(axis=1, keepdims=True)


def simulated(seed, r, drawn=panels, **options):
    """Estimates and errors of each term, (2, R)."""
    rng = np.random.default_rng(seed)
    parts = [by_design(*drawn(rng, 100, **options)) for _ in range(r // 100)]
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def covered(found, truth, df):
    estimate, error = found
    return float((np.abs(estimate - truth) <= stdtrit(df, 0.975) * error).mean())


def test_the_simulated_replications_are_panel_effect():
    found = simulated(1, 100, n=30, periods=5)
    score, revenue = panels(np.random.default_rng(1), 100, n=30, periods=5)
    frame = pd.DataFrame(
        {
            "customer": np.repeat(np.arange(30), 5), "period": np.tile(np.arange(5), 30),
            "csat": score[7, :, :-1].ravel(), "later": score[7, :, 1:].ravel(), "revenue": revenue[7].ravel(),
        }
    )  # fmt: skip
    asked = tuple(design for design in found if "," not in design)
    result = panel_effect(
        frame, "revenue", "csat", entity="customer", time="period", designs=asked, lead="later"
    )
    first = result.rows.drop_duplicates("design").set_index("design")
    terms = result.rows.set_index(["design", "term"])
    others = {
        "mundlak, between": ("mundlak", "csat (between)"),
        "mundlak, less within": ("mundlak", "csat (between less within)"),
        "lagged_outcome, lag": ("lagged_outcome", "revenue (lag)"),
    }
    for name, (estimate, error) in found.items():
        row = terms.loc[others[name]] if name in others else first.loc[name]
        assert row["estimate"] == pytest.approx(estimate[7], rel=1e-9), name
        assert row["std_error"] == pytest.approx(error[7], rel=1e-9), name
    assert (result.rows["df"] == 29).all()


def unbiased(found, truth):
    return abs(found[0].mean() - truth) < 3 * found[0].std() / np.sqrt(REPLICATIONS)


@pytest.mark.slow
def test_within_covers_the_truth_where_pooled_fails_and_the_placebo_holds_its_level():
    found = simulated(20251, REPLICATIONS)
    for design in ("two_way", "first_differences"):
        share = covered(found[design], TRUTH, 199)
        assert abs(share - 0.95) < chance(0.95) and unbiased(found[design], TRUTH), (design, share)
    pooled = found["pooled"][0]
    assert abs(pooled.mean() - 0.296) < 3 * pooled.std() / np.sqrt(REPLICATIONS)
    assert covered(found["pooled"], TRUTH, 199) == 0
    rejected = 1 - covered(found["placebo_lead"], 0, 199)
    assert 0.03 <= rejected <= 0.07 and abs(rejected - 0.05) < chance(0.05)


@pytest.mark.slow
def test_mundlaks_three_terms_are_covered():
    # Of a mean of six scores, a variance of 1 lasts and 1/6 does not: 6/7 of what is lasting goes with it.
    found = simulated(20255, REPLICATIONS)
    gap = LASTING * 6 / 7
    for term, truth in (("mundlak", TRUTH), ("mundlak, between", TRUTH + gap), ("mundlak, less within", gap)):
        share = covered(found[term], truth, 199)
        assert abs(share - 0.95) < chance(0.95) and unbiased(found[term], truth), (term, share)


@pytest.mark.slow
def test_the_lagged_outcome_covers_where_scores_follow_it_and_there_within_fails():
    found = simulated(20256, REPLICATIONS, followers)
    for term, truth in (("lagged_outcome", TRUTH), ("lagged_outcome, lag", BEFORE)):
        share = covered(found[term], truth, 199)
        assert abs(share - 0.95) < chance(0.95) and unbiased(found[term], truth), (term, share)
    assert covered(found["two_way"], TRUTH, 199) < 0.5
    assert covered(found["pooled"], TRUTH, 199) < 0.5


@pytest.mark.slow
def test_the_placebo_finds_scores_that_follow_revenue():
    # Planted: a standard deviation of unexplained revenue moves the next score by .15 of its own.
    found = simulated(20252, REPLICATIONS, later=0.15)
    rejected = 1 - covered(found["placebo_lead"], 0, 199)
    assert rejected > 0.80 - chance(0.80)


@pytest.mark.slow
def test_errors_by_two_ways_cover_where_each_way_alone_does_not():
    # 60 customers × 60 periods; score and error both hold a part of the customer and one of the period.
    size, df = 60, 59
    rng = np.random.default_rng(20253)
    hits = np.zeros(3)
    for _ in range(REPLICATIONS // 100):
        x, error = (
            rng.standard_normal((100, size, 1)) * a + rng.standard_normal((100, 1, size)) * a
            + rng.standard_normal((100, size, size)) for a in (1.0, 0.5)
        )  # fmt: skip
        x, error = (values - values.mean(axis=(1, 2), keepdims=True) for values in (x, error))
        length = (x**2).sum(axis=(1, 2))
        slope = (x * error).sum(axis=(1, 2)) / length
        scores = x * (error - slope[:, None, None] * x)
        rest = (size**2 - 1) / (size**2 - 2)
        one, other = (size / (size - 1) * rest * (scores.sum(axis=axis) ** 2).sum(axis=1) for axis in (1, 2))
        rows = size**2 / (size**2 - 1) * rest * (scores**2).sum(axis=(1, 2))
        for place, variance in enumerate((one + other - rows, one, other)):
            hits[place] += (np.abs(slope) <= stdtrit(df, 0.975) * np.sqrt(variance) / length).sum()
    both, by_period, by_customer = hits / REPLICATIONS
    assert abs(both - 0.95) < chance(0.95)
    assert max(by_period, by_customer) < 0.90


@pytest.mark.slow
def test_the_wild_bootstrap_covers_with_eight_clusters():
    # 8 clusters of 20 rows; score and error both hold a part of the cluster. Sizes of the parts: .7.
    rng = np.random.default_rng(20254)
    cluster = np.repeat(np.arange(8), 20)
    constant = np.zeros(160, dtype="int64")
    hits = 0
    for seed in range(REPLICATIONS):
        x, error = (0.7 * rng.standard_normal(8)[cluster] + rng.standard_normal(160) for _ in range(2))
        found = wild_bootstrap(
            x[:, None], TRUTH * x + error, None, [constant], cluster, n_boot=199, seed=seed
        )
        hits += found.conf_low <= TRUTH <= found.conf_high
    assert abs(hits / REPLICATIONS - 0.95) < chance(0.95)
