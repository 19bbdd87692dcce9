"""The example markets on real data: every count beside an independent reading of the same file.

The data are not part of the project. Expected numbers come from the files' own description, from published
results (named where they stand), or from the `csv` module and plain pandas here; none comes from cxlab.
"""

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.load.open_market import open_market
from cxlab.load.read_parameters import market_files, read_parameters
from cxlab.model.market import Market
from cxlab.study.check import check_market

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CXLAB_DATA") or ROOT.parent / "shared" / "data")
EXAMPLES = ROOT / "params" / "examples"

# Example → accepted rows per table. Respondents, customers and complaints are the rows of the file, as its
# description states them; Olist has 2,993 reviews of which one number stands twice, and 3,000 orders of 2,995
# persons. The items are counted from the file in each example's own tests.
ROWS = {
    "mobi-ecsi": {"responses": 250, "response_items": 250 * 24},
    "abc-customer-survey": {"responses": 266, "response_items": 21_394},
    "airline-satisfaction": {"responses": 25_976, "response_items": 359_462},
    "ba-airline-reviews": {"responses": 3_586, "response_items": 16_562},
    "ess7-spain": {"responses": 1_925, "response_items": 5_629},
    "ibm-telco-extended": {"customers": 7_043, "contracts": 7_043, "responses": 7_043},
    "olist-sample": {"responses": 2_992, "customers": 2_995, "transactions": 3_170},
    "comcast-complaints": {"complaints": 2_224},
}
QUARANTINED = {
    "olist-sample": {
        ("responses", "response_id", "duplicate response_id"): 1,
        ("customers", "customer_id", "duplicate customer_id"): 5,
    }
}


def needs(name: str) -> pytest.MarkDecorator:
    folder = name.replace("-", "_")
    return pytest.mark.skipif(
        not (DATA / folder).is_dir(), reason=f"the data of {name} are not here (CXLAB_DATA)"
    )


every_example = pytest.mark.parametrize("name", [pytest.param(name, marks=needs(name)) for name in ROWS])


@cache
def example(name: str) -> Market:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXLAB_DATA", str(DATA))
        return open_market(EXAMPLES / f"{name}.yaml")


def plain(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def reasons(market: Market, column: str) -> dict[str, int]:
    rows = market.missing[market.missing["column"] == column]
    return rows.groupby("reason")["n"].sum().to_dict()


def scores(market: Market, kind: str = "satisfaction") -> pd.DataFrame:
    items = market.response_items
    return items[items["kind"] == kind].pivot(index="response_id", columns="attribute_id", values="score")


def numbers(rows: list[dict[str, str]], column: str) -> list[float]:
    return [float(row[column]) for row in rows if row[column] not in ("", "NA")]


def test_every_example_is_read_without_its_data():
    files = market_files(EXAMPLES)
    assert set(files) == {*ROWS, "us-sfo"}
    for name, file in files.items():
        assert read_parameters(file).market == name


def test_every_example_is_described():
    told = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert [name for name in market_files(EXAMPLES) if f"`{name}`" not in told] == []


@every_example
def test_an_example_loads_and_accounts_for_every_value(name, accounted):
    market = example(name)
    assert {table: len(frame) for table, frame in market.tables.items()} == ROWS[name]
    found = market.quarantine.groupby(["table", "column", "rule"]).size().to_dict()
    assert found == QUARANTINED.get(name, {})
    accounted(market)


@needs("comcast-complaints")
def test_a_market_without_responses_passes_the_check_before_a_run(monkeypatch):
    monkeypatch.setenv("CXLAB_DATA", str(DATA))
    checked = check_market(EXAMPLES / "comcast-complaints.yaml")
    assert checked.refusal == "" and checked.n_responses == {}
    assert checked.rows == ROWS["comcast-complaints"]


@needs("mobi-ecsi")
def test_mobi_holds_all_questions_of_the_index():
    market, rows = example("mobi-ecsi"), plain("mobi_ecsi/mobi.csv")
    wide = scores(market).join(scores(market, "expectation"))
    assert wide.shape == (250, 24) and wide.notna().all(axis=None)
    for name in rows[0]:
        assert wide[name.lower()].astype(float).mean() == pytest.approx(np.mean(numbers(rows, name)))
    # Its three questions on satisfaction, unweighted, from 0 to 100: 71.970 (published with the data).
    index = (wide[["cusa1", "cusa2", "cusa3"]].astype(float).mean().mean() - 1) / 9 * 100
    assert index == pytest.approx(71.970, abs=5e-4)


@needs("mobi-ecsi")
def test_mobi_rows_are_called_by_their_place_in_the_file():
    responses = example("mobi-ecsi").responses.set_index("response_id")
    assert list(responses.index) == [str(row) for row in range(2, 252)]
    for row, answers in enumerate(plain("mobi_ecsi/mobi.csv"), start=2):
        assert responses.loc[str(row), "csat_overall"] == int(answers["CUSA1"])
        assert responses.loc[str(row), "recommend_intent"] == int(answers["CUSL3"])


@needs("abc-customer-survey")
def test_abc_scores_leave_out_what_does_not_apply():
    market, rows = example("abc-customer-survey"), plain("abc_customer_survey/ABC.csv")
    # Every question but the outcomes, the filters (q39, q40, q44), a code (q68) and q70 to q81.
    left_out = {"q1", "q4", "q5", "q39", "q40", "q44", "q68", *(f"q{number}" for number in range(70, 82))}
    asked = [name for name in rows[0] if name.startswith("q") and name not in left_out]
    valid = {name: [score for score in numbers(rows, name) if score] for name in asked}
    assert len(market.response_items) == sum(map(len, valid.values()))
    wide = scores(market)
    assert wide["q10"].astype(float).mean() == pytest.approx(np.mean(valid["q10"]))
    assert np.mean(numbers(rows, "q10")) == pytest.approx(1.33, abs=5e-3), "with its noughts"
    noughts = sum(numbers(rows, name).count(0) for name in asked)
    assert reasons(market, "score")["not applicable"] == noughts


@needs("abc-customer-survey")
def test_abc_importance_keeps_its_own_scale():
    market, rows = example("abc-customer-survey"), plain("abc_customer_survey/ABC.csv")
    book = market.codebook[market.codebook["attribute"].str.startswith("importance.")]
    assert set(book["scale_min"]) == {1} and set(book["scale_max"]) == {3}
    assert scores(market, "importance")["q6"].astype(float).mean() == pytest.approx(
        np.mean(numbers(rows, "qi6"))
    )
    assert not any(name in market.codebook["source_column"].str.cat(sep="|") for name in ("Prob", "redicted"))


@needs("abc-customer-survey")
def test_abc_topics_explain_satisfaction_as_published():
    """ABC2, satisfaction on six topics by least squares, complete answers (R package mistat)."""
    market = example("abc-customer-survey")
    topics = ["equipment", "sales_support", "technical_support", "suppliers", "administrative_support",
              "terms_and_prices"]  # fmt: skip
    overall = market.responses.set_index("response_id")["csat_overall"]
    complete = scores(market)[topics].join(overall).dropna().astype(float)
    assert len(complete) == 216
    x = np.column_stack([np.ones(len(complete)), complete[topics]])
    y = complete["csat_overall"].to_numpy()
    slopes, *_ = np.linalg.lstsq(x, y, rcond=None)
    assert slopes[1:] == pytest.approx([0.325, 0.060, 0.313, 0.130, 0.019, 0.177], abs=5e-4)
    assert 1 - ((y - x @ slopes) ** 2).sum() / ((y - y.mean()) ** 2).sum() == pytest.approx(0.5049, abs=5e-5)


@needs("airline-satisfaction")
def test_airline_noughts_are_not_applicable():
    market = example("airline-satisfaction")
    raw = pd.read_csv(DATA / "airline_satisfaction" / "test.csv")
    ratings = raw.loc[:, "Inflight wifi service":"Cleanliness"]
    assert ratings.shape[1] == 14
    missing = market.missing[market.missing["column"] == "score"]
    assert set(missing["reason"]) == {"not applicable"}
    noughts = (ratings == 0).sum()
    assert sorted(missing["n"]) == sorted(noughts[noughts > 0])
    items = market.response_items.groupby("attribute_id")["score"].mean()
    assert items["wifi"] == pytest.approx(ratings["Inflight wifi service"].replace(0, np.nan).mean())


@needs("airline-satisfaction")
def test_airline_outcome_and_ages():
    responses = example("airline-satisfaction").responses
    raw = pd.read_csv(DATA / "airline_satisfaction" / "test.csv")
    assert responses["csat_overall"].mean() == pytest.approx((raw["satisfaction"] == "satisfied").mean())
    names = ["under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65 and over"]
    bands = pd.cut(raw["Age"], [0, 18, 25, 35, 45, 55, 65, 200], right=False, labels=names)
    assert responses["segment.age_band"].tolist() == bands.tolist()


@needs("ba-airline-reviews")
def test_british_airways_dates_and_ratings():
    market, rows = example("ba-airline-reviews"), plain("ba_airline_reviews/reviews.csv")
    responses = market.responses
    assert reasons(market, "responded_at") == {"empty": 2}
    days = responses["responded_at"]
    spelt = ["" if pd.isna(day) else f"{day.day}{_ending(day.day)} {day:%B %Y}" for day in days]
    assert spelt == [row["Date"] for row in rows]
    assert responses["recommend_intent"].mean() == pytest.approx(1433 / 3586)
    assert sum(row["recommended"] == "yes" for row in rows) == 1433
    rated = ["seat_comfort", "cabin_staff_service", "food_and_beverages", "ground_service", "value_for_money"]
    assert len(market.response_items) == sum(len(numbers(rows, name)) for name in rated)
    assert reasons(market, "score") == {"empty": 5 * 3586 - len(market.response_items)}


def _ending(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


@needs("ba-airline-reviews")
def test_british_airways_texts_are_never_loaded():
    market, rows = example("ba-airline-reviews"), plain("ba_airline_reviews/reviews.csv")
    assert not {"review", "long_review"} & set(market.codebook["source_column"])
    longest = max(frame[name].str.len().max() for frame in market.tables.values()
                  for name in frame.select_dtypes("str"))  # fmt: skip
    assert longest < 40 < min(len(row["long_review"]) for row in rows)


@needs("ess7-spain")
def test_ess_scores_and_design():
    market, rows = example("ess7-spain"), plain("ess7_spain/ess7es.csv")
    responses = market.responses
    assert reasons(market, "csat_overall") == {"empty": 3}
    assert responses["cluster"].nunique() == 429 and responses["stratum"].nunique() == 58
    assert responses.groupby("cluster")["stratum"].nunique().max() == 1, "clusters lie within strata"
    asked = ("stfeco", "stfedu", "stfhlth")
    assert len(market.response_items) == sum(len(numbers(rows, name)) for name in asked)
    # The design weight is one over the probability of being drawn.
    life = [(float(row["stflife"]), 1 / float(row["prob"])) for row in rows if row["stflife"]]
    expected = sum(score * weight for score, weight in life) / sum(weight for _, weight in life)
    answered = responses[responses["csat_overall"].notna()]
    weight = 1 / answered["segment.inclusion_probability"].astype(float)
    assert (answered["csat_overall"] * weight).sum() / weight.sum() == pytest.approx(expected, rel=1e-12)


@needs("ibm-telco-extended")
def test_telco_causes_are_shared_out_as_published():
    """Among those who left: price 11.3 %, service 33.0 %, competitor 45.0 %, other 10.7 %."""
    market = example("ibm-telco-extended")
    contracts = market.contracts
    assert contracts["outcome"].value_counts().to_dict() == {"open": 5174, "lost": 1869}
    assert reasons(market, "reason") == {"has not left": 5174}
    shares = contracts["reason"].value_counts(normalize=True)
    for cause, share in {"price": 0.113, "service": 0.330, "competitor": 0.450, "other": 0.107}.items():
        assert shares[cause] == pytest.approx(share, abs=5e-4)


@needs("ibm-telco-extended")
def test_telco_contracts_last_as_long_as_the_tenure():
    """Cumulative incidence at 72 months by Aalen and Johansen, as published for these data."""
    contracts = example("ibm-telco-extended").contracts
    after = contracts["end"] + pd.Timedelta(days=1)
    months = (after.dt.year - contracts["start"].dt.year) * 12 + after.dt.month - contracts["start"].dt.month
    services = plain("ibm_telco_extended/Telco_customer_churn_services.csv")
    tenure = {row["Customer ID"]: int(row["Tenure in Months"]) for row in services}
    assert months.tolist() == contracts["contract_id"].map(tenure).tolist()
    revenue = sum(float(row["Total Revenue"]) for row in services)
    assert contracts["value"].sum() == pytest.approx(revenue)
    incidence = dict.fromkeys(("price", "service", "competitor", "other"), 0.0)
    staying = 1.0
    for month in range(1, 73):
        ends = contracts[months == month]
        at_risk = (months >= month).sum()
        for cause in incidence:
            incidence[cause] += staying * (ends["reason"] == cause).sum() / at_risk
        staying *= 1 - (ends["outcome"] == "lost").sum() / at_risk
    published = {"price": 0.04936, "service": 0.13220, "competitor": 0.18486, "other": 0.04062}
    assert incidence == pytest.approx(published, abs=5e-6)


@needs("ibm-telco-extended")
def test_telco_satisfaction_gives_the_outcome_away():
    market = example("ibm-telco-extended")
    both = market.responses.merge(market.contracts, left_on="customer_id", right_on="contract_id")
    left = (both["outcome"] == "lost").groupby(both["csat_overall"]).mean()
    assert left[[1, 2]].tolist() == [1, 1] and left[[4, 5]].tolist() == [0, 0]
    raw = pd.read_csv(DATA / "ibm_telco_extended" / "Telco_customer_churn_demographics.csv")
    bands = market.customers.set_index("customer_id")["age_band"]
    assert (bands.reindex(raw["Customer ID"]) == "65 and over").tolist() == (raw["Age"] >= 65).tolist()


@needs("olist-sample")
def test_olist_late_orders_score_low():
    """By the moment: on time 4.275 (n 2670), late 2.549 (n 233); by the day: 4.268 (2710), 2.285 (193)."""
    market = example("olist-sample")
    responses = market.responses
    assert reasons(market, "segment.delivered_at") == {"not delivered": 90}
    delivered, promised = responses["segment.delivered_at"], responses["segment.promised_on"]
    known = delivered.notna()
    # The published counts hold both rows of the review that stands twice; the one set aside is a 5, on time.
    aside = market.quarantine[market.quarantine["table"] == "responses"]
    [row] = [plain("olist_sample/olist_order_reviews_dataset.csv")[number - 2] for number in aside["row"]]
    assert row["review_score"] == "5"
    for late, n_on_time, on_time_mean, n_late, late_mean in (
        (delivered > promised, 2670, 4.275, 233, 2.549),
        (delivered.str[:10] > promised.str[:10], 2710, 4.268, 193, 2.285),
    ):
        on_time = [*responses.loc[known & ~late, "csat_overall"], 5]
        delayed = responses.loc[known & late, "csat_overall"]
        assert (len(on_time), len(delayed)) == (n_on_time, n_late)
        assert np.mean(on_time) == pytest.approx(on_time_mean, abs=5e-4)
        assert delayed.mean() == pytest.approx(late_mean, abs=5e-4)


@needs("olist-sample")
def test_olist_payments_and_persons():
    market = example("olist-sample")
    payments = plain("olist_sample/olist_order_payments_dataset.csv")
    transactions = market.transactions
    assert set(transactions["transaction_id"]) == {
        f"{row['order_id']}/{row['payment_sequential']}" for row in payments
    }
    assert transactions["amount"].sum() == pytest.approx(sum(numbers(payments, "payment_value")))
    orders = transactions["transaction_id"].str.split("/").str[0]
    per_person = orders.groupby(transactions["customer_id"]).nunique()
    assert per_person.value_counts().to_dict() == {1: 2990, 2: 5}


@needs("comcast-complaints")
def test_comcast_counts_as_published():
    """2,224 complaints; June 1,046; 24 June 2015: 218, in the file's own reading of its dates."""
    market = example("comcast-complaints")
    complaints, rows = market.complaints, plain("comcast_complaints/Comcast_telecom_complaints_data.csv")
    opened = complaints["opened_at"]
    assert (opened.dt.month == 6).sum() == 1046
    assert (opened == "2015-06-24").sum() == 218
    beside = pd.to_datetime([row["Date_month_year"] for row in rows], format="%d-%b-%y")
    assert opened.tolist() == beside.tolist(), "the column beside it spells the month"
    assert reasons(market, "resolved") == {"closed without saying whether it was solved": 734}
    assert complaints["resolved"].value_counts().to_dict() == {True: 973, False: 363 + 154}
    assert (complaints["form"] == "written").sum() == sum(row["Received_Via"] == "Internet" for row in rows)


@needs("comcast-complaints")
def test_comcast_slashed_dates_were_month_first_once(tmp_path, monkeypatch):
    """Read month first they close every gap of April to June, and ticket numbers rise with the date."""
    monkeypatch.setenv("CXLAB_DATA", str(DATA))
    text = (EXAMPLES / "comcast-complaints.yaml").read_text(encoding="utf-8")
    (tmp_path / "comcast-complaints.yaml").write_text(text.replace('"%d/%m/%Y"]', '"%m/%d/%Y"]'))
    as_published = example("comcast-complaints").complaints
    month_first = open_market(tmp_path / "comcast-complaints.yaml").complaints
    days = pd.date_range("2015-04-01", "2015-06-30")
    assert sorted(month_first["opened_at"].unique()) == list(days)
    assert as_published["opened_at"].dt.month.nunique() == 12
    assert (month_first["opened_at"].dt.month == 6).sum() == 1280
    tickets = pd.to_numeric(month_first["complaint_id"], errors="coerce").rank()
    assert tickets.corr(month_first["opened_at"].rank()) > 0.99
    assert tickets.corr(as_published["opened_at"].rank()) < 0.6
