"""The wallet rank rule: published shares, a loop over respondents, R's svymean by hand, planted shares."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.special import stdtrit
from scipy.stats import pearsonr, rankdata

import cxlab as cx
from cxlab.linkage.wallet_rank_share import wallet_rank_share
from cxlab.model.errors import MeasureError

REPLICATIONS = 2_000
ERROR = np.sqrt(0.05 * 0.95 / REPLICATIONS)
BRANDS = np.array(["a", "b", "c"])


def _ratings(seed: int = 4, people: int = 60) -> pd.DataFrame:
    """Two to four brands in two areas, with ties; one spend for each brand, accounts of two people."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        region, w = rng.choice(["north", "south"]), rng.gamma(3, 1)
        for brand in rng.permutation(list("abcd"))[: rng.integers(2, 5)]:
            spend = rng.gamma(2, 10)
            for area in ("service", "price"):
                rows.append(
                    (f"r{person}", brand, area, rng.integers(5, 9), spend, region, w, f"k{person // 2}")
                )
    columns = ["response_id", "brand", "area", "score", "spend", "region", "w", "account"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([9, 3], [0.667, 0.333]),
        ([9, 6, 3], [0.5, 0.333, 0.167]),
        ([7], [1.0]),
        ([5, 5], [0.5, 0.5]),
        ([9, 6, 6], [0.5, 0.25, 0.25]),
    ],
)
def test_shares_are_those_published(scores: list[int], expected: list[float]):
    """Keiningham et al. (2011): two brands .667 and .333, three .5, .333 and .167; ties share theirs."""
    frame = pd.DataFrame({"response_id": "r", "brand": list("abc")[: len(scores)], "score": scores})
    result = wallet_rank_share(frame)
    np.testing.assert_allclose(result.rows["share"], expected, atol=0.0005)
    assert result.rows["share"].sum() == pytest.approx(1, abs=1e-12)
    assert result.rows["share_conf_low"].isna().all()  # one respondent has no interval


def test_ranks_are_made_anew_of_ranks_that_were_given():
    frame = pd.DataFrame({"response_id": ["r", "r", "s"], "brand": ["a", "b", "a"], "place": [2, 7, 5]})
    rows = wallet_rank_share(frame, rank="place").rows
    assert rows["share"].tolist() == pytest.approx([(2 / 3 + 1) / 2, 1 / 3])


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("cluster", [None, "account"])
def test_a_loop_over_respondents_finds_the_same(weight: str | None, cluster: str | None):
    ratings = _ratings()
    result = wallet_rank_share(ratings, spend="spend", by="region", weight=weight, cluster=cluster)
    people = _by_person(ratings)
    unit = people["account"] if cluster else people["response_id"]
    units = sorted(set(unit))
    w = people["w"] if weight else pd.Series(1.0, index=people.index)
    for row in result.rows.to_dict("records"):
        here = ((people["brand"] == row["brand"]) & (people["region"] == row["level"])).astype(float)
        for part in ("share", "observed", "difference"):
            mean = (w * here * people[part]).sum() / (w * here).sum()
            added = w * here * (people[part] - mean) / (w * here).sum()
            z = added.groupby(unit).sum()
            error = np.sqrt(len(units) / (len(units) - 1) * (z**2).sum())
            df = unit[here > 0].nunique() - 1
            assert row[part] == pytest.approx(mean, rel=1e-12)
            assert row[f"{part}_std_error"] == pytest.approx(error, rel=1e-10)
            assert row[f"{part}_conf_high"] == pytest.approx(mean + stdtrit(df, 0.975) * error, rel=1e-10)
            assert row[f"{part}_n"] == here.sum()
            assert row[f"{part}_n_eff"] == pytest.approx((w * here).sum() ** 2 / (w**2 * here).sum())
    assert result.respondents == 60 and result.units == len(units)


def _by_person(ratings: pd.DataFrame) -> pd.DataFrame:
    means = ratings.groupby(["response_id", "brand"], as_index=False).agg(
        score=("score", "mean"), spend=("spend", "first"), region=("region", "first"), w=("w", "first"),
        account=("account", "first"),
    )  # fmt: skip
    parts = []
    for _, own in means.groupby("response_id"):
        n = len(own)
        share = (1 - rankdata(-own["score"]) / (n + 1)) * 2 / n
        observed = own["spend"] / own["spend"].sum()
        parts.append(own.assign(share=share, observed=observed, difference=share - observed, brands=n))
    return pd.concat(parts)


def test_the_correlation_is_pearsons_and_its_error_that_of_the_infinitesimal_jackknife():
    ratings = _ratings()
    people = _by_person(ratings)
    result = wallet_rank_share(ratings, spend="spend")
    assert result.correlation == pytest.approx(pearsonr(people["share"], people["observed"])[0], rel=1e-12)
    assert result.pairs == len(people)
    codes, step, slopes = pd.factorize(people["response_id"])[0], 1e-5, []
    for unit in range(60):
        ends = [
            np.cov(
                people["share"], people["observed"], aweights=np.where(codes == unit, 1 + side * step, 1.0)
            )
            for side in (1, -1)
        ]
        up, down = (c[0, 1] / np.sqrt(c[0, 0] * c[1, 1]) for c in ends)
        slopes.append((up - down) / (2 * step))
    error = np.sqrt(60 / 59 * np.sum(np.square(slopes))) / (1 - result.correlation**2)
    reach = stdtrit(59, 0.975) * error
    assert np.arctanh(result.correlation_high) - np.arctanh(result.correlation) == pytest.approx(
        reach, rel=1e-5
    )


@pytest.mark.parametrize("engine", [pl.from_pandas, duckdb.from_df])
def test_every_engine_gives_the_same(engine):
    ratings = _ratings()
    ours = wallet_rank_share(ratings, spend="spend", by="region")
    other = wallet_rank_share(engine(ratings), spend="spend", by="region")
    pd.testing.assert_frame_equal(ours.rows, other.rows)


def test_missing_scores_and_spends_are_left_out_where_they_lack():
    frame = pd.DataFrame(
        {
            "response_id": ["r", "r", "r", "s", "s"],
            "brand": ["a", "b", "c", "a", "b"],
            "score": [9, 5, None, 4, 8],
            "spend": [30.0, 10.0, 5.0, None, 20.0],
        }
    )
    result = wallet_rank_share(frame, spend="spend")
    rows = result.rows.set_index("brand")
    assert rows.loc["a", "share"] == pytest.approx(0.5) and "c" not in rows.index
    assert rows.loc["a", "observed"] == pytest.approx(0.75)  # of r alone: 30 of 40 with the brands it rates
    assert rows.loc["a", "observed_n"] == 1 and result.pairs == 2
    assert np.isnan(wallet_rank_share(frame).correlation)


def test_areas_and_categories_can_be_taken_by_themselves():
    ratings = _ratings()
    one = wallet_rank_share(ratings, area="price").rows["share"]
    other = wallet_rank_share(ratings[ratings["area"] == "price"].drop(columns="area")).rows["share"]
    pd.testing.assert_series_equal(one, other)
    two = pd.concat([ratings.assign(category="phone"), ratings.assign(category="net")])
    with pytest.raises(MeasureError, match='2 categories, and a wallet is of one; say category="net"'):
        wallet_rank_share(two)
    pd.testing.assert_frame_equal(
        wallet_rank_share(two, category="net").rows, wallet_rank_share(ratings).rows
    )


def test_the_summary_says_what_a_rank_goes_with_and_small_bases_are_blank():
    ratings = _ratings()
    result = cx.wallet_rank_share(ratings, spend="spend")
    assert "By the rank rule" in result.summary() and "the two shares correlate by" in result.summary()
    assert "not what a better rank would bring" in result.summary()
    assert "no spend stands beside it" in cx.wallet_rank_share(ratings).summary()
    assert result.tidy()["ranked_by"].eq("score").all()
    base = int(result.rows["share_n"].min())
    assert not result.suppress(base).rows["suppressed"].any()
    hidden = result.suppress(base + 1).rows
    # One brand by itself could be found from the others, as a respondent's shares add up to 1.
    assert hidden["suppressed"].sum() == 2
    assert (
        hidden.loc[hidden["suppressed"], ["share", "observed", "difference", "share_n"]].isna().all(axis=None)
    )
    assert np.isnan(result.suppress(61).correlation) and "too few" in result.suppress(1000).summary()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"score": "good"}, {}, "not numbers"),
        ({"score": np.nan}, {}, "no brand was ranked or rated"),
        ({"brand": None}, {}, "have no brand"),
        ({"response_id": "r"}, {}, "'r' rated . twice"),
        ({"spend": -1.0}, {"spend": "spend"}, "spends are negative"),
        ({"spend": range}, {"spend": "spend"}, "have two values.*|column 'spend'"),
        ({"region": range}, {"by": "region"}, "column 'region'.*two values"),
        ({"w": -1.0}, {"weight": "w"}, "negative"),
        ({"w": range}, {"weight": "w"}, "column 'w'.*two values"),
        ({}, {"by": "brand"}, "by= cannot name 'brand'"),
        ({}, {"by": ["region", "region"]}, "cannot name 'region'"),
        ({}, {"by": "regions"}, "did you mean 'region'"),
        ({}, {"rank": "place"}, "there is no column 'place'"),
        ({}, {"area": "prices"}, "there is no area 'prices'; did you mean 'price'"),
        ({}, {"conf_level": 2.0}, "confidence level"),
        ({"account": "one"}, {"cluster": "account"}, "one cluster|single|1 cluster|PSU"),
    ],
)
def test_bad_input_is_refused_in_words(change: dict[str, object], options: dict[str, object], said: str):
    ratings = _ratings(people=6)
    filled = {name: range(len(ratings)) if value is range else value for name, value in change.items()}
    with pytest.raises(MeasureError, match=said):
        wallet_rank_share(ratings.assign(**filled), **options)
    with pytest.raises(MeasureError):
        wallet_rank_share(ratings[:0], **options)


ORDERS = np.array([[1, 2, 3], [1, 3, 2], [2, 1, 3], [3, 1, 2], [2, 3, 1], [3, 2, 1]])
CHANCES = np.array([0.3, 0.25, 0.15, 0.1, 0.1, 0.1])
NOISE = 0.1


def _draw(rng: np.random.Generator, accounts: int, size: int, times: int = 1):
    """Rule shares and observed ones, (times, accounts, size, 3); accounts agree on half of the ranks.

    A third of the people do not know brand c, whose share is then NaN. The observed share is that of the rule
    with a permutation of −.1, 0, .1 added.
    """
    shape = (times, accounts, size)
    common = rng.choice(6, (times, accounts, 1), p=CHANCES)
    order = np.where(rng.random(shape) < 0.5, common, rng.choice(6, shape, p=CHANCES))
    rank = ORDERS[order].astype(float)
    knows = rng.random(shape) < 2 / 3
    two = 1 + (rank[..., 0] > rank[..., 1])
    three = (1 - rank / 4) * 2 / 3
    pair = np.stack([1 - two / 3, two / 3, np.full(shape, np.nan)], axis=-1)
    share = np.where(knows[..., None], three, pair)
    return share, share + NOISE * np.argsort(rng.random((*shape, 3)), axis=-1) - NOISE, knows


def _mean_and_error(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means over the known and their errors by account, from (times, accounts, size, 3)."""
    known = ~np.isnan(x)
    n = known.sum(axis=(1, 2))
    mean = np.nansum(x, axis=(1, 2)) / n
    z = np.nansum(x - mean[:, None, None], axis=2) / n[:, None]
    g = x.shape[1]
    return mean, np.sqrt(g / (g - 1) * (z**2).sum(axis=1))


def _correlation_and_error(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return correlations over all pairs and their errors by account."""
    zx, zy = (
        (v - v.mean(axis=(1, 2, 3), keepdims=True)) / v.std(axis=(1, 2, 3), keepdims=True) for v in (x, y)
    )
    r = (zx * zy).mean(axis=(1, 2, 3))
    added = (zx * zy - r[:, None, None, None] / 2 * (zx**2 + zy**2)).sum(axis=(2, 3)) / zx[0].size
    g = x.shape[1]
    return r, np.sqrt(g / (g - 1) * (added**2).sum(axis=1))


def _frame(share: np.ndarray, observed: np.ndarray) -> pd.DataFrame:
    account, person, brand = (index.ravel() for index in np.indices(share.shape))
    rows = pd.DataFrame(
        {
            "response_id": [f"{a}-{p}" for a, p in zip(account, person, strict=True)],
            "brand": BRANDS[brand],
            "rank": -share.ravel(),
            "spend": 50 * observed.ravel(),
            "account": account,
        }
    )
    return rows.dropna().assign(rank=lambda frame: frame["rank"] + 2)


def test_the_public_function_gives_what_the_simulation_looks_at():
    share, observed, _ = _draw(np.random.default_rng(8), 12, 3)
    result = wallet_rank_share(_frame(share[0], observed[0]), rank="rank", cluster="account")
    mean, error = _mean_and_error(share)
    np.testing.assert_allclose(result.rows["share"], mean[0], rtol=1e-12)
    np.testing.assert_allclose(result.rows["share_std_error"], error[0], rtol=1e-10)
    full, seen = _all_three(np.random.default_rng(8), 12, 3)
    beside = wallet_rank_share(_frame(full[0], seen[0]), rank="rank", spend="spend", cluster="account")
    r, error = _correlation_and_error(full, seen)
    assert beside.correlation == pytest.approx(r[0], rel=1e-10)
    z = np.arctanh(beside.correlation_high) - np.arctanh(beside.correlation)
    assert z == pytest.approx(stdtrit(11, 0.975) * error[0] / (1 - r[0] ** 2), rel=1e-9)


def _all_three(rng: np.random.Generator, accounts: int, size: int, times: int = 1):
    rank = ORDERS[rng.choice(6, (times, accounts, size), p=CHANCES)]
    share = (1 - rank / 4) * 2 / 3
    return share, share + NOISE * np.argsort(rng.random(share.shape), axis=-1) - NOISE


@pytest.mark.slow
def test_planted_shares_are_covered():
    """120 accounts of three people who agree in part, brand c known to two thirds; truth by counting."""
    share, _, _ = _draw(np.random.default_rng(31), 120, 3, REPLICATIONS)
    three = CHANCES @ ((1 - ORDERS / 4) * 2 / 3)
    first = CHANCES[ORDERS[:, 0] < ORDERS[:, 1]].sum()
    pair = np.array([(1 + first) / 3, (2 - first) / 3])
    truth = np.array([*(2 / 3 * three[:2] + pair / 3), three[2]])
    mean, error = _mean_and_error(share)
    covered = (np.abs(mean - truth) <= stdtrit(119, 0.975) * error).mean(axis=0)
    assert (np.abs(covered - 0.95) < 3 * ERROR).all(), covered


@pytest.mark.slow
def test_the_planted_correlation_is_covered():
    """r² = var(share) / (var(share) + 2/3 · .1²), 150 respondents of three brands each."""
    share, observed = _all_three(np.random.default_rng(32), 150, 1, REPLICATIONS)
    spread = np.var([1 / 2, 1 / 3, 1 / 6])
    truth = np.sqrt(spread / (spread + 2 / 3 * NOISE**2))
    r, error = _correlation_and_error(share, observed)
    reach = stdtrit(149, 0.975) * error / (1 - r**2)
    covered = (np.abs(np.arctanh(r) - np.arctanh(truth)) <= reach).mean()
    assert abs(covered - 0.95) < 3 * ERROR, covered
