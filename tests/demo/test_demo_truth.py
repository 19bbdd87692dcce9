"""What is planted can be counted again in what `open_market` hands over, to the row."""

import pytest

from cxlab.demo import demo_truth
from cxlab.demo.company import WAVES
from cxlab.demo.markets import MARKETS
from cxlab.model.tables import TABLES
from tests.demo.in_turn import IN_TURN

NAMES = [plan.name for plan in MARKETS]
PLANS = {plan.name: plan for plan in MARKETS}
# Rule broken by each kind of dirt.
RULES = {
    "impossible_nps": ("responses", "nps", "outside 0–10"),
    "impossible_item": ("response_items", "score (satisfaction.network)", "outside 1–10"),
    "duplicate_id": ("responses", "response_id", "duplicate response_id"),
    "unparsable_date": ("responses", "responded_at", "unparsable date"),
    "orphan_transaction": ("transactions", "customer_id", "orphan: not in customers"),
    "orphan_contract": ("contracts", "customer_id", "orphan: not in customers"),
}
HANGS_ON = ("its response is quarantined", "orphan: not in responses")
ONCE = ("impossible_nps", "duplicate_id", "unparsable_date")


@pytest.mark.parametrize("name", IN_TURN)
def test_the_quarantine_is_the_planted_dirt(loaded, truth, name):
    """Beside it only what hangs on a quarantined answer: its items, invitation, case and ratings."""
    market, planted = loaded(name), truth.markets[name]
    own = market.quarantine[~market.quarantine["rule"].isin(HANGS_ON)]
    found = own.groupby(["table", "column", "rule"]).size().to_dict()
    assert found == {RULES[kind]: count for kind, count in planted.dirt.items() if count}
    hanging = market.quarantine[market.quarantine["rule"] == HANGS_ON[1]]
    assert set(hanging["table"]) <= {"invitations", "loop_cases", "brand_ratings"}
    assert len(market.responses) == sum(planted.rows.values()) - sum(planted.dirt[kind] for kind in ONCE)


@pytest.mark.parametrize("name", IN_TURN)
def test_less_than_five_in_a_hundred_rows_are_broken(loaded, name):
    market = loaded(name)
    broken = market.quarantine.groupby("table")["row"].nunique()
    for table, rows in broken.items():
        assert rows < 0.05 * len(market.table(table)), table


def test_dirt_stays_below_the_limit_in_the_smallest_demo():
    for market in demo_truth(customers=1600).markets.values():
        assert sum(market.dirt[kind] for kind in ONCE) < 0.05 * sum(market.rows.values())


@pytest.mark.parametrize("name", IN_TURN)
def test_every_table_of_the_data_model_is_filled(loaded, name):
    market = loaded(name)
    for table in TABLES:
        assert len(market.table(table)) >= 5, table


@pytest.mark.parametrize("name", IN_TURN)
def test_flaws_that_break_no_rule_are_there_to_be_found(loaded, answers, truth, name):
    """Straight-liners, speeders and second answers, less those in the few rows set aside."""
    market, planted = loaded(name), truth.markets[name].flaws
    items = [column for column in answers(name) if column.startswith(("satisfaction.", "importance."))]
    given = answers(name)[items]
    lines = (given.notna().all(axis=1) & given.eq(given.iloc[:, 0], axis=0).all(axis=1)).sum()
    assert 0 <= planted["straight_liner"] - lines <= 1
    seconds = market.responses["duration_s"]
    assert 0 <= planted["speeder"] - (seconds < seconds.median() / 3).sum() <= 1
    twice = market.responses.duplicated(["customer_id", "wave"]).sum()
    assert 0 <= planted["answered_twice"] - twice <= 1


@pytest.mark.parametrize("name", IN_TURN)
def test_gaps_are_counted_by_reason(loaded, truth, name):
    """As many as were planted, less those in rows that were set aside: 22 scores each at most."""
    market, planted = loaded(name), truth.markets[name]
    scores = ["nps", "csat_overall", "ces", "renew_q1", "renew_q2", "buy_more", "reluctance_to_switch",
              "recommend_intent", "score"]  # fmt: skip
    counted = market.missing[market.missing["column"].isin(scores) & (market.missing["source"] == "pulse")]
    found = counted.groupby("reason")["n"].sum()
    slack = 22 * (sum(planted.dirt[kind] for kind in ONCE) + 1)
    for reason, label in (("blank", "empty"), ("refused", "refused"), ("not applicable", "not applicable")):
        assert planted.missing[reason] - slack <= found.get(label, 0) <= planted.missing[reason]


@pytest.mark.parametrize("name", IN_TURN)
def test_rows_by_wave(loaded, truth, name):
    planted = truth.markets[name].rows
    assert list(planted) == [wave.name for wave in WAVES] == sorted(planted)
    found = loaded(name).responses.groupby("wave").size()
    assert all(0 <= planted[wave] - found[wave] <= sum(truth.markets[name].dirt.values()) for wave in planted)


@pytest.mark.parametrize("name", IN_TURN)
def test_weights_restore_the_age_bands(loaded, name):
    """Six decimals are exported; a few rows of each wave are set aside."""
    for _, rows in loaded(name).responses.drop_duplicates(["customer_id", "wave"]).groupby("wave"):
        shares = rows.groupby("segment.age_band")["weight"].sum() / rows["weight"].sum()
        assert shares.to_numpy() == pytest.approx(PLANS[name].age_band.shares, abs=0.01)


@pytest.mark.parametrize("name", IN_TURN)
def test_a_small_region_falls_below_ten_answers(loaded, name):
    answers = loaded(name).responses
    small = answers[answers["segment.region"] == PLANS[name].region.names[-1]].groupby("wave").size()
    assert 0 < small[WAVES[-1].name] < 10


def test_truth_about_the_population_does_not_depend_on_the_seed(truth):
    other = demo_truth(seed=8, customers=1600)
    assert other.markets["demo-es"].nps == truth.markets["demo-es"].nps
    assert other.markets["demo-es"].missing != truth.markets["demo-es"].missing
