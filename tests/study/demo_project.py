"""A small project: two of the demo company's markets beside the real notebooks.

Of the company's own tables only those stay that the studies look at: each costs time in every run.
"""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cxlab.demo import write_demo

ROOT = Path(__file__).parents[2]
CXLAB = str(Path(sys.executable).with_name("cxlab"))
KEPT = (
    "customers", "invitations", "interactions", "touchpoints", "transactions", "contracts", "brand_ratings",
    "complaints", "goodwill",
)  # fmt: skip
LEFT_OUT = ("demo-it", "demo-en")  # two markets show what there is to show, in half the time


@cache
def _demo() -> TemporaryDirectory:
    """Write the demo once; the folder goes with the process."""
    folder = TemporaryDirectory(prefix="cxlab-demo-")
    write_demo(Path(folder.name), customers=1600)
    for market in LEFT_OUT:
        shutil.rmtree(Path(folder.name, "exports", market))
        Path(folder.name, "params", f"{market}.yaml").unlink()
    for path in Path(folder.name, "params").glob("demo-*.yaml"):
        path.write_text(_shortened(path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def _shortened(parameters: str) -> str:
    """Take the sources away that no study looks at."""
    head, marker, rest = parameters.partition("  # The company's own tables, one file each.\n")
    tables, labels, end = rest.partition("\nlabels:")
    sources = re.split(r"(?m)^(?=  \w+:$)", tables)
    kept = "".join(part for part in sources if part.lstrip().split(":")[0] in KEPT)
    return head + marker + kept + labels + end


def make_project(folder: Path) -> Path:
    shutil.copytree(_demo().name, folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_*"))
    return folder


def cxlab(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run([CXLAB, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300)
