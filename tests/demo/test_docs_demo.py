"""The page of the demo says what is planted."""

import re
from pathlib import Path

from cxlab.demo import DemoTruth

PAGE = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
MARKETS = ("demo-es", "demo-it", "demo-pl", "demo-en")


def test_the_example_runs() -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, {})


def test_every_field_of_the_truth_is_on_the_page(truth: DemoTruth) -> None:
    counted = {"market", "rows", "dirt", "flaws"}
    for field in set(type(truth.markets["demo-es"]).__slots__) - counted:
        assert f"`{field}`" in PAGE, field


def test_the_table_of_dirt_is_the_truth(truth: DemoTruth) -> None:
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}
    for kind in ("impossible_nps", "impossible_item", "duplicate_id", "unparsable_date"):
        assert _cells([truth.markets[market].dirt[kind] for market in MARKETS]) in rows[kind]
    for kind in ("answered_twice", "other_date_style"):
        assert _cells([truth.markets[market].flaws[kind] for market in MARKETS]) in rows[kind]
    orphans = [truth.markets[market].dirt for market in MARKETS]
    cells = " | ".join(f"{dirt['orphan_transaction']}, {dirt['orphan_contract']}" for dirt in orphans)
    assert cells in PAGE


def _cells(numbers: list[int]) -> str:
    return "".join(f"| {number} " for number in numbers)


def test_planted_numbers_on_the_page_are_those_of_spain(truth: DemoTruth) -> None:
    spain = truth.markets["demo-es"]
    first = max(spain.driver_weights, key=spain.driver_weights.get)
    assert f"{first} {spain.driver_weights[first]:.0%}".replace("%", " %") in PAGE
    assert f"rises from {spain.nps['2024-1']:.1f} to {spain.nps['2026-2']:.1f}".replace(" 0.", " .") in PAGE
    assert f"({spain.nps_of_customers['2026-2']:.1f} in Spain's last wave)" in PAGE
    hazards = [f"{hazard.base:g} - {-hazard.slope:.1f}".replace("-", "−") for hazard in spain.churn.hazards]
    assert all(hazard in PAGE for hazard in hazards)
    assert f"{spain.renewal.intercept:g} + {spain.renewal.slope:g}·RFI".replace("-", "−") in PAGE
