"""Is the company able: self-assessment, maturity and executives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import draw_codes

ITEMS = {"P": 12, "T": 7, "C": 7, "F": 7}  # letter and number of items of an area
RATERS = 8
NOT_APPLICABLE = 0.06
ASSESSED = (4, 5)  # waves of the two dates, six months apart
CRITERIA = 3  # of each maturity stage
STAGES = 6
LEADERS = 9
SUPPORT = ("passive", "willing", "engaged")
REASONS = ("value unclear", "role unclear")
STEPS_UP = 0.30  # chance that an executive moves one step up between two waves


def organisation_tables(plan: MarketPlan, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Return the tables `self_assessment`, `maturity` and `executives`."""
    return {
        "self_assessment": _self_assessment(plan, rng),
        "maturity": _maturity(plan, rng),
        "executives": _executives(rng),
    }


def item_ids() -> tuple[str, ...]:
    """Return the names of the 33 items of the self-diagnosis, such as `P01`."""
    return tuple(f"{area}{number:02d}" for area, count in ITEMS.items() for number in range(1, count + 1))


def area_chances(plan: MarketPlan) -> dict[str, tuple[float, float, float]]:
    """Return the planted chance of a 1, 2 and 3 at the first date, by letter of the area."""
    rule = plan.organisation
    return {"P": rule.people, "T": rule.process, "C": rule.customers, "F": rule.finance}


def _self_assessment(plan: MarketPlan, rng: np.random.Generator) -> pa.Table:
    chances = area_chances(plan)
    names = item_ids()
    first = np.stack([draw_codes(chances[name[0]], RATERS, rng) for name in names], axis=1)
    later = np.minimum(first + (rng.random(first.shape) < plan.organisation.gain), 3)
    absent = rng.random(first.shape) < NOT_APPLICABLE  # the same items at both dates
    scores = np.stack([first, later])
    date, rater, item = (index.ravel() for index in np.indices(scores.shape))
    return pa.table(
        {
            "wave": [WAVES[ASSESSED[place]].name for place in date],
            "rater": [f"rater-{place + 1}" for place in rater],
            "item_id": [names[place] for place in item],
            "score": pa.array(scores.ravel(), mask=absent[rater, item]),
        }
    )


def _maturity(plan: MarketPlan, rng: np.random.Generator) -> pa.Table:
    """All criteria up to the planted stage hold; of each later stage at least one does not."""
    rows: list[dict[str, object]] = []
    for wave, reached in zip(WAVES, plan.organisation.stages, strict=True):
        for stage in range(1, STAGES + 1):
            met = np.ones(CRITERIA, dtype=bool) if stage <= reached else rng.random(CRITERIA) < 0.4
            met[-1] &= stage <= reached
            for number, holds in enumerate(met, start=1):
                rows.append(
                    {
                        "wave": wave.name,
                        "criterion_id": f"S{stage}.{number}",
                        "stage": stage,
                        "met": "yes" if holds else "no",
                        "evidence": "minutes of the steering group" if holds else None,
                    }
                )
    return pa.Table.from_pylist(rows)


def _executives(rng: np.random.Generator) -> pa.Table:
    level = draw_codes((0.5, 0.35, 0.15), LEADERS, rng) - 1
    why = rng.integers(0, len(REASONS), LEADERS)
    rows: list[dict[str, object]] = []
    for wave in WAVES:
        for leader in range(LEADERS):
            passive = level[leader] == 0
            rows.append(
                {
                    "leader_code": f"X{leader + 1:02d}",
                    "wave": wave.name,
                    "support": SUPPORT[level[leader]],
                    "reason": REASONS[why[leader]] if passive else None,
                }
            )
        level = np.minimum(level + (rng.random(LEADERS) < STEPS_UP), len(SUPPORT) - 1)
    return pa.Table.from_pylist(rows)
