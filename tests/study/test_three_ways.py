"""A study gives the same numbers cell by cell, under plain papermill and under `cxlab run`."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

STUDIES = ["00_intake", "01_pulse"]


@pytest.fixture(params=STUDIES)
def study(request):
    return request.param


def metrics(folder):
    return (folder / "metrics.csv").read_text(encoding="utf-8")


def papermill(project, study, *arguments, market="demo-es"):
    places = {name: value for name, value in os.environ.items() if not name.startswith("CXLAB_")}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", f"notebooks/{study}.ipynb", "out.ipynb", *arguments],
        cwd=project, env=places, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return metrics(project / "outputs" / ".scratch" / market / "2026-1" / study)


@pytest.fixture
def expected(finished_project, study):
    return metrics(finished_project / "outputs" / "demo-es" / "2026-1" / study)


def test_papermill_with_a_market_name(project, study, expected):
    assert papermill(project, study, "-p", "market", "demo-es") == expected


def test_papermill_with_the_parameter_file(project, study, expected):
    assert papermill(project, study, "-f", "params/demo-es.yaml") == expected


def test_papermill_with_another_market_and_wave(project):
    own = papermill(project, "01_pulse", "-f", "params/demo-pl.yaml", market="demo-pl")
    assert own.splitlines()[1].startswith("demo-pl,2026-1,01_pulse,nps,nps,")


@pytest.mark.parametrize("folder", [".", "notebooks"])
def test_cell_by_cell_from_the_working_folder_of_jupyterlab(project, study, expected, folder):
    notebook = nbformat.read(project / "notebooks" / f"{study}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(project / folder)}}).execute()
    assert metrics(project / "outputs" / ".scratch" / "demo-es" / "2026-1" / study) == expected


def test_a_cell_that_is_run_twice_writes_its_figures_once(project, expected, study):
    notebook = nbformat.read(project / "notebooks" / f"{study}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if "save_metrics" in cell.source]
    notebook.cells += [nbformat.v4.new_code_cell(cell.source) for cell in cells]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(project)}}).execute()
    written = metrics(project / "outputs" / ".scratch" / "demo-es" / "2026-1" / study)
    assert sorted(written.splitlines()) == sorted(expected.splitlines())
