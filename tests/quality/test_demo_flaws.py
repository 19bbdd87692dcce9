"""What the demo company plants without breaking a rule is found, and next to nothing else."""

import pytest

from cxlab.demo import write_demo
from cxlab.demo.truth import demo_truth
from cxlab.load.open_market import open_market
from cxlab.quality.answer_matrix import answer_matrix
from cxlab.quality.judge_answers import flag_answers

PLANTED = {"straight_lining": "straight_liner", "speeders": "speeder", "identical_answers": "answered_twice"}


@pytest.mark.slow
def test_the_flaws_of_the_demo_are_flagged(tmp_path):
    write_demo(tmp_path, customers=4000)
    truth = demo_truth(customers=4000)
    for name, planted in truth.markets.items():
        market = open_market(tmp_path / "params" / f"{name}.yaml")
        flags = [flag_answers(answer_matrix(market, wave)) for wave in market.waves]
        for check, flaw in PLANTED.items():
            found = sum(int(one[check].sum()) for one in flags)
            # Every planted one, and of some 1,400 honest answers at most two more.
            assert planted.flaws[flaw] <= found <= planted.flaws[flaw] + 2, (name, check)
