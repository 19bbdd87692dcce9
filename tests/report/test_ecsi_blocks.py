import re

import pytest

from cxlab.estimate.estimates import suppress
from cxlab.measure.ecsi import ecsi
from cxlab.measure.path_doubts import Kind, PathDoubt
from cxlab.report import chart_paths as chart_paths_module
from cxlab.report.chart_paths import chart_paths
from cxlab.report.ecsi_table import doubt_text, ecsi_table
from cxlab.report.words import Words
from tests.measure.path_rows import SMALL, answers
from tests.report.drawn_texts import boxes_of, cut_off, overlapping
from tests.report.report_results import LANGUAGES


@pytest.fixture(scope="module")
def result():
    frame = answers(150)
    frame["v1"] = frame["q1"]
    return ecsi(frame, SMALL, weight="w", n_boot=60)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_holds_the_figures_in_the_language(result, language):
    words = Words(language)
    html = ecsi_table(result, min_base=10, words=words).html
    index = result.index.rows.set_index("level").loc["satisfaction"]
    row = re.search(rf"<tr><th scope=\"row\">{words.label('satisfaction')}</th>(.*?)</tr>", html)[1]
    cells = re.findall(r">([^<]*)</td>", row)
    assert cells[0] == words.number(index["estimate"], 1)
    assert words.number(index["conf_low"], 1) in cells[1] and words.number(index["conf_high"], 1) in cells[1]
    expected = result.constructs.set_index("construct").loc["satisfaction"]
    assert cells[2:] == [
        words.number(expected[name], 2) for name in ("r_squared", "alpha", "rho_a", "rho_c", "ave")
    ]
    assert words.number(result.n_eff) in html


def test_doubts_stand_above_the_table(result):
    block = ecsi_table(result, min_base=10)
    assert block.min_base == 10
    assert block.html.index("do not tell these subjects apart: Quality–Value") < block.html.index("<table")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind.__args__)
def test_every_doubt_is_said_in_every_language(kind, language):
    text = doubt_text(PathDoubt(kind, ("image–value",), "…"), Words(language))
    assert text.endswith(".") and Words(language).label("image") in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_few_answers_are_a_sentence(result, language):
    words = Words(language)
    hidden = suppress(result.paths, 151)
    for block in (ecsi_table(result, min_base=151, words=words), chart_paths(hidden, words=words)):
        assert re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png and block.min_base == 151
    # The weights leave fewer effective answers than there are.
    assert result.n_eff < 145 and "<table" not in ecsi_table(result, min_base=145, words=words).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_says_what_it_shows_and_draws_the_same_bytes(result, language):
    words = Words(language)
    one, two = (chart_paths(suppress(result.paths, 10), words=words) for _ in range(2))
    assert one.png and one == two
    caption = re.search(r"<figcaption>(.*?)</figcaption>", one.html)[1]
    assert "95" in caption and "150" in caption and words.text("measure.path_coefficient") in caption
    alt = re.search(r' alt="([^"]*)"', one.html)[1]
    assert words.label("satisfaction") in alt and words.label("quality") in alt


def test_hollow_dots_are_those_whose_interval_holds_zero(result):
    drawn = chart_paths(result.paths)
    holds = (result.paths.rows["conf_low"] <= 0) & (result.paths.rows["conf_high"] >= 0)
    assert ("Hollow" in drawn.html) == bool(holds.any())
    silent = ecsi(answers(150), SMALL, n_boot=0)
    assert "Hollow" in chart_paths(silent.paths).html, "without an interval nothing is told from 0"


@pytest.mark.parametrize("language", ["es", "pl"])
def test_no_text_is_cut_off_or_runs_into_another(result, language, monkeypatch):
    drawn = []
    build = chart_paths_module.figure_block
    monkeypatch.setattr(
        chart_paths_module,
        "figure_block",
        lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1],
    )
    long = {"quality": {language: "Jakość obsługi w punktach sprzedaży i w centrum kontaktu"}}
    chart_paths(result.paths, words=Words(language, long))
    axes, figure = drawn[0], drawn[0].get_figure()
    texts = [*figure.texts, *axes.texts, axes.xaxis.label, *axes.get_xticklabels()]
    boxes = boxes_of(texts, figure)
    assert len(boxes) > 8
    assert cut_off(boxes, figure) == []
    assert overlapping(boxes) == []
