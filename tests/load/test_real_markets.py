"""Seven years of a real survey, and the demo markets."""

import os
from pathlib import Path

import pandas as pd
import pytest

from cxlab.demo import write_demo
from cxlab.load.open_market import open_market
from cxlab.model.market import Market

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CXLAB_DATA", ROOT.parent / "shared" / "data"))
needs_sfo = pytest.mark.skipif(not (DATA / "sfo").is_dir(), reason="the SFO survey is not there (CXLAB_DATA)")

# Overall satisfaction, valid codes only: n, mean, share of 4 and 5, and both weighted, by year. Computed from
# the published files without cxlab; leaving the codes 0 and 6 in gives 2010 a mean of 3.808.
SFO = {
    "2010": (3093, 3.9253, 0.7543, 3.9015, 0.7414),
    "2011": (3694, 3.9459, 0.7539, None, None),
    "2012": (3348, 3.9982, 0.7879, None, None),
    "2013": (3334, 3.9820, 0.7927, 3.9845, 0.7934),
    "2014": (2677, 3.9959, 0.7886, 4.0070, 0.7927),
    "2015": (2810, 4.0480, 0.8000, 4.0442, 0.8046),
    "2016": (2919, 4.0380, 0.8099, 4.0533, 0.8140),
}


@pytest.fixture(scope="module")
def sfo() -> Market:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXLAB_DATA", str(DATA))
        return open_market(ROOT / "params" / "examples" / "us-sfo.yaml")


@needs_sfo
@pytest.mark.parametrize("year", SFO)
def test_sfo_overall_satisfaction(sfo, year):
    """To the four decimals the check values have."""
    n, mean, top, weighted_mean, weighted_top = SFO[year]
    rows = sfo.responses[(sfo.responses["wave"] == year) & sfo.responses["csat_overall"].notna()]
    score = rows["csat_overall"].astype(float)
    assert len(rows) == n
    assert score.mean() == pytest.approx(mean, abs=5e-5)
    assert (score >= 4).mean() == pytest.approx(top, abs=5e-5)
    if weighted_mean is None:
        assert rows["weight"].isna().all()
    else:
        weight = rows["weight"].astype(float)
        assert (score * weight).sum() / weight.sum() == pytest.approx(weighted_mean, abs=5e-5)
        assert ((score >= 4) * weight).sum() / weight.sum() == pytest.approx(weighted_top, abs=5e-5)


@needs_sfo
def test_sfo_is_accounted_for(sfo, accounted):
    accounted(sfo)
    assert sfo.quarantine.empty and sfo.responses["response_id"].is_unique
    assert len(sfo.notes) == 1
    assert len(sfo.inputs) == 7 and sum(entry.n_rows for entry in sfo.inputs) == len(sfo.responses)


@needs_sfo
def test_sfo_items_equal_a_plain_count(sfo):
    raw = pd.read_csv(DATA / "sfo" / "sfo_2010.csv", encoding="utf-8", low_memory=False)
    raw.columns = raw.columns.str.strip()
    items = sfo.response_items
    art = items[(items["attribute_id"] == "art") & items["response_id"].str.startswith("2010/")]
    valid = raw["Q6A"][raw["Q6A"].between(1, 5)]
    assert art["score"].value_counts().to_dict() == valid.value_counts().to_dict()


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, customers=1600)
    return folder


@pytest.mark.parametrize("market", ["demo-es", "demo-it", "demo-pl", "demo-en"])
def test_the_demo_is_accounted_for(demo, accounted, market):
    """Four tools' exports and the company's files, dirt and all; tests/demo counts what was planted."""
    loaded = open_market(demo / "params" / f"{market}.yaml")
    accounted(loaded)
    assert len(loaded.quarantine) > 0
