"""A study gives the same numbers cell by cell, under plain papermill and under `cxlab run`."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

OTHERS = ["00_intake", "02_index_gap", "03_drivers", "04_effort", "06_revenue", "07_churn", "08_renewal"]


def metrics(folder):
    return (folder / "metrics.csv").read_text(encoding="utf-8")


def papermill(project, study, *arguments, market="demo-es"):
    places = {name: value for name, value in os.environ.items() if not name.startswith("CXLAB_")}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", f"notebooks/{study}.ipynb", "out.ipynb", *arguments],
        cwd=project, env=places, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return metrics(project / "outputs" / ".scratch" / market / "2026-2" / study)


@pytest.fixture
def expected(finished_project):
    """Return what `cxlab run` wrote for a study of the Spanish market."""
    return lambda study: metrics(finished_project / "outputs" / "demo-es" / "2026-2" / study)


def run_cells(project, study, folder, *again):
    """Run a notebook cell by cell from a working folder; cells that hold a word of `again` run twice."""
    notebook = nbformat.read(project / "notebooks" / f"{study}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if any(word in cell.source for word in again)]
    notebook.cells += [nbformat.v4.new_code_cell(cell.source) for cell in cells]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(project / folder)}}).execute()
    return metrics(project / "outputs" / ".scratch" / "demo-es" / "2026-2" / study)


def test_papermill_with_the_parameter_file(project, expected):
    assert papermill(project, "01_pulse", "-f", "params/demo-es.yaml") == expected("01_pulse")


def test_cell_by_cell_with_cells_run_twice_writes_each_figure_once(project, expected):
    written = run_cells(project, "01_pulse", "notebooks", "save_metrics")
    assert sorted(written.splitlines()) == sorted(expected("01_pulse").splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("study", OTHERS)
def test_papermill_with_a_market_name(project, expected, study):
    assert papermill(project, study, "-p", "market", "demo-es") == expected(study)


@pytest.mark.slow
def test_papermill_with_another_market(project):
    own = papermill(project, "01_pulse", "-f", "params/demo-pl.yaml", market="demo-pl")
    assert own.splitlines()[1].startswith("demo-pl,2026-2,01_pulse,nps,nps,")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "folder"), [("01_pulse", "."), *((study, "notebooks") for study in OTHERS)]
)
def test_cell_by_cell_from_the_working_folders_of_jupyterlab(project, expected, study, folder):
    assert run_cells(project, study, folder) == expected(study)
