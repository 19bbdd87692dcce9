"""What cannot be weighted is refused: what is wrong, where, and what to do."""

from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.model.errors import MeasureError
from cxlab.weight.calibrate import calibrate
from cxlab.weight.post_stratify import post_stratify
from cxlab.weight.rake import rake

FRAME = pd.DataFrame(
    {
        "g": list("ffmmfm"),
        "a": [1, 2, 1, 2, 1, 2],
        "gap": ["x", None, "y", "x", "y", np.nan],
        "x": [1.0, 2, 3, 4, 5, 6],
        "w": [1.0, 2, 0, 0, 1, 0],
        "bad": [1, -1, 1, 1, np.nan, np.inf],
        "none": 0.0,
    }
)
G = {"f": 0.5, "m": 0.5}
APART = pd.DataFrame({"g": list("fffmmm"), "a": list("yyyyoo")})  # nobody is f and o

REFUSALS: dict[str, tuple[Callable[[], object], list[str]]] = {
    "a level without a target": (
        lambda: rake(FRAME, {"g": {"f": 1}}),
        ["g: 3 rows have a level without a target: 'm'", "leave its rows out"],
    ),
    "a misspelt level": (lambda: rake(FRAME, {"g": {"F": 0.5, "m": 0.5}}), ["did you mean 'F'?"]),
    "a target without rows": (
        lambda: rake(FRAME, {"g": {**G, "m": 0.4, "x": 0.1}}),
        ["g: no row", "target of 'x'", "collapse"],
    ),
    "a target that only rows of weight 0 could meet": (
        lambda: rake(FRAME, {"g": G}, weight="w"),
        ["no row of a base weight above 0 can meet the target of 'm'"],
    ),
    "a target of 0 with rows": (
        lambda: rake(FRAME, {"g": {"f": 0, "m": 1}}),
        ["3 rows have a level with a target of 0: 'f'"],
    ),
    "missing levels": (
        lambda: rake(FRAME, {"gap": {"x": 0.5, "y": 0.5}, "g": G}),
        ["'gap' in 2 rows", "a level and a target of their own, or leave these rows out"],
    ),
    "infinite levels": (lambda: rake(FRAME, {"bad": {1: 0.5, -1: 0.5}}), ["'bad' in 2 rows"]),
    "shares that do not sum to 1": (
        lambda: rake(FRAME, {"g": {"f": 0.5, "m": 0.4}}),
        ["g: the shares sum to 0.9, not to 1"],
    ),
    "totals of two populations": (
        lambda: rake(FRAME, {"g": {"f": 500, "m": 500}, "a": {1: 300, 2: 701}}),
        ["targets of a sum to 1001, those of g to 1000"],
    ),
    "shares beside totals": (
        lambda: rake(FRAME, {"g": G, "a": {1: 300, 2: 700}}),
        ["targets of a sum to 1000, those of g to 1"],
    ),
    "base weights that are none": (
        lambda: rake(FRAME, {"g": G}, weight="bad"),
        ["column 'bad': 3 rows have no base weight or a negative one"],
    ),
    "base weights of 0": (lambda: rake(FRAME, {"g": G}, weight="none"), ["all base weights are 0"]),
    "base weights of text": (lambda: rake(FRAME, {"g": G}, weight="g"), ["'g' holds String, not numbers"]),
    "no such column": (lambda: rake(FRAME, {"gg": G}), ["no column 'gg'; did you mean 'g'?"]),
    "no rows": (lambda: rake(FRAME.iloc[:0], {"g": G}), ["the frame has no rows"]),
    "no margins": (lambda: rake(FRAME, {}), ["there are no margins"]),
    "no targets": (lambda: rake(FRAME, {"g": {}}), ["g: there are no targets by level"]),
    "a target of text": (
        lambda: rake(FRAME, {"g": {"f": "½", "m": 0.5}}),
        ["g: the target of level 'f' is '½'"],
    ),
    "a negative target": (lambda: rake(FRAME, {"g": {"f": -0.5, "m": 1.5}}), ["'f' is -0.5"]),
    "a missing target": (lambda: rake(FRAME, {"g": {"f": np.nan, "m": 1}}), ["'f' is nan"]),
    "a level of a cross that is half named": (
        lambda: rake(FRAME, {("g", "a"): {"f": 1}}),
        ['["g", "a"]: the level \'f\' names 1 of 2 variables'],
    ),
    "a variable crossed with itself": (
        lambda: rake(FRAME, {("g", "g"): {("f", "f"): 1}}),
        ["crosses a variable with itself"],
    ),
    "a margin named twice": (lambda: rake(FRAME, {"g": G, ("g",): G}), ["a margin is named twice"]),
    "a level named twice": (lambda: rake(FRAME, {"a": {1: 0.5, "1": 0.5}}), ["a: the level '1' has two"]),
    "two columns of one name": (
        lambda: rake(pd.concat([FRAME, FRAME], axis=1), {"g": G}),
        ["two columns have one name"],
    ),
    "bounds the wrong way round": (lambda: rake(FRAME, {"g": G}, bounds=(2, 0.5)), ["bounds is (2, 0.5)"]),
    "one trim": (lambda: rake(FRAME, {"g": G}, trim=3), ["trim is 3; give (low, high)"]),  # type: ignore[arg-type]
    "no iterations": (lambda: rake(FRAME, {"g": G}, max_iter=0), ["max_iter is 0"]),
    "no tolerance": (lambda: rake(FRAME, {"g": G}, tolerance=0), ["tolerance is 0"]),
    "bounds and trim at odds": (
        lambda: rake(
            FRAME.assign(w=[1.0, 1, 1, 1, 1, 7]), {"g": G}, weight="w", bounds=(0.9, 1.1), trim=(0.9, 1.1)
        ),
        ["bounds=(0.9, 1.1) and trim=(0.9, 1.1) contradict each other", "of 6 rows"],
    ),
    "margins that contradict each other": (
        lambda: rake(APART, {"g": {"f": 0.6, "m": 0.4}, "a": {"y": 0.3, "o": 0.7}}),
        [
            "no weights of 0 or more meet the targets: after 1,000 iterations the worst is g 'm', at 0.7 "
            "instead of 0.4 (75 % off; 0.5 before)",
            "no row is g 'f' and a 'o'",
        ],
    ),
    "margins that leave rows no weight": (
        lambda: rake(APART, {"g": {"f": 0.6, "m": 0.4}, "a": {"y": 0.6, "o": 0.4}}, max_iter=50),
        ["the weights do not meet the targets: after 50 iterations the worst is g 'm'", "or raise max_iter"],
    ),
    "bounds too narrow": (
        lambda: rake(FRAME, {"g": {"f": 0.9, "m": 0.1}}, bounds=(0.5, 1.5)),
        ["no weights within the bounds meet the targets", "the worst is g 'm'", "widen the bounds"],
    ),
    "trim too narrow": (
        lambda: rake(FRAME, {"g": {"f": 0.9, "m": 0.1}}, trim=(0.5, 1.5)),
        ["no weights within the bounds meet the targets", "widen the bounds"],
    ),
    "a relation": (
        lambda: rake(duckdb.sql("SELECT 'f' AS g"), {"g": G}),
        ["no fixed order", "relation.df()"],
    ),
    "a lazy frame": (lambda: rake(pl.LazyFrame({"g": ["f"]}), {"g": G}), ["no fixed order", ".collect()"]),
    "no frame": (lambda: rake({"g": ["f"]}, {"g": G}), ["a dict is no frame"]),
    "post-strata with missing levels": (
        lambda: post_stratify(FRAME, "gap", {"x": 0.5, "y": 0.5}),
        ["'gap' in 2 rows"],
    ),
    "an unknown method": (
        lambda: calibrate(FRAME, {"g": G}, method="logit"),  # type: ignore[arg-type]
        ["unknown method 'logit'; take one of linear, raking"],
    ),
    "no totals": (lambda: calibrate(FRAME, {}), ["there are no totals"]),
    "a total of a text": (lambda: calibrate(FRAME, {"g": 3}), ["'g' holds String, not numbers"]),
    "one total of a cross": (lambda: calibrate(FRAME, {("g", "a"): 3}), ["('g', 'a') has one total"]),
    "a total without end": (lambda: calibrate(FRAME, {"x": np.inf}), ["x: the total is inf"]),
    "missing numbers": (lambda: calibrate(FRAME, {"bad": 3}), ["'bad' is missing in 2 rows"]),
    "a population that is none": (lambda: calibrate(FRAME, {"x": 3}, population=-1), ["population is -1"]),
    "a population beside another": (
        lambda: calibrate(FRAME, {"g": {"f": 50, "m": 50}}, population=101),
        ["population is 101, the targets of g sum to 100"],
    ),
    "negative weights": (
        lambda: calibrate(FRAME, {"x": 9}, population=1),
        ["2 weights are negative, the smallest -3.714", "bounds=(0, 4)", "method='raking'"],
    ),
    "a mean no weights within bounds can have": (
        lambda: calibrate(FRAME, {"x": 9}, population=1, bounds=(0, 4)),
        ["no weights within the bounds meet the targets", "widen the bounds"],
    ),
    "a mean no weights above 0 can have": (
        lambda: calibrate(FRAME, {"x": 9}, population=1, method="raking"),
        ["after 100 iterations the worst is"],
    ),
    "numbers that are all 0": (
        lambda: calibrate(FRAME, {"none": 3}, population=1),
        ["the worst is none, at 0 instead of 3"],
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_is_refused(case: str):
    attempt, phrases = REFUSALS[case]
    with pytest.raises(MeasureError) as caught:
        attempt()
    for phrase in phrases:
        assert phrase in str(caught.value)
