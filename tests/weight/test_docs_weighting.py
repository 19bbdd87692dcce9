"""The example on the page of weighting runs, and says what the page says."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "weighting.md"


def test_the_example_runs():
    (block,) = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert block.count("assert ") == 5
    exec(compile(block, PAGE.name, "exec"), {})
