"""Differences and splits as tables and charts, in every language."""

import re
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.contrasts import Contrasts
from cxlab.measure.contrast import contrast
from cxlab.measure.trend import trend
from cxlab.report import chart_contrasts as chart_contrasts_module
from cxlab.report import chart_mix_score as chart_mix_score_module
from cxlab.report.chart_contrasts import chart_contrasts
from cxlab.report.chart_mix_score import chart_mix_score
from cxlab.report.contrasts_table import contrasts_table
from cxlab.report.words import Words
from tests.report.report_results import LANGUAGES
from tests.report.test_charts import LONG, alt, caption


def _frame() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    n = 900
    region = rng.choice(["North", "South", "East", "Isle"], n, p=[0.4, 0.38, 0.21, 0.01])
    wave = rng.choice(["2025-1", "2025-2", "2026-1"], n)
    mean = 6.5 + 1.7 * (region == "South") + 0.8 * (wave == "2026-1")
    nps = np.clip(np.round(rng.normal(mean, 2.5)), 0, 10)
    return pd.DataFrame(
        {"nps": nps, "csat_overall": 1 + np.floor(nps / 2.2), "segment.region": region, "wave": wave}
    )


FRAME = _frame()
PAIRS = contrast(FRAME, "nps", "segment.region").suppress(20)
BOXES = contrast(
    FRAME, "top_box", "wave", score="csat_overall", scale=(1, 5), against="rest", by="segment.region"
)
WAVES = trend(FRAME, "nps", mix_by="segment.region").suppress(20)
NOTHING = contrast(FRAME.head(30), "nps", "segment.region").suppress(100)
BLOCKS = {
    "table": lambda words: contrasts_table(PAIRS, words=words),
    "differences": lambda words: chart_contrasts(PAIRS, words=words),
    "boxes": lambda words: chart_contrasts(BOXES, words=words),
    "split": lambda words: chart_mix_score(WAVES.mix, words=words),
}


def rows_of_table(html: str) -> list[list[str]]:
    found = re.findall(r"<tr><th scope=\"row\">([^<]*)</th>(.*?)</tr>", html)
    return [[name, *re.findall(r"<td[^>]*>([^<]*)</td>", cells)] for name, cells in found]


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("block", BLOCKS)
def test_same_input_same_bytes_whatever_the_notebook_has_set(block, language):
    first = BLOCKS[block](Words(language))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "figure.dpi": 30}):
        assert BLOCKS[block](Words(language)) == first
    assert "{" not in first.html and first.min_base == (0 if block == "boxes" else 20)


def test_the_table_says_what_was_compared_and_how():
    html = contrasts_table(PAIRS).html
    head = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', html)
    assert head[4:6] == ["95% interval, joint", "p-value, adjusted (Holm)"]
    assert "NPS: differences by region, in points" in html
    by_name = {row[0]: row[1:] for row in rows_of_table(html)}
    row = PAIRS.rows.set_index(["level_a", "level_b"]).loc[("North", "South")]
    cells = by_name["North against South"]
    assert cells[2] == f"{row['difference']:.1f}".replace("-", "−")
    assert cells[-1] == f"{row['n_a']} / {row['n_b']}"
    assert cells[4] == "&lt; 0.001" if row["p_adjusted"] < 0.001 else f"{row['p_adjusted']:.3f}"
    assert by_name["East against Isle"] == ["not shown", "–", "–", "–", "–", "–"]
    single = contrast(FRAME.query("wave != '2026-1'"), "nps", "wave")
    assert "95% interval<" in contrasts_table(single).html and "p-value<" in contrasts_table(single).html


def test_shares_differ_in_percentage_points():
    html = contrasts_table(BOXES).html
    assert "in percentage points" in html and "2025-1 against all others" in html
    row = BOXES.rows.iloc[0]
    assert rows_of_table(html)[0][3] == f"{100 * row['difference']:+.1f}".replace("-", "−")


def test_alt_and_caption_say_the_most():
    block = chart_contrasts(PAIRS)
    told = int(PAIRS.differs[~PAIRS.rows["suppressed"]].sum())
    shown = int((~PAIRS.rows["suppressed"]).sum())
    assert f"{told} of {shown} differences can be told from none" in alt(block.html)
    assert "intervals that hold jointly" in caption(block.html)
    assert re.search(r"\d comparisons are not shown, to protect small groups", caption(block.html))
    split = chart_mix_score(WAVES.mix)
    assert "change from 2025-1 to 2026-1" in alt(split.html)
    assert "Mix and score add up to the change" in caption(split.html)


def test_hidden_figures_are_nowhere():
    hidden = PAIRS.rows.loc[PAIRS.rows["suppressed"], "level_a"]
    full = contrast(FRAME, "nps", "segment.region").rows.loc[hidden.index]
    text = re.sub(r"base64,[^\"]*", "", chart_contrasts(PAIRS).html)
    for value in full["difference"]:
        assert f"{value:+.1f}".replace("-", "−") not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_draw_is_a_sentence(language):
    words = Words(language)
    empty = trend(FRAME.assign(nps=np.nan), "nps", mix_by="segment.region")
    for block in (chart_contrasts(NOTHING, words=words), chart_mix_score(empty.mix, words=words)):
        assert re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png
    assert ">nan<" not in contrasts_table(NOTHING, words=words).html


def _long() -> Contrasts:
    return contrast(
        FRAME.assign(**{"segment.region": LONG + " " + FRAME["segment.region"]}), "nps", "segment.region"
    )


@pytest.mark.parametrize("language", ["es", "pl"])
@pytest.mark.parametrize(
    ("module", "draw"),
    [
        (chart_contrasts_module, lambda words: chart_contrasts(_long(), words=words)),
        (chart_contrasts_module, lambda words: chart_contrasts(BOXES, words=words)),
        (chart_mix_score_module, lambda words: chart_mix_score(WAVES.mix, words=words)),
    ],
    ids=["long names", "boxes", "split"],
)
def test_no_text_is_cut_off_or_runs_into_another(module, draw, language, monkeypatch):
    drawn = []
    build = module.figure_block
    monkeypatch.setattr(
        module, "figure_block", lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        draw(Words(language))
    figure = drawn[0].get_figure()
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in [*drawn[0].texts, *figure.texts] if text.get_text()]
    assert len(boxes) > 6
    for box in boxes:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 + 1 and box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
