"""The markets a test goes through: two in every run, the others with the slow tests, as loading takes seconds."""

import pytest

from cxlab.demo.markets import MARKETS

EVERY_RUN = ("demo-es", "demo-pl")
IN_TURN = [
    pytest.param(plan.name, marks=() if plan.name in EVERY_RUN else pytest.mark.slow) for plan in MARKETS
]
