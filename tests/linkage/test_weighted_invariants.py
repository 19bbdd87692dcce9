"""What every question about linkage that takes weights owes, in one table."""

import inspect
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.linkage.panel_designs import DESIGNS
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import panel

INSIDE = {"entity": "id", "time": "period"}
BRANDS = ["ours", "theirs", "others"]


def _people() -> pd.DataFrame:
    """60 entities of 5 periods that answer whatever is asked; each row is a respondent with three brands."""
    rng = np.random.default_rng(17)
    frame = panel()
    answers = {name: frame["nps"] / 2 + rng.normal(size=300) for name in ("buy", "stay", "recommend")}
    brands = {f"score {brand}": rng.integers(1, 11, 300).astype(float) for brand in BRANDS}
    spends = {f"spend {brand}": rng.gamma(2, 10, 300) for brand in BRANDS}
    frame = frame.assign(**answers, **brands, **spends, w=1.0)
    frame.loc[::29, ["nps", "buy", "score ours"]] = np.nan
    return frame


PEOPLE = _people()
TIMES = 1 + PEOPLE["id"] // 4 % 3
LEAVE_OUT = PEOPLE["id"] % 12 < 4
TWICE = pd.concat(
    [PEOPLE[copy < TIMES].assign(id=lambda rows, copy=copy: rows["id"] + 1000 * copy) for copy in range(3)]
)
FRAMES = {
    "plain": PEOPLE,
    "times": PEOPLE.assign(w=TIMES),
    "copies": TWICE,
    "turned": PEOPLE.assign(w=TIMES)[::-1],
    "labels": PEOPLE.assign(w=TIMES).set_axis(np.repeat(["a", "b", "c"], 100), axis="index"),
    "millionths": PEOPLE.assign(w=1e-6 * TIMES),
    "thousands": PEOPLE.assign(w=1024 * TIMES),
    # 1.3 is no sum of halves: Σw and Σw² are rounded.
    "equal": PEOPLE.assign(w=1.3),
    "zero": PEOPLE.assign(w=TIMES.mask(LEAVE_OUT, 0)),
    "absent": PEOPLE.assign(w=TIMES)[~LEAVE_OUT],
    "unweighed": PEOPLE.assign(w=TIMES.where(PEOPLE["nps"].notna())),
    # 60 rows count for all but nothing.
    "heavy": PEOPLE.assign(w=np.where(PEOPLE["id"] % 20 < 4, 1000.0, 1.0)),
}


def _brands(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per respondent and brand; no score leaves a brand out."""
    own = rows.assign(response_id=[f"{i}-{p}" for i, p in zip(rows["id"], rows["period"], strict=True)])
    kept = own[["response_id", "segment", "w"]]
    parts = [
        kept.assign(brand=brand, score=rows[f"score {brand}"], spend=rows[f"spend {brand}"])
        for brand in BRANDS
    ]
    return pd.concat(parts)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "asymmetric_effect": lambda rows, **o: cx.asymmetric_effect(rows, "revenue", "nps", **INSIDE, **o),
    "dose_response": lambda rows, **o: cx.dose_response(
        rows, "revenue", "nps", levels=(0, 7, 9), **INSIDE, **o
    ),
    "effect_by_segment": lambda rows, **o: cx.effect_by_segment(
        rows, "revenue", "nps", "segment", **INSIDE, **o
    ),
    "elasticity": lambda rows, **o: cx.elasticity(rows, "revenue", "nps", **INSIDE, **o),
    "loyalty_elements": lambda rows, **o: cx.loyalty_elements(
        rows, satisfaction="nps", elements=["buy", "stay", "recommend"], **o
    ),
    "measurement_error": lambda rows, **o: cx.measurement_error(
        rows, "revenue", "nps", reliability=0.9, controls=["age"], n_sim=0, cluster="id", **o
    ),
    "mediation": lambda rows, **o: cx.mediation(
        rows, "nps", "recommend", "revenue", entity="id", n_boot=100, **o
    ),
    "nps_steps": lambda rows, **o: cx.nps_steps(rows, "revenue", **INSIDE, **o),
    "oster": lambda rows, **o: cx.oster(rows, "revenue", "nps", ["age", "stay"], entity="id", n_boot=50, **o),
    "panel_effect": lambda rows, **o: cx.panel_effect(
        rows, "revenue", "nps", controls=["age"], **INSIDE, **o
    ),
    "retention_effect": lambda rows, **o: cx.retention_effect(
        rows, "retained", "nps", model="logit", **INSIDE, **o
    ),
    "revenue_glm": lambda rows, **o: cx.revenue_glm(rows, "paid", "nps", power=1.5, **INSIDE, **o),
    "wallet_rank_share": lambda rows, **o: cx.wallet_rank_share(
        _brands(rows), spend="spend", by="segment", **o
    ),
}
# What does not hang on how sure it is: columns of `tidy()`.
POINTS: dict[str, tuple[str, ...]] = {
    **{
        name: ("estimate",)
        for name in (
            "asymmetric_effect", "dose_response", "elasticity", "effect_by_segment", "nps_steps",
            "panel_effect",
        )
    },
    "loyalty_elements": ("slope", "standardised"),
    "measurement_error": ("estimate", "attenuation"),
    "mediation": ("estimate", "rho_at_zero"),
    "oster": ("estimate", "r2"),
    "retention_effect": ("coefficient", "ratio", "effect"),
    "revenue_glm": ("coefficient", "ratio", "effect"),
    "wallet_rank_share": ("share", "observed", "difference", "correlation"),
}  # fmt: skip
OF_ERRORS = {
    "elasticity": "percent_per_point_unbiased, behind the others, takes off half the squared error",
    "effect_by_segment": "the mean of the segments, behind them, weighs by their errors",
}
COUNTED = {
    "wallet_rank_share": "a respondent who was drawn and weighs nothing is one of the units, as in R's survey"
}
OPTIONS = {
    # The outcome of a row that has no weight is no lag either.
    "panel_effect": {"designs": [design for design in DESIGNS if design != "lagged_outcome"]}
}
DRAWN = ["mediation", "oster"]
"""Intervals of resampled units, which the order of the rows numbers; errors by draws."""
each = pytest.mark.parametrize("name", QUESTIONS)


@cache
def _of(name: str, frame: str, weight: str | None = "w") -> Any:
    return QUESTIONS[name](FRAMES[frame], weight=weight)


def _figures(result: Any) -> dict[str, np.ndarray]:
    table = result.tidy()
    columns = [name for name in table if pd.api.types.is_numeric_dtype(table[name])]
    return {name: table[name].to_numpy(dtype="float64", na_value=np.nan) for name in columns}


def _same(one: Any, other: Any, *, only: tuple[str, ...] | None = None, but: int = 0) -> None:
    here, there = _figures(one), _figures(other)
    assert here.keys() == there.keys() and (only is None or set(only) <= here.keys())
    for name in here if only is None else only:
        shown = slice(0, len(here[name]) - but)
        np.testing.assert_allclose(here[name][shown], there[name][shown], rtol=1e-7, atol=1e-9, err_msg=name)


def test_every_question_with_weights_stands_in_the_table():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = set(re.findall(r"^from \.linkage\.\w+ import (\w+) as", stub, re.MULTILINE))
    functions = [name for name in public if inspect.isfunction(getattr(cx, name))]
    weighted = {name for name in functions if "weight" in inspect.signature(getattr(cx, name)).parameters}
    assert weighted == set(QUESTIONS) == set(POINTS)


@each
def test_weight_k_is_k_copies_for_the_figures_and_not_for_their_errors(name: str):
    weighted, copied = _of(name, "times"), _of(name, "copies", None)
    _same(weighted, copied, only=POINTS[name], but=name in OF_ERRORS)
    here, there = _figures(weighted), _figures(copied)
    errors = [column for column in here if column.endswith("std_error")]
    assert errors or name == "oster"
    for column in errors:
        known = there[column] > 0  # that of a reference level is 0
        assert known.any() and (here[column] > there[column])[known].all(), column


def test_a_frequency_of_k_is_k_copies_in_every_figure():
    """`panel_effect` alone knows frequencies; a copy is the same row of the same entity."""
    frame = PEOPLE.assign(w=TIMES)
    again = frame.loc[frame.index.repeat(TIMES)].sample(frac=1, random_state=3)
    counted = QUESTIONS["panel_effect"](frame, weight="w", weight_kind="frequency")
    _same(counted, QUESTIONS["panel_effect"](again, weight_kind="frequency"))


@each
def test_equal_weights_are_none_and_no_more_answers(name: str):
    _same(_of(name, "equal"), _of(name, "plain", None))


@each
@pytest.mark.parametrize("scale", ["millionths", "thousands"])
def test_the_scale_of_the_weights_never_matters(name: str, scale: str):
    _same(_of(name, scale), _of(name, "times"))


@each
def test_the_order_of_the_rows_decides_no_figure(name: str):
    _same(_of(name, "turned"), _of(name, "times"), only=POINTS[name] if name in DRAWN else None)


@each
def test_the_labels_of_the_rows_decide_nothing(name: str):
    _same(_of(name, "labels"), _of(name, "times"))


@each
def test_who_weighs_nothing_is_not_there(name: str):
    _same(_of(name, "zero"), _of(name, "absent"), only=POINTS[name] if name in COUNTED else None)


@each
def test_who_left_an_answer_out_needs_no_weight(name: str):
    if name == "wallet_rank_share":  # who leaves a brand out has ranked the others, and weighs
        with pytest.raises(MeasureError, match="have no weight"):
            _of(name, "unweighed")
        return
    one, other = (
        QUESTIONS[name](FRAMES[frame], weight="w", **OPTIONS.get(name, {}))
        for frame in ("unweighed", "times")
    )
    _same(one, other, only=POINTS[name])  # rows of no known weight are no base of the share that is kept


@each
def test_one_negative_weight_is_refused(name: str):
    frame = PEOPLE.assign(w=np.where(PEOPLE.index == 1, -1.0, 1.0))
    with pytest.raises(MeasureError, match=r"column 'w': \d answers have no weight or a negative one"):
        QUESTIONS[name](frame, weight="w")


@each
def test_the_smaller_of_n_and_n_eff_is_held_against_the_smallest_base(name: str):
    found, point = _figures(_of(name, "heavy")), POINTS[name][0]
    bases = [value for column, value in found.items() if column.endswith("n_eff")]
    base = int(np.ceil(np.nanmax(bases)))
    assert np.isfinite(found[point]).any() and base < np.nanmax(found["n" if "n" in found else "share_n"])
    assert np.isnan(_figures(_of(name, "heavy").suppress(base + 1))[point]).all()
