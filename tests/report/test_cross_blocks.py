"""Blocks of the pages that compare markets, competitors and boxes."""

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.estimates import suppress
from cxlab.measure.box_choices import box_choices
from cxlab.measure.competitor_gap import competitor_gap
from cxlab.measure.happiness_index import happiness_index
from cxlab.measure.non_response_bounds import non_response_bounds
from cxlab.measure.nps import nps
from cxlab.report.bounds_paragraph import bounds_paragraph
from cxlab.report.choices_table import choices_table
from cxlab.report.competitor_table import competitor_table
from cxlab.report.happiness_table import happiness_table
from cxlab.report.markets_table import markets_table
from cxlab.report.side_by_side_table import side_by_side_table
from cxlab.report.words import Words
from tests.report.report_results import LANGUAGES
from tests.report.test_tables import cells

RNG = np.random.default_rng(3)
FIGURES = pd.DataFrame(
    [
        ("aa", "Aa", "shop", 7.0, 6.8, 7.2, 90),
        ("bb", "Bb", "shop", 6.5, 6.1, 6.9, 80),
        ("aa", "Aa", "app", np.nan, np.nan, np.nan, np.nan),
    ],
    columns=["market", "market_name", "level", "estimate", "conf_low", "conf_high", "n"],
).assign(by="attribute_id", unit="score", outcome="score", metric="mean_score")


def test_markets_stand_side_by_side_and_what_is_hidden_is_said():
    block = side_by_side_table(FIGURES, caption="Means")
    assert cells(block.html) == [
        ["Group", "Aa", "Bb"],
        ["shop", "7.00 (6.80 to 7.20)", "6.50 (6.10 to 6.90)"],
        ["app", "not shown", "–"],
    ]
    assert block.min_base == 80


def test_two_figures_of_one_market_are_refused():
    twice = pd.concat([FIGURES, FIGURES.head(1)])
    with pytest.raises(ValueError, match="a market has two figures for one row"):
        side_by_side_table(twice, caption="Means")


def test_a_level_that_all_share_is_not_repeated():
    nested = FIGURES.assign(
        by='["category", "area"]', level=[f'["telecom", "{area}"]' for area in FIGURES["level"]]
    )
    assert [row[0] for row in cells(side_by_side_table(nested, caption="Gaps").html)[1:]] == ["shop", "app"]


def test_stale_and_missing_markets_are_named():
    markets = pd.DataFrame(
        [("Aa", "01_pulse", "", 400), ("Bb", "01_pulse", "01_pulse", 300), ("Cc", "", "", 0)],
        columns=["market_name", "studies", "stale", "n_responses"],
    )
    assert [row[1:] for row in cells(markets_table(markets).html)[1:]] == [
        ["400", "up to date"], ["300", "last good ones (Where do we stand?)"], ["–", "none"],
    ]  # fmt: skip


def test_bounds_say_what_would_overturn_the_headline():
    result = nps(pd.DataFrame({"nps": [10] * 60 + [8] * 20 + [3] * 20}))
    said = bounds_paragraph(non_response_bounds(result, 0.5), min_base=10).html
    # r = .5, NPS 40: all others at −100 or 100 give −30 and 70; 0 takes −40 among them, 80 lower.
    for part in ("50.0% of those asked", "between −30.0 and 70.0", "stand at −40.0, which is 80.0 lower"):
        assert part in said
    assert "Too few answers" in bounds_paragraph(non_response_bounds(result, 0.5), min_base=101).html


def test_a_rank_that_turns_round_is_said():
    answers = pd.DataFrame({"s": [5] * 5 + [1] * 5 + [4] * 10, "g": ["x"] * 10 + ["y"] * 10})
    block = choices_table(box_choices(answers, "s", scale=(1, 5), by="g"))
    assert "The ranks depend on the choice" in block.html
    alike = pd.DataFrame({"s": [5] * 10 + [2] * 10, "g": ["x"] * 10 + ["y"] * 10})
    assert (
        "All five rank the groups alike" in choices_table(box_choices(alike, "s", scale=(1, 5), by="g")).html
    )


def _competitors():
    return pd.DataFrame(
        [
            ("1", brand, "x", area, mean, 2.0, n)
            for brand, area, mean, n in [
                ("Us", "shop", 7.0, 400), ("Them", "shop", 6.0, 400), ("Small", "shop", 6.9, 5),
            ]
        ],
        columns=["wave", "brand", "category", "area", "mean", "sd", "n"],
    )  # fmt: skip


def test_competitors_are_columns_and_certain_gaps_are_marked():
    gaps = suppress(competitor_gap(_competitors(), "Us"), 10)
    block = competitor_table(gaps)
    head, row = cells(block.html)
    assert head == ["Area", "Small", "Them"] and row[0] == "shop"
    assert row[1] == "not shown" or gaps.rows["suppressed"].all()
    assert block.min_base == 10
    whole = cells(competitor_table(competitor_gap(_competitors(), "Us")).html)[1]
    assert whole[1].startswith("+0.10 (") and not whole[1].endswith("*")
    assert whole[2].startswith("+1.00 (0.72 to 1.28)") and whole[2].endswith("*")


@pytest.mark.parametrize("language", LANGUAGES)
def test_brands_show_raw_beside_drawn(language):
    ratings = pd.DataFrame(
        [
            (f"r{brand}{person}", brand, "x", area, int(RNG.integers(4, 10)))
            for brand in "abcde"
            for person in range(20)
            for area in ("shop", "app")
        ],
        columns=["response_id", "brand", "category", "area", "score"],
    )
    index = happiness_index(ratings).suppressed(10)
    rows = cells(happiness_table(index, words=Words(language)).html)
    assert len(rows) == 6 and {row[0] for row in rows[1:]} == set("abcde")
    raw = [float(row[1].replace(",", ".")) for row in rows[1:]]
    drawn = [float(row[2].replace(",", ".")) for row in rows[1:]]
    assert max(drawn) - min(drawn) <= max(raw) - min(raw) + 0.011
