"""The three lists of packages say the same: pyproject.toml, requirements.lock and environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "matplotlib": "matplotlib-base",
    "pandera[pandas]": "pandera-pandas",
    "playwright": "playwright-python",
    "psycopg[binary]": "psycopg",
}
WORKBENCH = ["jupyterlab", "pandas", "statsmodels", "scikit-learn", "seaborn", "papermill"]
CONDA_ONLY = {"python", "pip"}


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _wanted() -> list[Requirement]:
    project = _project()
    return [
        Requirement(text) for text in project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    ]


def _conda_name(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return CONDA_NAMES.get(requirement.name + extras, requirement.name.lower())


def _conda() -> list:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)["dependencies"]


def _conda_requirements() -> dict[str, Requirement]:
    requirements = [Requirement(entry) for entry in _conda() if isinstance(entry, str)]
    return {requirement.name: requirement for requirement in requirements}


def _lock_text() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def _locked() -> dict[str, list[tuple[str, str]]]:
    """The lock's entries by name: version and the text of its hashes, once per environment marker."""
    entries: dict[str, list[tuple[str, str]]] = {}
    for entry in re.split(r"\n(?=\S)", _lock_text().replace("\\\n", "").strip()):
        head, _, hashes = entry.partition(" --hash=")
        pin = re.fullmatch(r"([\w.-]+)==([\w.+!]+)( ;.*)?", head.strip())
        assert pin, f"requirements.lock: not a pinned package: {head!r}; run make lock"
        entries.setdefault(canonicalize_name(pin[1]), []).append((pin[2], hashes))
    return entries


def test_conda_names_the_same_packages():
    assert set(_conda_requirements()) - CONDA_ONLY == {_conda_name(requirement) for requirement in _wanted()}


def test_conda_names_each_package_once():
    names = [Requirement(entry).name for entry in _conda() if isinstance(entry, str)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("requirement", _wanted(), ids=str)
def test_conda_has_the_same_bounds(requirement):
    found = _conda_requirements()[_conda_name(requirement)].specifier
    assert found == requirement.specifier, f"environment.yml: {_conda_name(requirement)} {found}"


def test_conda_wants_the_same_python():
    assert str(_conda_requirements()["python"].specifier) == _project()["project"]["requires-python"]


def test_conda_starts_with_the_workbench_and_ends_with_the_project():
    entries = _conda()
    assert [Requirement(entry).name for entry in entries[:7]] == ["python", *WORKBENCH]
    assert entries[-1] == {"pip": ["-e ."]}


def test_no_name_in_the_table_is_left_over():
    wanted = {
        requirement.name + (f"[{','.join(requirement.extras)}]" if requirement.extras else "")
        for requirement in _wanted()
    }
    assert set(CONDA_NAMES) <= wanted


@pytest.mark.parametrize("requirement", _wanted(), ids=str)
def test_lock_holds_each_dependency_within_its_bounds(requirement):
    pins = _locked().get(canonicalize_name(requirement.name), [])
    assert pins, f"requirements.lock: {requirement.name} is missing; run make lock"
    outside = [version for version, _ in pins if not requirement.specifier.contains(version)]
    assert not outside, f"requirements.lock: {requirement.name} {outside} outside {requirement.specifier}"


def test_lock_has_hashes_for_every_package():
    bare = [
        f"{name}=={version}"
        for name, pins in _locked().items()
        for version, hashes in pins
        if not re.match(r"sha256:[0-9a-f]{64}\b", hashes)
    ]
    assert not bare


def test_lock_names_no_address_and_no_machine():
    text = _lock_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-|#|/)(?!-hash=sha256:)", text, re.M), (
        "only pins and hashes belong in requirements.lock"
    )
