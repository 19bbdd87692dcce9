"""`cxlab run`: what it refuses, skips, publishes and keeps."""

import json
import os
import re

import nbformat
import pandas as pd
import pytest

from tests.study.demo_project import cxlab

PULSE = "01_pulse"


@pytest.fixture
def published(finished_project):
    return finished_project / "outputs" / "demo-es" / "2026-2" / PULSE


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def add_cell(project, source, study=PULSE):
    path = project / "notebooks" / f"{study}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def kernels_started(project) -> bool:
    return (project / "outputs" / ".runs").exists()


def files_of(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_leaves_the_whole_record(published):
    names = {path.name for path in published.iterdir()}
    assert {"notebook.ipynb", "report.html", "metrics.csv", "figures", "manifest.json"} <= names
    assert published.is_symlink()
    assert not os.path.isabs(os.readlink(published))


def test_metrics_keep_the_contract(published):
    metrics = pd.read_csv(published / "metrics.csv", keep_default_na=False)
    expected = (
        "market, wave, study, metric, outcome, by, level, estimate, std_error, conf_low, conf_high, "
        "conf_level, n, n_eff, unit, weighting, method, suppressed"
    )
    assert list(metrics) == expected.split(", ")
    key = [*metrics.columns[:7], "weighting", "method"]
    assert not metrics.duplicated(key).any()
    hidden = metrics[metrics["suppressed"] == True]  # noqa: E712
    assert len(hidden) > 0
    assert (hidden[["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]] == "").all(axis=None)


def test_metrics_floats_survive_the_file(published):
    text = (published / "metrics.csv").read_text(encoding="utf-8")
    metrics = pd.read_csv(published / "metrics.csv")
    row = metrics[(metrics["metric"] == "mean_score") & metrics["by"].isna()].iloc[0]
    assert repr(float(row["estimate"])) in text


def test_the_report_shows_no_code_and_fetches_nothing(published):
    html = (published / "report.html").read_text(encoding="utf-8")
    assert "open_study" not in html and "<script" not in html
    assert not re.search(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//""", html)
    images = re.findall(r"<img[^>]*>", html)
    assert images
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)


def test_the_manifest_tells_what_was_run_and_no_path(published, finished_project):
    text = (published / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["status"] == "completed"
    assert set(manifest["key_parts"]) == {"code", "parameters", "language", "cxlab", "packages", "inputs"}
    assert len(manifest["inputs"]) == 6 + 9  # a file per wave, and the tables the studies look at
    assert manifest["headline"]
    assert str(finished_project) not in text


def test_no_path_of_the_machine_is_in_a_report(published, finished_project):
    assert str(finished_project) not in (published / "report.html").read_text(encoding="utf-8")


def test_the_site_links_every_report(finished_project):
    page = (finished_project / "outputs" / "site" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(\.\./[^"]+report\.html)"', page)
    assert len(set(links)) == 5 + 3 * 2 + 1  # five of one market, three of both, and the comparison
    assert all((finished_project / "outputs" / "site" / link).resolve().is_file() for link in links)


def test_an_unchanged_study_is_skipped(little):
    assert cxlab("run", PULSE, "-m", "north", cwd=little).returncode == 0
    target = os.readlink(little / "outputs" / "north" / "2026-2" / PULSE)
    again = cxlab("run", PULSE, "-m", "north", cwd=little)
    assert again.returncode == 0
    assert "skipped" in again.stdout
    assert os.readlink(little / "outputs" / "north" / "2026-2" / PULSE) == target


@pytest.mark.slow
def test_force_gives_the_same_bytes(finished_project, published):
    before, target = files_of(published), os.readlink(published)
    intake = published.with_name("00_intake")
    tables = files_of(intake)
    forced = cxlab("run", "00_intake", PULSE, "-m", "demo-es", "--force", cwd=finished_project)
    assert forced.returncode == 0
    assert os.readlink(published) != target
    assert "tables/codebook.parquet" in tables
    for first, second in ((before, files_of(published)), (tables, files_of(intake))):
        assert second.keys() == first.keys()
        same = [name for name in first if name not in ("manifest.json", "notebook.ipynb")]
        assert [name for name in same if first[name] != second[name]] == []


def test_a_dry_run_starts_nothing(little):
    done = cxlab("run", "all", "--dry-run", cwd=little)
    assert done.returncode == 0
    assert done.stdout.count("would run") == 2 * 2
    assert not kernels_started(little)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("min_base:", "min_bas:", "min_base"),
        ("segments:", "segmnts:", "segments"),
        ("01_pulse:", "01_puls:", "01_pulse"),
    ],
)
def test_a_misspelt_parameter_is_refused_before_any_kernel(little, old, new, expected):
    name = "_defaults.yaml" if old == "min_base:" else "north.yaml"
    edit(little / "params" / name, old, new)
    refused = cxlab("run", "all", "--market", "all", cwd=little)
    assert refused.returncode == 2
    assert re.search(rf"{name}:\d+: .*{new.strip(':')}.*did you mean '{expected}'", refused.stderr)
    assert "Traceback" not in refused.stderr
    assert not kernels_started(little)


def test_a_segment_that_nobody_maps_is_refused(little):
    edit(little / "params" / "north.yaml", "segments: [segment.region", "segments: [segment.regio")
    refused = cxlab("run", "all", "--dry-run", cwd=little)
    assert refused.returncode == 2
    assert re.search(r"north.yaml:\d+: .*segment.regio'.*did you mean 'segment.region'", refused.stderr)


def test_an_unknown_market_or_study_names_the_nearest(little):
    market = cxlab("run", "all", "-m", "nroth", cwd=little)
    study = cxlab("run", "01_puls", cwd=little)
    assert (market.returncode, study.returncode) == (2, 2)
    assert "north" in market.stderr
    assert "01_pulse" in study.stderr


def test_a_missing_file_is_refused_before_any_kernel(little):
    (little / "exports" / "south.csv").unlink()
    refused = cxlab("run", "all", cwd=little)
    assert refused.returncode == 2
    assert "there is no file" in refused.stderr
    assert not kernels_started(little)


def test_a_wave_nobody_answered_is_refused(little):
    refused = cxlab("run", "all", "--wave", "2031-1", cwd=little)
    assert refused.returncode == 2
    assert "2031-1" in refused.stderr and "2026-1" in refused.stderr


def test_data_beyond_the_contract_are_refused(little):
    edit(little / "params" / "north.yaml", "shift: 0", "shift: 5")
    refused = cxlab("run", PULSE, "-m", "north", cwd=little)
    assert refused.returncode == 2
    assert "max_quarantine" in refused.stderr and "outside 0–10" in refused.stderr


def test_a_failed_study_keeps_the_last_good_run(little):
    assert cxlab("run", PULSE, "-m", "south", cwd=little).returncode == 0
    good = little / "outputs" / "south" / "2026-2" / PULSE
    before = files_of(good)
    add_cell(little, "1 / 0")
    failed = cxlab("run", PULSE, "-m", "south", cwd=little)
    assert failed.returncode == 1
    assert "ZeroDivisionError" in failed.stdout
    assert files_of(good) == before
    record = json.loads((little / "outputs/.failed/south/2026-2" / PULSE / "manifest.json").read_text())
    assert record["status"] == "failed" and "ZeroDivisionError" in record["error"]
    assert "failed" in cxlab("list", cwd=little).stdout
    page = (little / "outputs" / "site" / "index.html").read_text(encoding="utf-8")
    assert "report.html" in page


def test_a_cell_that_takes_too_long_is_a_failure(little):
    add_cell(little, "import time; time.sleep(60)", study="00_intake")
    failed = cxlab("run", "00_intake", "-m", "south", "--timeout", "10", cwd=little)
    assert failed.returncode == 1
    assert "longer than 10 seconds" in failed.stdout
    assert not (little / "outputs" / "south").exists()


def test_a_killed_kernel_is_reported_as_that(little):
    add_cell(little, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", study="00_intake")
    failed = cxlab("run", "00_intake", "-m", "south", cwd=little)
    assert failed.returncode == 1
    assert "kernel was killed" in failed.stdout
