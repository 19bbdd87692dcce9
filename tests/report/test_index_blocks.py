"""Gaps, fields and reliability as blocks of a report, in every language."""

import re

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.gap import gap
from cxlab.measure.importance_satisfaction import importance_satisfaction
from cxlab.measure.long_items import long_items
from cxlab.measure.reliability import reliability
from cxlab.report.chart_gap import chart_gap
from cxlab.report.chart_quadrant import chart_quadrant
from cxlab.report.gap_table import gap_table
from cxlab.report.label_places import label_places
from cxlab.report.quadrant_table import quadrant_table
from cxlab.report.reliability_table import reliability_table
from cxlab.report.words import Words
from tests.measure.ratings_frames import NAMES, items_of, people
from tests.report.report_results import LANGUAGES

FAST = {"scale": (1, 10), "n_boot": 200}


@pytest.fixture(scope="module")
def frame():
    frame = people(120)
    frame.loc[6:, "s_shop"] = np.nan
    return frame


@pytest.fixture(scope="module")
def gaps(frame):
    return gap(items_of(frame), frame, weight="w", **FAST).suppress(10)


@pytest.fixture(scope="module")
def fields(frame):
    return importance_satisfaction(items_of(frame), frame, weight="w", **FAST).suppress(10)


def alt(html):
    return re.search(r' alt="([^"]*)"', html)[1]


def caption(html):
    return re.search(r"<figcaption>(.*?)</figcaption>", html)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_draws(gaps, fields, language):
    for chart, result in ((chart_gap, gaps), (chart_quadrant, fields)):
        block = chart(result, words=Words(language))
        assert block.png and block.min_base == 10 and block.name
        assert "{" not in alt(block.html) + caption(block.html)


def test_the_same_result_gives_the_same_bytes(gaps, fields):
    for chart, result in ((chart_gap, gaps), (chart_quadrant, fields)):
        assert chart(result).png == chart(result).png


def test_the_gap_chart_says_its_figures(gaps):
    block = chart_gap(gaps)
    price = gaps.tidy().set_index("attribute_id").loc["price"]
    figures = (
        f"price: Importance {price['importance_mean']:.2f}, satisfaction {price['satisfaction_mean']:.2f}"
    )
    assert figures in alt(block.html)
    assert f"gap +{price['gap']:.2f} ({price['conf_low']:.2f} to {price['conf_high']:.2f})" in alt(block.html)
    assert "95% interval. Weighted." in caption(block.html)
    assert "Not shown, to protect small groups: shop." in caption(block.html)
    assert "The axis does not show the whole scale." in caption(block.html)


def test_what_is_suppressed_stands_nowhere(gaps, frame):
    open_gaps = gap(items_of(frame), frame, weight="w", **FAST)
    shop = open_gaps.tidy().set_index("attribute_id").loc["shop"]
    for block in (chart_gap(gaps), gap_table(gaps)):
        assert f"{shop['gap']:.2f}" not in block.html.replace("−", "-").replace(block.name or " ", "")
        assert "not shown" in block.html.lower()


def test_the_table_is_sorted_and_names_the_test(gaps):
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', gap_table(gaps).html)
    known = gaps.tidy()
    assert [name for name, _ in rows][: (~known["suppressed"]).sum()] == list(
        known.loc[~known["suppressed"], "attribute_id"]
    )
    assert "p (Holm)" in gap_table(gaps).html and "Among the 3 largest" in gap_table(gaps).html
    assert "&lt; 0.001" in rows[0][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rescaling_is_printed(language):
    data = pd.DataFrame({"i": [1.0, 2, 3, 3, 2] * 4, "s": [5.0, 3, 1, 4, 4] * 4})
    items = long_items(data, satisfaction={"x": "s"}, importance={"x": "i"})
    scale = {"importance": (1, 3), "satisfaction": (1, 5)}
    for rescale in ("to_satisfaction", "to_100"):
        carried = gap(items, scale=scale, rescale=rescale, n_boot=100).suppress(10)
        text = caption(chart_gap(carried, words=Words(language)).html)
        assert "1–3" in text and "1–5" in text


def test_the_fields_are_listed_by_name(fields):
    block = chart_quadrant(fields)
    shown = fields.quadrants[fields.quadrants["quadrant"] == "concentrate_here"]
    names = list(fields.importance.rows["level"][shown.index])
    assert names and f"Improve first: {names[0]}" in alt(block.html)
    assert "Dashed lines: mean of the attributes." in caption(block.html)
    assert "Improve first" in quadrant_table(fields).html


def test_a_hollow_dot_is_explained_only_where_there_is_one(frame):
    corners = {"a": (9.0, 3.0), "b": (9.0, 8.0), "c": (2.0, 3.0), "d": (2.0, 8.0)}
    data = pd.DataFrame({f"i{n}": [i] * 20 for n, (i, _) in corners.items()})
    data = data.assign(**{f"s{n}": s for n, (_, s) in corners.items()})
    items = long_items(
        data, satisfaction={n: f"s{n}" for n in corners}, importance={n: f"i{n}" for n in corners}
    )
    sure = importance_satisfaction(items, **FAST).suppress(10)
    assert "Hollow" not in caption(chart_quadrant(sure).html)
    # Two attributes with one mean stand on either side of the line by chance.
    unsure = importance_satisfaction(items_of(frame), frame, **FAST)
    unsure.quadrants.loc[0, "probability"] = 0.6
    assert "Hollow" in caption(chart_quadrant(unsure).html)


def test_nothing_to_draw_is_said(frame):
    hidden = gap(items_of(frame), frame, **FAST).suppress(1000)
    assert "too few answers to draw a chart" in chart_gap(hidden).html
    nowhere = importance_satisfaction(items_of(frame), frame, **FAST).suppress(1000)
    assert "too few answers to draw a chart" in chart_quadrant(nowhere).html
    assert not chart_gap(hidden).png and chart_gap(hidden).min_base == 1000


def test_one_respondent_is_drawn_without_intervals():
    one = people(1, seed=1).assign(**{f"{kind}_{name}": 5.0 for kind in "si" for name in NAMES})
    assert chart_gap(gap(items_of(one), **FAST)).png
    assert chart_quadrant(importance_satisfaction(items_of(one), **FAST)).png


@pytest.mark.parametrize("language", LANGUAGES)
def test_reliability_is_a_table(language):
    data = people(60)
    columns = [f"s_{name}" for name in NAMES]
    result = reliability(data, columns, name="satisfaction", missing="pairwise").suppress(10)
    words = Words(language)
    html = reliability_table(result, words=words).html
    assert words.number(result.alpha, 2) in html
    assert html.count('<th scope="row">') == 4
    assert "<table" not in reliability_table(result.suppress(61), words=words).html


@pytest.mark.parametrize("seed", range(8))
def test_names_never_cover_names_dots_or_fields(seed):
    rng = np.random.default_rng(seed)
    room = (4.9, 4.3)
    points = rng.uniform(0.8, 3.2, (12, 2))
    points[1] = points[0] + 0.1  # two on top of each other
    sizes = np.column_stack([rng.uniform(0.4, 1.3, 12), np.full(12, 0.19)])
    fields = np.array([[0.0, 4.0, 1.0, 4.3], [3.9, 0, 4.9, 0.3]])
    half = np.array([0.3, 0.02])
    thin = np.hstack([points - half, points + half])
    corners = label_places(points, sizes, fields, thin, room)
    boxes = np.hstack([corners, corners + sizes])
    assert (boxes >= 0).all() and (boxes[:, 2:] <= room).all()
    dots = np.hstack([points - 0.05, points + 0.05])
    for place, box in enumerate(boxes):
        others = np.vstack([np.delete(boxes, place, axis=0), dots, fields])
        apart = (
            (others[:, 2] <= box[0])
            | (others[:, 0] >= box[2])
            | (others[:, 3] <= box[1])
            | (others[:, 1] >= box[3])
        )
        assert apart.all()
