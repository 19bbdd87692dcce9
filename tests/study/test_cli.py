"""`cxlab demo`, `check`, `list` and `--help`: what they print and how they end."""

import re

import pytest

from cxlab.demo import demo_truth
from tests.study.demo_project import cxlab


@pytest.fixture(scope="module")
def project(demo_project):
    return demo_project


def test_help_teaches(project):
    top, run = cxlab("--help", cwd=project), cxlab("run", "--help", cwd=project)
    assert top.returncode == run.returncode == 0
    for command in ("demo", "check", "run", "list", "site"):
        assert command in top.stdout
    assert "cxlab run all --market all" in run.stdout
    assert "Exit status" in run.stdout


def test_check_counts_what_is_accepted_and_names_the_rules(project):
    done = cxlab("check", "-m", "demo-es", cwd=project)
    assert done.returncode == 0
    dirt = sum(demo_truth(customers=1600).markets["demo-es"].dirt.values())
    row = re.search(r"responses\s*│\s*(\d+)\s*│\s*(\d+)", done.stdout)
    assert 0 < int(row[2]) <= dirt
    assert "outside 0–10" in done.stdout
    assert not (project / "outputs").exists()


def test_check_never_repeats_a_value(project):
    done = cxlab("check", cwd=project)
    assert "@" not in done.stdout
    assert "192.0." not in done.stdout


def test_check_of_a_refused_market_ends_with_2_and_checks_the_others(tmp_path, project):
    params = tmp_path / "params"
    params.mkdir()
    for name in ("_defaults.yaml", "demo-es.yaml", "demo-pl.yaml"):
        text = (project / "params" / name).read_text(encoding="utf-8")
        (params / name).write_text(text.replace("../exports", str(project / "exports")), encoding="utf-8")
    text = (params / "demo-es.yaml").read_text(encoding="utf-8")
    (params / "demo-es.yaml").write_text(text.replace("shift: -1", "shift: 5"), encoding="utf-8")
    done = cxlab("check", "--params", str(params), cwd=project)
    assert done.returncode == 2
    assert "max_quarantine" in done.stderr
    assert "demo-pl" in done.stdout


def test_list_names_studies_options_and_markets(project):
    done = cxlab("list", cwd=project)
    assert done.returncode == 0
    for word in ("00_intake", "01_pulse", "segments", "demo-es", "demo-pl", "never run"):
        assert word in done.stdout


def test_demo_writes_exports_and_parameters(tmp_path):
    done = cxlab("demo", "--dir", str(tmp_path / "new"), "--customers", "1600", cwd=tmp_path)
    assert done.returncode == 0
    names = {path.name for path in (tmp_path / "new" / "params").iterdir()}
    assert names == {"_defaults.yaml", *(f"demo-{code}.yaml" for code in ("es", "it", "pl", "en"))}


def test_a_wrong_option_ends_with_2(project):
    assert cxlab("run", "all", "--jbos", "2", cwd=project).returncode == 2
