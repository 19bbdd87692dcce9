"""What every question about drivers that takes a weight owes, in one table."""

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

DRIVERS = ["price", "staff", "speed"]
SCALES = dict.fromkeys(DRIVERS, (1, 7)) | {"nps": (0, 10)}


def _people(n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    ratings = np.clip(np.round(4 + rng.normal(size=(n, 1)) + 1.2 * rng.normal(size=(n, 3))), 1, 7)
    nps = np.clip(np.round(ratings @ [0.8, 0.6, 0.3] + 1.2 * rng.normal(size=n)), 0, 10)
    frame = pd.DataFrame(ratings, columns=DRIVERS).assign(nps=nps, account=np.arange(n) // 3)
    frame.loc[::17, "staff"] = np.nan
    return frame.assign(w=1.0, times=1 + np.arange(n) % 3)


PEOPLE = _people()
TIMES = PEOPLE["times"]
# Forty of the people count for all but nothing: their effective base is a little above 40.
HEAVY = PEOPLE.assign(w=np.where(PEOPLE.index < 42, 1000.0, 1.0))
LEAVE_OUT = PEOPLE["account"] % 4 == 0
FRAMES = {
    "plain": PEOPLE,
    "times": PEOPLE.assign(w=TIMES),
    "twice": PEOPLE.loc[PEOPLE.index.repeat(TIMES)],
    "turned": PEOPLE.assign(w=TIMES)[::-1],
    "millionths": PEOPLE.assign(w=1e-6 * TIMES),
    "thousands": PEOPLE.assign(w=1024 * TIMES),
    # 1.3 is no sum of halves: Σw and Σw² are rounded.
    "equal": PEOPLE.assign(w=1.3),
    "zero": PEOPLE.assign(w=TIMES.mask(LEAVE_OUT, 0)),
    "absent": PEOPLE.assign(w=TIMES)[~LEAVE_OUT],
    "heavy": HEAVY,
    "unweighed": PEOPLE.assign(w=TIMES.where(PEOPLE["staff"].notna())),
}

QUESTIONS: dict[str, Callable[..., Any]] = {
    "dominance": lambda rows, **o: cx.dominance(rows, "nps", DRIVERS, **o),
    "halo": lambda rows, **o: cx.halo(rows, "nps", DRIVERS, n_boot=100, **o),
    "holdout_r_squared": lambda rows, **o: cx.holdout_r_squared(rows, "nps", DRIVERS, repeats=2, **o),
    "importance": lambda rows, **o: cx.importance(rows, "nps", DRIVERS, n_boot=100, **o),
    "likelihood_importance": lambda rows, **o: cx.likelihood_importance(
        rows, "nps", DRIVERS, family="nps", n_boot=100, **o
    ),
    "necessary_condition": lambda rows, **o: cx.necessary_condition(
        rows, "nps", DRIVERS, scale=SCALES, n_permutations=100, **o
    ),
    "penalty_reward": lambda rows, **o: cx.penalty_reward(rows, "nps", DRIVERS, scale=(1, 7), **o),
    "priority_map": lambda rows, **o: cx.priority_map(rows, "nps", DRIVERS, n_boot=100, **o),
    "what_if": lambda rows, **o: cx.what_if(
        rows, "nps", {"price": 1, "staff": 2}, drivers=DRIVERS, scale=SCALES, **o
    ),
}
# What does not hang on who was drawn: columns of `tidy()`, and fields of the result.
POINTS: dict[str, tuple[str, ...]] = {
    "dominance": ("general", "share", "level_0", "level_2", "dominates", "r_squared", "kept"),
    "halo": ("loading", "importance", "net_importance", "net_correlation", "first_eigenvalue", "r_squared"),
    "holdout_r_squared": ("r_squared",),
    "importance": ("importance", "share", "coefficient", "sign", "rank"),
    "likelihood_importance": ("importance", "share", "coefficient", "sign", "rank"),
    "necessary_condition": ("effect_size", "accuracy", "corners"),
    "penalty_reward": ("penalty", "reward", "asymmetry", "span", "bend", "mean_low", "mean_high"),
    "priority_map": ("importance", "performance", "importance_rank", "cut_importance", "r_squared"),
    "what_if": ("difference", "mean_change", "share_capped", "outcome_capped", "coefficient", "mean_outcome"),
}
OF_MOMENTS = ["dominance", "halo", "holdout_r_squared", "importance"]
CLUSTERED = [name for name in QUESTIONS if name not in ("dominance", "necessary_condition")]
UNWEIGHTED_BASE = ["necessary_condition"]
"""Its ceilings and its test take no weights, so n alone is held against the smallest base."""
each = pytest.mark.parametrize("name", QUESTIONS)


@cache
def _of(name: str, frame: str, weight: str | None = "w", cluster: str | None = None) -> Any:
    options = {} if cluster is None else {"cluster": cluster}
    return QUESTIONS[name](FRAMES[frame], weight=weight, **options)


def _figures(result: Any) -> dict[str, np.ndarray]:
    """Return every number of a result by name: columns of its table, and its own fields."""
    table = result.tidy()
    columns = {name: table[name] for name in table if pd.api.types.is_numeric_dtype(table[name])}
    own = {field.name: getattr(result, field.name) for field in fields(result)}
    own |= (
        {"r_squared": result.r_squared.rows["estimate"][0]}
        if isinstance(own.get("r_squared"), cx.Estimates)
        else {}
    )
    numbers = {name: value for name, value in own.items() if isinstance(value, int | float)}
    return {
        name: np.atleast_1d(pd.Series(value).to_numpy(dtype="float64", na_value=np.nan))
        for name, value in {**numbers, **columns}.items()
    }


def _same(one: Any, other: Any, *, only: tuple[str, ...] | None = None, rtol: float = 1e-7) -> None:
    here, there = _figures(one), _figures(other)
    assert here.keys() == there.keys() and (only is None or set(only) <= here.keys())
    for name in here if only is None else only:
        np.testing.assert_allclose(here[name], there[name], rtol=rtol, atol=1e-10, err_msg=name)


def test_every_question_with_weights_stands_in_the_table():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = set(re.findall(r"^from \.drivers\.\w+ import (\w+) as", stub, re.MULTILINE))
    functions = [name for name in public if inspect.isfunction(getattr(cx, name))]
    assert {name for name in functions if "weight" in inspect.signature(getattr(cx, name)).parameters} == {
        *QUESTIONS
    }
    assert set(POINTS) == set(QUESTIONS)


@each
def test_weight_2_is_the_row_twice_for_the_figures_and_not_for_their_errors(name: str):
    weighted, repeated = _of(name, "times"), _of(name, "twice", weight=None)
    _same(weighted, repeated, only=POINTS[name])
    here, there = _figures(weighted), _figures(repeated)
    assert (here["n"] < there["n"]).all()
    for column in [column for column in here if column.endswith("std_error")]:
        assert (here[column] > there[column]).all(), column


@each
def test_equal_weights_are_none_and_no_more_answers(name: str):
    equal = _of(name, "equal")
    _same(equal, _of(name, "plain", weight=None))
    if "n_eff" in (found := _figures(equal)):
        np.testing.assert_allclose(found["n_eff"], found["n"], rtol=1e-12)


@each
@pytest.mark.parametrize("scale", ["millionths", "thousands"])
def test_the_scale_of_the_weights_never_matters(name: str, scale: str):
    _same(_of(name, scale), _of(name, "times"))


@each
def test_who_weighs_nothing_is_not_there(name: str):
    _same(_of(name, "zero"), _of(name, "absent"))


@pytest.mark.parametrize("name", CLUSTERED)
def test_a_cluster_that_weighs_nothing_is_not_drawn(name: str):
    _same(_of(name, "zero", cluster="account"), _of(name, "absent", cluster="account"))


@each
def test_the_order_of_the_rows_decides_no_figure(name: str):
    _same(_of(name, "turned"), _of(name, "times"), only=POINTS[name], rtol=1e-9)


@each
def test_who_left_an_answer_out_needs_no_weight(name: str):
    told = tuple(point for point in POINTS[name] if point != "kept")  # rows of no known weight are no base
    _same(_of(name, "unweighed"), _of(name, "times"), only=told)


@each
def test_one_negative_weight_is_refused(name: str):
    frame = PEOPLE.assign(w=np.where(PEOPLE.index == 1, -1.0, 1.0))
    with pytest.raises(MeasureError, match="column 'w': 1 answers have no weight or a negative one"):
        QUESTIONS[name](frame, weight="w")


@pytest.mark.parametrize("name", OF_MOMENTS)
def test_moments_bring_their_weights_along(name: str):
    moments = cx.moments(PEOPLE, "nps", DRIVERS, weight="times", blocks="account", missing="complete")
    _same(QUESTIONS[name](moments), _of(name, "times"), only=tuple(p for p in POINTS[name] if p != "kept"))


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in UNWEIGHTED_BASE])
def test_the_smaller_of_n_and_n_eff_is_held_against_the_smallest_base(name: str):
    heavy, points = _of(name, "heavy"), [p for p in POINTS[name] if p not in ("kept", "coefficient")]
    found = _figures(heavy)
    base = int(np.ceil(found["n_eff"].max()))
    assert base < 60 < found["n"].min()
    assert not np.isnan(found[points[0]]).any()
    result = heavy.suppress(max(base + 1, 61))
    hidden = _figures(result)
    assert all(np.isnan(hidden[point]).all() for point in points if point in hidden)
    assert not re.search(r"\bnan\b", result.summary())


@each
def test_equal_weights_hide_nothing_at_the_base_there_is(name: str):
    equal = _of(name, "equal")
    found = _figures(equal) | (
        {"n_class": equal.classes["n"].to_numpy("int64")} if hasattr(equal, "classes") else {}
    )
    bases = [found[name] for name in found if re.fullmatch("n(_low|_middle|_high|_class)?", name)]
    _same(equal.suppress(int(np.concatenate(bases).min())), equal, only=POINTS[name])
