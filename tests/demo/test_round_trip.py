"""One market's answers through all four tools: one and the same canonical tables.

Limits: only SPSS knows a refusal, and as it holds moments as numbers it holds no broken date, so neither is
planted here. Why nothing was chosen under `q3` depends on the tool (`market.missing`, not the table).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from cxlab.demo.company import WAVES, MarketPlan, Tool
from cxlab.demo.markets import SPAIN
from cxlab.demo.opinions import OUTCOMES, score_columns
from cxlab.demo.parameters import market_file
from cxlab.demo.questionnaire import CHOICE_NAMES
from cxlab.demo.side_questions import IMPROVE
from cxlab.demo.simulate import simulate_market
from cxlab.demo.wording import COMMENTS
from cxlab.demo.write import WRITERS
from cxlab.load.open_market import open_market
from cxlab.model.market import Market

TOOLS: tuple[Tool, ...] = ("qualtrics", "questionpro", "spss", "surveymonkey")
ITEM = ["response_id", "attribute_id", "kind"]


@cache
def _given(plan: MarketPlan) -> pd.DataFrame:
    """The exported answers."""
    return simulate_market(plan, seed=7, customers=400).fieldwork.answers


@pytest.fixture(scope="module")
def load(tmp_path_factory) -> Callable[[MarketPlan, Tool], Market]:
    folder = tmp_path_factory.mktemp("round_trip")

    def write_and_open(plan: MarketPlan, tool: Tool) -> Market:
        own = folder / plan.name / tool
        other = replace(plan, tool=tool)
        WRITERS[tool](other, _given(plan), own / "exports")
        text = market_file(other, "exports")
        company, labels = text.index("  # The company's own tables"), text.index("\nlabels:")
        (own / f"{plan.name}.yaml").write_text(text[:company] + text[labels:], encoding="utf-8")
        return open_market(own / f"{plan.name}.yaml")

    return write_and_open


@pytest.mark.parametrize("tool", TOOLS)
def test_the_answers_come_back_as_they_were_given(load, tool: Tool) -> None:
    """Each tool against the simulated answers, cell by cell, and so every tool against every other."""
    plan = replace(SPAIN, dirt=replace(SPAIN.dirt, unparsable_date=0))
    market = load(plan, tool)
    found = market.responses.drop(columns=["market", "block"]).set_index("response_id").sort_index()
    wanted = _expected(plan)
    assert set(found) == set(wanted)
    for column in wanted:
        _assert_equal(found[column], wanted[column])
    items = market.response_items.set_index(ITEM)["score"].sort_index()
    _assert_equal(items, _expected_items(plan))


def _accepted(plan: MarketPlan) -> pd.DataFrame:
    """The answers that break no rule, by number: an impossible score and a repeated row are set aside."""
    given = _given(plan).drop_duplicates("response_id")
    return given[given["nps"] != 11].set_index("response_id").sort_index()


def _expected(plan: MarketPlan) -> pd.DataFrame:
    given = _accepted(plan)
    chosen = given[[f"improve.{name}" for name in IMPROVE]].set_axis(list(IMPROVE), axis=1) == 1
    named = pd.DataFrame(
        {
            "wave": np.array([wave.name for wave in WAVES])[given["wave"]],
            "stage": np.array(["pilot", "full"])[given["stage"] - 1],
            "channel": np.array(plan.channels)[given["channel"] - 1],
            "segment.region": np.array(plan.region.names)[given["region"] - 1],
            "segment.age_band": np.array(plan.age_band.names)[given["age_band"] - 1],
            "segment.customer_type": np.array(plan.customer_type.names)[given["customer_type"] - 1],
            "kind": "relationship",
            "language": plan.language,
            "loyalty_change": given["loyalty_change"] - 2,
            "verbatim": [
                COMMENTS[plan.language][int(code) - 1] if code else None for code in given["comment"]
            ],
            "q3": ["; ".join(chosen.columns[row]) or None for row in chosen.to_numpy()],
        },
        index=given.index,
    )
    for name, words in CHOICE_NAMES.items():
        named[name] = given[name].map(dict(enumerate(words, start=1)))
    named["had_problem"] = named["had_problem"] == "yes"
    same = ["customer_id", "cluster", "responded_at", "duration_s", "weight", *OUTCOMES]
    return named.join(given[same])


def _expected_items(plan: MarketPlan) -> pd.Series:
    """Scores of the grids on their scale; blank, not applicable and impossible ones make no row."""
    given = _accepted(plan)[[name for name in score_columns(plan) if "." in name]]
    scores = given.where(given.le(10) & given.ge(1)).melt(
        ignore_index=False, var_name="item", value_name="score"
    )
    parts = scores["item"].str.split(".", expand=True)
    whole = scores.assign(kind=parts[0], attribute_id=parts[1]).dropna().reset_index()
    return whole.set_index(ITEM)["score"].sort_index()


def _assert_equal(found: pd.Series, wanted: pd.Series) -> None:
    """Values and gaps, whatever type holds them."""
    assert list(found.index) == list(wanted.index)
    gaps = found.isna().to_numpy()
    assert np.array_equal(gaps, wanted.isna().to_numpy()), found.name
    assert list(found[~gaps]) == list(wanted[~gaps]), found.name
