"""The examples on the pages about markets run, and say what the pages say."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["invariance", "response_style", "happiness_index"])
def test_the_example_runs(page: str):
    blocks = BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    assert blocks
    for block in blocks:
        assert "assert " in block
        exec(compile(block, f"{page}.md", "exec"), {})
