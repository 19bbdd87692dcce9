"""What a researcher gets wrong, asked of every question about drivers: a clear error, and no warning."""

import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

DRIVERS = ["price", "staff", "speed"]
SCALES = dict.fromkeys(DRIVERS, (1, 7)) | {"nps": (0, 10)}


def _answers() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    ratings = np.clip(np.round(4 + rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))), 1, 7)
    nps = np.clip(np.round(ratings @ [0.8, 0.6, 0.3] + rng.normal(size=200)), 0, 10)
    frame = pd.DataFrame(ratings, columns=DRIVERS).assign(nps=nps, w=rng.choice([1.0, 2, 3], 200))
    return frame.assign(g=rng.integers(0, 40, 200), **{f"said_{name}": frame[name] for name in DRIVERS})


ANSWERS = _answers()


def _what_if(frame: Any, outcome: str, drivers: Any, **options: Any) -> Any:
    return cx.what_if(
        frame, outcome, **{"changes": {"price": 1}, "drivers": drivers, "scale": SCALES} | options
    )


def _asked(function: Callable[..., Any], **defaults: Any) -> Callable[..., Any]:
    return lambda frame, outcome, drivers, **options: function(frame, outcome, drivers, **defaults | options)


MOMENTS = {
    "importance": _asked(cx.importance, n_boot=0),
    "halo": _asked(cx.halo, n_boot=0),
    "holdout_r_squared": _asked(cx.holdout_r_squared),
    "dominance": _asked(cx.dominance),
}
ROWS = {
    "likelihood_importance": _asked(cx.likelihood_importance, family="nps", n_boot=0),
    "penalty_reward": _asked(cx.penalty_reward, scale=(1, 7)),
    "necessary_condition": _asked(cx.necessary_condition, scope="empirical", n_permutations=100),
    "what_if": _what_if,
    "priority_map": _asked(cx.priority_map, n_boot=100),
}
QUESTIONS = MOMENTS | ROWS
DRAWN = ["importance", "halo", "likelihood_importance"]
LEVELLED = [*DRAWN, *(name for name in ROWS if name not in DRAWN)]
SEEDED = [*DRAWN, "holdout_r_squared", "necessary_condition", "priority_map"]


def _refused(question: Callable[..., Any], *asked: Any, **options: Any) -> str:
    with warnings.catch_warnings(), pytest.raises(MeasureError) as caught:
        warnings.simplefilter("error")
        question(*asked, **options)
    assert caught.value.what and caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({}, {"frame": ANSWERS["nps"]}, "a Series is no frame"),
        ({}, {"frame": ANSWERS[:0]}, "there are no rows; give the answers"),
        ({}, {"frame": pd.concat([ANSWERS, ANSWERS["price"]], axis=1)}, "one name: 'price' 2 times"),
        ({}, {"drivers": None}, "drivers= is a NoneType; name columns by texts"),
        ({}, {"drivers": ["price", 3, "speed"]}, "drivers= holds a int"),
        ({}, {"drivers": []}, "no driver was named"),
        ({}, {"drivers": [*DRIVERS, "price"]}, "'price' is named twice"),
        ({}, {"drivers": [*DRIVERS, "nps"]}, "'nps' is named twice"),
        ({}, {"drivers": ["price", "staf", "speed"]}, "no column 'staf'; did you mean 'staff'?"),
        ({}, {"outcome": "npz"}, "no column 'npz'; did you mean 'nps'?"),
        ({}, {"weight": "v"}, "there is no column 'v'"),
        ({}, {"weight": ANSWERS["w"]}, "a value of type Series does not name a column"),
        ({"staff": np.nan}, {}, "the column 'staff' has no values; leave it out"),
        ({"staff": np.inf}, {}, "the column 'staff' has no values; leave it out"),
        ({"nps": np.nan}, {}, "the column 'nps' has no values; ask about another outcome"),
        ({"staff": 3.0}, {}, "'staff'"),
        ({"nps": 8.0}, {}, "nps|outcome does not vary"),
        ({"staff": ANSWERS["staff"].astype("str")}, {}, "the column 'staff' holds String, not numbers; give"),
        ({"staff": pd.Categorical(ANSWERS["staff"])}, {}, "holds Categorical, not numbers"),
        ({"staff": ANSWERS["staff"].map(Decimal)}, {}, "holds Object, not numbers; if they are"),
        ({"staff": 1e200 * ANSWERS["staff"]}, {}, "the values of staff are too large to be multiplied"),
        ({"w": 0.0}, {"weight": "w"}, "no row has a positive weight"),
        ({"w": -1.0}, {"weight": "w"}, "column 'w': 200 answers have no weight or a negative one"),
        ({"w": np.nan}, {"weight": "w"}, "column 'w': 200 answers have no weight or a negative one"),
        ({"w": np.inf}, {"weight": "w"}, "column 'w': 200 answers have no weight or a negative one"),
    ],
)  # fmt: skip
def test_every_question_refuses_data_that_will_not_do(
    name: str, change: dict[str, Any], asked: dict[str, Any], message: str
):
    given = {"frame": ANSWERS.assign(**change), "outcome": "nps", "drivers": DRIVERS} | asked
    said = _refused(QUESTIONS[name], *(given.pop(part) for part in ("frame", "outcome", "drivers")), **given)
    assert any(part in said for part in message.split("|"))


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "necessary_condition"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"speed": ANSWERS["price"]}, "'speed"),
        ({"nps": ANSWERS["price"] + ANSWERS["staff"]}, "entirely|exactly|none of 0, 1, …, 10"),
        ({"staff": 8 - ANSWERS["price"]}, "'price|'staff"),
    ],
)
def test_drivers_that_repeat_or_make_up_the_outcome_are_refused(
    name: str, change: dict[str, Any], message: str
):
    options = {"scale": dict.fromkeys(DRIVERS, (1, 7))} if name == "what_if" else {}
    if name == "penalty_reward" and "nps" in change:
        return  # its classes lose what made up the outcome
    said = _refused(QUESTIONS[name], ANSWERS.assign(**change), "nps", DRIVERS, **options)
    assert any(part in said for part in message.split("|"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_flags_small_integers_missing_codes_and_decimals_are_numbers(name: str):
    frame = ANSWERS.assign(
        price=ANSWERS["price"].astype("int8"),
        staff=ANSWERS["staff"].astype("Int64").mask(ANSWERS.index < 5),
        w=ANSWERS["w"] > 1,
    )
    plain = frame.astype({"price": "float64", "staff": "float64", "w": "float64"})
    exact = pl.from_pandas(plain).with_columns(pl.col("price", "w").cast(pl.Decimal(10, 2)))
    expected = QUESTIONS[name](plain, "nps", DRIVERS, weight="w").tidy()
    for other in (frame, exact):
        pd.testing.assert_frame_equal(QUESTIONS[name](other, "nps", DRIVERS, weight="w").tidy(), expected)


@pytest.mark.parametrize("level", [0, 1, 95, np.nan, None, "95%"])
@pytest.mark.parametrize("name", LEVELLED)
def test_a_level_that_is_none_is_refused(name: str, level: Any):
    said = _refused(QUESTIONS[name], ANSWERS, "nps", DRIVERS, conf_level=level)
    assert said == f"a confidence level of {level} is none; take one such as 0.95"


@pytest.mark.parametrize("count", [-1, 1, 100.5, np.nan, np.inf, None, "many"])
@pytest.mark.parametrize(
    ("name", "option"),
    [
        *((name, "n_boot") for name in [*DRAWN, "priority_map"]),
        ("necessary_condition", "n_permutations"),
        ("importance", "n_imputed"),
        ("holdout_r_squared", "folds"),
    ],
)
def test_a_count_that_is_none_is_refused(name: str, option: str, count: Any):
    said = _refused(QUESTIONS[name], ANSWERS, "nps", DRIVERS, **{option: count})
    assert said.startswith(f"{count} ") and "will not do; take " in said


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {"n_boot": 100.0}) for name in [*DRAWN, "priority_map"]),
        ("importance", {"n_boot": 1e2, "n_imputed": 2.0, "missing": "multiple"}),
        ("necessary_condition", {"n_permutations": 1e2}),
        ("holdout_r_squared", {"folds": 5.0, "repeats": 2.0}),
    ],
)
def test_a_whole_number_may_be_written_as_a_float(name: str, options: dict[str, Any]):
    whole = {option: value if option == "missing" else int(value) for option, value in options.items()}
    one, other = (QUESTIONS[name](ANSWERS, "nps", DRIVERS, **given).tidy() for given in (options, whole))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("seed", [-1, 1.5, None, "now", True])
@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_that_gives_no_second_answer_is_refused(name: str, seed: Any):
    assert "a seed of" in _refused(QUESTIONS[name], ANSWERS, "nps", DRIVERS, seed=seed)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("importance", {"groups": ["price"]}, "groups= is a list; name each group"),
        ("importance", {"groups": {"a": None}}, "groups= is a NoneType"),
        ("dominance", {"groups": {"a": ["prise"]}}, "'prise', which is no driver; did you mean 'price'"),
        ("dominance", {"missing": "drop"}, "unknown missing 'drop'; take one of pairwise, complete"),
        ("importance", {"missing": "drop"}, "take one of complete, pairwise, multiple"),
        ("what_if", {"changes": ["price"]}, "nothing is changed; name a driver"),
        ("what_if", {"changes": {"price": "a lot"}}, "a change of a lot in 'price' is none"),
        ("what_if", {"scale": 7}, "the scale 7 of 'price' does not run from low to high"),
        ("what_if", {"scale": ("low", "high")}, "does not run from low to high"),
        ("penalty_reward", {"scale": None, "low": "bad", "high": 6}, "low= holds 'bad'"),
        ("penalty_reward", {"scale": None, "low": {"price": None}, "high": 6}, "low= holds None"),
        ("penalty_reward", {"family": "holmes"}, "unknown family 'holmes'; take one of holm, bh, none"),
        ("necessary_condition", {"levels": ["high"]}, "levels must lie within"),
        ("necessary_condition", {"levels": 5}, "levels must lie within"),
        ("priority_map", {"cut_importance": "mean"}, "a line at 'mean' is none"),
        ("priority_map", {"cut_performance": np.nan}, "a line at nan is none"),
        ("priority_map", {"stated": {"price": "said_price"}}, "stated= says nothing of 'staff'"),
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused(name: str, options: dict[str, Any], message: str):
    assert message in _refused(QUESTIONS[name], ANSWERS, "nps", DRIVERS, **options)


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_cannot_be_asked_for_what_they_were_not_summed_with(name: str):
    moments = cx.moments(ANSWERS, "nps", DRIVERS, blocks="g", missing="complete")
    silent = cx.moments(ANSWERS.assign(staff=np.nan), "nps", DRIVERS, blocks="g", missing="complete")
    assert QUESTIONS[name](moments, "nps", DRIVERS).summary()
    assert "their weights and blocks already" in _refused(
        QUESTIONS[name], moments, "nps", DRIVERS, weight="w"
    )
    assert "no row holds every column" in _refused(QUESTIONS[name], silent, "nps", DRIVERS)
    if name != "holdout_r_squared":
        said = _refused(QUESTIONS[name], moments, "nps", DRIVERS, missing="pairwise")
        assert "the moments are complete, not pairwise" in said


def test_moments_are_not_imputed():
    moments = cx.moments(ANSWERS, "nps", DRIVERS)
    assert "no rows that could be completed" in _refused(
        cx.importance, moments, "nps", DRIVERS, missing="multiple"
    )


def test_a_correlation_that_nobody_could_show_is_not_imputed():
    """Staff and speed were asked of different people: the normal model would make their correlation up."""
    half = ANSWERS.index < 100
    frame = ANSWERS.assign(staff=ANSWERS["staff"].where(half), speed=ANSWERS["speed"].mask(half))
    said = _refused(cx.importance, frame, "nps", DRIVERS, missing="multiple")
    assert "no row holds both 'staff' and 'speed'" in said
    assert "no row holds 'nps' and all drivers; fewest, 100, hold 'staff'" in _refused(
        cx.importance, frame, "nps", DRIVERS
    )


def test_few_rows_are_imputed_without_a_warning_or_an_interval():
    frame = ANSWERS[:6].assign(staff=ANSWERS["staff"].mask(ANSWERS.index % 3 == 0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = cx.importance(frame, "nps", DRIVERS, missing="multiple", n_boot=100)
    assert "interval unknown" in result.summary()


def test_a_map_of_few_rows_or_clusters_has_no_false_certainty():
    assert "bootstrap samples of 6 rows can be solved" in _refused(
        cx.priority_map, ANSWERS[:6], "nps", DRIVERS, n_boot=100
    )
    silent = ANSWERS.assign(said_price=np.nan)
    stated = {name: f"said_{name}" for name in DRIVERS}
    assert "'said_price' has no values" in _refused(cx.priority_map, silent, "nps", DRIVERS, stated=stated)
    two = cx.priority_map(ANSWERS.assign(g=ANSWERS.index % 2), "nps", DRIVERS, cluster="g", n_boot=100)
    assert "There are 2 units to draw from" in two.summary()
    many = cx.priority_map(ANSWERS, "nps", DRIVERS, cluster="g", n_boot=100)
    assert many.units == 40 and "units to draw from" not in many.summary()


def test_an_order_is_compared_between_importances_only():
    one = cx.importance(ANSWERS, "nps", DRIVERS, n_boot=0)
    for compare in (cx.importance_stability, cx.compare_importance):
        assert "b: a DataFrame is no importance" in _refused(compare, {"a": one, "b": ANSWERS})
        assert "was suppressed" in _refused(compare, {"a": one.suppress(1000), "b": one})
        assert "needs two results" in _refused(compare, [one, one])
    alone = cx.importance_stability({"a": one, "b": one})
    assert "W 1.00 (no interval)" in alone.summary() and "nan" not in alone.summary()


MATRIX = ANSWERS[DRIVERS].corr()
WITH = ANSWERS[DRIVERS].corrwith(ANSWERS["nps"])
FIGURES = {"lmg": cx.lmg, "lmg_sampled": cx.lmg_sampled, "driver_metrics": cx.driver_metrics}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ((MATRIX, WITH[::-1]), {}, "with the outcome are of speed, staff, price, the columns"),
        ((MATRIX[::-1], WITH), {}, "the rows of the matrix are of speed, staff, price"),
        (("text", WITH), {}, "something else than numbers"),
        ((MATRIX + 0j, WITH), {}, "something else than numbers"),
        ((MATRIX, WITH), {"names": "abc"}, "does not name each driver once"),
        ((MATRIX, WITH), {"names": ["a", "a", "b"]}, "does not name each driver once"),
        ((MATRIX, WITH), {"names": ["a"]}, "1 names are given for 3 drivers"),
        ((3 * MATRIX, WITH), {}, "pass correlations, not covariances"),
        ((MATRIX, 0 * WITH + np.nan), {}, "the outcome does not vary, or is missing"),
        ((MATRIX, WITH[:2].to_numpy()), {}, "do not fit each other"),
        ((MATRIX.to_numpy(), 0 * WITH + 0.99), {}, "R² would be"),
    ],
)  # fmt: skip
def test_correlations_that_will_not_do_are_refused(
    name: str, given: tuple[Any, Any], options: dict[str, Any], message: str
):
    assert message in _refused(FIGURES[name], *given, **options)


@pytest.mark.parametrize("name", ["lmg", "lmg_sampled"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": [0, 1, 2]}, "0 lists no drivers"),
        ({"groups": ["ab"]}, "'ab' lists no drivers"),
        ({"always": 1}, "1 lists no drivers"),
        ({"always": [7]}, "hold the places [0, 1, 2, 7] of 3 drivers"),
    ],
)
def test_places_that_are_none_are_refused(name: str, options: dict[str, Any], message: str):
    assert message in _refused(FIGURES[name], MATRIX, WITH, **options)


def test_labels_in_one_order_name_the_drivers():
    assert cx.driver_metrics(MATRIX, WITH).rows["driver"].tolist() == DRIVERS
    turned = MATRIX.loc[DRIVERS[::-1], DRIVERS[::-1]]
    np.testing.assert_allclose(cx.lmg(turned, WITH[::-1]), cx.lmg(MATRIX, WITH)[::-1], rtol=1e-12)
