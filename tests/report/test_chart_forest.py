import re
from html import unescape

import pandas as pd
import pytest

import cxlab as cx
from cxlab.report.chart_forest import chart_forest
from cxlab.report.forest_table import forest_table
from cxlab.report.words import Words
from tests.report.report_results import LANGUAGES

ROWS = pd.DataFrame(
    {
        "market": ["es", "it", "pl", "en"],
        "estimate": [37.8, 22.1, 8.4, None],
        "std_error": [2.8, 3.1, 2.5, None],
        "conf_low": [32.3, 16.0, 3.5, None],
        "conf_high": [43.3, 28.2, 13.3, None],
        "n": [720, 650, 810, None],
        "n_eff": [700.0, 610.0, 790.0, None],
        "metric": "nps",
        "outcome": "nps",
        "unit": "points",
        "weighting": "weighted",
    }
)
POOLED = cx.pooled(ROWS)


def alt(html):
    return unescape(re.search(r' alt="([^"]*)"', html)[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_chart_says_every_market_the_mean_and_who_was_left_out(language):
    words = Words(language)
    block = chart_forest(POOLED, words=words)
    told = alt(block.html)
    for value in (37.8, 22.1, 8.4, POOLED.found.estimate):
        assert words.figure(value, "points") in told
    caption = unescape(re.search(r"<figcaption>(.*?)</figcaption>", block.html)[1])
    assert words.text("forest.left_out", markets="en") in caption
    assert words.text("forest.i2", share=words.percent(POOLED.found.i2, 0)) in caption
    assert block.png == chart_forest(POOLED, words=words).png and block.name == "forest_nps_nps"


def test_figure_bears_the_smallest_base_and_none_without_bases():
    assert chart_forest(POOLED).min_base == 610
    assert forest_table(cx.pooled(ROWS.drop(columns=["n", "n_eff"]))).min_base == 0


def test_markets_stand_by_name_unless_a_ranking_is_asked_for():
    by_name = re.findall(r'<th scope="row">(\w+)</th>', forest_table(POOLED).html)
    assert by_name[:3] == ["es", "it", "pl"]
    other = cx.pooled(ROWS.iloc[::-1])
    assert re.findall(r'<th scope="row">(\w+)</th>', forest_table(other).html)[:3] == by_name[:3]
    ranked = re.findall(r'<th scope="row">(\w+)</th>', forest_table(other, order="estimate").html)
    assert ranked[:3] == ["es", "it", "pl"] and forest_table(other, order="estimate").html.index(
        ">37.8<"
    ) < forest_table(other, order="estimate").html.index(">8.4<")


def test_table_holds_intervals_weights_and_the_prediction():
    html = forest_table(POOLED).html
    found, words = POOLED.found, Words("en")
    assert words.interval(found.prediction_low, found.prediction_high, "points") in html
    for weight in POOLED.markets["weight"]:
        assert words.percent(weight, 1) in html
    two = forest_table(cx.pooled(ROWS.iloc[:2])).html
    assert words.text("forest.ahead") not in two
