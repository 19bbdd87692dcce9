"""One stream of random numbers per topic, so that a change to one topic leaves the others as they were."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from cxlab.demo.company import MarketPlan

Topic = Literal[
    "customers", "opinions", "complaints", "complaint_files", "leaving", "answers", "dirt", "revenue",
    "contracts", "contacts", "loyalty", "sales", "brands", "follow_up", "finance", "organisation", "crm",
]  # fmt: skip


def stream(plan: MarketPlan, seed: int, topic: Topic) -> np.random.Generator:
    """Return the generator of one topic of one market."""
    return np.random.default_rng(np.random.SeedSequence([seed, plan.number, get_args(Topic).index(topic)]))
