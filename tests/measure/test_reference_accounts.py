"""References and wallets by hand."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.reference_accounts import reference_accounts
from cxlab.measure.reference_candidates import reference_candidates
from cxlab.measure.wallets import wallets
from cxlab.model.errors import MeasureError

DAY = "2026-12-31"
# Customer, account, willing, validated on, (answered on, score)…
PEOPLE = [
    ("good", "A", True, "2026-06-01", [("2026-05-01", 9)]),
    ("a year to the day", "A", True, "2025-12-31", [("2026-05-01", 10)]),
    ("a day less", "B", True, "2026-01-01", [("2026-01-01", 10)]),
    ("not yet", "C", True, "2027-01-01", [("2026-05-01", 10)]),
    ("never checked", "C", True, None, [("2026-05-01", 10)]),
    ("unwilling", "D", False, "2026-06-01", [("2026-05-01", 10)]),
    ("not asked", "D", None, "2026-06-01", [("2026-05-01", 10)]),
    ("score too low", "E", True, "2026-06-01", [("2026-05-01", 8)]),
    ("cooled", "E", True, "2026-06-01", [("2026-03-01", 10), ("2026-09-01", 6)]),
    ("warmed later", None, True, "2026-06-01", [("2026-03-01", 6), ("2027-01-05", 10)]),
    ("silent", None, True, "2026-06-01", []),
    ("long ago", None, True, "2026-06-01", [("2025-06-01", 10)]),
    ("warmed", None, True, "2026-06-01", [("2026-03-01", 6), ("2026-09-01", 10)]),
]
GOOD = {"good", "a day less", "warmed"}


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["customer_id", "account_id", "reference_willing", "reference_validated_on"]
    customers = pd.DataFrame([person[:4] for person in PEOPLE], columns=columns)
    answers = [(person[0], on, score) for person in PEOPLE for on, score in person[4]]
    responses = pd.DataFrame(answers, columns=["customer_id", "responded_at", "nps"])
    return (
        customers.assign(
            reference_willing=customers["reference_willing"].astype("boolean"),
            reference_validated_on=pd.to_datetime(customers["reference_validated_on"]),
        ),
        responses.assign(responded_at=pd.to_datetime(responses["responded_at"])),
    )


def test_by_hand():
    found = reference_candidates(*_tables(), DAY)
    assert set(found.loc[found["reference"], "customer_id"]) == GOOD
    result = reference_accounts(found)
    assert result.rows["estimate"][0] == 3 / 13 and result.rows["n"][0] == 13
    assert found.set_index("customer_id").loc["cooled", ["willing", "validated", "scored"]].tolist() == [
        True,
        True,
        False,
    ]


def test_an_account_needs_one_contact_who_is_all_three():
    found = reference_candidates(*_tables(), DAY, unit="account_id").set_index("account_id")
    assert found["reference"].to_dict() == {"A": True, "B": True, "C": False, "D": False, "E": False}
    # E has a contact who is willing and validated and none whose score is high enough.
    assert found.loc["E", ["willing", "validated", "scored"]].tolist() == [True, True, False]


def test_time_and_score_may_be_set():
    longer = reference_candidates(*_tables(), DAY, months=24)
    assert set(longer.loc[longer["reference"], "customer_id"]) == GOOD | {"a year to the day", "long ago"}
    lower = reference_candidates(*_tables(), DAY, least=8)
    assert set(lower.loc[lower["reference"], "customer_id"]) == GOOD | {"score too low"}


def test_nobody_and_nothing():
    customers, responses = _tables()
    assert (
        reference_accounts(reference_candidates(customers, responses.iloc[:0], DAY)).rows["estimate"][0] == 0
    )
    empty = reference_accounts(reference_candidates(customers.iloc[:0], responses, DAY))
    assert empty.rows["n"].tolist() == [0] and "too few" in empty.summary()


def test_bad_tables_are_refused():
    customers, responses = _tables()
    with pytest.raises(MeasureError, match="13 customers stand in the table twice"):
        reference_candidates(pd.concat([customers, customers]), responses, DAY)
    with pytest.raises(MeasureError, match="the column 'reference_willing' holds String, not yes or no"):
        reference_candidates(customers.assign(reference_willing="yes"), responses, DAY)
    with pytest.raises(MeasureError, match="there is no column 'csat'"):
        reference_candidates(customers, responses, DAY, score="csat")
    with pytest.raises(MeasureError, match="'2026-02-30' is no day"):
        reference_candidates(customers, responses, "2026-02-30")


def test_wallets_by_hand():
    customers = pd.DataFrame({"customer_id": list("abcd"), "category_spend": [100.0, 50, 80, None]})
    paid = pd.DataFrame(
        [
            ("a", "2026-01-01", 30.0),
            ("a", "2026-12-31 23:59", 10.0),
            ("a", "2027-01-01", 99.0),
            ("b", "2026-05-01", 60.0),
            ("d", "2026-05-01", 5.0),
            ("stranger", "2026-05-01", 7.0),
            ("a", "2026-06-01", -5.0),
        ],
        columns=["customer_id", "date", "amount"],
    ).assign(date=lambda rows: pd.to_datetime(rows["date"], format="mixed"))
    found = wallets(customers, paid, "2026-01-01", "2026-12-31").set_index("customer_id")
    assert found["spend"].tolist() == [35.0, 60.0, 0.0, 5.0]
    np.testing.assert_array_equal(found["wallet"], [0.35, 1.2, 0.0, np.nan])
    assert found["over"].tolist() == [False, True, False, False]
