import io
import re
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from cxlab.report import chart_nps as chart_nps_module
from cxlab.report import chart_segments as chart_segments_module
from cxlab.report import chart_trend as chart_trend_module
from cxlab.report.chart_missing import chart_missing
from cxlab.report.chart_nps import CLASSES as CLASS_COLOURS
from cxlab.report.chart_nps import chart_nps
from cxlab.report.chart_segments import chart_segments
from cxlab.report.chart_trend import chart_trend
from cxlab.report.figure import TEXT, text_width, wrapped
from cxlab.report.words import Words
from tests.report.drawn_texts import boxes_of, cut_off, overlapping
from tests.report.report_results import APART, CLASSES, CLOSE, EVERYONE, LANGUAGES, NOTHING, WAVES, result_of
from tests.report.test_tables import BOOK, codebook

LONG = "Department of customers with particularly south-eastern, very long names"
MANY = result_of(*((f"{LONG} {i}", 4.0 * i - 50, 4.0 * i - 60, 4.0 * i, 1_000_000) for i in range(25)))
MANY_WAVES = result_of(
    *((f"20{10 + i}-autumn", 3.0 * i - 30, 3.0 * i - 60, 3.0 * i + 5, 1000 + i) for i in range(25)),
    by=("wave",),
)
MANY_CLASSES = tuple(
    result_of(
        *((level, share, share, share, 1000) for level in MANY.rows["level"]), metric=metric, unit="share"
    )
    for metric, share in {"promoters": 0.02, "passives": 0.95, "detractors": 0.03}.items()
)
NO_CLASSES = tuple(
    result_of(metric=result.metric, unit="share", hidden=("North", "South")) for result in CLASSES
)
CHARTS = {
    "segments": lambda words: chart_segments(CLOSE, total=EVERYONE, words=words),
    "nps": lambda words: chart_nps(CLOSE, CLASSES, words=words),
    "trend": lambda words: chart_trend(WAVES, words=words),
    "missing": lambda words: chart_missing(BOOK, words=words),
}


def alt(html: str) -> str:
    return re.search(r' alt="([^"]*)"', html)[1]


def caption(html: str) -> str:
    return re.search(r"<figcaption>(.*?)</figcaption>", html)[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_same_input_same_bytes_whatever_the_notebook_has_set(language, chart):
    first = CHARTS[chart](Words(language))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "text.usetex": False, "figure.dpi": 30}):
        second = CHARTS[chart](Words(language))
    assert first.png and first == second
    assert "Software" not in Image.open(io.BytesIO(first.png)).info


@pytest.mark.parametrize(
    ("language", "value", "n"),
    [
        ("en", "41.2 points", "812"),
        ("es", "41,2 puntos", "812"),
        ("it", "41,2 punti", "812"),
        ("pl", "41,2 pkt", "812"),
    ],
)
@pytest.mark.parametrize("chart", ["segments", "nps"])
def test_alt_and_caption_hold_the_figures_in_the_language(chart, language, value, n):
    html = CHARTS[chart](Words(language)).html
    assert value in alt(html) and "North" in alt(html) and "South" in alt(html)
    assert n in caption(html) and "95" in caption(html)


def test_captions_say_what_unit_interval_weighting_and_n():
    assert caption(chart_segments(APART).html) == (
        "NPS by region, in points from −100 to 100. Lines show the 95% interval. Unweighted. "
        "600 to 812 answers each. The axis does not show the whole scale."
    )
    everyone = chart_nps(EVERYONE, _classes_of_everyone())
    assert "Weighted. 1,412 answers." in caption(everyone.html)
    assert "36.0 points (29.1 to 42.3)" in alt(everyone.html)


def _classes_of_everyone():
    return tuple(
        result_of(("", share, share, share, 1412), metric=metric, unit="share", by=())
        for metric, share in {"promoters": 0.552, "passives": 0.256, "detractors": 0.192}.items()
    )


def test_the_total_is_named():
    html = chart_segments(CLOSE, total=EVERYONE).html
    assert "Dashed line: everyone, 36.0 points." in caption(html) and "Everyone: 36.0 points." in alt(html)


def test_suppressed_levels_are_named_and_their_figures_nowhere():
    hidden = CLOSE.rows.assign(estimate=CLOSE.rows["estimate"].fillna(77.7))
    leaky = result_of(("North", 41.2, 35.0, 47.1, 812), hidden=("East", "West"))
    object.__setattr__(leaky, "rows", hidden)
    for block in (chart_segments(leaky), chart_nps(leaky, CLASSES)):
        assert "Not shown, to protect small groups: East, West." in caption(block.html)
        assert "77.7" not in re.sub(r"base64,[^\"]*", "", block.html)
    assert "77.7" not in chart_trend(leaky).html


def test_the_smallest_base_is_carried_on():
    assert chart_segments(CLOSE, total=EVERYONE).min_base == 10
    bare = result_of(("", 36.0, 29.1, 42.3, 1412), by=())
    object.__setattr__(bare, "min_base", 0)
    assert chart_segments(CLOSE, total=bare).min_base == 0
    assert chart_nps(CLOSE, CLASSES).min_base == chart_trend(WAVES).min_base == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_draw_is_a_sentence(language):
    words = Words(language)
    empty = result_of()
    blocks = [
        chart_segments(NOTHING, words=words),
        chart_segments(empty, words=words),
        chart_nps(NOTHING, NO_CLASSES, words=words),
        chart_trend(result_of(by=("wave",), hidden=("2025", "2026")), words=words),
        chart_missing(codebook(("responses", "nps", "", 10, 0, 0)), words=words),
        chart_missing(codebook(), words=words),
    ]
    assert all(re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png for block in blocks)


@pytest.mark.parametrize(
    ("module", "draw"),
    [
        (chart_segments_module, lambda words: chart_segments(MANY, total=EVERYONE, words=words)),
        (chart_segments_module, lambda words: chart_segments(APART, title=LONG * 2, words=words)),
        (chart_nps_module, lambda words: chart_nps(MANY, MANY_CLASSES, words=words)),
        (chart_trend_module, lambda words: chart_trend(MANY_WAVES, words=words)),
        (chart_trend_module, lambda words: chart_trend(WAVES, words=words)),
    ],
)
@pytest.mark.parametrize("language", ["es", "pl"])
def test_no_text_is_cut_off_or_runs_into_another(module, draw, language, monkeypatch):
    drawn = []
    build = module.figure_block
    monkeypatch.setattr(
        module, "figure_block", lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        draw(Words(language))
    axes, figure = drawn[0], drawn[0].get_figure()
    ticks = (
        [*axes.get_xticklabels(), *axes.get_yticklabels()]
        if axes.yaxis.get_visible()
        else axes.get_xticklabels()
    )
    texts = [*figure.texts, *axes.texts, axes.xaxis.label, *(ticks if axes.xaxis.get_visible() else [])]
    boxes = boxes_of(texts, figure)
    assert len(boxes) > 5
    assert cut_off(boxes, figure) == []
    assert overlapping(boxes) == []


def test_rows_stand_from_the_highest_or_in_their_order():
    ages = result_of(
        ("18-24", 5.0, 0.0, 10.0, 99),
        ("5-9", 9.0, 4.0, 14.0, 99),
        ("under 18", 40.0, 35.0, 45.0, 99),
        ("(missing)", 90.0, 85.0, 95.0, 99),
    )
    listed = re.compile(r'<th scope="row">([^<]*)</th>')
    assert listed.findall(chart_segments(ages).html) == ["under 18", "5-9", "18-24", "no answer"]
    by_level = chart_segments(ages, order="level")
    assert listed.findall(by_level.html) == ["5-9", "under 18", "18-24", "no answer"]
    assert listed.findall(chart_trend(WAVES).html) == ["2025-1", "2025-2", "2025-10"]
    assert alt(chart_trend(WAVES).html).startswith(
        "Line with intervals: NPS by wave. First: 2025-1 10.0 points (3.0 to 17.0). Last: 2025-10 36.0 points"
    )


def test_classes_of_other_levels_are_refused():
    with pytest.raises(ValueError, match="promoters and nps do not stand on the same levels"):
        chart_nps(APART, CLASSES)


def test_classes_are_told_apart_in_grey():
    grey = sorted(
        np.dot(mpl.colors.to_rgb(colour), [0.299, 0.587, 0.114]) for colour, _ in CLASS_COLOURS.values()
    )
    assert min(np.diff(grey)) > 0.18


def test_wrapped_lines_fit_and_lose_nothing():
    for width in (0.6, 1.0, 2.5):
        lines = wrapped(LONG + " Donaudampfschifffahrtsgesellschaft", width)
        assert max(text_width(line, TEXT) for line in lines) <= width
        assert "".join(lines).replace(" ", "") == (LONG + "Donaudampfschifffahrtsgesellschaft").replace(
            " ", ""
        )


def test_labels_may_hold_dollars_and_markup():
    block = chart_segments(result_of(("$5–$10 & <b>", 1.0, 0.0, 2.0, 99)))
    assert "$5–$10 &amp; &lt;b&gt;" in alt(block.html) and "<b>" not in block.html


def test_chart_missing_shows_the_worst():
    book = codebook(*(("responses", f"column_{i}", "", 100 - i, i, 0) for i in range(20)))
    html = chart_missing(book, most=3).html
    assert "Column 19 with 19.0% missing and 0.0% quarantined" in alt(html)
    assert re.findall(r'<th scope="row">([^<]*)', html) == ["Column 19", "Column 18", "Column 17"]
    assert "The 3 with the most are shown." in caption(html)
