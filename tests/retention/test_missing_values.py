"""Awkward data: a gap in any column used, nothing but gaps, no row, one row, rows all alike.

Every question answers or refuses in words of its own; nothing of numpy or pandas comes through.
"""

import inspect
import re
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import cxlab as cx
from cxlab.model.errors import CxlabError
from tests.retention.asked_customers import asked_customers
from tests.retention.test_renewal_forecast import SHOCKS, decisions
from tests.retention.test_rolling_origin import _market as books
from tests.retention.test_snapshot import _random_tables as random_books

GROUPS = {"price": ["dear"], "service": ["rude", "slow"], "other": ["?"]}
SCALES = {"renew_q1": (1, 5), "renew_q2": (0, 10)}
FEATURES = ["csat", "price", "why"]
Tables = dict[str, pd.DataFrame]


def _customers() -> Tables:
    frame = asked_customers(120)
    number = np.arange(len(frame))
    return {"rows": frame.assign(
        w=1.0 + number % 3, entry=np.minimum(number % 2, frame["t"] - 1), account=number // 2, who=number,
        period=number % 12, label=frame["left"].astype(float),
    )}  # fmt: skip


def _past() -> Tables:
    return {"history": decisions(1, 40, SHOCKS), "due": decisions(2, 30, [0.0], first=2030)}


def _transactions() -> Tables:
    rng = np.random.default_rng(3)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 200, 80), unit="D")
    return {"rows": pd.DataFrame(
        {"customer_id": rng.integers(0, 20, 80).astype(str), "date": days, "amount": rng.gamma(2, 10, 80)}
    )}  # fmt: skip


def _answered_books() -> Tables:
    tables = random_books(0)
    answers = tables["responses"]
    return {**tables, "responses": answers.assign(
        renew_q1=1 + np.arange(len(answers)) % 5, renew_q2=np.arange(len(answers)) % 11
    )}  # fmt: skip


@cache
def _model() -> Any:
    rows = _customers()["rows"]
    return cx.churn_model(rows[FEATURES], rows["label"], kind="logit", allow=FEATURES)


def _of(names: str, call: Callable[..., Any]) -> tuple[Callable[[], Tables], list[tuple[str, str]], Any]:
    return _customers, [("rows", name) for name in names.split()], lambda given: call(given["rows"])


CURVE = {"by": "segment", "weight": "w", "entry": "entry", "cluster": "account"}
OF_FORECAST = [("history", name) for name in ("id", "period", "outcome", "renewal_index", "value", "cohort")]
FORECAST: dict[str, Any] = {
    "entity": "id", "period": "period", "value": "value", "by": "cohort", "n_draws": 500
}  # fmt: skip
RESPONSES = ("customer_id", "responded_at", "renew_q1", "renew_q2")
CONTRACTS = [("contracts", name) for name in ("customer_id", "start", "end", "value", "outcome", "reason")]
# Name → the tables it is asked of, the columns it reads, and the question.
QUESTIONS: dict[str, tuple[Callable[[], Tables], list[tuple[str, str]], Any]] = {
    "aalen_johansen": _of(
        "t cause segment w entry account",
        lambda rows: cx.aalen_johansen(rows, "t", "cause", censored="none", **CURVE),
    ),
    "backtest": (_past, OF_FORECAST, lambda given: cx.backtest(given["history"], first=5, **FORECAST)),
    "bgnbd": _of(
        "frequency recency age w",
        lambda rows: cx.bgnbd(rows["frequency"], rows["recency"], rows["age"], weight=rows["w"]),
    ),
    "boosted_hazard": _of(
        "t left csat w entry",
        lambda rows: cx.boosted_hazard(
            rows, "t", "left", ["csat"], weight="w", entry="entry", id="who", iterations=3, folds=2
        ),
    ),
    "cause_shares": _of(
        "why w",
        lambda rows: cx.cause_shares(
            rows, "why", groups=GROUPS, movable={"slow": "price"}, unknown=["?"], weight="w"
        ),
    ),
    "chance_groups": _of("score churned", lambda rows: cx.chance_groups(rows["score"], rows["churned"])),
    "churn_contributions": _of(
        "csat price why", lambda rows: cx.churn_contributions(_model(), rows[FEATURES])
    ),
    "churn_days": (
        lambda: random_books(0), CONTRACTS[:-1], lambda given: cx.churn_days(given, "2025-01-01", 60)
    ),
    "churn_drivers": _of(
        "csat price why label",
        lambda rows: cx.churn_drivers(_model(), rows[FEATURES], rows["label"], repeats=2),
    ),
    "churn_model": _of(
        "csat price why label",
        lambda rows: cx.churn_model(rows[FEATURES], rows["label"], kind="logit", allow=FEATURES),
    ),
    "churn_reasons": _of("csat price why", lambda rows: cx.churn_reasons(_model(), rows[FEATURES])),
    "compare_scores": _of(
        "score other churned w",
        lambda rows: cx.compare_scores(rows["score"], rows["other"], rows["churned"], weight=rows["w"]),
    ),
    "cox": _of(
        "t left csat w entry who account segment",
        lambda rows: cx.cox(
            rows, "t", "left", ["csat"], weight="w", entry="entry", id="who", cluster="account",
            stratum="segment", formula="np.log(price)",
        ),
    ),
    "discrete_hazard": _of(
        "t left csat w entry who account",
        lambda rows: cx.discrete_hazard(
            rows, "t", "left", ["csat"], weight="w", entry="entry", id="who", cluster="account"
        ),
    ),
    "drift": _of("csat price why", lambda rows: cx.drift(_customers()["rows"][FEATURES], rows[FEATURES])),
    "errors_by_segment": _of(
        "score churned segment w",
        lambda rows: cx.errors_by_segment(
            rows["score"], rows["churned"], rows["segment"], threshold=0.5, weight=rows["w"]
        ),
    ),
    "expected_profit": _of(
        "score churned w",
        lambda rows: cx.expected_profit(
            rows["score"], rows["churned"], clv=200, incentive=10, contact=1, weight=rows["w"]
        ),
    ),
    "gamma_gamma": _of(
        "frequency spend w", lambda rows: cx.gamma_gamma(rows["frequency"], rows["spend"], weight=rows["w"])
    ),
    "kaplan_meier": _of(
        "t left segment w entry account", lambda rows: cx.kaplan_meier(rows, "t", "left", **CURVE)
    ),
    "leaving_counts": _of(
        "score churned segment period",
        lambda rows: cx.leaving_counts(
            rows["score"], rows["segment"], past_score=rows["score"], past_segment=rows["segment"],
            past_churned=rows["churned"], past_period=rows["period"],
        ),
    ),
    "lifetime_value": _of(
        "csat score",
        lambda rows: cx.lifetime_value(
            rows["csat"], survival=1 / (1 + np.arange(len(rows)) + 0 * rows["score"]), discount=0.1, first=0
        ),
    ),
    "pareto_nbd": _of(
        "often last age w",
        lambda rows: cx.pareto_nbd(rows["often"], rows["last"], rows["age"], weight=rows["w"]),
    ),
    "purchase_history": (
        _transactions, [("rows", name) for name in ("customer_id", "date", "amount")],
        lambda given: cx.purchase_history(given["rows"]),
    ),
    "renewal_curve": (
        _past, OF_FORECAST[:4],
        lambda given: cx.renewal_curve(given["history"], entity="id", period="period", n_draws=500),
    ),
    "renewal_decisions": (
        _answered_books, [*CONTRACTS, *(("responses", name) for name in RESPONSES)],
        lambda given: cx.renewal_decisions(given, "2025-01-01", scales=SCALES),
    ),
    "renewal_forecast": (
        _past, OF_FORECAST + [("due", name) for _, name in OF_FORECAST if name != "outcome"],
        lambda given: cx.renewal_forecast(given["history"], given["due"], **FORECAST),
    ),
    "renewal_index": _of(
        "renew_q1 renew_q2 segment w account",
        lambda rows: cx.renewal_index(rows, scales=SCALES, by="segment", weight="w", cluster="account"),
    ),
    "renewal_scores": _of("renew_q1 renew_q2", lambda rows: cx.renewal_scores(rows, scales=SCALES)),
    "rolling_origin": (
        # The other columns are those of a snapshot.
        lambda: books(1),
        [("contracts", "outcome"), ("responses", "nps")],
        lambda given: cx.rolling_origin(
            given, ["2024-01-01", "2024-04-01", "2024-07-01"], 91, kind="logit", books_end="2025-03-01"
        ),
    ),
    "sbg": (
        lambda: {"rows": pd.DataFrame({"survivors": [1000.0, 869, 743, 653, 593, 551, 517, 491]})},
        [("rows", "survivors")], lambda given: cx.sbg(given["rows"]["survivors"]),
    ),
    "score_quality": _of(
        "score churned w", lambda rows: cx.score_quality(rows["score"], rows["churned"], weight=rows["w"])
    ),
    "snapshot": (
        lambda: random_books(0),
        [
            (table, name) for table, names in {
                "contracts": "customer_id start end value outcome reason",
                "responses": "customer_id responded_at nps",
                "complaints": "customer_id opened_at closed_at severity",
                "interactions": "customer_id at issue_id resolved", "transactions": "customer_id date amount",
                "goodwill": "customer_id date amount",
            }.items() for name in names.split()
        ],
        lambda given: cx.snapshot(given, "2025-01-01", 60),
    ),
}  # fmt: skip
NO_ROWS = {
    "churn_forecast": "takes snapshots",
    "purchase_value": "takes two fitted models and numbers",
    "save_list": "takes a forecast",
}
LONG = {"backtest", "churn_days", "renewal_decisions", "renewal_forecast", "rolling_origin", "snapshot"}
"""Several tables each: quick by themselves, long by their number."""
EACH_COLUMN = [
    pytest.param(name, table, column, marks=pytest.mark.slow if name in LONG else ())
    for name, (_, read, _) in QUESTIONS.items()
    for table, column in read
]
EACH_TABLE = [
    pytest.param(name, table, marks=pytest.mark.slow if name in LONG else ())
    for name, (_, read, _) in QUESTIONS.items()
    for table in dict(read)
]


@pytest.fixture(autouse=True)
def _one_thread():
    """Small trees on busy cores lose more by waiting for each other than they gain."""
    with threadpool_limits(1):
        yield


@cache
def _tables(name: str) -> Tables:
    """Return the tables of a question, which none of them changes."""
    return QUESTIONS[name][0]()


def _answers_or_refuses(name: str, tables: Tables) -> Any:
    """Return the result, or None where it is refused in words of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = QUESTIONS[name][2](tables)
        except CxlabError as refused:
            assert str(refused).strip() and "nan" not in str(refused).lower().split()
            return None
        if hasattr(result, "summary"):
            assert result.summary().strip()
            result.tidy()
            result._repr_html_()
            hidden = result.suppress(10**9) if hasattr(result, "suppress") else cx.suppress(result, 10**9)
            assert hidden.summary().strip()
        return result


def _holed(tables: Tables, table: str, column: str, rows: slice) -> Tables:
    frame = tables[table].copy()
    if frame[column].dtype.kind in "biu":
        frame[column] = frame[column].astype("float64")
    frame.iloc[rows, frame.columns.get_loc(column)] = (
        pd.NaT if frame[column].dtype.kind == "M" else np.nan if frame[column].dtype.kind == "f" else None
    )
    return {**tables, table: frame}


def test_every_question_stands_in_the_table():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = set(re.findall(r"^from \.retention\.\w+ import (\w+) as", stub, re.MULTILINE))
    assert {name for name in public if inspect.isfunction(getattr(cx, name))} == set(QUESTIONS) | set(NO_ROWS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_without_gaps_there_is_an_answer(name: str):
    assert _answers_or_refuses(name, _tables(name)) is not None


@pytest.mark.parametrize(("name", "table", "column"), EACH_COLUMN)
def test_a_gap_is_left_out_or_refused(name: str, table: str, column: str):
    _answers_or_refuses(name, _holed(_tables(name), table, column, slice(3, 4)))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "table", "column"), EACH_COLUMN)
def test_a_column_of_gaps_is_borne_or_refused(name: str, table: str, column: str):
    _answers_or_refuses(name, _holed(_tables(name), table, column, slice(None)))


@pytest.mark.parametrize(("name", "table"), EACH_TABLE)
@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row(name: str, table: str, rows: int):
    tables = _tables(name)
    _answers_or_refuses(name, {**tables, table: tables[table].head(rows)})


@pytest.mark.parametrize(("name", "table"), EACH_TABLE)
def test_rows_all_alike(name: str, table: str):
    tables = _tables(name)
    alike = tables[table].iloc[np.zeros(len(tables[table]), dtype=int)].reset_index(drop=True)
    _answers_or_refuses(name, {**tables, table: alike})
