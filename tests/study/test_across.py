"""Studies across markets: what they read of the markets' own studies, and when they run."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from cxlab.load.read_parameters import read_cross_parameters
from cxlab.model.errors import CxlabError, ParameterError, StudyError
from cxlab.study.across import check_across, plan_across
from cxlab.study.cross_study import open_cross_study
from cxlab.study.folders import Folders
from cxlab.study.manifest import Manifest
from cxlab.study.plan import across_studies, plan_jobs
from cxlab.study.results import chosen_markets, chosen_wave, read_figures, results_of
from tests.study.demo_project import ROOT, cxlab

ACROSS = "90_cross_market"
MARKET = """market: {name}
name: The market {name}
wave: "{wave}"
sources:
  survey: {{path: {name}.csv, format: csv, tables: {{responses: {{response_id: id, nps: nps}}}}}}
labels: {{shop: {{en: The shop of {name}}}}}
"""


def published(folders: Folders, market: str, study: str, nps: float, *, wave="2026-1", weighted=True) -> Path:
    """A finished run by hand: metrics of one figure, weighted and not, and a manifest."""
    folder = folders.published(market, wave, study)
    folder.mkdir(parents=True)
    row = {
        "market": market, "wave": wave, "study": study, "metric": "nps", "outcome": "nps", "by": "",
        "level": "", "estimate": float(nps), "std_error": 2.0, "conf_low": nps - 4, "conf_high": nps + 4,
        "conf_level": 0.95, "n": 500, "n_eff": 400.0, "unit": "points", "weighting": "none",
        "method": "score", "suppressed": False,
    }  # fmt: skip
    rows = [row, {**row, "weighting": "weighted", "estimate": nps + 1}] if weighted else [row]
    pd.DataFrame(rows).to_csv(folder / "metrics.csv", index=False)
    manifest = Manifest(
        study=study, market=market, market_name=market, wave=wave, language="en", status="completed",
        key="k", key_parts={}, inputs=(), n_responses=500, n_quarantined=0, headline="", error="",
        started_at="2026-11-01T00:00:00+00:00", duration_s=1, cxlab="0", python="3",
    )  # fmt: skip
    manifest.write(folder)
    return folder


@pytest.fixture
def folders(tmp_path) -> Folders:
    """Two markets without data: a study across markets reads none."""
    params = tmp_path / "params"
    params.mkdir()
    for name in ("aa", "bb"):
        (params / f"{name}.yaml").write_text(MARKET.format(name=name, wave="2026-1"), encoding="utf-8")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    return Folders(params, tmp_path / "notebooks", tmp_path / "outputs")


def all_results(folders: Folders):
    markets = chosen_markets(read_cross_parameters(folders.params), folders)
    return [results_of(market, "2026-1", folders) for market in markets]


def test_figures_of_all_markets_stand_in_one_frame(folders):
    published(folders, "aa", "01_pulse", 10)
    published(folders, "bb", "01_pulse", 20)
    figures = read_figures(all_results(folders))
    assert figures[["market", "estimate"]].to_numpy().tolist() == [
        ["aa", 10], ["aa", 11], ["bb", 20], ["bb", 21],
    ]  # fmt: skip
    assert figures["market_name"].unique().tolist() == ["The market aa", "The market bb"]
    assert figures["by"].tolist() == [""] * 4
    assert not figures["stale"].any()


def test_a_failed_study_enters_with_its_last_good_figures_and_is_marked(folders):
    published(folders, "aa", "01_pulse", 10)
    published(folders, "bb", "01_pulse", 20)
    folders.failed("bb", "2026-1", "01_pulse").mkdir(parents=True)
    figures = read_figures(all_results(folders))
    assert figures.groupby("market")["stale"].all().to_dict() == {"aa": False, "bb": True}


def test_the_study_compares_one_weighting_only(folders, monkeypatch):
    published(folders, "aa", "01_pulse", 10)
    published(folders, "bb", "01_pulse", 20, weighted=False)
    monkeypatch.setenv("CXLAB_PARAMS", str(folders.params))
    monkeypatch.setenv("CXLAB_OUTPUTS", str(folders.outputs))
    study = open_cross_study(ACROSS)
    assert study.compared("01_pulse", "nps")["estimate"].tolist() == [10, 20]
    assert study.markets["n_responses"].tolist() == [500, 500]
    assert study.words.label("shop") == "The shop of aa"
    assert study.moments == {} and study.common_items == []


def test_a_single_market_is_no_comparison(folders):
    published(folders, "aa", "01_pulse", 10)
    with pytest.raises(StudyError, match="1 of 2 markets have results of wave '2026-1', and it takes two"):
        plan_across([ACROSS], None, folders)


def test_the_key_follows_what_is_read(folders):
    published(folders, "aa", "01_pulse", 10)
    second = published(folders, "bb", "01_pulse", 20)
    key = plan_across([ACROSS], None, folders)[0].key
    assert plan_across([ACROSS], None, folders)[0].key == key
    metrics = (second / "metrics.csv").read_text(encoding="utf-8")
    (second / "metrics.csv").write_text(metrics.replace("20.0", "20.5"), encoding="utf-8")
    changed = plan_across([ACROSS], None, folders)[0].key
    assert changed != key
    folders.failed("bb", "2026-1", "01_pulse").mkdir(parents=True)
    assert plan_across([ACROSS], None, folders)[0].key not in {key, changed}


def test_the_record_names_the_files_that_were_read_and_counts_every_answer_once(folders):
    for market in ("aa", "bb"):
        published(folders, market, "00_intake", 10)
        published(folders, market, "01_pulse", 10)
    job = plan_across([ACROSS], None, folders)[0]
    check = check_across(job, folders)
    assert [(entry.source, entry.file) for entry in check.inputs] == [
        ("aa", "00_intake/metrics.csv"), ("aa", "01_pulse/metrics.csv"),
        ("bb", "00_intake/metrics.csv"), ("bb", "01_pulse/metrics.csv"),
    ]  # fmt: skip
    assert check.n_responses == {"2026-1": 1000}
    assert job.arguments == {"wave": "2026-1", "options": {}}


def test_markets_at_several_waves_need_one_named(folders):
    (folders.params / "bb.yaml").write_text(MARKET.format(name="bb", wave="2025-2"), encoding="utf-8")
    parameters = read_cross_parameters(folders.params)
    markets = chosen_markets(parameters, folders)
    with pytest.raises(StudyError, match="the markets are at 2 waves: 2025-2, 2026-1"):
        chosen_wave(parameters, markets, None)
    assert chosen_wave(parameters, markets, "2025-2") == "2025-2"


def test_the_file_of_all_markets_chooses_markets_wave_and_language(folders):
    (folders.params / "_all.yaml").write_text(
        'name: Everybody\nlanguage: it\nwave: "2025-1"\nmarkets: [bb, aa]\n', encoding="utf-8"
    )
    parameters = read_cross_parameters(folders.params)
    assert (parameters.name, parameters.language, parameters.wave) == ("Everybody", "it", "2025-1")
    assert [market.market for market in chosen_markets(parameters, folders)] == ["bb", "aa"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("markets: [aa, cc]", "_all.yaml:1: there is no market 'cc'"),
        ("markets: [aa]", "_all.yaml:1: markets: "),
        ("languag: en", "_all.yaml:1: languag: unknown key 'languag'"),
        ("studies: {90_cross_market: {outcom: nps}}", "_all.yaml:1: studies.90_cross_market.outcom"),
    ],
)
def test_a_misspelt_file_of_all_markets_is_refused_with_its_line(folders, text, message):
    (folders.params / "_all.yaml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        read_cross_parameters(folders.params)
    assert message in str(refused.value)


def test_only_a_command_for_all_markets_asks_for_a_comparison(folders):
    assert across_studies(["all"], ["all"], folders) == [ACROSS]
    assert across_studies(["all"], ["aa"], folders) == []
    assert across_studies(["01_pulse"], ["all"], folders) == []
    with pytest.raises(ParameterError, match="90_cross_market compares all markets; leave --market away"):
        across_studies([ACROSS], ["aa"], folders)
    assert plan_jobs([ACROSS], ["all"], None, folders) == []


def test_a_study_of_one_market_is_not_opened_across_markets(folders, monkeypatch):
    published(folders, "aa", "01_pulse", 10)
    published(folders, "bb", "01_pulse", 20)
    monkeypatch.setenv("CXLAB_PARAMS", str(folders.params))
    monkeypatch.setenv("CXLAB_OUTPUTS", str(folders.outputs))
    with pytest.raises(CxlabError, match="there is no study '01_pulse'"):
        open_cross_study("01_pulse")


def test_a_comparison_runs_after_the_markets_and_is_on_the_site(finished_project):
    folder = finished_project / "outputs" / "_all" / "2026-2" / ACROSS
    manifest = Manifest.model_validate_json((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.status == "completed" and manifest.headline
    assert {entry.source for entry in manifest.inputs} == {"demo-es", "demo-pl"}
    site = (finished_project / "outputs" / "site" / "index.html").read_text(encoding="utf-8")
    assert f"../_all/2026-2/{ACROSS}/report.html" in site
    again = cxlab("run", "all", "--dry-run", cwd=finished_project)
    assert f"would run  {ACROSS}, once the studies of the markets have" in again.stdout
