"""The flow is one way: no room imports from a room further down the flow, and nobody imports `study`."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cxlab"
FOUNDATION = {"model", "tally"}
ESTIMATORS = {"measure", "drivers", "linkage", "retention"}
MAY_IMPORT = {
    "model": set(),
    "load": {"model"},
    "tally": {"model"},
    "demo": {"model"},
    "quality": FOUNDATION,
    "weight": FOUNDATION,
    "estimate": FOUNDATION,
    **dict.fromkeys(ESTIMATORS, FOUNDATION | {"estimate"}),
    "value": FOUNDATION | {"estimate"} | ESTIMATORS,
    "organisation": FOUNDATION | {"estimate", "measure"},
    "markets": FOUNDATION | {"estimate", "measure", "drivers", "linkage"},
}
EVERYTHING = set(MAY_IMPORT)
MAY_IMPORT["report"] = EVERYTHING
MAY_IMPORT["study"] = EVERYTHING | {"report"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it comes from"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_rooms_before_its_own(path):
    room = path.relative_to(PACKAGE).parts[0]
    rooms = {name.split(".")[1] for name in imported_names(path) if name.startswith("cxlab.")}
    assert rooms <= MAY_IMPORT[room] | {room}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_report_draws(path):
    libraries = {name.split(".")[0] for name in imported_names(path)}
    if path.relative_to(PACKAGE).parts[0] != "report":
        assert not libraries & {"matplotlib", "seaborn"}


def test_every_room_is_in_the_table():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms <= set(MAY_IMPORT)


def test_no_public_name_is_shadowed_by_a_module():
    import cxlab

    modules = {path.stem for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert not modules & set(cxlab.__all__)


def test_every_public_name_can_be_imported():
    import cxlab

    for name in cxlab.__all__:
        assert getattr(cxlab, name).__doc__, name
