"""Who leaves, when and why, as charts, tables and sentences, in every language."""

import re
import warnings
from dataclasses import replace
from html import unescape
from importlib import import_module
from itertools import product

import numpy as np
import pandas as pd
import pytest

from cxlab.quality.leakage import leakage
from cxlab.report import figure
from cxlab.report.chart_churn_drivers import chart_churn_drivers
from cxlab.report.chart_gains import chart_gains
from cxlab.report.chart_incidence import chart_incidence
from cxlab.report.chart_leaving import chart_leaving
from cxlab.report.chart_reasons import chart_reasons
from cxlab.report.chart_reliability import chart_reliability
from cxlab.report.chart_survival import chart_survival
from cxlab.report.churn_sentence import churn_sentence
from cxlab.report.day_text import day_text
from cxlab.report.drift_table import drift_table
from cxlab.report.feature_name import feature_name
from cxlab.report.hazards_table import hazards_table
from cxlab.report.leak_notice import leak_notice
from cxlab.report.profit_table import profit_table
from cxlab.report.rolling_table import rolling_table
from cxlab.report.save_frame import save_frame
from cxlab.report.save_sentence import save_sentence
from cxlab.report.segment_errors_table import segment_errors_table
from cxlab.report.staying_table import staying_table
from cxlab.report.trust_sentence import trust_sentence
from cxlab.report.wording import listed
from cxlab.report.words import Words
from cxlab.retention.aalen_johansen import aalen_johansen
from cxlab.retention.cause_shares import cause_shares
from cxlab.retention.chance_groups import chance_groups
from cxlab.retention.churn_days import churn_days
from cxlab.retention.churn_drivers import churn_drivers
from cxlab.retention.churn_forecast import churn_forecast
from cxlab.retention.churn_reasons import churn_reasons
from cxlab.retention.cox import cox
from cxlab.retention.drift import drift
from cxlab.retention.errors_by_segment import errors_by_segment
from cxlab.retention.expected_profit import expected_profit
from cxlab.retention.kaplan_meier import kaplan_meier
from cxlab.retention.leaving_counts import leaving_counts
from cxlab.retention.rolling_origin import rolling_origin
from cxlab.retention.save_list import save_list
from cxlab.retention.snapshot import snapshot
from tests.report.drawn_texts import boxes_along_x, boxes_of, cut_off, overlapping
from tests.report.report_results import LANGUAGES
from tests.report.test_charts import LONG, alt, caption
from tests.report.test_driver_charts import table_rows
from tests.report.test_linkage_charts import in_turn
from tests.retention.churn_books import churn_books

MONEY = {"clv": 600, "incentive": 30, "contact": 2}
START = "2024-07-05"


@pytest.fixture(autouse=True)
def pixels(request, monkeypatch):
    """Draw without pixels, which take most of the time, but where a test looks at them."""
    if "bytes" not in request.node.name:
        monkeypatch.setattr(figure, "_png", lambda axes: bytes(24))


def study(levels=("North", "South"), reasons=("price", "service")):
    """What the notebook has in its hands, on little books."""
    books = churn_books(500)
    books["contracts"]["reason"] = books["contracts"]["reason"].replace(
        dict(zip(["price", "service"], reasons, strict=True))
    )
    given = {"books_first": "2024-01-01", "books_last": "2026-06-30", "origins": 4}
    days = churn_days(books, "2026-06-25", 180, **given)
    how = {"ends": "actual"}
    past = [snapshot(books, day, 180, **how, books_end=days.eve) for day in days.origins]
    now = snapshot(books, days.scoring, 180, **how, books_end=days.scoring)
    forecast = churn_forecast(past, now, kind="logit")
    tried = rolling_origin(books, days.origins, 180, kind="logit", books_end=days.eve, **how)
    segment = {name: levels[at % len(levels)] for at, name in enumerate(books["contracts"]["customer_id"])}
    return {
        "books": books, "days": days, "past": past, "now": now, "forecast": forecast, "tried": tried,
        "segment": segment, "followed": past[0].follow_up, "reasons": reasons,
    }  # fmt: skip


def results(found):
    scored, forecast, past = found["tried"].scores, found["forecast"], found["past"]
    own = scored["customer_id"].map(found["segment"])
    followed = found["followed"].assign(region=found["followed"]["customer_id"].map(found["segment"]))
    before = {"past_score": scored["score"], "past_churned": scored["label"], "past_period": scored["cutoff"]}
    mine = pd.Series(forecast.chance.index).map(found["segment"])
    said = pd.DataFrame({"reason": followed.loc[followed["left"] == 1, "cause"].replace("unknown", None)})
    one, other = found["reasons"]
    groups, moving = {one: [one], other: [other]}, {other: [one]}
    return {
        "reliability": chance_groups(scored["score"], scored["label"], groups=5),
        "gains": found["tried"].pooled,
        "churn_drivers": churn_drivers(forecast.model, past[-1].features, past[-1].label, seed=1),
        "leaving": leaving_counts(forecast.chance, mine, past_segment=own, **before, conf_level=0.5),
        "survival": kaplan_meier(followed, "days", "left", by="region"),
        "incidence": aalen_johansen(followed, "days", "cause"),
        "reasons": cause_shares(said, "reason", groups=groups, movable=moving),
    }


CALLS = {
    "reliability": chart_reliability, "gains": chart_gains, "churn_drivers": chart_churn_drivers,
    "leaving": lambda result, words: chart_leaving(result, "region", words=words),
    "survival": lambda result, words: chart_survival(result, start=START, words=words),
    "incidence": lambda result, words: chart_incidence(result, start=START, words=words),
    "reasons": chart_reasons,
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return study()


@pytest.fixture(scope="module")
def few(found):
    return {name: result.suppress(10) for name, result in results(found).items()}


@pytest.fixture(scope="module")
def many():
    """Names as long as names get, and six segments."""
    names = [f"{LONG} {at}" for at in range(6)]
    return results(study(names, (f"{LONG} one", f"{LONG} two")))


def of_this_chart(chart, language):
    """Two languages of each chart: English and another, so that each language is drawn by some."""
    others = [name for name in LANGUAGES if name != "en"]
    return language in ("en", others[list(CALLS).index(chart) % len(others)])


@pytest.mark.parametrize(("chart", "language"), in_turn(*product(CALLS, LANGUAGES), every_run=of_this_chart))
def test_every_language_draws_and_fills_its_texts(few, chart, language):
    block = CALLS[chart](few[chart], words=Words(language))
    assert block.png and block.name and block.min_base == 10
    assert "{" not in alt(block.html) + caption(block.html) and not re.search(r"\bnan\b", block.html)


@pytest.mark.parametrize(
    ("chart", "size"),
    # What fits with long names fits with short ones.
    in_turn(*product(CALLS, ["few", "many"]), every_run=lambda chart, size: size == "many"),
)
def test_no_text_is_cut_off_or_runs_into_another(chart, size, request, monkeypatch):
    module, drawn = import_module(f"cxlab.report.chart_{chart}"), []
    build = module.figure_block
    monkeypatch.setattr(
        module, "figure_block", lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        CALLS[chart](request.getfixturevalue(size)[chart], words=Words("pl"))
    axes = drawn[0]
    boxes = boxes_along_x(axes)
    if axes.yaxis.get_visible():
        boxes += boxes_of(axes.get_yticklabels(), axes.get_figure())
    assert len(boxes) > 4 and cut_off(boxes, axes.get_figure()) == []
    assert overlapping(boxes) == []


@pytest.mark.parametrize("chart", CALLS)
def test_nothing_to_draw_is_a_sentence(few, chart):
    block = CALLS[chart](few[chart].suppress(100_000), words=Words("it"))
    assert re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png and block.min_base == 100_000


def test_same_input_same_bytes(few):
    first, second = (CALLS["survival"](few["survival"], words=Words("pl")) for _ in range(2))
    assert len(first.png) > 1000 and first == second


def test_figures_are_those_of_the_results(few):
    rows = few["reasons"].rows.set_index("group")
    shown = table_rows(chart_reasons(few["reasons"]).html)
    words = Words()
    assert shown["Price"][0] == words.percent(rows.loc["price", "share"], 1)
    ends = rows.loc["price", ["bound_low", "bound_high"]]
    assert shown["Price"][2] == words.interval(*ends, "share")
    curve = few["survival"].curves[0]
    html = chart_survival(few["survival"], start=START).html
    assert words.percent(float(curve.share[-1]), 1) in alt(html)
    parts = few["leaving"].rows.set_index("segment")
    assert table_rows(chart_leaving(few["leaving"], "region").html)["North"][1] == words.number(
        parts.loc["North", "expected"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_says_number_day_worth_and_trust_and_never_more(found, language):
    words, forecast, days = Words(language), found["forecast"].suppress(10), found["days"]
    scored = found["tried"].scores
    once = {"past_score": scored["score"], "past_churned": scored["label"], "past_period": scored["cutoff"]}
    every = ["all"] * len(scored)
    total = leaving_counts(
        forecast.chance, ["all"] * forecast.n, past_segment=every, **once, conf_level=0.5
    ).suppress(10)
    tried = found["tried"].suppress(10)
    said = churn_sentence(forecast, days, total, currency="EUR", words=words)
    ends = [words.number(total.rows[end].iloc[0]) for end in ("conf_low", "conf_high")]
    for part in (words.number(forecast.expected), day_text(days.until, words), "€", *ends):
        assert part in said
    trust = trust_sentence(total, tried, words=words)
    assert words.percent(tried.pooled.of("auc"), 1) in trust
    assert trust.startswith(words.text("churn.said_wide", periods=words.number(total.periods)))
    open_trust = trust_sentence(None, None, words=words)
    assert open_trust == f"{words.text('churn.said_open')} {words.text('churn.untold')}"
    assert "(" not in churn_sentence(forecast, days, None, words=words)
    silent = churn_sentence(forecast.suppress(10_000), days, None, words=words)
    assert silent == words.text("churn.no_past") and not re.search(r"\d", silent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_their_figures_and_hide_small_bases(found, language):
    words, tried = Words(language), found["tried"]
    scored = tried.scores
    blocks = {
        rolling_table: tried,
        profit_table: expected_profit(scored["score"], scored["label"], **MONEY, n_boot=50),
        drift_table: drift(found["past"][0].features, found["now"].features),
    }
    for table, result in blocks.items():
        block = table(result.suppress(10), words=words)
        assert "<table" in block.html and not re.search(r"\bnan\b", block.html)
        assert block.min_base == 10
        assert "<table" not in table(result.suppress(100_000), words=words).html
    rows = table_rows(rolling_table(tried.suppress(10), words=words).html)
    assert rows[words.text("churn.together")][2].startswith(words.percent(tried.pooled.of("auc"), 1))
    errors = errors_by_segment(scored["score"], scored["label"], scored["customer_id"].map(found["segment"]))
    shown = table_rows(segment_errors_table(errors.suppress(10), "region", words=words).html)
    assert list(shown) == ["North", "South"]
    assert "<table" not in segment_errors_table(errors.suppress(9999), "region", words=words).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_long_they_stay_and_who_leaves_earlier(found, language):
    words = Words(language)
    rows = found["followed"].assign(region=found["followed"]["customer_id"].map(found["segment"]))
    curves = kaplan_meier(rows, "days", "left", by="region")
    means, test = curves.restricted_mean(365), curves.log_rank()
    html = staying_table(curves.suppress(10), means, test.suppress(10), words=words).html
    assert table_rows(html)["North"][0] == words.number(means["mean"].iloc[0])
    told = words.text("churn.test_told" if test.p_value < 0.05 else "churn.test_none", test="", p="")
    assert told.split("(")[0].strip() in html.replace("&#x27;", "'")
    hidden = staying_table(curves.suppress(9999), means, test.suppress(9999), words=words)
    assert "<table" not in hidden.html
    lives = rows.join(found["past"][0].features[["nps_last", "tenure_days"]], on="customer_id")
    model = cox(lives, "days", "left", ["nps_last", "tenure_days"])
    shown = table_rows(hazards_table(model.suppress(10), {"tenure_days": 365.0}, words=words).html)
    slope = model.rows.set_index("term").loc["tenure_days", "coefficient"]
    tenure = shown[feature_name("tenure_days", words=words)]
    assert tenure[:2] == ["365", words.number(float(np.exp(365 * slope)), 2)]
    assert "<table" not in hazards_table(model.suppress(9999), words=words).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guard_names_the_column_it_refuses(found, language):
    words, shot = Words(language), found["past"][0]
    label = shot.label.astype("float64")
    clean = leakage(shot.features.assign(left=label), "left")
    assert "cx-go" in leak_notice(clean, words=words).html
    leaking = leakage(shot.features.assign(left=label, called_off=label * 3), "left")
    refused = leak_notice(leaking, words=words)
    assert "cx-stop" in refused.html and "(called_off)" in refused.html
    assert "cx-go" in leak_notice(leaking, allow=["called_off"], words=words).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_feature_has_a_name_of_its_own(found, language):
    words = Words(language)
    names = [feature_name(column, words=words) for column in [*found["now"].features, "days_to_end"]]
    assert len(set(names)) == len(names) and not any("_" in name for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_save_list_speaks_its_readers_language_and_its_sentence_names_nobody(found, language):
    words, forecast = Words(language), found["forecast"]
    listed = save_list(forecast, most=20, **MONEY).suppress(10)
    why = churn_reasons(forecast.model, found["now"].features.loc[listed.rows["customer_id"]])
    accounts = {name: f"A-{name}" for name in listed.rows["customer_id"]}
    frame = save_frame(listed, why, accounts=accounts, words=words)
    assert list(frame.columns[:3]) == [
        words.text("churn.column_rank"),
        *map(words.label, ("account_id", "customer_id")),
    ]
    assert frame.iloc[0, 1] == "A-" + frame.iloc[0, 2] and frame.iloc[:, -3].notna().all()
    first = why.rows.set_index(["customer_id", "rank"]).loc[(frame.iloc[0, 2], 1), "column"]
    assert frame.iloc[0, -3].startswith(feature_name(first, words=words))
    assert len(frame.columns) == 10 and len(save_frame(replace(listed, campaign=None), why).columns) == 8
    said = save_sentence(listed, "restricted/save_list.csv", currency="EUR", words=words)
    assert "restricted/save_list.csv" in said and not re.search(r"k\d{4}", said)
    assert not re.search(r"\d", save_sentence(listed.suppress(21), "file", words=words))
    assert words.text("churn.save_none") == save_sentence(
        replace(listed, rows=listed.rows[:0]), "file", words=words
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_have_words_of_their_own(few, language):
    market = Words(language, {"price": {language: "Value for money"}})
    shown = table_rows(chart_reasons(few["reasons"], words=market).html)
    assert set(shown) == {market.text("label.reason.price"), market.text("label.reason.service")}
    named = Words(language, {"reason.price": {language: "Too dear"}})
    assert "Too dear" in chart_reasons(few["reasons"], words=named).html
    assert "Too dear" in alt(chart_incidence(few["incidence"], start=START, words=named).html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_that_differ_are_said_in_a_sentence(found, language):
    words, scored = Words(language), found["tried"].scores
    errors = errors_by_segment(scored["score"], scored["label"], scored["customer_id"].map(found["segment"]))
    terms = list(errors.tests["term"])
    told = replace(errors, tests=errors.tests.assign(p_adjusted=0.001))
    named = listed([words.text(f"churn.told_{term}") for term in terms], words)
    html = unescape(segment_errors_table(told.suppress(10), "region", words=words).html)
    assert words.text("churn.errors_told", terms=named) in html
    alike = replace(errors, tests=errors.tests.assign(p_adjusted=0.9))
    html = unescape(segment_errors_table(alike.suppress(10), "region", words=words).html)
    assert words.text("churn.errors_alike") in html and named not in html


def test_answers_that_move_because_a_survey_is_young_are_explained():
    rng = np.random.default_rng(3)
    before, today = (pd.DataFrame({"nps_days": rng.uniform(0, most, 400)}) for most in (100, 300))
    young = before.assign(nps_days=before["nps_days"].where(rng.random(400) > 0.4))
    said = Words().text("churn.drift_young")
    assert said in unescape(drift_table(drift(young, today).suppress(10)).html)
    assert said not in unescape(drift_table(drift(before, today).suppress(10)).html)
    named = {"nps_days": "purchases_amount"}
    others = drift(young.rename(columns=named), today.rename(columns=named)).suppress(10)
    assert said not in unescape(drift_table(others).html)


def test_days_and_months_are_said_as_the_language_does():
    assert day_text("2026-01-31", Words("es")) == "31 de enero de 2026"
    assert day_text("2026-01-31", Words("pl"), short=True) == "31\N{NO-BREAK SPACE}sty\N{NO-BREAK SPACE}2026"
    assert day_text("2026-11", Words("it")) == "nov 2026" and day_text("2026-1", Words()) == "2026-1"


def test_an_interval_stands_below_its_figure(found):
    cells = table_rows(rolling_table(found["tried"].suppress(10)).html)["All together"]
    assert re.fullmatch(r"[\d.]+%<br>[\d.]+% to [\d.]+%", cells[2])


def test_a_count_that_is_hidden_is_no_number(few):
    rows = few["reasons"].rows
    blank = replace(few["reasons"], rows=rows.assign(n=rows["n"].where(rows["group"] != "price")))
    html = chart_reasons(blank).html
    assert table_rows(html)["Price"][-1] == "–" and "nan" not in html.casefold().split("base64")[0]
