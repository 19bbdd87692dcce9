"""Contacts with the company and the teams that take them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.calendar import day_after, moments
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import Floats, draw_codes
from cxlab.demo.identifiers import chosen, customer_ids, identifiers
from cxlab.demo.lives import Lives
from cxlab.demo.opinions import Panel

TOUCHPOINTS = ("shop", "contact_centre", "app", "billing", "installation")
OWNERS = (
    "head of retail",
    "head of customer care",
    "head of digital",
    "head of finance",
    "head of operations",
)
TOUCHPOINT_SHARES = (0.14, 0.42, 0.20, 0.16, 0.08)
CONTACT_CHANNELS = ("phone", "chat", "e-mail", "shop")
CHANNEL_SHARES = (0.55, 0.20, 0.15, 0.10)
ISSUES = (
    -1.6,
    -0.7,
)  # logit of an issue in a half-year: level, and slope on unit satisfaction with the centre
LATEST = 108  # day of the half-year an issue opens at the latest
REPEAT_WITHIN = 7  # days between two contacts of an issue, the upper end excluded
ASKED = 0.5  # share of contacts after which satisfaction is asked
TENURES = ("under 1 year", "1-3 years", "4-9 years", "10 years and more")
TENURE_SHARES = (0.2, 0.3, 0.3, 0.2)


def contact_tables(
    plan: MarketPlan, panel: Panel, lives: Lives, rng: np.random.Generator
) -> dict[str, pa.Table]:
    """Return the tables `interactions`, `employees` and `touchpoints`."""
    engagement = rng.standard_normal(plan.teams.n)
    return {
        "interactions": _interactions(plan, panel, lives, engagement, rng),
        "employees": _employees(plan, engagement, rng),
        "touchpoints": pa.table(
            {
                "touchpoint": list(TOUCHPOINTS),
                "order": np.arange(1, len(TOUCHPOINTS) + 1),
                "owner_role": list(OWNERS),
            }
        ),
    }


def _interactions(
    plan: MarketPlan, panel: Panel, lives: Lives, engagement: Floats, rng: np.random.Generator
) -> pa.Table:
    """Contacts by issue: each resolves it with the same chance, and at most three are made."""
    unit = np.stack([panel.unit("satisfaction.contact_centre", wave) for wave in range(len(WAVES))], axis=1)
    has_issue = rng.random(unit.shape) < 1 / (1 + np.exp(-(ISSUES[0] + ISSUES[1] * unit)))
    customer, wave = np.nonzero(has_issue & lives.active)
    n, rule = len(customer), plan.teams
    needed = np.minimum(rng.geometric(rule.first_contact, n), 4)
    made = np.minimum(needed, 3)
    issue = np.repeat(np.arange(n), made)
    total = len(issue)
    seq = np.arange(total) - np.repeat(np.cumsum(made) - made, made) + 1
    gap = np.where(seq == 1, 0, rng.integers(1, REPEAT_WITHIN, total))
    opened = np.repeat(rng.integers(10, LATEST - 2 * REPEAT_WITHIN, n), made)
    since_first = np.cumsum(gap) - np.repeat(np.cumsum(gap)[np.cumsum(made) - made], made)
    team = rng.integers(0, rule.n, total)
    liked = 3.5 + rule.csat * engagement[team] + rule.csat_noise * rng.standard_normal(total)
    csat = np.clip(np.rint(liked), 1, 5).astype(np.int64)
    resolved = seq == needed[issue]
    return pa.table(
        {
            "interaction_id": identifiers("N", np.arange(1, total + 1), width=7),
            "customer_id": customer_ids(plan, customer[issue]),
            "touchpoint": chosen(TOUCHPOINTS, np.repeat(draw_codes(TOUCHPOINT_SHARES, n, rng), made) - 1),
            "issue_id": identifiers("S", issue + 1, width=7),
            "at": moments(day_after(wave[issue], opened + since_first), rng),
            "channel": chosen(CONTACT_CHANNELS, draw_codes(CHANNEL_SHARES, total, rng) - 1),
            "seq": seq,
            "resolved": resolved,
            "csat": pa.array(csat, mask=rng.random(total) >= ASKED),
            "agent_team": chosen(team_names(plan), team),
        }
    )


def team_names(plan: MarketPlan) -> tuple[str, ...]:
    """Return the names of the teams."""
    return tuple(f"team {number:02d}" for number in range(1, plan.teams.n + 1))


def _employees(plan: MarketPlan, engagement: Floats, rng: np.random.Generator) -> pa.Table:
    rule = plan.teams
    shape = (len(WAVES), rule.n, rule.size)
    wave, team, _ = (index.ravel() for index in np.indices(shape))
    n = len(wave)
    score = 6.8 + rule.enps * engagement[team] + rule.enps_noise * rng.standard_normal(n)
    enps = np.clip(np.rint(score), 0, 10).astype(np.int64)
    leaves = rng.random(n) < 1 / (1 + np.exp(-(rule.leave + rule.leave_slope * (enps - 7))))
    return pa.table(
        {
            "wave": chosen(tuple(wave.name for wave in WAVES), wave),
            "team": chosen(team_names(plan), team),
            "respondent": identifiers("E", rng.permutation(n) + 1, width=5),
            "enps": enps,
            "tenure_band": chosen(TENURES, draw_codes(TENURE_SHARES, n, rng) - 1),
            "left": leaves,
        }
    )
