"""`cxlab demo`, `check`, `list` and `--help`: what they print and how they end."""

import re

import pytest

from cxlab.demo import demo_truth
from tests.study.demo_project import cxlab


@pytest.fixture(scope="module")
def project(demo_project):
    return demo_project


@pytest.fixture(scope="module")
def checked(project):
    """What `cxlab check` says of both markets."""
    done = cxlab("check", cwd=project)
    assert done.returncode == 0
    return done.stdout


def test_help_teaches(project):
    top, run = cxlab("--help", cwd=project), cxlab("run", "--help", cwd=project)
    assert top.returncode == run.returncode == 0
    for command in ("demo", "check", "run", "list", "site"):
        assert command in top.stdout
    assert "cxlab run all --market all" in run.stdout
    assert "Exit status" in run.stdout


def test_check_counts_what_is_accepted_and_names_the_rules(project, checked):
    spanish = checked[checked.index("demo-es") : checked.index("demo-pl")]
    dirt = sum(demo_truth(customers=1600).markets["demo-es"].dirt.values())
    row = re.search(r"responses\s*│\s*(\d+)\s*│\s*(\d+)", spanish)
    assert 0 < int(row[2]) <= dirt
    assert "outside 0–10" in spanish
    assert not (project / "outputs").exists()


def test_check_never_repeats_a_value(checked):
    assert "@" not in checked
    assert "192.0." not in checked


def test_check_of_a_refused_market_ends_with_2_and_checks_the_others(little):
    path = little / "params" / "north.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("shift: 0", "shift: 5"), encoding="utf-8")
    done = cxlab("check", cwd=little)
    assert done.returncode == 2
    assert "max_quarantine" in done.stderr
    assert "south" in done.stdout


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
