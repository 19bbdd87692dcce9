"""How long customers stay, and why they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.demo.behaviour import REASONS
from cxlab.demo.calendar import day_after
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.complaints import Complaints
from cxlab.demo.customers import BUSINESS, Codes, Customers, Floats, draw_codes
from cxlab.demo.opinions import Panel

FIRST_DAY, DAYS = 125, 50  # contracts end in the last two months of a half-year, after its last bill
STAYS = -1


@dataclass(frozen=True, slots=True)
class Lives:
    """When each customer is under contract.

    Attributes
    ----------
    active : ndarray of bool, shape (customers, waves)
        Under contract during the fieldwork of a wave.
    due : ndarray of bool, shape (customers, waves)
        A business contract of a customer under contract ends in the half-year of the wave.
    left_in : ndarray of int, shape (customers,)
        Half-year in which the customer leaves, −1 where he stays.
    reason : ndarray of int, shape (customers,)
        Place in `REASONS`, −1 where he stays.
    end_day : ndarray of int, shape (customers,)
        Day of the half-year on which contracts end, counted from 0.
    """

    active: NDArray[np.bool_]
    due: NDArray[np.bool_]
    left_in: Codes
    reason: Codes
    end_day: Codes


def draw_lives(
    plan: MarketPlan, customers: Customers, panel: Panel, complaints: Complaints, rng: np.random.Generator
) -> Lives:
    """Draw who leaves in which half-year, for which reason.

    Private customers without a complaint leave by competing rates, those with one by the rule of the
    complaint; businesses leave when a contract of theirs ends and is not renewed.
    """
    n = len(customers)
    business = customers.customer_type == BUSINESS
    odd = np.where(customers.joined < 0, rng.integers(0, 2, n), (customers.joined + 2) % 2)
    active, due = np.zeros((n, len(WAVES)), dtype=bool), np.zeros((n, len(WAVES)), dtype=bool)
    left_in, reason = np.full(n, STAYS), np.full(n, STAYS)
    for wave in range(len(WAVES)):
        here = (customers.joined <= wave) & (left_in == STAYS)
        has_run_a_year = (customers.joined < 0) | (wave >= customers.joined + 2)
        ends = here & business & has_run_a_year & (wave % 2 == odd)
        why = _private_reason(plan, panel, complaints, wave, rng)
        lost = _lost_contract(plan, panel, wave, rng)
        why = np.where(business, np.where(ends, lost, STAYS), why)
        leaves = here & (why != STAYS)
        active[:, wave], due[:, wave] = here, ends
        left_in[leaves], reason[leaves] = wave, why[leaves]
    return Lives(active, due, left_in, reason, FIRST_DAY + rng.integers(0, DAYS, n))


def left_on(lives: Lives) -> NDArray[np.datetime64]:
    """Return the last day under contract of those who leave, NaT for the others, shape (customers,)."""
    stays: NDArray[np.datetime64] = np.where(
        lives.left_in == STAYS, np.datetime64("NaT", "D"), day_after(lives.left_in, lives.end_day)
    )
    return stays


def renewal_index(panel: Panel, wave: int) -> Floats:
    """Return the renewal indicator of each customer: the mean of two questions, each brought onto 0–1."""
    index: Floats = ((panel.unit("renew_q1", wave) + panel.unit("renew_q2", wave)) / 2 + 1) / 2
    return index


def _private_reason(
    plan: MarketPlan, panel: Panel, complaints: Complaints, wave: int, rng: np.random.Generator
) -> Codes:
    rates = np.stack([_rate(plan, panel, reason, wave) for reason in REASONS])
    total = np.add.reduce(rates, axis=0)
    n = len(total)
    leaves = rng.random(n) < 1 - np.exp(-total)
    place = np.add.reduce(np.cumsum(rates, axis=0) / total < rng.random(n), axis=0)
    rule = plan.complaining
    severity = complaints.severity[:, wave] - 3
    logit = rule.leave + rule.severity_effect * severity + rule.goodwill_effect * complaints.goodwill[:, wave]
    after_complaint = rng.random(n) < 1 / (1 + np.exp(-logit))
    made = complaints.made[:, wave]
    leaves = np.where(made, after_complaint, leaves)
    place = np.where(made, REASONS.index("service"), place)
    return np.where(leaves, place, STAYS)


def _rate(plan: MarketPlan, panel: Panel, reason: str, wave: int) -> Floats:
    hazard = next((hazard for hazard in plan.churn.hazards if hazard.reason == reason), None)
    if hazard is None:
        return np.zeros(len(panel.scores["nps"]))
    log_rate = hazard.base + hazard.slope * panel.unit(hazard.driver, wave)
    if reason == "price" and wave == plan.churn.price_rise:
        log_rate = log_rate + plan.churn.price_rise_effect
    rate: Floats = np.exp(log_rate)
    return rate


def _lost_contract(plan: MarketPlan, panel: Panel, wave: int, rng: np.random.Generator) -> Codes:
    """Reason for which a contract that ends is lost, −1 where it is renewed."""
    rule = plan.renewal
    logit = rule.intercept + rule.slope * renewal_index(panel, wave) + rule.shocks[wave]
    renewed = rng.random(len(logit)) < 1 / (1 + np.exp(-logit))
    return np.where(renewed, STAYS, draw_codes(rule.reasons, len(logit), rng) - 1)
