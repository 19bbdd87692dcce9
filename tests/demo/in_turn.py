"""The markets a test goes through: two in every run, all with the slow tests; loading takes seconds."""

import pytest

from cxlab.demo.markets import MARKETS

EVERY_RUN = ("demo-en", "demo-pl")
IN_TURN = [
    pytest.param(plan.name, marks=() if plan.name in EVERY_RUN else pytest.mark.slow) for plan in MARKETS
]
