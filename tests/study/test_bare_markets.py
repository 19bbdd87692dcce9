"""Studies of markets that map little, and of public data sets: a study shows what it has and ends."""

import os
from pathlib import Path

import pandas as pd
import pytest

from cxlab.model.errors import StudyError
from tests.study.demo_project import ROOT
from tests.study.little_project import answers
from tests.study.run_here import run_here

DATA = Path(os.environ.get("CXLAB_DATA") or ROOT.parent / "shared" / "data")
STUDIES = ["01_pulse", "02_index_gap", "03_drivers", "04_effort", "06_revenue", "07_churn", "08_renewal"]
PUBLIC = [
    "abc-customer-survey", "airline-satisfaction", "ess7-spain",
    "ibm-telco-extended", "mobi-ecsi", "olist-sample",
]  # fmt: skip
HEAD = """market: bare
name: Bare
wave: "2026-2"
sources:
"""
SURVEY = """  survey:
    path: survey.csv
    format: csv
    tables:
      responses: {responses}
    ignore: rest
"""
TABLE = """  {table}:
    path: {table}.csv
    format: csv
    tables:
      {table}: {columns}
"""
ONLY_KEYS = {
    "customers": pd.DataFrame({"customer_id": ["c1", "c2"]}),
    "opportunities": pd.DataFrame(
        {"opportunity_id": ["o1"], "date": ["2026-01-01"], "value": [5], "status": ["won"]}
    ),
    "competitors": pd.DataFrame(
        {"wave": ["2026-2"], "brand": ["ours"], "category": ["x"], "area": ["all"], "n": [50]}
    ),
    "invitations": pd.DataFrame({"invite_id": ["i1"], "wave": ["2025-1"], "sent_at": ["2025-01-01"]}),
    "touchpoints": pd.DataFrame({"touchpoint": ["shop"], "order": [1]}),
}


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """Write a market named `bare` with these columns of responses and these tables; return nothing."""
    monkeypatch.setenv("CXLAB_PARAMS", str(tmp_path))
    monkeypatch.setenv("CXLAB_OUTPUTS", str(tmp_path / "outputs"))

    def write(responses: str, *tables: str) -> None:
        answers(0).assign(day="2026-03-01").to_csv(tmp_path / "survey.csv", index=False)
        text = HEAD + SURVEY.format(responses=responses)
        for table in tables:
            frame = ONLY_KEYS[table]
            frame.to_csv(tmp_path / f"{table}.csv", index=False)
            columns = ", ".join(f'"{name}": "{name}"' for name in frame)
            text += TABLE.format(table=table, columns="{" + columns + "}")
        (tmp_path / "bare.yaml").write_text(text, encoding="utf-8")

    return write


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize(
    "responses",
    [
        "{response_id: id, wave: wave, nps: nps}",
        "{response_id: id, wave: wave, csat_overall: {from: csat, scale: [1, 5]}, responded_at: day}",
    ],
    ids=["nps alone", "csat and a date"],
)
def test_a_market_with_one_score_has_its_studies(bare, study, responses):
    bare(responses)
    run_here(study, "bare")


def test_tables_without_their_optional_columns_are_left_out(bare):
    bare("{response_id: id, wave: wave, nps: nps, responded_at: day}", *ONLY_KEYS)
    names = run_here("01_pulse", "bare")
    written = pd.read_csv(names["study"].folder / "metrics.csv")
    assert {"nps", "close_rate"} <= set(written["metric"])
    assert not {"reference_accounts", "share_of_wallet", "competitor_gap"} & set(written["metric"])
    run_here("04_effort", "bare")


def test_a_pulse_without_a_score_says_what_to_map(bare):
    bare("{response_id: id, wave: wave}")
    with pytest.raises(StudyError, match="nobody answered nps or csat_overall; map one of them"):
        run_here("01_pulse", "bare")


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not here (CXLAB_DATA)")
@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize(
    "market",
    [
        "abc-customer-survey",
        "airline-satisfaction",
        "ess7-spain",
        "ibm-telco-extended",
        "mobi-ecsi",
        "olist-sample",
    ],
)
def test_public_data_have_their_studies(market, study, monkeypatch, tmp_path):
    monkeypatch.setenv("CXLAB_DATA", str(DATA))
    monkeypatch.setenv("CXLAB_PARAMS", str(ROOT / "params" / "examples"))
    monkeypatch.setenv("CXLAB_OUTPUTS", str(tmp_path))
    run_here(study, market)
