"""What renews next, as charts, tables and sentences, in every language."""

import re
import warnings
from html import unescape
from importlib import import_module
from itertools import product

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.report import figure
from cxlab.report.chart_backtest import chart_backtest
from cxlab.report.chart_cohorts import chart_cohorts, seen_shares
from cxlab.report.chart_renewal_curve import chart_renewal_curve
from cxlab.report.chart_renewals import chart_renewals
from cxlab.report.coverage_sentence import coverage_sentence
from cxlab.report.day_text import day_text
from cxlab.report.decisions_table import decisions_table
from cxlab.report.effect_unit import EffectUnit
from cxlab.report.frozen_table import frozen_table
from cxlab.report.renewal_sentence import renewal_sentence
from cxlab.report.silent_sentence import silent_sentence
from cxlab.report.words import Words
from cxlab.retention.renewal_books import RenewalDecisions
from cxlab.retention.renewal_decisions import REASONS
from tests.report.drawn_texts import boxes_along_x, cut_off, overlapping
from tests.report.report_results import LANGUAGES
from tests.report.test_charts import LONG, alt, caption
from tests.report.test_driver_charts import table_rows
from tests.retention.test_renewal_forecast import SHOCKS, decisions

ASKED = {"entity": "id", "period": "period", "n_draws": 800, "value": "value", "by": "cohort"}
MONEY = EffectUnit(currency="EUR")
CHARTS = {
    "renewals": chart_renewals, "backtest": chart_backtest, "renewal_curve": chart_renewal_curve,
    "cohorts": chart_cohorts,
}  # fmt: skip


def results(past, due):
    plain = {name: ASKED[name] for name in ("entity", "period", "n_draws")}
    return {
        "renewals": cx.renewal_forecast(past, due, **ASKED),
        "backtest": cx.backtest(past, **ASKED),
        "renewal_curve": cx.renewal_curve(past, **plain),
        "cohorts": cx.sbg([[100, 85, 75, 68], [60, 50]]),
    }


@pytest.fixture(autouse=True)
def pixels(request, monkeypatch):
    """Draw without pixels, which take most of the time, but where a test looks at them."""
    if "bytes" not in request.node.name:
        monkeypatch.setattr(figure, "_png", lambda axes: bytes(24))


@pytest.fixture(scope="module")
def raw():
    past, due = decisions(1, 120, SHOCKS), decisions(2, 90, [0.0], 2030).drop(columns="outcome")
    return results(past, due.assign(due_month="2030-01"))


@pytest.fixture(scope="module")
def few(raw):
    return {name: result.suppress(10) for name, result in raw.items()}


@pytest.fixture(scope="module")
def many():
    """Names as long as names get, and large numbers."""
    past, due = decisions(3, 200, SHOCKS), decisions(4, 400, [0.0], 2030).drop(columns="outcome")
    past["period"] = "2026-10-22 / " + past["period"]
    due["period"] = "2026-10-22 / " + due["period"]
    names = np.array([f"{LONG} {at}" for at in range(7)])
    past, due = (rows.assign(cohort=names[rows["id"] % 7], value=1e5 * rows["value"]) for rows in (past, due))
    return results(past, due)


@pytest.fixture(scope="module")
def books():
    counts = pd.array([300, 40, 12, 3, 180, 5, 50, 10], dtype="Int64")
    return RenewalDecisions(
        pd.DataFrame({"period": ["2026-04-22"]}), pd.DataFrame({"contract_id": range(90)}),
        pd.DataFrame({"reason": ["in", *REASONS], "n": counts}),
        pd.DataFrame(columns=["cohort", "renewals", "customers"]), "2026-10-22", "2027-04-21", 6, (), 365,
    )  # fmt: skip


def test_same_input_same_bytes_whatever_the_notebook_has_set(few):
    first = chart_renewals(few["renewals"], words=Words("pl"))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "figure.dpi": 30}):
        second = chart_renewals(few["renewals"], words=Words("pl"))
    assert len(first.png) > 1000 and first == second


@pytest.mark.parametrize(("chart", "language"), list(product(CHARTS, LANGUAGES)))
def test_every_language_draws_and_fills_its_texts(few, chart, language):
    block = CHARTS[chart](few[chart], words=Words(language))
    assert block.png and block.name and block.min_base == 10
    assert "{" not in alt(block.html) + caption(block.html) and not re.search(r"\bnan\b", block.html)
    assert ("95\u00a0%" if language == "es" else "95%") in caption(block.html)


@pytest.mark.parametrize(
    ("chart", "size", "language"),
    [*product(CHARTS, ["many"], ["pl"])]
    + [
        pytest.param(*case, marks=pytest.mark.slow) for case in product(CHARTS, ["few", "many"], ["es", "en"])
    ],
)
def test_no_text_is_cut_off_or_runs_into_another(chart, size, language, request, monkeypatch):
    module, drawn = import_module(f"cxlab.report.chart_{chart}"), []
    build = module.figure_block
    monkeypatch.setattr(
        module, "figure_block", lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        CHARTS[chart](request.getfixturevalue(size)[chart], words=Words(language))
    boxes = boxes_along_x(drawn[0])
    assert len(boxes) > 4 and cut_off(boxes, drawn[0].get_figure()) == []
    assert overlapping(boxes) == []


@pytest.mark.parametrize(("chart", "language"), list(product(CHARTS, LANGUAGES)))
def test_nothing_to_draw_is_a_sentence(raw, chart, language):
    block = CHARTS[chart](raw[chart].suppress(100_000), words=Words(language))
    assert re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png and block.min_base == 100_000


def test_the_table_of_a_forecast_has_its_numbers_and_its_money(few):
    result = few["renewals"]
    rows = table_rows(chart_renewals(result, unit=MONEY).html)
    first, worth = result.rows.iloc[0], result.rows[result.rows["quantity"] == "value"].iloc[0]
    assert rows["All contracts due"] == [
        "90", f"{first['estimate']:.0f}", f"{first['conf_low']:.0f} to {first['conf_high']:.0f}",
        f"€{worth['at_stake']:,.0f}", f"€{worth['estimate']:,.0f}",
        f"€{worth['conf_low']:,.0f} to €{worth['conf_high']:,.0f}",
    ]  # fmt: skip
    assert set(rows) == {"All contracts due", "new", "old"}


def test_small_cohorts_are_not_shown(raw):
    n = raw["renewals"].rows.query("level == 'new'")["n"].iloc[0]
    block = chart_renewals(raw["renewals"].suppress(int(n) + 1))
    assert table_rows(block.html)["new"][0] == "not shown" and "new:" not in alt(block.html)
    assert "to protect small groups" in caption(block.html)


def test_a_past_period_stands_beside_what_came(few):
    row = few["backtest"].rows.iloc[0]
    shown = table_rows(chart_backtest(few["backtest"]).html)[row["period"]]
    assert shown[0] == f"{row['n']:.0f}" and shown[3:] == [
        f"{row['actual']:.0f}", "yes" if row["inside"] else "no"
    ]  # fmt: skip
    said = caption(chart_backtest(few["backtest"]).html)
    counted = few["backtest"].coverage.iloc[0]
    assert f"Of 3 past periods, each forecast from those before it, {counted['inside']} ended" in said


def test_the_curve_says_what_went_with_it_and_what_the_silent_did(few):
    result = few["renewal_curve"]
    said = caption(chart_renewal_curve(result).html)
    assert f"multiplied by {np.exp(result.slope):.2f}" in said and "Ten points more on the index" in said
    silent = result.shares[result.shares["silent"]].iloc[0]
    assert f"{100 * silent['share']:.1f}% renewed" in said and f"n {silent['n']}" in said
    flat = decisions(1, 120, SHOCKS).sort_values(["period", "renewal_index"])
    flat["outcome"] = np.where(np.arange(len(flat)) % 3 > 0, "renewed", "lost")
    told = cx.renewal_curve(flat, entity="id", period="period").suppress(10)
    assert told.slope_low < 0 < told.slope_high
    assert "It is not shown that the index goes with renewing" in caption(chart_renewal_curve(told).html)


def test_dots_are_of_the_cohorts_that_have_had_the_renewal(few):
    seen = seen_shares(few["cohorts"])
    assert seen["n"].tolist() == [160, 100, 100]
    assert seen["share"].tolist() == [135 / 160, 0.75, 0.68]
    assert table_rows(chart_cohorts(few["cohorts"]).html)["1"][2:] == ["84.4%", "160"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_says_number_value_and_interval(few, books, language):
    words, result = Words(language), few["renewals"]
    said, until = renewal_sentence(result, books, unit=MONEY, words=words), day_text("2027-04-21", words)
    row = result.rows.iloc[0]
    for figure_ in (row["estimate"], row["conf_low"], row["conf_high"]):
        assert words.number(figure_) in said
    worth = result.rows[result.rows["quantity"] == "value"].iloc[0]
    assert MONEY.amount(worth["at_stake"], words) in said and until in said and "{" not in said
    held = coverage_sentence(few["backtest"], words=words)
    assert words.percent(few["backtest"].coverage["conf_low"].iloc[0]) in held and "{" not in held
    hidden = renewal_sentence(result.suppress(1000), books, words=words)
    assert hidden == words.text("renewal.too_few", until=until)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_silent_are_counted_and_their_rule_is_said(raw, books, language):
    words, result = Words(language), raw["renewals"].suppress(10)
    said = silent_sentence(result, books, words=words)
    assert words.number(result.rows["silent"].iloc[0]) in said and "365" in said
    few_silent = raw["renewals"].suppress(int(raw["renewals"].rows["silent"].iloc[0]) + 1)
    assert words.text("renewal.some") in silent_sentence(few_silent, books, words=words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_contracts_went_adds_up_and_hides_small_counts(books, language):
    words = Words(language)
    rows = table_rows(decisions_table(books.suppress(1), words=words).html)
    assert len(rows) == 8 and rows[words.text("renewal.went_in")][0] == "300"
    hidden = decisions_table(books.suppress(10), words=words)
    assert unescape(hidden.html).count(words.text("cross.hidden")) == 2 and hidden.min_base == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_frozen_forecasts_that_were_scored_are_shown_and_small_ones_not(language):
    words = Words(language)
    scores = pd.DataFrame(
        {
            "made_on": "2026-05-02", "due": "2026-04-22", "quantity": ["renewals", "renewals", "value"],
            "by": "", "n": [200, 6, 200], "status": "scored", "estimate": [171.4, 5.0, 9e4],
            "conf_low": [160.0, 4.0, 8e4], "conf_high": [182.0, 6.0, 1e5], "conf_level": 0.9,
            "actual": [183.0, 5.0, 9e4], "inside": [False, True, True],
        }
    )  # fmt: skip
    rows = table_rows(frozen_table(scores, min_base=10, words=words).html)
    made, due = (day_text(day, words, short=True) for day in ("2026-05-02", "2026-04-22"))
    assert rows[made][:3] == [due, "200", "171"]
    assert rows[made][4:] == ["183", words.text("renewal.no")]
    late = table_rows(frozen_table(scores.assign(status="made late"), min_base=10, words=words).html)
    assert list(late) == [words.text("renewal.made_late", day=made)]
    nothing = frozen_table(scores.assign(status="waiting"), min_base=10, words=words)
    assert unescape(nothing.html) == f"<p>{words.text('renewal.frozen_none')}</p>"


def test_every_reason_has_a_text():
    keys = [f"renewal.went_{reason.replace(' ', '_')}" for reason in ("in", *REASONS)]
    assert [key for key in keys if not Words().has(key)] == []
