"""A small project: the demo company's exports and parameters beside the real notebooks."""

import shutil
import subprocess
import sys
from pathlib import Path

from cxlab.demo import write_demo

ROOT = Path(__file__).parents[2]
CXLAB = str(Path(sys.executable).with_name("cxlab"))


def make_project(folder: Path) -> Path:
    write_demo(folder, customers=400)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_*"))
    return folder


def cxlab(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run([CXLAB, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300)
