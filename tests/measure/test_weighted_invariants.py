"""What every weighted measure owes: one table of all of them, and where each line of it is proved."""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.measure.importance_satisfaction import QUADRANTS
from cxlab.measure.path_model import PathModel
from cxlab.model.errors import MeasureError
from tests.measure.ratings_frames import NAMES, items_of, people, twice

TESTS = Path(__file__).parents[1]
ITEMS = [f"s_{name}" for name in NAMES[1:]]
PATHS = PathModel(
    {"wanted": ["i_billing", "i_network"], "found": ["s_billing", "s_network"]}, {"wanted": "found"}
)
BY = {"by": "g"}
TEN = {"scale": (1, 10)}
# Gaps and quadrants take no fewer resamples, a path model takes 50.
DRAWS = {**TEN, "n_boot": 1000}


def _people() -> pd.DataFrame:
    """Two segments of 45 respondents who answer what any measure asks; the first ten leave nothing out."""
    rng = np.random.default_rng(7)
    frame = people(90)
    n = np.arange(len(frame))
    talk = rng.choice(["offline", "online", "none"], len(frame))
    frame = frame.assign(
        g=np.where(n // 5 % 2, "b", "a"),
        brand=[f"brand {i}" for i in n % 5],
        half=n // 10 % 2,
        s=rng.choice([0.0, 4, 6, 7, 8, 9, 9, 10, 10, np.nan], len(frame)),
        ces=rng.choice([1.0, 2, 3, 4, 5, 6, 7, np.nan], len(frame)),
        loyalty_change=rng.choice([-1.0, 1, 0, np.nan], len(frame), p=[0.5, 0.3, 0.1, 0.1]),
        wom_source=talk,
        wom_valence=np.where(talk == "none", None, rng.choice(["positive", "negative", "mixed"], len(frame))),
        category_spend=rng.gamma(4, 50, len(frame)),
        spend=lambda rows: rows["category_spend"] * rng.random(len(frame)),
    )
    first = frame.index < 10
    full = {"s": 9.0, "ces": 6.0, "loyalty_change": 1.0, "wom_source": "offline", "wom_valence": "mixed"}
    full |= {f"{kind}_{name}": 7.0 + (kind == "i") for kind in "is" for name in NAMES}
    return frame.assign(w=1.0, **{name: frame[name].mask(first, value) for name, value in full.items()})


PEOPLE = _people()
KEYS = ("response_id", "w", "g", "account", "brand", "half")
BEST = {
    **{name: 10.0 for name in PEOPLE if name[:2] in ("s_", "i_")},
    **{"s": 10.0, "ces": 7.0, "loyalty_change": 1.0, "wom_source": "offline", "wom_valence": "positive"},
    **{"spend": 10.0, "category_spend": 10.0},
}
TOP = PEOPLE.assign(**BEST)
DRAWN = frozenset({"rank_low", "rank_high", "probability_top", "probability", *QUADRANTS})
TIMES = 1 + PEOPLE.index % 2
# Ten of ninety count for all: two a brand, five a segment.
HEAVY = PEOPLE.assign(w=np.where(PEOPLE.index < 10, 1000.0, 1.0))


def _joined(*parts: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(response_id=[f"r{place}" for place in rows.index])


def _silenced(rows: pd.DataFrame, silent: str | None = None) -> pd.DataFrame:
    """Return respondents of whom a segment, a brand or everyone left out all, or all left out an item."""
    if silent in NAMES:
        return rows.assign(**{f"{kind}_{silent}": np.nan for kind in "is"})
    quiet = (rows["g"] == silent) | (rows["brand"] == silent) | (silent is None)
    return rows.assign(**{name: rows[name].where(~quiet) for name in rows if name not in KEYS})


FRAMES = {
    "plain": PEOPLE,
    "times": PEOPLE.assign(w=TIMES),
    "twice": twice(PEOPLE, TIMES),
    "millionths": PEOPLE.assign(w=1e-6 * TIMES),
    # 1.3 is no sum of halves: Σw and Σw² are rounded, and an effective base comes out a trace below its n.
    "equal": PEOPLE.assign(w=1.3),
    "heavy": HEAVY,
    "absent": _joined(HEAVY, TOP[:10].assign(w=0.0)),
    "segments": _joined(
        HEAVY,
        TOP[:10].assign(w=0.0),
        TOP[:1].assign(g="one"),
        TOP[:10].assign(g="top"),
        TOP[:10].assign(g="zero", w=0.0),
        _silenced(TOP[:10]).assign(g="segment"),
    ),
    "empty": PEOPLE[:0],
    "missing": _silenced(PEOPLE),
    "one": TOP[:1],
    "top": TOP,
    "zero": PEOPLE.assign(w=0.0),
}


def _ratings(rows: pd.DataFrame, **brands: str) -> pd.DataFrame:
    """Each respondent's ratings of two areas: of his own brand, or of the brands named by their kind."""
    parts = [
        rows[[*KEYS]].assign(
            brand=brands.get(kind, rows["brand"]), category="telecom", area=area, score=rows[f"{kind}_{area}"]
        )
        for kind in brands or "s"
        for area in ("price", "shop")
    ]
    return pd.concat(parts, ignore_index=True)


MEASURES: dict[str, Callable[..., Any]] = {
    "answered": lambda rows, **o: cx.answered(rows, "s", **BY, **o),
    "bottom_box": lambda rows, **o: cx.bottom_box(rows, "s", scale=(0, 10), boxes=7, **BY, **o),
    "box_choices": lambda rows, **o: cx.box_choices(rows, "s", scale=(0, 10), **BY, **o),
    "ces": lambda rows, **o: cx.ces(rows, direction="easy", **BY, **o),
    "contrast": lambda rows, **o: cx.contrast(rows, "nps", "g", score="s", **o),
    "csat": lambda rows, **o: cx.csat(rows, "s", scale=(0, 10), **BY, **o),
    "csi": lambda rows, **o: cx.csi(items_of(rows), rows, **TEN, **BY, **o),
    "disloyalty_claim": lambda rows, **o: cx.disloyalty_claim(rows, **BY, **o),
    "disloyalty_ratio": lambda rows, **o: cx.disloyalty_ratio(rows, **BY, **o),
    "easy_share": lambda rows, **o: cx.easy_share(rows, direction="easy", **BY, **o),
    "ecsi": lambda rows, **o: cx.ecsi(rows, PATHS, n_boot=50, **o),
    "gap": lambda rows, **o: cx.gap(items_of(rows), rows, **DRAWS, **o),
    "happiness_index": lambda rows, **o: cx.happiness_index(_ratings(rows), **o),
    "importance_satisfaction": lambda rows, **o: cx.importance_satisfaction(
        items_of(rows), rows, **DRAWS, **o
    ),
    "invariance": lambda rows, min_n=1, **o: cx.invariance(
        {name: rows[rows["g"] == name] for name in "ab"}, {"service": ITEMS}, min_n=min_n, **o
    ),
    "item_moments": lambda rows, **o: cx.item_moments(rows, ITEMS, **o),
    "mean_score": lambda rows, **o: cx.mean_score(rows, "s", **BY, **o),
    "nps": lambda rows, **o: cx.nps(rows, "s", **BY, **o),
    "nps_classes": lambda rows, **o: cx.nps_classes(rows, "s", **BY, **o),
    "rating_gap": lambda rows, **o: cx.rating_gap(_ratings(rows, s="ours", i="theirs"), "ours", **o),
    "reliability": lambda rows, **o: cx.reliability(rows, ITEMS, **o),
    "response_style": lambda rows, **o: cx.response_style(rows, ITEMS[:2], **TEN, **BY, **o),
    "share": lambda rows, **o: cx.share(rows, "s", values=10, **BY, **o),
    "share_of_wallet": lambda rows, **o: cx.share_of_wallet(rows, **BY, **o),
    "top_box": lambda rows, **o: cx.top_box(rows, "s", scale=(0, 10), **BY, **o),
    "total": lambda rows, weight="w", **o: cx.total(rows, "spend", weight=weight, **BY, **o),
    "trend": lambda rows, **o: cx.trend(rows, "nps", "g", score="s", mix_by="half", **o),
    "within_market_adjustment": lambda rows, **o: cx.within_market_adjustment(
        rows, ITEMS[:2], **TEN, **BY, **o
    ),
    "word_of_mouth": lambda rows, **o: cx.word_of_mouth(rows, **BY, **o),
    "word_of_mouth_balance": lambda rows, **o: cx.word_of_mouth_balance(rows, **BY, **o),
}
BATTERY = "answered bottom_box csat mean_score nps nps_classes share top_box"
SCORED = "bottom_box csat mean_score nps nps_classes top_box"
EFFORT = "ces easy_share"
TALK = "word_of_mouth word_of_mouth_balance"
STYLE = "response_style within_market_adjustment"
BY_SEGMENT = f"{BATTERY} {EFFORT} {TALK} {STYLE} box_choices csi disloyalty_claim disloyalty_ratio"
SEGMENTED = [*BY_SEGMENT.split(), "share_of_wallet", "total"]

# Names too long for a line of the table.
STYLED = "test_weight_two_is_the_row_twice_and_the_scale_of_weights_never_matters"
LONELY = "test_one_respondent_has_indices_and_no_interval_and_small_markets_are_hidden"
ALIKE = "test_one_rater_and_raters_all_alike_have_an_index"
RATIO = "test_weight_2_is_the_row_twice_and_with_frequencies_in_its_interval_too"
SMALLER = "test_the_smaller_of_n_and_n_eff_is_held_against_the_smallest_base"
# Line of the table → test that proves it already → measures it proves it of. The lines are:
# twice      estimates with weight 2 are those of the row twice;
# frequency  with weight_kind="frequency" every figure is;
# equal      equal weights are none: as many rows, the same interval;
# scale      the scale of the weights never matters;
# min_base   a smallest base is held against the smaller of n and n_eff;
# edge       and not against a rounding error of n_eff;
# absent     who weighs nothing is not there;
# negative   a negative weight is refused;
# and those of MEANING, below.
PROVED: dict[str, dict[str, str]] = {
    "twice": {
        "measure/test_battery.py::test_weight_2_is_the_row_twice": BATTERY,
        "measure/test_ces.py::test_weights_keep_their_promises": EFFORT,
        "measure/test_contrast.py::test_weight_2_is_the_row_twice": "contrast",
        "measure/test_csi.py::test_weight_2_is_the_row_twice_and_frequencies_are_so_for_the_interval": "csi",
        "measure/test_design_measures.py::test_weight_2_is_the_row_twice": "total",
        "measure/test_disloyalty.py::test_weights": "disloyalty_ratio",
        "measure/test_ecsi.py::test_weight_2_is_the_row_twice": "ecsi",
        "measure/test_gap.py::test_weight_2_is_the_row_twice_and_frequencies_are_so_for_the_interval": "gap",
        "measure/test_happiness_index.py::test_weights": "happiness_index",
        "measure/test_importance_satisfaction.py::test_weights_behave": "importance_satisfaction",
        "measure/test_rating_gap.py::test_weights_are_those_of_repeated_people": "rating_gap",
        f"measure/test_ratio.py::{RATIO}": "share_of_wallet",
        "measure/test_reliability.py::test_weights": "reliability",
        "measure/test_trend.py::test_weight_2_is_the_row_twice": "trend",
        "measure/test_word_of_mouth.py::test_weights": TALK,
        "markets/test_invariance.py::test_weights_enter_the_moments_and_the_base": "item_moments",
    },
    "frequency": {
        "measure/test_ces.py::test_weights_keep_their_promises": EFFORT,
        "measure/test_contrast.py::test_weight_2_is_the_row_twice": "contrast",
        "measure/test_csi.py::test_weight_2_is_the_row_twice_and_frequencies_are_so_for_the_interval": "csi",
        "measure/test_design_measures.py::test_a_frequency_of_2_is_the_row_twice_in_every_figure": (
            "mean_score nps share top_box"
        ),
        "measure/test_disloyalty.py::test_weights": "disloyalty_ratio",
        "measure/test_ecsi.py::test_frequencies_are_the_rows_themselves_in_every_figure": "ecsi",
        "measure/test_gap.py::test_weight_2_is_the_row_twice_and_frequencies_are_so_for_the_interval": "gap",
        "measure/test_happiness_index.py::test_weights": "happiness_index",
        "measure/test_rating_gap.py::test_weights_are_those_of_repeated_people": "rating_gap",
        f"measure/test_ratio.py::{RATIO}": "share_of_wallet",
        "measure/test_reliability.py::test_weights": "reliability",
        "measure/test_word_of_mouth.py::test_weights": TALK,
        "markets/test_invariance.py::test_weights_enter_the_moments_and_the_base": "item_moments",
        "markets/test_response_style.py::test_adjusted_weights_are_those_of_repeated_rows": (
            "within_market_adjustment"
        ),
    },
    "equal": {
        "measure/test_battery.py::test_equal_weights_are_no_weights": BATTERY,
        "measure/test_ces.py::test_weights_keep_their_promises": EFFORT,
        "measure/test_contrast.py::test_equal_weights_are_none_and_their_scale_never_matters": "contrast",
        "measure/test_csi.py::test_equal_weights_are_none_and_their_scale_never_matters": "csi",
        "measure/test_disloyalty.py::test_weights": "disloyalty_ratio",
        "measure/test_ecsi.py::test_sampling_weights_of_2_are_no_more_answers": "ecsi",
        "measure/test_gap.py::test_equal_weights_are_none_and_their_scale_never_matters": "gap",
        "measure/test_importance_satisfaction.py::test_weights_behave": "importance_satisfaction",
        "measure/test_ratio.py::test_equal_weights_are_none_and_their_scale_never_matters": "share_of_wallet",
        "measure/test_reliability.py::test_weights": "reliability",
        "measure/test_trend.py::test_equal_weights_are_none_and_their_scale_never_matters": "trend",
        "measure/test_word_of_mouth.py::test_weights": TALK,
        "markets/test_invariance.py::test_weights_enter_the_moments_and_the_base": "item_moments",
    },
    "scale": {
        "measure/test_battery.py::test_the_scale_of_the_weights_never_matters": BATTERY,
        "measure/test_ces.py::test_weights_keep_their_promises": EFFORT,
        "measure/test_contrast.py::test_equal_weights_are_none_and_their_scale_never_matters": "contrast",
        "measure/test_csi.py::test_equal_weights_are_none_and_their_scale_never_matters": "csi",
        "measure/test_design_measures.py::test_a_total_has_the_scale_of_its_weights": "total",
        "measure/test_disloyalty.py::test_weights": "disloyalty_ratio",
        "measure/test_ecsi.py::test_the_scale_of_the_weights_never_matters": "ecsi",
        "measure/test_gap.py::test_equal_weights_are_none_and_their_scale_never_matters": "gap",
        "measure/test_happiness_index.py::test_weights": "happiness_index",
        "measure/test_importance_satisfaction.py::test_weights_behave": "importance_satisfaction",
        "measure/test_rating_gap.py::test_weights_are_those_of_repeated_people": "rating_gap",
        "measure/test_ratio.py::test_equal_weights_are_none_and_their_scale_never_matters": "share_of_wallet",
        "measure/test_reliability.py::test_weights": "reliability",
        "measure/test_trend.py::test_equal_weights_are_none_and_their_scale_never_matters": "trend",
        "measure/test_word_of_mouth.py::test_weights": TALK,
        f"markets/test_response_style.py::{STYLED}": "response_style",
    },
    "min_base": {
        f"measure/test_contrast.py::{SMALLER}": "contrast",
    },
    "edge": {},
    "empty": {
        "measure/test_battery.py::test_without_answers_there_is_a_base_of_0_and_no_figure": SCORED,
        "measure/test_ces.py::test_awkward_answers": EFFORT,
        "measure/test_contrast.py::test_a_group_without_two_levels_is_refused": "contrast",
        "measure/test_design_measures.py::test_without_answers_there_is_a_base_of_0_and_no_figure": "total",
        "measure/test_disloyalty.py::test_empty_cells": "disloyalty_claim disloyalty_ratio",
        "measure/test_ecsi_refusals.py::test_nobody_and_one_respondent": "ecsi",
        "measure/test_ratio.py::test_without_customers_there_is_a_base_of_0_and_no_figure": "share_of_wallet",
        "measure/test_word_of_mouth.py::test_battery": TALK,
    },
    "missing": {
        "measure/test_ecsi_refusals.py::test_columns_that_will_not_do": "ecsi",
        "measure/test_battery.py::test_without_answers_there_is_a_base_of_0_and_no_figure": SCORED,
        "measure/test_ces.py::test_awkward_answers": EFFORT,
        "measure/test_contrast.py::test_a_group_without_answers_has_a_base_of_0_and_no_test": "contrast",
        "measure/test_design_measures.py::test_without_answers_there_is_a_base_of_0_and_no_figure": "total",
        "measure/test_disloyalty.py::test_empty_cells": "disloyalty_claim disloyalty_ratio",
        "measure/test_happiness_index.py::test_what_will_not_do_is_said": "happiness_index",
        "measure/test_rating_gap.py::test_what_will_not_do_is_said": "rating_gap",
        "measure/test_ratio.py::test_without_customers_there_is_a_base_of_0_and_no_figure": "share_of_wallet",
        "measure/test_trend.py::test_the_summary_says_what_went_with_what": "trend",
        "measure/test_word_of_mouth.py::test_battery": TALK,
        "markets/test_response_style.py::test_what_will_not_do_is_said": STYLE,
    },
    "zero": {
        "measure/test_battery.py::test_a_weight_of_zero_counts_for_nothing": BATTERY,
        "measure/test_ces.py::test_awkward_answers": EFFORT,
        "measure/test_csi.py::test_awkward_data_have_a_meaning": "csi",
        "measure/test_ecsi_refusals.py::test_weights_that_will_not_do": "ecsi",
        "measure/test_gap.py::test_awkward_data_have_a_meaning": "gap",
        "measure/test_happiness_index.py::test_what_will_not_do_is_said": "happiness_index",
        "measure/test_importance_satisfaction.py::test_nobody_stands_nowhere": "importance_satisfaction",
        "measure/test_ratio.py::test_without_customers_there_is_a_base_of_0_and_no_figure": "share_of_wallet",
        "measure/test_reliability.py::test_who_weighs_nothing_is_not_there": "reliability",
        "measure/test_word_of_mouth.py::test_battery": TALK,
    },
    "absent": {
        "measure/test_battery.py::test_a_weight_of_zero_counts_for_nothing": BATTERY,
        "measure/test_ces.py::test_awkward_answers": EFFORT,
        "measure/test_csi.py::test_awkward_data_have_a_meaning": "csi",
        "measure/test_ecsi.py::test_a_weight_of_zero_counts_for_nothing": "ecsi",
        "measure/test_reliability.py::test_who_weighs_nothing_is_not_there": "reliability",
    },
    "one": {
        "measure/test_contrast.py::test_one_respondent_a_group": "contrast",
        "measure/test_ecsi_refusals.py::test_nobody_and_one_respondent": "ecsi",
        "measure/test_gap.py::test_awkward_data_have_a_meaning": "gap",
        "measure/test_ratio.py::test_one_customer_has_a_share_and_no_interval": "share_of_wallet",
        "measure/test_reliability.py::test_a_sum_that_does_not_vary_has_no_reliability": "reliability",
        "measure/test_word_of_mouth.py::test_battery": TALK,
        f"markets/test_response_style.py::{LONELY}": "response_style",
    },
    "top": {
        "measure/test_ces.py::test_awkward_answers": EFFORT,
        "measure/test_contrast.py::test_nothing_varies": "contrast",
        "measure/test_csi.py::test_awkward_data_have_a_meaning": "csi",
        "measure/test_ecsi_refusals.py::test_everybody_answers_alike": "ecsi",
        "measure/test_gap.py::test_awkward_data_have_a_meaning": "gap",
        f"measure/test_happiness_index.py::{ALIKE}": "happiness_index",
        "measure/test_reliability.py::test_a_sum_that_does_not_vary_has_no_reliability": "reliability",
        "measure/test_top_box.py::test_everyone_in_the_top_box_is_1_exactly_whatever_the_weights": "top_box",
    },
    "segment": {
        "measure/test_contrast.py::test_a_group_without_answers_has_a_base_of_0_and_no_test": "contrast",
        "measure/test_csi.py::test_awkward_data_have_a_meaning": "csi",
        "measure/test_ecsi_refusals.py::test_columns_that_will_not_do": "ecsi",
        "measure/test_trend.py::test_a_wave_without_answers_has_no_change": "trend",
        "markets/test_invariance.py::test_what_will_not_do_is_said": "invariance",
    },
    "negative": {
        "measure/test_battery.py::test_an_answer_needs_a_weight": BATTERY,
        "measure/test_ces.py::test_awkward_answers": EFFORT,
        "measure/test_contrast.py::test_what_makes_no_sense_is_refused": "contrast",
        "measure/test_csi.py::test_what_cannot_be_is_refused": "csi",
        "measure/test_disloyalty.py::test_bad_input_is_refused": "disloyalty_ratio",
        "measure/test_ecsi_refusals.py::test_an_answer_needs_a_weight": "ecsi",
        "measure/test_happiness_index.py::test_what_will_not_do_is_said": "happiness_index",
        "measure/test_ratio.py::test_bad_amounts_and_weights_are_refused": "share_of_wallet",
        "measure/test_reliability.py::test_what_cannot_be_is_refused": "reliability",
        "measure/test_trend.py::test_what_makes_no_sense_is_refused": "trend",
        "measure/test_word_of_mouth.py::test_battery": TALK,
        "markets/test_invariance.py::test_what_will_not_do_is_said": "invariance",
        "markets/test_response_style.py::test_what_will_not_do_is_said": STYLE,
    },
}

NOTHING = "a base of 0 and no figure"
NO_LEVEL = "no level, so no row"
LEFT_OUT = "the level has no row"
Meaning = str | tuple[float, ...]
UNRATED = "MeasureError: nobody rated the {} of anything"
NOBODY = "MeasureError: nobody answered all of s_network, s_price, s_shop"
NO_MARKET = "MeasureError: market 'a': nobody answered all of s_network, s_price, s_shop"
TOO_FEW_ITEMS = "MeasureError: nobody answered 2 of the 2 items"


def _all(names: str, meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(names.split(), meaning)


# What a measure says of awkward data: the words above, the message of its refusal, or the estimates of each
# table of its result, equal in all their rows.
MEANING: dict[str, dict[str, Meaning]] = {
    # There is no row at all.
    "empty": {
        **_all("answered box_choices share", NO_LEVEL),
        **_all("gap importance_satisfaction", UNRATED.format("importance")),
        "csi": UNRATED.format("satisfaction"),
        "happiness_index": "MeasureError: nobody rated a brand",
        "invariance": NO_MARKET,
        "item_moments": NOBODY,
        "rating_gap": "MeasureError: nobody rated a brand; give ratings with a score",
        "reliability": NOTHING,
        **_all(STYLE, TOO_FEW_ITEMS),
        "trend": "MeasureError: the column 'g' holds no level",
    },
    # Nobody answered anything.
    "missing": {
        "answered": (0.0,),
        **_all("box_choices reliability share", NOTHING),
        **_all("gap importance_satisfaction", UNRATED.format("importance")),
        "csi": UNRATED.format("satisfaction"),
        "invariance": NO_MARKET,
        "item_moments": NOBODY,
    },
    # All weights are 0: of everyone, or of a segment.
    "zero": {
        **_all(
            "box_choices contrast disloyalty_claim disloyalty_ratio rating_gap response_style total trend "
            "within_market_adjustment",
            NOTHING,
        ),
        "invariance": NO_MARKET,
        "item_moments": NOBODY,
    },
    # A segment without answers; or an item or a brand, see SILENT.
    "segment": {
        "answered": (0.0,),
        **_all(f"{SCORED} {EFFORT} {TALK} share share_of_wallet total", NOTHING),
        **_all("box_choices disloyalty_claim disloyalty_ratio reliability", NOTHING),
        **_all(f"gap happiness_index importance_satisfaction rating_gap {STYLE}", LEFT_OUT),
        "item_moments": NOBODY,
    },
    # One respondent, at the top of every scale.
    "one": {
        **_all("answered csat easy_share share top_box", (1.0,)),
        **_all("bottom_box disloyalty_claim disloyalty_ratio rating_gap", (0.0,)),
        "box_choices": (10.0, 1.0, 1.0, 100.0, 100.0),
        "ces": (7.0,),
        "csi": (100.0,),
        "happiness_index": (10.0,) * 5,
        "importance_satisfaction": (10.0,) * 2,
        "invariance": "MeasureError: market 'b': nobody answered all of",
        "item_moments": (10.0, 0.0),
        "mean_score": (10.0,),
        "nps": (100.0,),
        "nps_classes": (1.0, 0.0, 0.0),
        "total": (10.0,),
        "trend": "MeasureError: the column 'g' holds the single level 'a'",
        "within_market_adjustment": (10.0,) * 2 + (0.0,) * 2 + (np.nan,) * 2,
    },
    # All are at the top of every scale, all promoters among them; of the total, ten who spend 10.
    "top": {
        **_all("answered csat share share_of_wallet word_of_mouth", (1.0,)),
        **_all("bottom_box disloyalty_claim disloyalty_ratio rating_gap", (0.0,)),
        "box_choices": (10.0, 1.0, 1.0, 100.0, 100.0),
        "importance_satisfaction": (10.0,) * 2,
        "invariance": "MeasureError: market 'a': all answers to s_network, s_price, s_shop are equal",
        "item_moments": (10.0, 0.0),
        "mean_score": (10.0,),
        **_all("nps word_of_mouth_balance", (100.0,)),
        "nps_classes": (1.0, 0.0, 0.0),
        # Acquiescence, extreme, midpoint, spread and range.
        "response_style": (1.0, 1.0, 0.0, 0.0, 0.0),
        "total": (100.0,),
        # Waves, changes, and mix and score of the changes.
        "trend": (100.0, 0.0, 0.0),
        "within_market_adjustment": (10.0,) * 2 + (0.0,) * 2 + (np.nan,) * 2,
    },
}
# What nobody answers in `segment`, where a measure knows no segments.
SILENT = {
    **_all("gap importance_satisfaction item_moments rating_gap reliability", "shop"),
    "happiness_index": "brand 1",
}
UNWEIGHTED = {"reference_candidates": "its `responses` say who may be named; nothing is estimated"}
NOT_OWED = {
    ("min_base", "item_moments"): "it shows no figure of anybody; invariance holds its n_eff against min_n",
    ("equal", "total"): "without weights there is no total",
    ("absent", "total"): "who was drawn and weighs nothing adds to its error, as in R's svytotal",
    ("absent", "trend"): "as above, in the errors of the parts of a change",
}
# Each way in which a base is held against the smallest one; of all that go through `cxlab.suppress`, one.
OWN_RULES = ["contrast", "gap", "importance_satisfaction", "invariance", "nps", "reliability", "trend"]


def _takes(name: str, option: str) -> bool:
    return option in inspect.signature(getattr(cx, name)).parameters


def _owing(line: str) -> list[str]:
    """Return the measures that owe a line."""
    names = OWN_RULES if line == "edge" else [name for name in MEASURES if (line, name) not in NOT_OWED]
    return [name for name in names if line != "frequency" or _takes(name, "weight_kind")]


def _proved(line: str) -> list[str]:
    return [name for names in PROVED[line].values() for name in names.split()]


def _here(line: str) -> pytest.MarkDecorator:
    """Parametrise by the measures of which a line is proved here."""
    names = [name for name in _owing(line) if name not in _proved(line)]
    return pytest.mark.parametrize("name", names)


@cache
def _of(name: str, frame: str, weight: str | None = "w", **options: str) -> Any:
    return MEASURES[name](FRAMES[frame], weight=weight, **options)


def _tables(result: Any, name: str = "") -> list[pd.DataFrame]:
    """Return every table of a result, then its numbers one by one."""
    if isinstance(result, cx.Reliability):
        coefficients = [result.estimates(kind).rows for kind in ("alpha", "omega")]
        return [*coefficients, result.items]
    if isinstance(result, cx.ItemMoments):
        kept = ["n", "n_eff"]
        return [
            result.tidy()[[*kept, of]].rename(columns={of: "estimate"}) for of in ("mean_x", "covariance")
        ]
    if isinstance(result, cx.Invariance):
        bases = pd.DataFrame({"n": result.n, "n_eff": result.n_eff})
        return [result.parameters("configural"), result.tidy(), bases]
    if isinstance(result, cx.ResponseStyle):
        return _tables((*result.indices, result.mean_correlation), "mean_correlation")
    if isinstance(result, pd.DataFrame):
        return [result]
    if isinstance(result, float):
        return [pd.DataFrame({name: [result]})]
    if isinstance(result, tuple):
        return [table for part in result for table in _tables(part, name)]
    if is_dataclass(result):
        parts = [(field.name, getattr(result, field.name)) for field in fields(result)]
        return [table for name, part in parts for table in _tables(part, name)]
    return []


def _told(result: Any) -> list[pd.DataFrame]:
    """Return the tables that hold estimates, or else differences, as `estimate`."""
    tables = [table for table in _tables(result) if {"estimate", "difference"} & set(table)]
    return [
        table.drop(columns="estimate", errors="ignore").rename(columns={"difference": "estimate"})
        if "difference" in table
        else table
        for table in tables
    ]


def _numbers(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _same(one: Any, other: Any, *, only: set[str] | None = None, but: frozenset[str] = frozenset()) -> None:
    for here, there in zip(_tables(one), _tables(other), strict=True):
        for column in [name for name in here if name not in but and (only is None or name in only)]:
            if pd.api.types.is_numeric_dtype(here[column]):
                # Factors and rank chances are found by iteration.
                np.testing.assert_allclose(
                    _numbers(here[column]), _numbers(there[column]), rtol=1e-5, atol=1e-9, err_msg=column
                )
            else:
                assert here[column].tolist() == there[column].tolist(), column


def _bases(tables: list[pd.DataFrame], kind: str = "n") -> np.ndarray:
    """Return every n, or every n_eff, of tables that hold both."""
    sides = [(table, side) for table in tables for side in ("", "_a", "_b") if f"n_eff{side}" in table]
    return np.concatenate([_numbers(table[f"{kind}{side}"]) for table, side in sides])


def _hidden(result: Any, min_base: int) -> Any:
    if isinstance(result, cx.Estimates):
        return cx.suppress(result, min_base)
    if isinstance(result, tuple):
        return tuple(_hidden(part, min_base) for part in result)
    if isinstance(result, cx.PathEstimates):
        parts = [getattr(result, field.name) for field in fields(result)]
        return _hidden(tuple(part for part in parts if isinstance(part, cx.Estimates)), min_base)
    return result.suppress(min_base) if hasattr(result, "suppress") else result.suppressed(min_base)


def _shown(name: str, frame: str, min_base: int) -> list[bool]:
    """Return of each figure that there is whether a smallest base leaves it to be seen."""
    if name == "invariance":
        try:
            MEASURES[name](FRAMES[frame], weight="w", min_n=min_base)
        except MeasureError as error:
            assert f"are below {min_base}" in str(error)
            return [False]
        return [True]
    result = _of(name, frame)
    pairs = zip(_told(result), _told(_hidden(result, min_base)), strict=True)
    return [seen for all_, left in pairs for seen in left.loc[all_["estimate"].notna(), "estimate"].notna()]


def test_every_measure_with_weights_stands_in_the_table():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = set(re.findall(r"^from \.(?:measure|markets)\.\w+ import (\w+) as", stub, re.MULTILINE))
    functions = [name for name in public & set(cx.__all__) if inspect.isfunction(getattr(cx, name))]
    weighted = {name for name in functions if _takes(name, "weight") or _takes(name, "responses")}
    assert weighted - set(UNWEIGHTED) == set(MEASURES)
    assert not any(_takes(name, "weight") for name in UNWEIGHTED)


@pytest.mark.parametrize("line", PROVED)
def test_every_line_of_every_measure_is_proved_once(line: str):
    here = MEANING[line] if line in MEANING else set(_owing(line)) - set(_proved(line))
    assert sorted([*_proved(line), *here]) == sorted(_owing(line))


@pytest.mark.parametrize(
    "path", sorted({test.partition("::")[0] for tests in PROVED.values() for test in tests})
)
def test_what_is_proved_elsewhere_is_there(path: str):
    source = (TESTS / path).read_text(encoding="utf-8")
    functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    cited = [(test, names) for tests in PROVED.values() for test, names in tests.items()]
    for test, names in [(test, names) for test, names in cited if test.startswith(f"{path}::")]:
        assert test.partition("::")[2] in functions
        for name in names.split():
            assert re.search(rf"\b{name}\b", source), name


@_here("twice")
def test_weight_2_is_the_row_twice(name: str):
    points = {"estimate", "difference", "mean_correlation"}
    _same(_of(name, "times"), _of(name, "twice", weight=None), only=points)


@_here("frequency")
def test_a_frequency_of_2_is_the_row_twice_in_every_figure(name: str):
    _same(_of(name, "times", weight_kind="frequency"), _of(name, "twice", weight=None), but=DRAWN)


@_here("equal")
def test_equal_weights_are_none_and_no_more_answers(name: str):
    tables = _tables(_of(name, "equal"))
    np.testing.assert_allclose(_bases(tables, "n_eff"), _bases(tables), rtol=1e-12)
    _same(_of(name, "equal"), _of(name, "plain", weight=None))


@_here("scale")
def test_the_scale_of_the_weights_never_matters(name: str):
    _same(_of(name, "millionths"), _of(name, "times"))


@_here("min_base")
def test_the_smaller_of_n_and_n_eff_is_held_against_the_smallest_base(name: str):
    frame = "segments" if name in SEGMENTED else "heavy"
    assert (_bases(_tables(_of(name, frame))) >= 11).any()
    shown = _shown(name, frame, 11)
    assert len(shown) > 0 and not any(shown)


@_here("edge")
def test_equal_weights_hide_nothing_at_the_base_there_is(name: str):
    smallest = int(_bases(_tables(_of(name, "equal"))).min())
    assert all(_shown(name, "equal", smallest))


@_here("absent")
def test_who_weighs_nothing_is_not_there(name: str):
    if name in SEGMENTED:
        for here, there in zip(*(_told(_of(name, frame)) for frame in ("segments", "heavy")), strict=True):
            kept = here[here["level"].isin(["a", "b"])]
            assert kept["level"].tolist() == there["level"].tolist()
            for column in ("estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"):
                np.testing.assert_allclose(_numbers(kept[column]), _numbers(there[column]), rtol=1e-9)
    else:
        _same(_of(name, "absent"), _of(name, "heavy"), but=DRAWN)


@_here("negative")
def test_a_negative_weight_is_refused(name: str):
    frame = PEOPLE.assign(w=np.where(PEOPLE.index == 0, -1.0, 1.0))
    with pytest.raises(MeasureError, match=r"column 'w': \d+ answers have no weight or a negative one"):
        MEASURES[name](frame, weight="w")


def _awkward(line: str, name: str) -> list[pd.DataFrame]:
    """Return what is told of a segment, or else of everyone, where the data are as a line says."""
    if line in ("empty", "missing"):
        return _told(_of(name, line))
    if name in SEGMENTED:
        return [table[table["level"] == line] for table in _told(_of(name, "segments"))]
    if line != "segment":
        return _told(_of(name, line))
    return _about(_told(MEASURES[name](_silenced(HEAVY, SILENT[name]), weight="w")), SILENT[name])


def _about(tables: list[pd.DataFrame], rated: str) -> list[pd.DataFrame]:
    """Return what is told of an item or a brand, or of everything in one figure."""
    levels = (table["level"] for table in tables)
    about = [level.isin(["", rated]) | level.str.contains(f'"{rated}"', regex=False) for level in levels]
    return [table[here] for table, here in zip(tables, about, strict=True)]


@pytest.mark.parametrize(("line", "name"), [(line, name) for line in MEANING for name in MEANING[line]])
def test_awkward_data_have_the_meaning_of_the_table(line: str, name: str):
    meaning = MEANING[line][name]
    if isinstance(meaning, str) and meaning.startswith("MeasureError: "):
        with pytest.raises(MeasureError, match=re.escape(meaning.removeprefix("MeasureError: "))):
            _awkward(line, name)
        return
    tables = _awkward(line, name)
    assert len(tables) > 0
    assert {len(table) > 0 for table in tables} == {meaning not in (NO_LEVEL, LEFT_OUT)}
    if meaning == LEFT_OUT and name in SILENT:
        assert any(len(table) > 0 for table in _about(_told(_of(name, "heavy")), SILENT[name]))
    if meaning == NOTHING:
        assert (_bases(tables) == 0).all()
        assert all(table["estimate"].isna().all() for table in tables)
    if isinstance(meaning, tuple):
        for table, expected in zip(tables, meaning, strict=True):
            np.testing.assert_allclose(_numbers(table["estimate"]), expected, atol=1e-9)
            _is_honest(table, one=line == "one")


def _is_honest(table: pd.DataFrame, *, one: bool) -> None:
    """An interval holds its estimate, and one respondent does not make it certain."""
    if "conf_low" in table:
        low, high = _numbers(table["conf_low"]), _numbers(table["conf_high"])
        known = np.isfinite(low) & np.isfinite(high)
        estimate = _numbers(table["estimate"])[known]
        assert (low[known] <= estimate + 1e-9).all() and (estimate <= high[known] + 1e-9).all()
        assert not one or (low[known] < high[known]).all()
