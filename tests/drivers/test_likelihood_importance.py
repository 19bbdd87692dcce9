"""Importances of outcomes in classes against R (glm, polr, survey), statsmodels, brute force, identities."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from cxlab.drivers.class_rows import class_rows
from cxlab.drivers.driver_rows import driver_rows
from cxlab.drivers.likelihood_importance import likelihood_importance
from cxlab.drivers.likelihood_models import Roles, fit_models, fit_null
from cxlab.drivers.shapley_fit import full_model
from cxlab.drivers.slope_tests import slope_covariance
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
BIRTH, HOUSE = ["age", "lwt", "smoke", "ptl", "ht"], ["infl", "type", "cont"]
FIGURES = ["importance", "share", "conf_low", "conf_high", "share_low", "share_high", "p_value"]


@pytest.fixture(scope="module")
def known():
    # likelihood_importance.R: glm, MASS::polr, survey::svyglm and svyolr, Shapley values over all orders
    return json.loads((REFERENCE / "likelihood_importance.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def birth():
    return pd.read_csv(REFERENCE / "likelihood_birthwt.csv")


@pytest.fixture(scope="module")
def house():
    return pd.read_csv(REFERENCE / "likelihood_housing.csv")


def survey(n=400, p=4, seed=5):
    """Ratings 1–5 with a halo, and outcomes that go with them."""
    rng = np.random.default_rng(seed)
    x = np.clip(np.round(3 + rng.normal(size=(n, p)) + 0.8 * rng.normal(size=(n, 1))), 1, 5)
    latent = (x - 3) @ np.linspace(0.1, 0.8, p) + rng.logistic(size=n)
    frame = pd.DataFrame(x, columns=list("abcdefghijklmnopqrst"[:p]))
    return frame.assign(
        bought=(latent > 0).astype(int),
        satisfied=np.digitize(latent, [-1, 0, 1.5]) + 1,
        nps=np.clip(np.round(7.5 + 1.2 * latent), 0, 10),
        w=np.round(rng.gamma(2, 1, n) + 0.1, 2),
        account=rng.integers(0, 60, n),
    )


def answers(frame, outcome, drivers, family, **columns):
    read = driver_rows(frame, outcome, drivers, weight=None, cluster=None, **columns)
    return class_rows(read, family, np.random.default_rng(0))


@pytest.mark.parametrize("fit", ["mcfadden", "nagelkerke", "tjur"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_a_binary_outcome_equals_glm_over_all_orders(birth, known, fit, weight):
    expected = known["weighted" if weight else "binary"]
    result = likelihood_importance(birth, "low", BIRTH, fit=fit, weight=weight, n_boot=0)
    values = [expected["shapley"][fit][name] for name in BIRTH]
    np.testing.assert_allclose(result.rows["importance"], values, atol=1e-11)
    assert result.r_squared.rows["estimate"][0] == pytest.approx(expected["r_squared"][fit], abs=1e-11)
    spread = np.sqrt(
        np.cov(birth[BIRTH].T, aweights=None if weight is None else birth["w"], ddof=0).diagonal()
    )
    slopes = np.array([expected["slopes"][name] for name in BIRTH])
    np.testing.assert_allclose(result.rows["coefficient"], slopes * spread, rtol=1e-7)


@pytest.mark.parametrize("fit", ["mcfadden", "nagelkerke"])
def test_an_ordinal_outcome_equals_polr_over_all_orders(house, known, fit):
    expected = known["ordinal"]
    result = likelihood_importance(house, "sat", HOUSE, family="ordinal", fit=fit, weight="freq", n_boot=0)
    # polr stops where optim does: its log-likelihoods hold to about 1e-8 of 1,800.
    values = [expected["shapley"][fit][name] for name in HOUSE]
    np.testing.assert_allclose(result.rows["importance"], values, atol=1e-9)
    spread = np.sqrt(np.cov(house[HOUSE].T, aweights=house["freq"], ddof=0).diagonal())
    slopes = np.array([expected["slopes"][name] for name in HOUSE])
    np.testing.assert_allclose(result.rows["coefficient"], slopes * spread, rtol=1e-4)


def test_every_submodel_has_the_likelihood_of_glm_and_polr(birth, house, known):
    for frame, outcome, drivers, weight, family, expected in (
        (birth, "low", BIRTH, None, "binary", known["binary"]),
        (house, "sat", HOUSE, "freq", "ordinal", known["ordinal"]),
    ):
        read = driver_rows(frame, outcome, drivers, weight=weight, cluster=None)
        rows = class_rows(read, family, np.random.default_rng(0))
        roles = Roles([[place] for place in range(len(drivers))], [], len(drivers))
        fits = fit_models(rows.distinct, rows.weight, roles, fit_null(rows.distinct, rows.weight))
        for bits, value in enumerate(fits.log_likelihood * read.w.sum()):
            name = "+".join(sorted(d for place, d in enumerate(drivers) if bits >> place & 1))
            assert value == pytest.approx(expected["loglik"][name] if name else expected["null"], rel=1e-10)


@pytest.mark.parametrize("design", ["logit_rows", "logit_clusters", "odds_clusters"])
def test_standard_errors_of_slopes_equal_those_of_survey(birth, house, known, design):
    odds = design.startswith("odds")
    frame, outcome, drivers, weight = (house, "sat", HOUSE, "freq") if odds else (birth, "low", BIRTH, "w")
    cluster = "g" if design.endswith("clusters") else None
    read = driver_rows(frame, outcome, drivers, weight=weight, cluster=cluster)
    rows = class_rows(read, "ordinal" if odds else "binary", np.random.default_rng(0))
    roles = Roles([[place] for place in range(len(drivers))], [], len(drivers))
    covariance = slope_covariance(rows.drawn, rows.units, full_model(rows, roles), 0, rows.sampled)
    spread = np.sqrt(np.cov(frame[drivers].T, aweights=frame[weight], ddof=0).diagonal())
    found = np.sqrt(covariance.diagonal()[-len(drivers) :]) / spread
    # svyolr differentiates numerically.
    np.testing.assert_allclose(found, list(known["design"][design].values()), rtol=1e-3 if odds else 1e-5)


def test_the_classes_of_nps_equal_statsmodels():
    frame = survey()
    classes = np.searchsorted([7, 9], frame["nps"], side="right")
    theirs = OrderedModel(classes, frame[list("abcd")], distr="logit").fit(
        method="newton", disp=0, maxiter=100
    )
    ours = likelihood_importance(frame, "nps", list("abcd"), family="nps", n_boot=0)
    assert ours.r_squared.rows["estimate"][0] == pytest.approx(theirs.prsquared, abs=1e-9)
    assert ours.classes["n"].tolist() == np.bincount(classes).tolist()


@pytest.mark.parametrize("family", ["binary", "nps"])
def test_importances_equal_brute_force_over_all_orders(family):
    frame, drivers = survey(n=250), "abcd" if family == "binary" else "abc"
    outcome = {"binary": "bought", "nps": "nps"}[family]
    y = np.searchsorted([7, 9], frame[outcome], side="right") if family == "nps" else frame["bought"]

    def r_squared(names):
        if not names:
            return 0.0
        if family == "binary":
            return sm.Logit(y, sm.add_constant(frame[list(names)])).fit(disp=0).prsquared
        return OrderedModel(y, frame[list(names)], distr="logit").fit(method="newton", disp=0).prsquared

    table = {names: r_squared(names) for size in range(5) for names in itertools.combinations(drivers, size)}
    expected = dict.fromkeys(drivers, 0.0)
    for order in itertools.permutations(drivers):
        for place, name in enumerate(order):
            step = table[tuple(sorted(order[: place + 1]))] - table[tuple(sorted(order[:place]))]
            expected[name] += step / math.factorial(len(drivers))
    result = likelihood_importance(frame, outcome, list(drivers), family=family, n_boot=0)
    np.testing.assert_allclose(result.rows["importance"], list(expected.values()), atol=1e-8)


@pytest.mark.parametrize("fit", ["mcfadden", "nagelkerke", "tjur"])
def test_importances_add_up_to_r_squared_and_a_covariate_keeps_its_own(fit):
    frame = survey()
    whole = likelihood_importance(frame, "bought", list("abcd"), fit=fit, n_boot=0)
    assert whole.rows["importance"].sum() == pytest.approx(whole.r_squared.rows["estimate"][0], abs=1e-12)
    part = likelihood_importance(frame, "bought", list("abc"), always="d", fit=fit, n_boot=0)
    alone = likelihood_importance(frame, "bought", "d", fit=fit, n_boot=0)
    assert part.r_squared_always == pytest.approx(alone.rows["importance"][0], abs=1e-12)
    assert part.rows["importance"].sum() == pytest.approx(
        whole.r_squared.rows["estimate"][0] - part.r_squared_always, abs=1e-12
    )


def test_a_group_shares_as_one_and_all_in_one_group_has_everything():
    frame = survey()
    one = likelihood_importance(frame, "bought", list("abcd"), groups={"all": list("abcd")}, n_boot=60)
    assert one.rows["importance"].tolist() == one.r_squared.rows["estimate"].tolist()
    assert one.rows[["share", "share_low", "share_high"]].to_numpy().tolist() == [[1, 1, 1]]
    assert one.rows["sign"].isna().all()
    two = likelihood_importance(frame, "bought", list("abcd"), groups={"ab": ["a", "b"]}, n_boot=0)
    assert two.rows["driver"].tolist() == ["ab", "c", "d"]
    # Two players: the mean of first and last.
    pair = likelihood_importance(
        frame, "bought", list("abcd"), groups={"ab": ["a", "b"], "cd": ["c", "d"]}, n_boot=0
    )
    r2 = [
        likelihood_importance(frame, "bought", names, n_boot=0).r_squared.rows["estimate"][0]
        for names in (["a", "b"], ["c", "d"], list("abcd"))
    ]
    assert pair.rows["importance"][0] == pytest.approx((r2[0] + r2[2] - r2[1]) / 2, abs=1e-12)


def test_two_classes_of_an_ordinal_outcome_are_a_logit():
    frame = survey()
    logit = likelihood_importance(frame, "bought", list("abcd"), n_boot=60)
    odds = likelihood_importance(frame, "bought", list("abcd"), family="ordinal", n_boot=60)
    pd.testing.assert_frame_equal(logit.rows, odds.rows)


def test_the_scale_of_a_driver_and_of_the_outcome_do_not_matter_and_a_turned_driver_changes_its_sign():
    frame = survey()
    plain = likelihood_importance(frame, "satisfied", list("abcd"), family="ordinal", n_boot=60)
    changed = frame.assign(a=6 - frame["a"], b=frame["b"] * 1000 + 1e6, satisfied=frame["satisfied"] ** 3)
    again = likelihood_importance(changed, "satisfied", list("abcd"), family="ordinal", n_boot=0)
    np.testing.assert_allclose(again.rows["importance"], plain.rows["importance"], rtol=1e-9)
    assert (again.rows["sign"] * plain.rows["sign"]).tolist() == [-1, 1, 1, 1]


@pytest.mark.parametrize("family", ["binary", "nps"])
def test_weights_and_repeated_rows(family):
    frame, outcome = survey(), "bought" if family == "binary" else "nps"
    options = {"family": family, "n_boot": 60}
    plain = likelihood_importance(frame, outcome, list("abcd"), **options)
    equal = likelihood_importance(frame.assign(w=3.0), outcome, list("abcd"), weight="w", **options)
    np.testing.assert_allclose(equal.rows[FIGURES], plain.rows[FIGURES], rtol=1e-10, atol=1e-14)
    weighted = likelihood_importance(frame, outcome, list("abcd"), weight="w", **options)
    scaled = likelihood_importance(
        frame.assign(w=frame["w"] * 1e6), outcome, list("abcd"), weight="w", **options
    )
    np.testing.assert_allclose(scaled.rows[FIGURES], weighted.rows[FIGURES], rtol=1e-8, atol=1e-14)
    two = frame.assign(w=1.0 + (np.arange(len(frame)) < 100))
    heavy = likelihood_importance(two, outcome, list("abcd"), weight="w", **options)
    twice = likelihood_importance(pd.concat([frame, frame[:100]]), outcome, list("abcd"), **options)
    np.testing.assert_allclose(heavy.rows["importance"], twice.rows["importance"], rtol=1e-9)
    assert heavy.rows["n_eff"][0] == pytest.approx(500**2 / 700)


def test_rows_in_clusters_of_one_are_rows():
    frame = survey().assign(row=np.arange(400))
    plain = likelihood_importance(frame, "bought", list("abcd"), n_boot=2000)
    single = likelihood_importance(frame, "bought", list("abcd"), cluster="row", n_boot=2000)
    np.testing.assert_allclose(single.rows["importance"], plain.rows["importance"], rtol=1e-12)
    np.testing.assert_allclose(single.rows["p_value"], plain.rows["p_value"], rtol=1e-9)
    # Other draws: each standard error has a relative Monte Carlo error of 1/√4000.
    np.testing.assert_allclose(single.rows["std_error"], plain.rows["std_error"], rtol=0.1)
    clones = pd.concat([frame] * 3)
    cloned = likelihood_importance(clones, "bought", list("abcd"), cluster="row", n_boot=2000)
    np.testing.assert_allclose(cloned.rows["std_error"], plain.rows["std_error"], rtol=0.1)
    np.testing.assert_allclose(cloned.rows["p_value"], plain.rows["p_value"], rtol=1e-6)


def test_pandas_polars_and_the_order_of_rows_give_the_same():
    frame = survey()
    plain = likelihood_importance(frame, "nps", list("abcd"), family="nps", weight="w", n_boot=60)
    other = pl.from_pandas(frame.sample(frac=1, random_state=1))
    again = likelihood_importance(other, "nps", list("abcd"), family="nps", weight="w", n_boot=60)
    np.testing.assert_allclose(again.rows[FIGURES], plain.rows[FIGURES], rtol=1e-10, atol=1e-14)


def test_incomplete_rows_are_left_out_and_said():
    frame = survey()
    gaps = frame.astype(float)
    gaps.loc[:79, "a"] = np.nan
    result = likelihood_importance(gaps, "bought", list("abcd"), n_boot=60)
    rest = likelihood_importance(frame[80:], "bought", list("abcd"), n_boot=60)
    pd.testing.assert_frame_equal(result.rows, rest.rows)
    assert result.kept == 0.8
    assert "n = 320, unweighted, 80.0% of the rows kept" in result.summary()


def test_figures_come_out_and_are_hidden_together():
    result = likelihood_importance(survey(), "nps", list("abcd"), family="nps", n_boot=60)
    tidy = result.tidy()
    assert tidy["driver"].tolist() == list("abcd")
    assert sorted(tidy["rank"]) == [1, 2, 3, 4]
    assert (tidy["rank_low"] <= tidy["rank"]).all() and (tidy["rank"] <= tidy["rank_high"]).all()
    assert tidy["share"].sum() == pytest.approx(1)
    assert "association, not an effect" in result.summary()
    assert result.summary().split(" (")[0] in result._repr_html_()
    assert result.estimates().tidy()["metric"].unique().tolist() == ["importance_mcfadden"]
    smallest = int(result.classes["n"].min())
    assert result.suppress(smallest).rows["importance"].notna().all()
    hidden = result.suppress(smallest + 1)
    assert hidden.tidy()[["importance", "share", "rank", "n"]].isna().all(axis=None)
    assert hidden.r_squared.rows["estimate"].isna().all() and hidden.classes["n"].isna().all()
    assert hidden.summary() == "Drivers of nps: too few answers to say."


def test_a_driver_that_may_be_none_has_an_interval_from_0():
    rng = np.random.default_rng(4)
    result = likelihood_importance(survey().assign(z=rng.normal(size=400)), "bought", ["c", "d", "z"])
    noise = result.rows.set_index("driver").loc["z"]
    assert noise["one_sided"] and noise["conf_low"] == 0 == noise["share_low"]
    assert noise["conf_high"] >= noise["importance"]
    assert not result.rows["one_sided"][:2].any()
    assert "What z adds cannot be told from nothing." in result.summary()


def refused(frame, *arguments, **options):
    with pytest.raises(MeasureError) as caught:
        likelihood_importance(frame, *arguments, **{"n_boot": 0, **options})
    return str(caught.value)


def test_bad_input_is_refused_by_name():
    frame, names = survey(), list("abcd")
    assert "did you mean 'bought'" in refused(frame, "bough", names)
    assert "'a' is named twice" in refused(frame, "bought", ["a", "a"])
    assert "has 2 values, not 4" in refused(frame, "satisfied", names)
    assert "none of 0, 1, …, 10" in refused(frame, "w", names, family="nps")
    assert "too many classes" in refused(frame, "w", names, family="ordinal")
    assert "nobody is a passive" in refused(frame[~frame["nps"].isin([7, 8])], "nps", names, family="nps")
    assert "all 400 complete rows are of one class, 1" in refused(frame.assign(bought=1), "bought", names)
    assert "the driver 'a' is 3 in all" in refused(frame.assign(a=3), "bought", names)
    assert "'b' follows from 'a' exactly" in refused(frame.assign(b=2 * frame["a"] + 1), "bought", names)
    assert "5 complete rows are too few for 4 drivers" in refused(frame[:5], "bought", names)
    assert "no weight or a negative one" in refused(frame.assign(w=-1.0), "bought", names, weight="w")
    assert "400 rows have no cluster" in refused(frame.assign(g=np.nan), "bought", names, cluster="g")
    assert "not numbers" in refused(frame.assign(a="good"), "bought", names)
    assert "the column 'a' has no values" in refused(frame.assign(a=np.nan), "bought", names)
    assert "of a binary outcome" in refused(frame, "nps", names, family="nps", fit="tjur")
    assert "unknown family 'probit'" in refused(frame, "bought", names, family="probit")
    assert "unknown fit 'cox'" in refused(frame, "bought", names, fit="cox")
    assert "20 resamples will not do" in refused(frame, "bought", names, n_boot=20)
    assert "one cluster" in refused(frame.assign(account=1), "bought", names, cluster="account")
    many = frame.assign(**{f"x{place}": np.arange(400) for place in range(21)})
    assert "21 drivers are more than 20" in refused(many, "bought", [f"x{place}" for place in range(21)])


def test_separation_is_refused_and_the_driver_named():
    frame = survey()
    assert "the driver 'a' by itself tells classes apart" in refused(
        frame.assign(a=frame["bought"] * 2 + 1), "bought", list("abcd")
    )
    # Quasi: nobody with a flag is a promoter, or in the upper half.
    quasi = frame.assign(a=((frame["bought"] == 0) & (frame["b"] > 2)).astype(int))
    assert "'a' by itself" in refused(quasi, "bought", list("abcd"))
    together = frame.assign(a=np.random.default_rng(1).normal(size=400))
    together["b"] = together["a"] - (2 * together["bought"] - 1) * 0.01
    assert "the drivers together" in refused(together, "bought", ["a", "b"])
    assert "by itself" in refused(frame.assign(a=frame["nps"]), "nps", list("abcd"), family="nps")


def test_few_events_and_few_clusters_are_said_or_widen_the_interval():
    frame = survey().assign(rare=(np.arange(400) < 4).astype(int), half=np.arange(400) % 2)
    rare = likelihood_importance(frame, "rare", ["a", "b"], n_boot=200)
    # P(no event in a resample) = (.99)^400 = 1.8 %.
    assert 0 < rare.failed < 20
    assert "The smallest class has 4 rows, fewer than 10 for each driver." in rare.doubts
    assert f"{rare.failed} of 200 resamples had no fit and were left out." in rare.doubts
    tjur = likelihood_importance(frame, "rare", ["a", "b"], fit="tjur", n_boot=200)
    assert tjur.failed == rare.failed
    two = likelihood_importance(frame, "bought", ["c", "d"], cluster="half", n_boot=200)
    assert two.units == 2
    assert (
        two.r_squared.rows["conf_high"][0] - two.r_squared.rows["estimate"][0]
        > 5 * two.rows["std_error"].min()
    )
