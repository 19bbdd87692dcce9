"""Close rates, their difference and the reasons of what was lost: by hand, published figures and loops."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.close_rate import close_rate
from cxlab.measure.close_rate_gap import close_rate_gap
from cxlab.measure.lost_reasons import lost_reasons
from cxlab.measure.pareto import pareto
from cxlab.model.errors import MeasureError


def _sales(rows: int = 300, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "existing": rng.random(rows) < 0.5,
            "status": rng.choice(["won", "lost", "open"], rows, p=[0.3, 0.5, 0.2]),
            "value": rng.lognormal(5, 0.8, rows).round(),
            "customer_id": rng.integers(0, 90, rows).astype(str),
        }
    )
    reasons = rng.choice(["price", "no need", "rival", None], rows, p=[0.5, 0.25, 0.15, 0.1])
    return frame.assign(reason=np.where(frame["status"] == "lost", reasons, None))


def _groups(won: int, of: int, others_won: int, of_others: int) -> pd.DataFrame:
    groups = ((True, won, of), (False, others_won, of_others))
    rows = [(old, "won" if i < w else "lost", 1.0) for old, w, n in groups for i in range(n)]
    return pd.DataFrame(rows, columns=["existing", "status", "value"])


def test_both_rates_equal_a_loop():
    frame = _sales()
    won = lost = won_value = lost_value = 0.0
    for row in frame.itertuples():
        won += row.status == "won"
        lost += row.status == "lost"
        won_value += row.value * (row.status == "won")
        lost_value += row.value * (row.status == "lost")
    by_count, by_value = close_rate(frame).rows.iloc[0], close_rate(frame, counted="value").rows.iloc[0]
    assert by_count["estimate"] == pytest.approx(won / (won + lost), rel=1e-14)
    assert by_value["estimate"] == pytest.approx(won_value / (won_value + lost_value), rel=1e-12)
    assert by_count["n"] == by_value["n"] == won + lost


def test_of_equal_values_the_two_rates_are_one():
    frame = _sales().assign(value=250.0)
    one, other = (close_rate(frame, counted=c, by="existing").rows for c in ("count", "value"))
    np.testing.assert_allclose(one["estimate"], other["estimate"], rtol=1e-12)
    n = one["n"].to_numpy(dtype=float)
    np.testing.assert_allclose(one["std_error"] * np.sqrt(n / (n - 1)), other["std_error"], rtol=1e-10)


@pytest.mark.parametrize("counted", ["count", "value"])
@pytest.mark.parametrize(("status", "expected"), [("won", 1.0), ("lost", 0.0)])
def test_all_won_or_all_lost_leaves_an_interval_open_to_one_side(counted: str, status: str, expected: float):
    row = close_rate(_sales(12).assign(status=status), counted=counted).rows.iloc[0]
    assert row["estimate"] == expected
    assert row["conf_low"] < row["conf_high"]
    assert expected in (row["conf_low"], row["conf_high"])


@pytest.mark.parametrize("counted", ["count", "value"])
def test_nothing_decided_gives_no_rate(counted: str):
    for frame in (_sales().assign(status="open"), _sales().iloc[:0]):
        result = close_rate(frame, counted=counted)
        assert result.rows["n"].tolist() == [0] and "too few" in result.summary()


def test_opportunities_of_one_customer_widen_the_interval():
    frame = pd.concat([_sales(100)] * 4, ignore_index=True)
    for counted in ("count", "value"):
        plain = close_rate(frame, counted=counted).rows["std_error"][0]
        clustered = close_rate(frame, counted=counted, cluster="customer_id").rows["std_error"][0]
        assert clustered > 1.5 * plain


# Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 10.
@pytest.mark.parametrize(
    ("groups", "low", "high"),
    [((56, 70, 48, 80), 5.24, 33.39), ((9, 10, 3, 10), 17.05, 80.90), ((10, 10, 0, 20), 67.91, 100.0)],
)
def test_the_difference_has_newcombes_interval(groups: tuple[int, int, int, int], low: float, high: float):
    row = close_rate_gap(_groups(*groups)).rows.iloc[0]
    assert row["estimate"] == pytest.approx(100 * (groups[0] / groups[1] - groups[2] / groups[3]), rel=1e-12)
    # Known to four decimals as shares.
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([low, high], abs=0.006)
    turned = close_rate_gap(_groups(*groups), first="false", second="true").rows.iloc[0]
    assert [-turned["conf_high"], -turned["conf_low"]] == pytest.approx([row["conf_low"], row["conf_high"]])


def test_the_difference_by_value_is_that_of_the_rates():
    frame = _sales()
    rates = close_rate(frame, counted="value", by="existing").rows.set_index("level")["estimate"]
    row = close_rate_gap(frame, counted="value").rows.iloc[0]
    assert row["estimate"] == pytest.approx(100 * (rates["true"] - rates["false"]), rel=1e-12)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_lost_reasons_add_up_and_the_unknown_one_stays():
    frame = _sales()
    lost = frame[frame["status"] == "lost"]
    counts = lost["reason"].fillna("(missing)").value_counts()
    found = lost_reasons(frame)
    rows = found.shares.rows
    assert dict(zip(rows["level"], found.amounts, strict=True)) == counts.to_dict()
    assert "(missing)" in set(rows["level"])
    assert rows["estimate"].sum() == pytest.approx(1, rel=1e-14)
    assert (rows["n"] == len(lost)).all()
    assert np.diff(found.amounts).max() <= 0
    by_value = lost_reasons(frame, counted="value")
    values = lost.assign(reason=lost["reason"].fillna("(missing)")).groupby("reason")["value"].sum()
    assert dict(zip(by_value.shares.rows["level"], by_value.amounts, strict=True)) == values.to_dict()


@pytest.mark.parametrize(
    ("counts", "vital"),
    [
        ({"a": 50, "b": 30, "c": 20}, "ab"),  # exactly on the line
        ({"a": 50, "b": 29, "c": 21}, "abc"),
        ({"a": 40, "b": 20, "c": 20, "d": 20}, "abcd"),  # equal ones are in together
        ({"a": 90, "b": 10}, "a"),
        ({"a": 7}, "a"),
    ],
)
def test_the_vital_few_reach_the_line(counts: dict[str, int], vital: str):
    frame = pd.DataFrame({"x": [name for name, n in counts.items() for _ in range(n)]})
    found = pareto(frame, "x")
    assert "".join(found.shares.rows.loc[found.vital, "level"]) == vital
    assert found.cumulative[-1] == pytest.approx(1, rel=1e-14)
    even = pareto(frame.assign(amount=0.1), "x", amount="amount")
    assert even.vital.tolist() == found.vital.tolist()
    np.testing.assert_allclose(even.shares.rows["estimate"], found.shares.rows["estimate"], rtol=1e-12)


def test_equal_levels_stand_by_name():
    found = pareto(pd.DataFrame({"x": list("bacabc")}), "x")
    assert found.shares.rows["level"].tolist() == ["a", "b", "c"]


def test_a_small_base_hides_the_whole_pareto():
    found = lost_reasons(_sales(20))
    n = int(found.shares.rows["n"][0])
    assert found.suppress(n).tidy()["estimate"].notna().all()
    hidden = found.suppress(n + 1)
    assert hidden.tidy()[["estimate", "amount", "cumulative", "vital"]].isna().all(axis=None)
    assert "too few" in hidden.summary()


@pytest.mark.parametrize("amount", [None, "value"])
def test_what_one_person_names_three_times_is_no_more_than_once(amount: str | None):
    once = pd.DataFrame({"id": range(40), "why": ["price", "price", "staff", "app"] * 10, "value": range(40)})
    thrice = pd.concat([once] * 3, ignore_index=True)
    figures = ["estimate", "std_error", "conf_low", "conf_high"]
    alone, together, apart = (
        pareto(frame, "why", amount=amount, cluster=cluster).shares.rows.set_index("level")[figures]
        for frame, cluster in ((once, "id"), (thrice, "id"), (thrice, None))
    )
    pd.testing.assert_frame_equal(together[figures[:2]], alone[figures[:2]], rtol=1e-12)
    # The effective base is held against n − 1 answers.
    pd.testing.assert_frame_equal(together, alone, rtol=0.01)
    assert (apart["std_error"] < 0.6 * together["std_error"]).all()


def test_nothing_lost_is_an_empty_pareto():
    found = lost_reasons(_sales().assign(status="won"))
    assert found.shares.rows.empty and "too few" in found.summary()
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (
            {"status": "wonn"},
            {},
            r"20 opportunities have no status that is known \(such as 'wonn'\).*did you mean 'won'",
        ),
        ({"status": None}, {}, "20 opportunities have no status"),
        (
            {"status": "won", "value": -1.0},
            {"counted": "value"},
            "20 decided opportunities have no value or a negative",
        ),
        (
            {"status": "won", "value": None},
            {"counted": "value"},
            "20 decided opportunities have no value or a negative",
        ),
        ({}, {"counted": "number"}, "unknown counted 'number'; take one of count, value"),
    ],
)
def test_bad_opportunities_are_refused(change: dict, options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        close_rate(_sales(20).assign(**change), **options)
    with pytest.raises(MeasureError, match=said):
        lost_reasons(_sales(20).assign(**change), **options)


def test_bad_options_are_refused():
    with pytest.raises(MeasureError, match="no opportunity of 'maybe' was decided; known are: false, true"):
        close_rate_gap(_sales(), second="maybe")
    with pytest.raises(MeasureError, match="a line of 80 is none"):
        pareto(_sales(), "reason", line=80)
    with pytest.raises(MeasureError, match="300 cases have no amount or a negative one"):
        pareto(_sales().assign(value=-2.0), "reason", amount="value")
    with pytest.raises(MeasureError, match="there is no column 'reasons'; did you mean 'reason'"):
        lost_reasons(_sales(), reason="reasons")
