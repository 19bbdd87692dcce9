"""What goes wrong between the respondent and the export."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.demo.company import WAVES, MarketPlan

OTHER_STYLE, NO_DATE = 1, 2
SPEEDY = (12, 70)  # seconds a speeder takes, the upper end excluded; a third of the median is above 80
LINE = (3, 9)  # the answer a straight-liner gives throughout, the upper end excluded
REPEATED = "9"  # put before the number of an answer sent twice


@dataclass(frozen=True, slots=True)
class DirtyAnswers:
    """The answers as exported, and how many are of a kind no rule catches."""

    answers: pd.DataFrame
    straight_liners: int
    speeders: int


def plant_dirt(plan: MarketPlan, clean: pd.DataFrame, rng: np.random.Generator) -> DirtyAnswers:
    """Break the planned number of rows, each in one way only.

    Rows delivered a second time and answers sent twice come at the end of the last delivery.
    """
    dirt, n = plan.dirt, len(clean)
    lines, speeders = round(dirt.straight_liners * n), round(dirt.speeders * n)
    counts = [
        dirt.impossible_nps,
        dirt.impossible_item,
        dirt.duplicate_id,
        dirt.unparsable_date,
        dirt.other_date_style,
        dirt.answered_twice,
        lines,
        speeders,
    ]
    chosen = rng.choice(n, size=sum(counts), replace=False)
    nps, item, delivered_twice, no_date, style, sent_twice, line, fast = np.split(
        chosen, np.cumsum(counts)[:-1]
    )
    broken = clean.copy()
    broken.loc[nps, "nps"] = 11
    broken.loc[item, "satisfaction.network"] = 0
    broken.loc[no_date, "date_style"] = NO_DATE
    broken.loc[style, "date_style"] = OTHER_STYLE
    items = [name for name in clean.columns.astype(str) if name.startswith(("satisfaction.", "importance."))]
    broken.loc[line, items] = np.repeat(rng.integers(*LINE, lines)[:, None], len(items), axis=1).astype(float)
    broken.loc[fast, "duration_s"] = rng.integers(*SPEEDY, speeders)
    again = broken.loc[delivered_twice].assign(delivery=len(WAVES) - 1)
    second = broken.loc[sent_twice].assign(delivery=len(WAVES) - 1)
    number = second["response_id"].str.removeprefix(plan.id_prefix)
    second["response_id"] = plan.id_prefix + REPEATED + number.str[1:]
    second["responded_at"] += np.timedelta64(4, "m")
    answers = pd.concat([broken, second, again], ignore_index=True)
    return DirtyAnswers(answers, lines, speeders)
