"""Notebooks are read by people and kept by git: short cells, no functions, no outputs."""

import ast
from pathlib import Path

import nbformat
import pytest

from cxlab.study.plan import is_across

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_it_is_valid_and_stripped(notebook):
    nbformat.validate(notebook)
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_it_has_one_parameters_cell_with_a_line_for_each(request, notebook):
    tagged = [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    names = [node.targets[0].id for node in ast.parse(tagged[0].source).body]
    across = is_across(request.node.callspec.id)
    assert names == ["wave", "options"] if across else ["market", "wave", "options"]


def test_cells_are_short_and_define_nothing(notebook):
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= 10, cell.source
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda), cell.source


def test_it_imports_only_cxlab_and_pandas(notebook):
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= {"cxlab", "pandas"}
            assert not isinstance(node, ast.ImportFrom)


def test_it_opens_the_study_it_is_called(request, notebook):
    name = request.node.callspec.id
    call = f'cx.open_study("{name}", market, wave=wave, options=options)'
    if is_across(name):
        call = f'cx.open_cross_study("{name}", wave=wave, options=options)'
    assert call in "\n".join(cell.source for cell in code_cells(notebook))
