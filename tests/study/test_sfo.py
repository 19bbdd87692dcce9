"""A real survey, seven years in turn: what `metrics.csv` holds equals what was computed independently.

The expected numbers are those of the survey's valid codes (1 to 5; 0 is blank, 6 is never used), computed
with pandas from the yearly files alone: count, mean and share of 4 and 5 of overall satisfaction, and the
same under the file's weight; 2011 and 2012 have none.
"""

import os
from pathlib import Path

import pandas as pd
import pytest

import cxlab as cx
from tests.page_audit import audit_page, needs_chromium
from tests.study.demo_project import ROOT, cxlab

EXPECTED = {
    "2010": (3093, 3.9253, 0.7543, 3.9015, 0.7414),
    "2011": (3694, 3.9459, 0.7539, None, None),
    "2012": (3348, 3.9982, 0.7879, None, None),
    "2013": (3334, 3.9820, 0.7927, 3.9845, 0.7934),
    "2014": (2677, 3.9959, 0.7886, 4.0070, 0.7927),
    "2015": (2810, 4.0480, 0.8000, 4.0442, 0.8046),
    "2016": (2919, 4.0380, 0.8099, 4.0533, 0.8140),
}
DATA = Path(os.environ.get("CXLAB_DATA") or ROOT.parent / "shared" / "data")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DATA / "sfo").is_dir(), reason="the SFO customer survey is not here (CXLAB_DATA)"
    ),
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("sfo")


@pytest.fixture(scope="module")
def market():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXLAB_DATA", str(DATA))
        return cx.open_market(ROOT / "params" / "examples" / "us-sfo.yaml")


@pytest.fixture(autouse=True)
def data(monkeypatch):
    monkeypatch.setenv("CXLAB_DATA", str(DATA))


def run(outputs, wave, *studies):
    done = cxlab(
        "run", *studies, "--market", "us-sfo", "--wave", wave,
        "--params", "params/examples", "--outputs", str(outputs), cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return outputs / "us-sfo" / wave


def overall(metrics, metric, weighting):
    rows = metrics[
        (metrics["metric"] == metric)
        & (metrics["outcome"] == "csat_overall")
        & (metrics["weighting"] == weighting)
        & metrics["by"].isna()
    ]
    return rows.iloc[0] if len(rows) else None


def check_wave(outputs, wave):
    metrics = pd.read_csv(outputs / "us-sfo" / wave / "01_pulse" / "metrics.csv")
    n, mean, top, weighted_mean, weighted_top = EXPECTED[wave]
    assert overall(metrics, "mean_score", "none")["n"] == n
    # The expected numbers are given to four decimals.
    assert overall(metrics, "mean_score", "none")["estimate"] == pytest.approx(mean, abs=5e-5)
    assert overall(metrics, "csat", "none")["estimate"] == pytest.approx(top, abs=5e-5)
    if weighted_mean is None:
        assert overall(metrics, "mean_score", "weighted") is None
        return
    assert overall(metrics, "mean_score", "weighted")["estimate"] == pytest.approx(weighted_mean, abs=5e-5)
    assert overall(metrics, "csat", "weighted")["estimate"] == pytest.approx(weighted_top, abs=5e-5)


def test_the_last_year_and_its_trend_over_seven(outputs):
    folder = run(outputs, "2016", "00_intake", "01_pulse")
    check_wave(outputs, "2016")
    metrics = pd.read_csv(folder / "01_pulse" / "metrics.csv", dtype={"level": "str"})
    trend = metrics[metrics["by"] == "wave"].set_index("level")
    assert set(trend["weighting"]) == {"none"}, "two years have no weights"
    assert trend["n"].to_dict() == {wave: values[0] for wave, values in EXPECTED.items()}
    for wave, values in EXPECTED.items():
        assert trend.loc[wave, "estimate"] == pytest.approx(values[1], abs=5e-5)
    assert (folder / "01_pulse" / "figures" / "trend_mean_score_csat_overall_wave.png").is_file()


@pytest.mark.chromium
@needs_chromium
@pytest.mark.parametrize("study", ["00_intake", "01_pulse"])
def test_its_reports_are_readable_wide_and_narrow(outputs, study):
    report = outputs / "us-sfo" / "2016" / study / "report.html"
    if not report.exists():
        run(outputs, "2016", "00_intake", "01_pulse")
    assert audit_page(report) == []


def test_a_year_without_one_of_the_segments_has_its_report(outputs):
    folder = run(outputs, "2010", "01_pulse")
    check_wave(outputs, "2010")
    by = pd.read_csv(folder / "01_pulse" / "metrics.csv")["by"]
    assert "segment.boarding_area" in set(by) and "segment.peak" not in set(by)


@pytest.mark.parametrize("wave", EXPECTED)
def test_every_year_has_the_expected_figures(market, wave):
    n, mean, top, weighted_mean, weighted_top = EXPECTED[wave]
    answers = market.responses[market.responses["wave"] == wave]
    asked = {"score": "csat_overall", "scale": (1, 5)}
    means, tops = cx.mean_score(answers, **asked).rows, cx.csat(answers, **asked).rows
    assert means["n"].tolist() == [n]
    assert [means["estimate"][0], tops["estimate"][0]] == pytest.approx([mean, top], abs=5e-5)
    if weighted_mean is None:
        assert answers["weight"].isna().all()
        return
    weighted = [
        measure(answers, **asked, weight="weight").rows["estimate"][0] for measure in (cx.mean_score, cx.csat)
    ]
    assert weighted == pytest.approx([weighted_mean, weighted_top], abs=5e-5)
