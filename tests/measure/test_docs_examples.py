"""The examples on the pages of the methods run, and say what the pages say."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [
    "customer_metrics",
    "effort",
    "nps",
    "ces",
    "sample_size",
    "top_box",
    "mean_score",
    "share",
    "csi",
    "gap",
    "reliability",
    "contrast",
    "trend",
    "ranks",
    "ecsi",
    "design",
    "suppression",
    "response_rate",
    "leakage",
    "moments",
    "engines",
    "lmg",
    "driver_metrics",
    "dominance",
    "importance",
    "likelihood_importance",
    "halo",
    "priority_map",
    "penalty_reward",
    "necessary_condition",
    "what_if",
    "link_panel",
    "panel_effect",
    "dose_response",
    "asymmetric_effect",
    "nps_steps",
    "elasticity",
    "revenue_glm",
    "retention_effect",
    "effect_by_segment",
    "link_errors",
    "sensitivity",
    "oster",
    "e_value",
    "measurement_error",
    "mediation",
    "verdict",
    "wallet_rank_share",
    "cox",
    "discrete_hazard",
    "cause_shares",
    "snapshot",
    "score_quality",
    "churn_model",
    "loyalty_elements",
    "kaplan_meier",
    "aalen_johansen",
    "renewal_index",
    "renewal_decisions",
    "renewal_forecast",
    "bgnbd",
    "gamma_gamma",
    "sbg",
    "lifetime_value",
    "expected_profit",
    "save_list",
]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_example_runs(page: str):
    blocks = BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    assert blocks
    scope: dict[str, object] = {}
    for block in blocks:
        assert "assert " in block
        exec(compile(block, f"{page}.md", "exec"), scope)
