"""What every question about retention that takes weights owes, in one table."""

import inspect
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.asked_customers import asked_customers

GROUPS = {"price": ["dear"], "service": ["rude", "slow"], "other": ["?"]}
SCALES = {"renew_q1": (1, 5), "renew_q2": (0, 10)}


PEOPLE = asked_customers()
TIMES = 1 + PEOPLE.index.to_numpy() // 3 % 3
LEAVE_OUT = PEOPLE.index.to_numpy() % 12 < 4
FRAMES = {
    "plain": PEOPLE,
    "times": PEOPLE.assign(w=TIMES),
    "copies": PEOPLE.loc[PEOPLE.index.repeat(TIMES)].reset_index(drop=True),
    "turned": PEOPLE.assign(w=TIMES)[::-1],
    "labels": PEOPLE.assign(w=TIMES).set_axis(np.repeat(["a", "b"], 150), axis="index"),
    "millionths": PEOPLE.assign(w=1e-6 * TIMES),
    "thousands": PEOPLE.assign(w=1024 * TIMES),
    # 1.3 is no sum of halves: Σw and Σw² are rounded.
    "equal": PEOPLE.assign(w=1.3),
    "zero": PEOPLE.assign(w=np.where(LEAVE_OUT, 0, TIMES)),
    "absent": PEOPLE.assign(w=TIMES)[~LEAVE_OUT],
}


def _w(rows: pd.DataFrame, weight: str | None) -> Any:
    return None if weight is None else rows[weight]


QUESTIONS: dict[str, Callable[..., Any]] = {
    "aalen_johansen": lambda rows, **o: cx.aalen_johansen(
        rows, "t", "cause", censored="none", by="segment", **o
    ),
    "bgnbd": lambda rows, weight, **o: cx.bgnbd(
        rows["frequency"], rows["recency"], rows["age"], weight=_w(rows, weight), **o
    ),
    "boosted_hazard": lambda rows, **o: cx.boosted_hazard(
        rows, "t", "left", ["csat"], iterations=5, folds=2, **o
    ),
    "cause_shares": lambda rows, **o: cx.cause_shares(
        rows, "why", groups=GROUPS, movable={"slow": "price"}, unknown=["?"], **o
    ),
    "churn_model": lambda rows, weight: cx.churn_model(
        rows[["csat", "price"]], rows["left"].astype(int), kind="logit", weight=_w(rows, weight)
    ),
    "compare_scores": lambda rows, weight: cx.compare_scores(
        rows["score"], rows["other"], rows["churned"], weight=_w(rows, weight)
    ),
    # Copies are ties of each other, so that only Breslow's likelihood is that of the weights.
    "cox": lambda rows, **o: cx.cox(rows, "t", "left", ["csat", "price"], ties="breslow", **o),
    "discrete_hazard": lambda rows, **o: cx.discrete_hazard(rows, "t", "left", ["csat", "price"], **o),
    "errors_by_segment": lambda rows, weight: cx.errors_by_segment(
        rows["score"], rows["churned"], rows["segment"], weight=_w(rows, weight)
    ),
    "expected_profit": lambda rows, weight: cx.expected_profit(
        rows["score"], rows["churned"], clv=200, incentive=10, contact=1, weight=_w(rows, weight)
    ),
    "gamma_gamma": lambda rows, weight: cx.gamma_gamma(
        rows["frequency"], rows["spend"], weight=_w(rows, weight)
    ),
    "kaplan_meier": lambda rows, **o: cx.kaplan_meier(rows, "t", "left", by="segment", **o),
    "pareto_nbd": lambda rows, weight, **o: cx.pareto_nbd(
        rows["often"], rows["last"], rows["age"], weight=_w(rows, weight), **o
    ),
    "renewal_index": lambda rows, **o: cx.renewal_index(rows, scales=SCALES, by="segment", **o),
    "score_quality": lambda rows, weight: cx.score_quality(
        rows["score"], rows["churned"], weight=_w(rows, weight)
    ),
}
# What does not hang on how sure it is: columns of `tidy()`.
POINTS: dict[str, tuple[str, ...]] = {
    "aalen_johansen": ("incidence",),
    "bgnbd": ("estimate",),
    "boosted_hazard": ("loss_of_periods",),
    "cause_shares": ("share", "bound_low", "bound_high"),
    "churn_model": ("chance",),
    "compare_scores": ("first", "second", "difference"),
    "cox": ("coefficient",),
    "discrete_hazard": ("coefficient",),
    "errors_by_segment": ("estimate",),
    "expected_profit": ("estimate",),
    "gamma_gamma": ("estimate",),
    "kaplan_meier": ("survival",),
    "pareto_nbd": ("estimate",),
    "renewal_index": ("estimate",),
    "score_quality": ("estimate",),
}
OF_ERRORS = {"score_quality": "the error a calibrated score would show, behind the others, falls with n_eff"}
ROBUST = {
    name: "errors of weighted rows are robust, and those of rows that count alike are not"
    for name in ("bgnbd", "cox", "discrete_hazard", "pareto_nbd")
}
FOLDED = {"boosted_hazard": "folds are dealt to customers as they come; a leaf needs 20 rows of any weight"}
PENALISED = {"churn_model": "the penalty stands against the number of customers, and copies are more of them"}
each = pytest.mark.parametrize("name", QUESTIONS)


@pytest.fixture(autouse=True)
def _one_thread():
    """Small trees on busy cores lose more by waiting for each other than they gain."""
    with threadpool_limits(1, user_api="openmp"):
        yield


@cache
def _of(name: str, frame: str, weight: str | None = "w") -> Any:
    return QUESTIONS[name](FRAMES[frame], weight=weight)


def _figures(result: Any) -> dict[str, np.ndarray]:
    if isinstance(result, cx.ChurnModel):
        return {"chance": result.predict_proba(PEOPLE[["csat", "price"]])[:, 1]}
    table = result.tidy()
    columns = [name for name in table if pd.api.types.is_numeric_dtype(table[name])]
    return {name: table[name].to_numpy(dtype="float64", na_value=np.nan) for name in columns}


def _same(one: Any, other: Any, only: tuple[str, ...] | None = None, *, but: int = 0) -> None:
    here, there = _figures(one), _figures(other)
    assert here.keys() == there.keys() and (only is None or set(only) <= here.keys())
    for name in here if only is None else only:
        shown = slice(0, len(here[name]) - but)
        np.testing.assert_allclose(here[name][shown], there[name][shown], rtol=1e-6, atol=1e-8, err_msg=name)


def test_every_question_with_weights_stands_in_the_table():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = set(re.findall(r"^from \.retention\.\w+ import (\w+) as", stub, re.MULTILINE))
    functions = [name for name in public if inspect.isfunction(getattr(cx, name))]
    weighted = {name for name in functions if "weight" in inspect.signature(getattr(cx, name)).parameters}
    assert weighted == set(QUESTIONS) == set(POINTS)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in {*FOLDED, *PENALISED}])
def test_weight_k_is_k_copies_for_the_figures_and_not_for_their_errors(name: str):
    weighted, copied = _of(name, "times"), _of(name, "copies", None)
    _same(weighted, copied, only=POINTS[name], but=name in OF_ERRORS)
    here, there = _figures(weighted), _figures(copied)
    for column in (column for column in here if column.endswith("std_error")):
        known = there[column] > 1e-12
        assert (here[column] > there[column])[known].all(), column


@pytest.mark.parametrize("name", ["aalen_johansen", "bgnbd", "kaplan_meier", "pareto_nbd", "renewal_index"])
def test_a_frequency_of_k_is_k_copies_in_every_figure(name: str):
    counted = QUESTIONS[name](FRAMES["times"], weight="w", weight_kind="frequency")
    _same(counted, _of(name, "copies", None))


def test_who_knows_frequencies_is_asked_about_them():
    asked = {name for name in QUESTIONS if "weight_kind" in inspect.signature(getattr(cx, name)).parameters}
    assert asked == {"aalen_johansen", "bgnbd", "kaplan_meier", "pareto_nbd", "renewal_index"}


@each
def test_equal_weights_are_none_and_no_more_customers(name: str):
    _same(_of(name, "equal"), _of(name, "plain", None), None if name not in ROBUST else POINTS[name])


@each
@pytest.mark.parametrize("scale", ["millionths", "thousands"])
def test_the_scale_of_the_weights_never_matters(name: str, scale: str):
    _same(_of(name, scale), _of(name, "times"))


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in FOLDED])
def test_the_order_of_the_rows_decides_no_figure(name: str):
    _same(_of(name, "turned"), _of(name, "times"))


@each
def test_the_labels_of_the_rows_decide_nothing(name: str):
    _same(_of(name, "labels"), _of(name, "times"))


@each
def test_who_weighs_nothing_is_not_there(name: str):
    _same(_of(name, "zero"), _of(name, "absent"))


@each
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_one_weight_that_is_none_is_refused(name: str, value: float):
    frame = PEOPLE.assign(w=np.where(PEOPLE.index == 1, value, 1.0))
    with pytest.raises(MeasureError, match="weight"):
        QUESTIONS[name](frame, weight="w")


@each
def test_weights_of_nought_alone_are_nobody(name: str):
    with pytest.raises(MeasureError):
        QUESTIONS[name](PEOPLE.assign(w=0.0), weight="w")


@each
def test_the_frame_stays_as_it_is(name: str):
    frame = FRAMES["times"].copy()
    QUESTIONS[name](frame, weight="w")
    pd.testing.assert_frame_equal(frame, FRAMES["times"])
