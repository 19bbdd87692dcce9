"""Around the survey: the invitations sent, and the detractors called back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.calendar import moments
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import Customers
from cxlab.demo.fieldwork import Fieldwork
from cxlab.demo.identifiers import customer_ids, identifiers

CALLED_BACK = 0.70  # share of detractors contacted
HOURS_TO_CONTACT = (3.3, 0.8)  # mean and standard deviation of the logarithm
RESOLVED = 0.75  # share of those contacted
UPLIFT = (1.6, 1.2)  # of the score after the follow-up: mean and standard deviation


def invitations_table(
    plan: MarketPlan, customers: Customers, work: Fieldwork, rng: np.random.Generator
) -> pa.Table:
    """Return the table `invitations`: everyone asked, with the answer it led to."""
    n = len(work.asked_customer)
    answered = np.full((len(customers), len(WAVES)), -1)
    answered[work.clean["customer"], work.clean["wave"]] = np.arange(len(work.clean))
    row = answered[work.asked_customer, work.asked_wave]
    first = np.array([wave.first_day for wave in WAVES], dtype="datetime64[D]")[work.asked_wave]
    piloted = (work.clean["stage"] == 1).to_numpy()[row] & (row >= 0)
    sent = moments(first - np.where(piloted, 8, 1).astype("timedelta64[D]"), rng)
    responses = pa.array(work.clean["response_id"])
    return pa.table(
        {
            "invite_id": identifiers("I", np.arange(1, n + 1), width=7),
            "customer_id": customer_ids(plan, work.asked_customer),
            "wave": pa.array([wave.name for wave in WAVES]).take(pa.array(work.asked_wave)),
            "sent_at": sent,
            "response_id": responses.take(pa.array(row, mask=row < 0)),
        }
    )


def loop_cases_table(work: Fieldwork, rng: np.random.Generator) -> pa.Table:
    """Return the table `loop_cases`: a case for each detractor, contacted or not."""
    detractors = work.clean[work.clean["nps"] <= 6]
    n = len(detractors)
    contacted = rng.random(n) < CALLED_BACK
    resolved = contacted & (rng.random(n) < RESOLVED)
    hours = np.rint(60 * rng.lognormal(*HOURS_TO_CONTACT, n)).astype("timedelta64[m]")
    at = detractors["responded_at"].to_numpy().astype("datetime64[s]") + hours
    later = np.rint(24 * 60 * rng.lognormal(1.0, 0.6, n)).astype("timedelta64[m]")
    score = np.clip(np.rint(detractors["nps"] + UPLIFT[0] + UPLIFT[1] * rng.standard_normal(n)), 0, 10)
    return pa.table(
        {
            "case_id": identifiers("L", np.arange(1, n + 1)),
            "response_id": pa.array(detractors["response_id"]),
            "contacted_at": pa.array(at, mask=~contacted),
            "resolved_at": pa.array(at + later, mask=~resolved),
            "followup_score": pa.array(score.astype(np.int64), mask=np.asarray(~resolved)),
        }
    )
