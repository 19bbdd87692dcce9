"""One demo of the default size, written and loaded once for all tests of the room."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.demo import DemoTruth, MarketTruth, demo_truth, write_demo
from cxlab.load.open_market import open_market
from cxlab.model.market import Market


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def truth() -> DemoTruth:
    return demo_truth()


@pytest.fixture(scope="session")
def loaded(demo: Path) -> Callable[[str], Market]:
    """Return a market as `open_market` hands it over, loaded once."""
    return cache(lambda name: open_market(demo / "params" / f"{name}.yaml"))


@pytest.fixture(scope="session")
def answers(loaded, truth: DemoTruth) -> Callable[[str], pd.DataFrame]:
    """Return a market's answers with their items beside them and the planted chance to answer, `chance`."""

    def joined(name: str) -> pd.DataFrame:
        market = loaded(name)
        items = market.response_items
        wide = items.assign(column=items["kind"] + "." + items["attribute_id"]).pivot(
            index="response_id", columns="column", values="score"
        )
        rows = market.responses.merge(wide, left_on="response_id", right_index=True, how="left")
        numbers = rows.select_dtypes("number").columns
        rows = rows.astype(dict.fromkeys(numbers, "float64"))
        return rows.assign(chance=_chance(truth.markets[name], rows))

    return cache(joined)


def _chance(truth: MarketTruth, rows: pd.DataFrame) -> pd.Series:
    """Chance to answer of who gave this answer, by the planted rule; NaN without overall satisfaction."""
    rule = truth.non_response
    by_age = dict(zip(sorted(rows["segment.age_band"].dropna().unique()), rule.by_age, strict=True))
    logit = rows["segment.age_band"].map(by_age) + rule.csat * (rows["csat_overall"] - 3)
    return 1 / (1 + np.exp(-logit))
