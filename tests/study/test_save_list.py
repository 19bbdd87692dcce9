"""The save list: for its owner's eyes, in no page, and the same whenever it is made."""

import os
import re
import shutil
import stat

import nbformat
import pandas as pd
import pytest

import cxlab as cx
from cxlab.study.folders import Folders
from cxlab.study.manifest import Manifest, read_manifest
from tests.study.demo_project import cxlab
from tests.study.little_project import make_little_project, notebook

CELL = """study = cx.open_study("01_pulse", market, wave=wave, options=options)
rows = pd.DataFrame({"rank": [1, 2], "customer": ["SECRET-ANNA", "SECRET-BEN"]})
wrote = study.save_restricted("save_list", rows)
print(wrote)"""
NAMES = r"ES-[CA]\d{4,}"


def modes(path):
    return stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)


@pytest.fixture(scope="module")
def little_run(tmp_path_factory):
    folder = make_little_project(tmp_path_factory.mktemp("closed") / "little")
    nbformat.write(notebook(f"import pandas as pd\n{CELL}"), folder / "notebooks" / "01_pulse.ipynb")
    run = cxlab("run", "01_pulse", "--market", "north", cwd=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder, run


def test_only_its_owner_can_read_it_in_the_scratch_folder(little, monkeypatch):
    monkeypatch.chdir(little)
    before = os.umask(0)
    try:
        study = cx.open_study("01_pulse", "north")
        assert study.save_restricted("save_list", pd.DataFrame({"customer": ["a", "b"]})) == 2
    finally:
        os.umask(before)
    path = study.folder / "restricted" / "save_list.csv"
    assert modes(path) == (0o600, 0o700) and ".scratch" in str(path)
    assert path.read_bytes() == b"customer\na\nb\n"


def test_writing_it_again_narrows_what_stood_open(little, monkeypatch):
    monkeypatch.chdir(little)
    study = cx.open_study("01_pulse", "north")
    path = study.folder / "restricted" / "save_list.csv"
    path.parent.mkdir(mode=0o755)
    path.write_text("old")
    path.chmod(0o644)
    study.save_restricted("save_list", pd.DataFrame({"customer": ["a"]}))
    assert modes(path) == (0o600, 0o700) and path.read_text() == "customer\na\n"


def test_a_run_publishes_it_closed_and_names_its_rows_only(little_run):
    folder, run = little_run
    published = Folders(folder / "params", folder / "notebooks", folder / "outputs").published(
        "north", "2026-2", "01_pulse"
    )
    path = published / "restricted" / "save_list.csv"
    assert modes(path) == (0o600, 0o700) and "SECRET-ANNA" in path.read_text()
    manifest = read_manifest(published)
    assert manifest is not None and manifest.restricted == {"restricted/save_list.csv": 2}
    others = [file for file in (folder / "outputs").rglob("*") if file.is_file() and file.name != path.name]
    assert len(others) > 3
    assert not [file for file in others if b"SECRET" in file.read_bytes() and file.suffix != ".ipynb"]
    cells = nbformat.read(published / "notebook.ipynb", 4).cells
    outputs = [cell.outputs for cell in cells if "outputs" in cell]
    assert "SECRET" not in str(outputs) and "SECRET" not in run.stdout + run.stderr


def test_a_manifest_of_before_can_still_be_read(little_run):
    folder, _ = little_run
    found = read_manifest(folder / "outputs" / "north" / "2026-2" / "01_pulse")
    old = found.model_dump_json(exclude={"restricted"})
    assert Manifest.model_validate_json(old).restricted == {}


@pytest.fixture(scope="module")
def churn(finished_project):
    return finished_project / "outputs" / "demo-es" / "2026-2" / "07_churn"


def test_no_customer_is_in_any_page_of_the_study(churn):
    path = churn / "restricted" / "save_list.csv"
    assert modes(path) == (0o600, 0o700)
    listed = pd.read_csv(path)
    assert 0 < len(listed) <= 100 and listed["Clave del cliente"].str.fullmatch(r"ES-C\d+").all()
    assert read_manifest(churn.resolve()).restricted == {"restricted/save_list.csv": len(listed)}
    pages = [file for file in churn.resolve().rglob("*") if file.is_file() and file != path.resolve()]
    assert {"report.html", "notebook.ipynb", "manifest.json", "metrics.csv"} <= {file.name for file in pages}
    for file in pages:
        assert not re.search(NAMES.encode(), file.read_bytes()), file.name


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes(churn, finished_project, tmp_path):
    folder = tmp_path / "again"
    shutil.copytree(finished_project, folder, symlinks=True)
    run = cxlab("run", "07_churn", "--market", "demo-es", "--force", cwd=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    again = folder / "outputs" / "demo-es" / "2026-2" / "07_churn"
    for name in ("restricted/save_list.csv", "metrics.csv", "report.html"):
        assert (again / name).read_bytes() == (churn / name).read_bytes(), name
