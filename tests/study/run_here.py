"""A notebook's cells in this process: what it does with a market, without the cost of a kernel."""

from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run_here(study: str, market: str) -> dict[str, Any]:
    """Run the cells of a study for a market that CXLAB_PARAMS holds; return what they name."""
    names: dict[str, Any] = {}
    for cell in nbformat.read(NOTEBOOKS / f"{study}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{study}.ipynb", "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names["market"] = market
    return names
