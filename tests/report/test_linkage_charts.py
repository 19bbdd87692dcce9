"""What a point goes with in revenue, as charts, tables and sentences, in every language."""

import re
import warnings
from importlib import import_module
from itertools import product
from typing import get_args

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from cxlab.linkage.asymmetric_effect import asymmetric_effect
from cxlab.linkage.dose_response import dose_response
from cxlab.linkage.e_value import e_value
from cxlab.linkage.effect_by_segment import effect_by_segment
from cxlab.linkage.link_panel import link_panel
from cxlab.linkage.loyalty_elements import loyalty_elements
from cxlab.linkage.measurement_error import measurement_error
from cxlab.linkage.mediation import mediation
from cxlab.linkage.nps_steps import nps_steps
from cxlab.linkage.oster import oster
from cxlab.linkage.panel_effect import panel_effect
from cxlab.linkage.retention_effect import retention_effect
from cxlab.linkage.sensitivity import sensitivity
from cxlab.linkage.verdict import verdict
from cxlab.linkage.wallet_rank_share import wallet_rank_share
from cxlab.markets.pooled import pooled
from cxlab.report import effect_dots, figure
from cxlab.report.attenuation_table import attenuation_table
from cxlab.report.chart_asymmetry import chart_asymmetry
from cxlab.report.chart_designs import chart_designs
from cxlab.report.chart_dose_response import chart_dose_response
from cxlab.report.chart_pooled_slopes import chart_pooled_slopes
from cxlab.report.chart_rho import chart_rho
from cxlab.report.chart_sensitivity import chart_sensitivity
from cxlab.report.chart_slopes import chart_slopes
from cxlab.report.chart_steps import chart_steps
from cxlab.report.effect_unit import EffectUnit
from cxlab.report.elements_table import elements_table
from cxlab.report.linked_table import linked_table
from cxlab.report.mediation_table import mediation_table
from cxlab.report.retention_table import retention_table
from cxlab.report.selection_table import selection_table
from cxlab.report.unlinked_sentence import unlinked_sentence
from cxlab.report.verdict_reasons import verdict_reasons
from cxlab.report.verdict_sentence import verdict_sentence
from cxlab.report.wallet_table import wallet_table
from cxlab.report.words import Words
from tests.report.drawn_texts import boxes_along_x, cut_off, overlapping
from tests.report.report_results import LANGUAGES
from tests.report.test_charts import LONG, alt, caption
from tests.report.test_driver_charts import table_rows

IDS = {"entity": "customer", "time": "period"}
PERCENT = EffectUnit(currency="EUR", log=True, mean=300.0)
MONEY = EffectUnit(currency="PLN")


def panel(n=120, periods=6, segments=("North", "South")):
    """Whole scores from 0 to 10 whose points go with 3 % of revenue, and lasting differences beside."""
    rng = np.random.default_rng(5)
    customer, period = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    own, tenure = rng.normal(size=n)[customer], rng.normal(size=n * periods)
    score = np.clip(np.round(7 + own + 0.5 * tenure + rng.normal(scale=1.8, size=n * periods)), 0, 10)
    log = 5.5 + 0.03 * score + 0.3 * own + 0.02 * tenure + rng.normal(scale=0.1, size=n * periods)
    return pd.DataFrame(
        {
            "customer": customer, "period": period, "tenure": tenure, "nps": score, "log_revenue": log,
            "revenue": np.exp(log), "recommend_intent": score / 2 + rng.normal(size=n * periods),
            "retained": (rng.random(n * periods) > 0.08).astype(float),
            "region": np.array(segments)[customer % len(segments)],
        }
    )  # fmt: skip


def answers():
    frame = panel()
    rng = np.random.default_rng(6)
    own = {
        name: frame["nps"] / 2 + rng.normal(size=len(frame)) for name in ("buy_more", "reluctance_to_switch")
    }
    return frame.assign(**own)


def results(frame, score="nps", controls=("tenure",), outcome="log_revenue", log=True):
    given = {**IDS, "controls": list(controls)}
    effect = panel_effect(frame, "revenue", score, **given, log_outcome=log)
    return {
        "designs": effect,
        "dose_response": dose_response(frame, outcome, score, **given),
        "steps": nps_steps(frame, outcome, score, **IDS),
        "asymmetry": asymmetric_effect(frame, outcome, score, **IDS),
        "sensitivity": sensitivity(effect, design="two_way"),
        "slopes": effect_by_segment(frame, outcome, score, "region", **IDS),
        "rho": mediation(frame, score, "recommend_intent", outcome, **IDS, n_boot=100),
    }


CHARTS = {
    "designs": chart_designs, "dose_response": chart_dose_response, "steps": chart_steps,
    "asymmetry": chart_asymmetry, "sensitivity": chart_sensitivity, "slopes": chart_slopes, "rho": chart_rho,
}  # fmt: skip


@pytest.fixture(autouse=True)
def pixels(request, monkeypatch):
    """Draw without pixels, which take most of the time, but where a test looks at them."""
    if "bytes" not in request.node.name:
        monkeypatch.setattr(figure, "_png", lambda axes: bytes(24))


@pytest.fixture(scope="module")
def few():
    return {name: result.suppress(10) for name, result in results(panel()).items()}


@pytest.fixture(scope="module")
def money():
    found = results(panel(), outcome="revenue", log=False)
    return {name: result.suppress(10) for name, result in found.items()}


@pytest.fixture(scope="module")
def many():
    """Names as long as names get, eight segments, and an answer whose base is small."""
    frame = panel(200, segments=[f"{LONG} {at}" for at in range(8)])
    extra = {f"{LONG} {at}": np.random.default_rng(at).normal(size=len(frame)) for at in range(6)}
    frame = frame.assign(**extra).rename(columns={"nps": f"{LONG} score"})
    return results(frame, f"{LONG} score", ["tenure", *extra])


def in_turn(*cases, every_run):
    """Draw some cases in every run, and all of them with the slow tests."""
    return [
        pytest.param(*case, marks=() if every_run(*case) else pytest.mark.slow, id="-".join(case))
        for case in cases
    ]


@pytest.mark.parametrize(
    "chart",
    in_turn(("designs",), ("sensitivity",), ("rho",), every_run=lambda chart: chart == "designs"),
)
def test_same_input_same_bytes_whatever_the_notebook_has_set(few, chart):
    first = CHARTS[chart](few[chart], unit=PERCENT, words=Words("pl"))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "figure.dpi": 30}):
        second = CHARTS[chart](few[chart], unit=PERCENT, words=Words("pl"))
    assert len(first.png) > 1000 and first == second


def of_this_chart(chart, language):
    """Two languages of each chart: English and another, so that each language is drawn by some."""
    others = [name for name in LANGUAGES if name != "en"]
    return language in ("en", others[list(CHARTS).index(chart) % len(others)])


@pytest.mark.parametrize(("chart", "language"), in_turn(*product(CHARTS, LANGUAGES), every_run=of_this_chart))
def test_every_language_draws_and_fills_its_texts(few, chart, language):
    block = CHARTS[chart](few[chart], unit=PERCENT, words=Words(language))
    assert block.png and block.name and block.min_base == 10
    assert "{" not in alt(block.html) + caption(block.html) and not re.search(r"\bnan\b", block.html)
    assert ("95\u00a0%" if language == "es" else "95%") in caption(block.html) + block.html


@pytest.mark.parametrize(
    ("chart", "size"),
    # What fits with long names and with amounts fits with less.
    in_turn(*product(CHARTS, ["few", "money", "many"]), every_run=lambda chart, size: size != "few"),
)
def test_no_text_is_cut_off_or_runs_into_another(chart, size, request, monkeypatch):
    module, drawn = import_module(f"cxlab.report.chart_{chart}"), []
    module = module if hasattr(module, "figure_block") else effect_dots
    build = module.figure_block
    monkeypatch.setattr(
        module, "figure_block", lambda axes, **facts: (drawn.append(axes), build(axes, **facts))[1]
    )
    unit = MONEY if size == "money" else PERCENT
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        CHARTS[chart](request.getfixturevalue(size)[chart], unit=unit, words=Words("pl"))
    boxes = boxes_along_x(drawn[0])
    assert len(boxes) > 4 and cut_off(boxes, drawn[0].get_figure()) == []
    assert overlapping(boxes) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_to_draw_is_a_sentence(few, chart, language):
    block = CHARTS[chart](few[chart].suppress(100_000), unit=PERCENT, words=Words(language))
    assert re.fullmatch(r"<p>[^<]+</p>", block.html) and not block.png and block.min_base == 100_000


def test_a_logarithm_is_said_as_the_percentage_it_is():
    words = Words()
    assert PERCENT.text(np.log(1.05), words) == "+5.0%" and PERCENT.text(np.log(0.9), words) == "−10.0%"
    assert PERCENT.interval(0, np.log(2), words) == "0.0% to +100.0%"
    assert EffectUnit(currency="EUR").text(-12.344, words) == "−€12.34"
    assert EffectUnit(currency="EUR").text(1234.4, Words("es")) == "+1234\u00a0€"
    assert MONEY.text(12345.4, Words("pl")) == "+12\u00a0345\u00a0zł"


def test_designs_set_the_placebo_apart_and_say_what_is_held_constant(few):
    result = few["designs"]
    rows = table_rows(chart_designs(result, unit=PERCENT).html)
    row = result.rows.set_index("design").loc["two_way"]
    shown = rows["With themselves, less what all periods share"]
    assert shown[0] == f"+{100 * np.expm1(row['estimate']):.1f}%"
    assert shown[3:] == ["720", "120"] and list(rows)[-1].startswith("Placebo")
    said = caption(chart_designs(result, unit=PERCENT).html)
    assert "Held constant: tenure." in said and "is not shown to go with its revenue" in said


def test_a_fall_has_its_own_sign_and_the_sum_is_what_is_left(few):
    rows = table_rows(chart_asymmetry(few["asymmetry"], unit=PERCENT).html)
    slopes = few["asymmetry"].rows.set_index("term")["estimate"]
    assert rows["A point up"][0] == f"+{100 * np.expm1(slopes['rise']):.1f}%"
    assert rows["A point down"][0] == f"−{-100 * np.expm1(-slopes['fall']):.1f}%"
    assert slopes["rise_less_fall"] == pytest.approx(slopes["rise"] - slopes["fall"])


def test_a_score_given_too_seldom_is_in_no_dose_response(few):
    bases = few["dose_response"].rows.set_index("level")["entities"].astype(float)
    result = few["dose_response"].suppress(int(bases.min()) + 1)
    block = chart_dose_response(result, unit=PERCENT)
    hidden = result.rows.query("suppressed")["level"]
    assert len(hidden) and not {f"{level:g}" for level in hidden} & set(table_rows(block.html))
    assert "not shown, to protect small groups" in caption(block.html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_says_figure_base_and_money_and_never_more(few, language):
    words, effect = Words(language), few["designs"]
    found = verdict(effect, few["sensitivity"]).suppress(10)
    said = verdict_sentence(found, effect, unit=PERCENT, scale=(0, 10), words=words)
    assert said.endswith(words.text(f"revenue.word_{found.word}"))
    assert words.text("revenue.scale", low="0", high="10") in said
    amount = PERCENT.amount(300 * np.expm1(found.estimate), words)
    assert PERCENT.text(found.estimate, words) in said and amount in said and "120" in said
    points = verdict_reasons(found, words=words).html.replace("&#x27;", "'")
    assert points.count("<li>") == len(found.reasons) + 1 and words.text("revenue.association") in points
    silent = found.suppress(1000)
    assert verdict_reasons(silent, words=words).html == f"<p>{words.text('revenue.word_not_shown')}</p>"
    assert not re.search(r"\d", verdict_sentence(silent, effect, unit=PERCENT, words=words))


def test_every_reason_and_every_count_has_a_text():
    from cxlab.linkage.linked_answers import ANSWERS, PERIODS
    from cxlab.linkage.linked_note import NoteCode
    from cxlab.linkage.panel_designs import DESIGNS
    from cxlab.linkage.verdict_rules import REASONS

    keys = [f"reason_{reason}" for reason in REASONS] + [f"design_{design}" for design in DESIGNS]
    keys += [f"note_{code}" for code in get_args(NoteCode)]
    keys += [f"match_{reason.replace(' ', '_')}" for reason in (*ANSWERS, *PERIODS)]
    assert [key for key in keys if not Words().has(f"revenue.{key}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_their_figures_and_hide_small_bases(few, language):
    words, frame = Words(language), answers()
    given = {**IDS, "controls": ["tenure"]}
    error = measurement_error(frame, "log_revenue", "nps", reliability=0.9, **given, n_sim=0).suppress(10)
    naive = error.rows.set_index("method").loc["naive", "estimate"]
    assert PERCENT.text(naive, words) in attenuation_table([error], unit=PERCENT, words=words).html
    assert "<table" not in attenuation_table([error.suppress(10_000)], words=words).html
    part = few["rho"]
    assert len(table_rows(mediation_table(part, unit=PERCENT, words=words).html)) == 5
    assert "<table" not in mediation_table(part.suppress(10_000), words=words).html
    loyal = loyalty_elements(frame, satisfaction="nps").suppress(10)
    assert len(table_rows(elements_table(loyal, words=words).html)) == 3
    assert "<table" not in elements_table(loyal.suppress(10_000), words=words).html
    drawn = caption(chart_sensitivity(few["sensitivity"], unit=PERCENT, words=words).html)
    assert words.percent(few["sensitivity"].robustness_value, 1) in drawn
    ratio, chosen = (
        e_value(2.0, kind="risk_ratio", n=50),
        oster(frame, "log_revenue", "nps", ["tenure"], **IDS),
    )
    both = table_rows(selection_table(chosen.suppress(10), ratio.suppress(10), words=words).html)
    assert both[words.text("revenue.e_value")][0] == words.number(2 + np.sqrt(2), 2) and len(both) == 3
    assert "<table" not in selection_table(None, ratio.suppress(100), words=words).html


def test_leaving_is_told_only_where_it_can_be():
    frame = panel(400, 3)
    frame = frame[
        frame.groupby("customer")["retained"].transform(lambda own: own.shift(fill_value=1).cummin()) == 1
    ]
    found = retention_effect(frame, "retained", "nps", **IDS).suppress(10)
    assert found.rows["p_value"].iloc[0] > 0.05
    ratio = e_value(0.5, kind="risk_ratio", n=100).suppress(10)
    html = retention_table(found, ratio).html
    assert "It is not shown" in html and "risk ratio" not in html
    steep = frame.assign(
        retained=(np.random.default_rng(1).random(len(frame)) < frame["nps"] / 8).astype(float)
    )
    steep = steep[
        steep.groupby("customer")["retained"].transform(lambda own: own.shift(fill_value=1).cummin()) == 1
    ]
    told = retention_table(retention_effect(steep, "retained", "nps", **IDS).suppress(10), ratio).html
    assert "the rate of leaving is multiplied by" in told and "risk ratio of 3.41" in told
    assert "<table" not in retention_table(found.suppress(10_000)).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_wallets_stand_by_rank_and_by_spend(language):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "response_id": np.repeat(np.arange(60), 2), "brand": ["ours", "theirs"] * 60,
            "score": rng.integers(1, 11, 120).astype(float), "spend": rng.uniform(10, 50, 120),
        }
    )  # fmt: skip
    result = wallet_rank_share(frame, spend="spend").suppress(10)
    words, row = Words(language), result.rows.set_index("brand").loc["ours"]
    shown = table_rows(wallet_table(result, words=words).html)["ours"]
    assert shown[0].startswith(words.figure(row["share"], "share")) and shown[1] == "60"
    assert "<table" not in wallet_table(result.suppress(100), words=words).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_matched_adds_up(language):
    days = pd.to_datetime(["2025-01-10", "2025-04-20", "2025-07-20", "2025-10-20"])
    customers = [f"c{at}" for at in range(12)]
    bought = pd.DataFrame(
        [(c, day, 10.0) for c in customers for day in days], columns=["customer_id", "date", "amount"]
    )
    asked = pd.DataFrame(
        {"customer_id": [*customers, "stranger"], "responded_at": days[1], "csat_overall": 4.0}
    )
    linked = link_panel({"responses": asked, "transactions": bought}, currency="EUR").suppress(10)
    words = Words(language)
    rows = table_rows(linked_table(linked, words=words).html)
    assert rows[words.text("revenue.match_with_a_score")][0] == str(
        int(linked.frame["csat_overall"].notna().sum())
    )
    assert not re.search(r"\bnan\b", linked_table(linked, words=words).html)
    assert np.allclose(linked.with_log()["log_revenue"], np.log(10))


def test_osters_figures_are_not_shown_where_the_controls_explain_next_to_nothing():
    frame = panel().assign(noise=np.random.default_rng(8).normal(size=720))
    chosen = oster(frame, "log_revenue", "nps", ["noise"], **IDS).suppress(10)
    html = selection_table(chosen, None).html
    assert "<table" not in html and "too little to learn from" in html


def joined(visits):
    """Join answers of customers who paid in one quarter, or in as many as `visits` says."""
    ids = [f"c{at}" for at in range(len(visits))]
    paid = [(one, f"2024-0{2 + 3 * at}-15") for one, n in zip(ids, visits, strict=True) for at in range(n)]
    books = pd.DataFrame(paid, columns=["customer_id", "date"]).assign(amount=10.0)
    told = pd.DataFrame({"customer_id": ids, "csat_overall": 4.0, "responded_at": "2024-01-10"})
    tables = {
        "responses": told.assign(response_id=ids, responded_at=pd.to_datetime(told["responded_at"])),
        "transactions": books.assign(date=pd.to_datetime(books["date"])),
    }
    return link_panel(tables, books=("2024-01-01", "2024-12-31"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_can_be_compared_the_repeat_customers_are_counted(language):
    words = Words(language)
    said = unlinked_sentence(joined([1] * 60 + [2] * 5).suppress(10), words=words)
    assert words.plural("count.customers", 65) in said
    assert words.text("revenue.fewer_than", n="10") in said and "5 " not in said.replace("65 ", "")
    assert " 12 " in unlinked_sentence(joined([1] * 60 + [2] * 12).suppress(10), words=words).replace(
        ":", " "
    ).replace(";", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_slopes_of_markets_stand_beside_their_mean_and_the_placebo_is_said(language):
    words = Words(language, {"aa": {"en": "Alpha"}, "bb": {"en": "Beta"}, "cc": {"en": "Gamma"}})
    slopes = pd.DataFrame(
        {
            "market": ["aa", "bb", "cc"], "estimate": [0.03, 0.05, np.nan], "std_error": [0.01, 0.01, np.nan],
            "conf_low": [0.01, 0.03, np.nan], "conf_high": [0.05, 0.07, np.nan], "n": 500, "n_eff": 100,
            "level": '["nps", "two_way"]', "unit": "coefficient", "weighting": "none",
        }
    )  # fmt: skip
    leads = slopes.assign(level='["nps", "placebo_lead"]', estimate=[0.001, -0.001, np.nan])
    block = chart_pooled_slopes(pooled(slopes), pooled(leads), words=words)
    rows = table_rows(block.html)
    assert rows["Alpha"][0] == PERCENT.text(0.03, words) and len(rows) == 3
    assert rows[words.text("forest.pooled")][0] == PERCENT.text(0.04, words)
    said = caption(block.html)
    assert words.text("forest.left_out", markets="Gamma") in said
    assert words.text("revenue.markets_placebo_clear", value="#", interval="#").split("#")[0] in said
