"""Drivers as charts, tables and sentences, in every language."""

import re
import warnings
from dataclasses import replace
from importlib import import_module

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from cxlab.drivers.halo import halo
from cxlab.drivers.importance import importance
from cxlab.drivers.likelihood_importance import likelihood_importance
from cxlab.drivers.necessary_condition import necessary_condition
from cxlab.drivers.penalty_reward import KINDS, penalty_reward
from cxlab.drivers.priority_map import priority_map
from cxlab.drivers.what_if import what_if
from cxlab.report import figure
from cxlab.report.bottleneck_table import bottleneck_table
from cxlab.report.chart_bottleneck import chart_bottleneck
from cxlab.report.chart_differences import chart_differences
from cxlab.report.chart_importance import chart_importance
from cxlab.report.chart_penalty_reward import chart_penalty_reward
from cxlab.report.chart_priorities import chart_priorities
from cxlab.report.halo_table import halo_table
from cxlab.report.importance_doubts import importance_doubts
from cxlab.report.importance_sentence import importance_sentence
from cxlab.report.penalty_reward_table import penalty_reward_table
from cxlab.report.what_if_paragraph import what_if_paragraph
from cxlab.report.words import Words
from tests.report.drawn_texts import boxes_along_x, cut_off, overlapping
from tests.report.report_results import LANGUAGES
from tests.report.test_charts import LONG, alt, caption

DRIVERS = ["price", "staff", "idle"]


def answers(drivers=DRIVERS, n=400):
    """Ratings of 1 to 7 with the given names; the first goes with the outcome most, the third not at all."""
    rng = np.random.default_rng(1)
    ratings = np.clip(np.round(rng.normal(4, 1.6, (n, len(drivers)))), 1, 7)
    frame = pd.DataFrame(ratings, columns=drivers)
    score = 1.2 * ratings[:, 0] - 0.5 * ratings[:, 1] + rng.normal(0, 1.2, n) + 2
    return frame.assign(
        score=np.clip(np.round(score), 0, 10),
        w=rng.choice([0.5, 1.5], n),
        **{f"stated_{at}": rng.integers(1, 8, n).astype(float) for at in range(len(drivers))},
    )


def results(drivers, metric="lmg"):
    frame, few = answers(drivers), {"n_boot": 100}
    some = drivers[:7]
    stated = {name: f"stated_{at}" for at, name in enumerate(some)}
    scales = {name: (1, 7) for name in drivers} | {"score": (0, 10)}
    share = importance(frame, "score", drivers, metric=metric, weight="w", **few)
    fields = priority_map(frame, "score", some, stated=stated, scale=(1, 7), weight="w", **few)
    bars = penalty_reward(frame, "score", drivers, scale=(1, 7), weight="w")
    need = necessary_condition(frame, "score", drivers, scale=scales, levels=range(11), n_permutations=100)
    return {
        "importance": share.suppress(10),
        "differences": share.suppress(10),
        "priorities": fields.suppress(10),
        "penalty_reward": bars.suppress(10),
        "bottleneck": need.suppress(10),
    }


CHARTS = {
    "importance": chart_importance,
    "differences": chart_differences,
    "priorities": chart_priorities,
    "penalty_reward": chart_penalty_reward,
    "bottleneck": chart_bottleneck,
}


@pytest.fixture(autouse=True)
def pixels(request, monkeypatch):
    """Draw without pixels, which take most of the time, but where a test looks at them."""
    if "bytes" not in request.node.name:
        monkeypatch.setattr(figure, "_png", lambda axes: bytes(24))


@pytest.fixture(scope="module")
def few():
    return results(DRIVERS)


@pytest.fixture(scope="module")
def two():
    return results([f"{LONG} {at}" for at in range(2)])


@pytest.fixture(scope="module")
def many():
    """Results of 30 drivers where their number decides the width of a chart, of 12 where its height."""
    names = [f"{LONG} {at}" for at in range(30)]
    found = results(names[:12], metric="first")
    matrix = importance(answers(names), "score", names, metric="first", n_boot=100)
    fields = found["priorities"]
    rows = pd.concat([fields.rows] * 5, ignore_index=True).iloc[:30]
    steps = np.arange(30) % 6
    rows = rows.assign(driver=names, performance=rows["performance"] + 2.5 * steps)
    return found | {"differences": matrix.suppress(10), "priorities": replace(fields, rows=rows)}


def change(few):
    frame, scale = answers(), {**dict.fromkeys(DRIVERS, (1, 7)), "score": (0, 10)}
    return what_if(frame, "score", dict.fromkeys(DRIVERS, 1), drivers=DRIVERS, scale=scale).suppress(few)


def table_rows(html):
    found = re.findall(r'<tr><th scope="row">([^<]*)</th>(.*?)</tr>', html)
    return {name: re.findall(r"<td[^>]*>(.*?)</td>", cells) for name, cells in found}


@pytest.mark.parametrize("chart", ["importance", "bottleneck"])
def test_same_input_same_bytes_whatever_the_notebook_has_set(few, chart):
    first = CHARTS[chart](few[chart], words=Words("pl"))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "figure.dpi": 30}):
        second = CHARTS[chart](few[chart], words=Words("pl"))
    assert len(first.png) > 1000 and first == second


# English and Polish are drawn in the other tests.
@pytest.mark.parametrize("language", ["es", "it"])
@pytest.mark.parametrize("chart", CHARTS)
def test_every_language_draws_and_says_the_base(few, chart, language):
    block = CHARTS[chart](few[chart], words=Words(language))
    assert block.png and block.name and block.min_base == 10
    assert "{" not in alt(block.html) + caption(block.html)
    assert "400" in caption(block.html)


@pytest.mark.parametrize("size", ["two", "many"])
@pytest.mark.parametrize("chart", CHARTS)
def test_no_text_is_cut_off_or_runs_into_another(chart, size, request, monkeypatch):
    module, drawn = import_module(f"cxlab.report.chart_{chart}"), []
    build = module.figure_block
    monkeypatch.setattr(
        module, "figure_block", lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        CHARTS[chart](request.getfixturevalue(size)[chart], words=Words("pl"))
    boxes = boxes_along_x(drawn[0])
    assert len(boxes) > 4 and cut_off(boxes, drawn[0].get_figure()) == []
    assert overlapping(boxes) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_to_draw_is_a_sentence(few, chart, language):
    block = CHARTS[chart](few[chart].suppress(1000), words=Words(language))
    assert re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png and block.min_base == 1000


def test_importance_says_share_interval_rank_and_direction_apart(few):
    result = few["importance"]
    block = chart_importance(result)
    rows, row = table_rows(block.html), result.rows.set_index("driver").loc["staff"]
    assert list(rows) == ["price", "staff", "idle"]
    assert rows["staff"][0] == f"{100 * row['share']:.1f}%"
    assert rows["staff"][1] == f"{100 * row['share_low']:.1f}% to {100 * row['share_high']:.1f}%"
    assert rows["staff"][3:5] == ["2", "−"] and rows["price"][4] == "+"
    assert "95% interval" in caption(block.html) and "Weighted. 400 answers." in caption(block.html)
    assert alt(block.html).startswith(
        "Dot plot with intervals: What goes with Rating. The largest of 3: price"
    )


def test_a_driver_that_may_be_none_is_hollow_from_0_and_named_as_a_doubt(few):
    result = few["importance"]
    idle = result.rows.set_index("driver").loc["idle"]
    assert idle["one_sided"] and idle["share_low"] == 0
    assert "its interval starts at 0" in caption(chart_importance(result).html)
    assert "go with it at all: idle." in importance_doubts(result).html
    sure = importance(answers(), "score", ["price", "staff"], n_boot=100).suppress(10)
    assert "Hollow" not in caption(chart_importance(sure).html)
    assert "No near-duplicates" in importance_doubts(sure).html


def test_doubts_name_near_duplicates_and_suppressors():
    rng = np.random.default_rng(3)
    frame = answers().assign(again=lambda data: data["price"] + rng.normal(0, 0.2, len(data)))
    near = importance(frame, "score", ["price", "again", "staff"], n_boot=100).suppress(10)
    value = frame["price"].corr(frame["again"])
    html = importance_doubts(near).html
    assert f"hold nearly the same (correlation {value:.2f})" in html
    assert html.count("hold nearly the same") == 1
    hidden = frame.assign(noise=lambda data: data["price"] + rng.normal(0, 1.5, len(data)))
    hidden["score"] += 2 * hidden["price"] - hidden["noise"]
    turned = importance(hidden, "score", ["price", "noise"], n_boot=100).suppress(10)
    assert turned.diagnosis.rows["suppressor"].any()
    assert "noise: by itself, better ratings go with a better result" in importance_doubts(turned).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_holds_r_squared_and_the_first(few, language):
    words, result = Words(language), few["importance"]
    said = importance_sentence(result, words=words)
    assert words.figure(result.r_squared.rows["estimate"].iloc[0], "share") in said
    assert "price" in said and words.text("drivers.first_alone") in said
    silent = importance_sentence(result.suppress(1000), words=words)
    assert not re.search(r"\d", silent)


def test_classes_of_nps_have_a_title_and_an_r_squared_of_their_own():
    result = likelihood_importance(answers(), "score", DRIVERS, family="nps", n_boot=100).suppress(10)
    block = chart_importance(result)
    assert "being a detractor, passive or promoter" in alt(block.html)
    assert "R², McFadden" in caption(block.html)
    value = result.r_squared.rows["estimate"].iloc[0]
    assert f"an R² of {value:.2f} by McFadden" in importance_sentence(result)


def test_differences_are_filled_where_the_test_says_so(few):
    result = few["differences"]
    block, told = chart_differences(result), int(result.pairs.differs.sum())
    assert 0 < told <= 3
    assert f"{told} of 3 pairs can be told apart." in caption(block.html)
    row = result.pairs.rows.iloc[0]
    shown = table_rows(block.html)[f"{row['level_a']} against {row['level_b']}"]
    assert shown[2] == f"{100 * row['difference']:+.1f}".replace("-", "−")


def test_without_resamples_there_is_an_importance_and_no_difference():
    bare = importance(answers(), "score", DRIVERS, n_boot=0).suppress(10)
    block = chart_importance(bare)
    assert block.png and "interval;" not in caption(block.html)
    assert not chart_differences(bare).png


def test_priorities_list_the_fields_and_the_stated_order(few):
    result = few["priorities"]
    block = chart_priorities(result)
    for _, row in result.rows.iterrows():
        field = {
            "concentrate_here": "Improve first",
            "keep_up": "Keep up",
            "low_priority": "Less urgent",
        }.get(row["quadrant"], "Perhaps too much")
        assert re.search(rf"{field}: [^.]*{row['driver']}", alt(block.html))
        assert f"{100 * row['importance']:.1f}%" == table_rows(block.html)[row["driver"]][0]
    assert "customers" in caption(block.html)
    plain = replace(result, rows=result.rows.drop(columns=["stated", "disagrees", "rank_gap"]))
    assert "customers" not in caption(chart_priorities(plain).html)


def test_penalties_stand_to_the_left_and_kinds_follow_the_result(few):
    result = few["penalty_reward"]
    row = result.rows.set_index("driver").loc["price"]
    html = penalty_reward_table(result).html
    shown = table_rows(html)["price"]
    assert row["penalty"] > 0 and shown[0] == f"−{row['penalty']:.2f}"
    assert shown[1].startswith(f"−{row['penalty_conf_high']:.2f} to −{row['penalty_conf_low']:.2f}")
    assert shown[2] == f"+{row['reward']:.2f}"
    assert shown[6] == " / ".join(str(row[f"n_{part}"]) for part in ("low", "middle", "high"))
    assert list(table_rows(html)) == list(
        result.rows.sort_values("kind", key=lambda k: k.map(KINDS.index))["driver"]
    )


def test_a_hidden_driver_stands_in_no_bar(few):
    result = few["penalty_reward"]
    least = (
        int(result.rows[["n_eff_low", "n_eff_middle", "n_eff_high"]].min(axis=1).sort_values().iloc[0]) + 1
    )
    hidden = result.suppress(least)
    gone = list(hidden.rows.loc[hidden.rows["suppressed"], "driver"])
    block = chart_penalty_reward(hidden)
    assert gone and f"Not shown, to protect small groups: {', '.join(gone)}." in caption(block.html)
    assert set(table_rows(block.html)[gone[0]]) == {"–"}


def test_a_bottleneck_is_the_lowest_rating_seen(few):
    frame, result = answers(), few["bottleneck"]
    shown = table_rows(bottleneck_table(result).html)["price"][3:-1]
    for level, cell in zip(range(11), shown, strict=True):
        seen = frame.loc[frame["score"] >= level, "price"]
        expected = "×" if seen.empty else "–" if seen.min() <= 1 else f"{seen.min():.0f}"
        assert cell == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_if_compares_people_and_names_its_assumption(language):
    words, result = Words(language), change(10)
    block = what_if_paragraph(result, words=words)
    row = result.rows.set_index("driver").loc["price"]
    assert words.number(row["difference"], 2) in block.html
    assert words.text("drivers.what_if_assumption") in block.html.replace("&#x27;", "'")
    assert words.text("drivers.what_if_none", drivers="idle") in block.html
    assert "<table" not in what_if_paragraph(change(1000), words=words).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_halo_is_said_over_its_table(language):
    words = Words(language)
    result = halo(answers(), "score", DRIVERS, n_boot=50).suppress(10)
    html = halo_table(result, words=words).html
    assert words.percent(result.first_eigenvalue, 1) in html
    assert len(table_rows(html)) == 3
    assert words.text("drivers.halo_strong") not in html
    assert "<table" not in halo_table(result.suppress(1000), words=words).html
