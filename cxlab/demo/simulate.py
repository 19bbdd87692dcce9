"""One market from its plan: first what its survey holds, then the files of the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import pyarrow as pa

from cxlab.demo.brands import brand_ratings_table, competitors_table
from cxlab.demo.company import MarketPlan
from cxlab.demo.complaints import Complaints, complaint_tables, draw_complaints
from cxlab.demo.contacts import contact_tables
from cxlab.demo.contracts import contracts_table
from cxlab.demo.crm import customers_table, with_orphans
from cxlab.demo.customers import Customers, draw_customers
from cxlab.demo.fieldwork import Fieldwork, run_fieldwork
from cxlab.demo.finance import finance_table
from cxlab.demo.follow_up import invitations_table, loop_cases_table
from cxlab.demo.lives import Lives, draw_lives
from cxlab.demo.loyalty import loyalty_tables
from cxlab.demo.opinions import Panel, draw_panel
from cxlab.demo.organisation import organisation_tables
from cxlab.demo.programme import programme_tables
from cxlab.demo.revenue import draw_bills, transactions_table, usual_revenue
from cxlab.demo.sales import opportunities_table
from cxlab.demo.streams import Topic, stream


@dataclass(frozen=True, slots=True)
class Simulation:
    """The people of one market, what they think and do, and the survey among them."""

    plan: MarketPlan
    seed: int
    customers: Customers
    panel: Panel
    complaints: Complaints
    lives: Lives
    fieldwork: Fieldwork


def simulate_market(plan: MarketPlan, *, seed: int, customers: int) -> Simulation:
    """Simulate one market up to its survey.

    Parameters
    ----------
    plan : MarketPlan
        The market with its planted values.
    seed : int
        Together with the market's number it fixes every value.
    customers : int
        Customers of the market; 400 at least, so that planted errors stay exceptions.
    """
    people = draw_customers(plan, customers, stream(plan, seed, "customers"))
    panel = draw_panel(plan, people, stream(plan, seed, "opinions"))
    complaints = draw_complaints(plan, people, panel, stream(plan, seed, "complaints"))
    lives = draw_lives(plan, people, panel, complaints, stream(plan, seed, "leaving"))
    work = run_fieldwork(
        plan, people, panel, lives, stream(plan, seed, "answers"), stream(plan, seed, "dirt")
    )
    return Simulation(plan, seed, people, panel, complaints, lives, work)


def company_tables(market: Simulation) -> dict[str, pa.Table]:
    """Return every table of the data model that the survey tool does not deliver, by name."""
    plan, people, lives, work = market.plan, market.customers, market.lives, market.fieldwork
    rng = {name: stream(plan, market.seed, name) for name in get_args(Topic)}
    usual = usual_revenue(plan, people)
    bills = draw_bills(plan, people, market.panel, lives, rng["revenue"])
    service = complaint_tables(plan, market.complaints, lives.active, rng["complaint_files"])
    tables = {
        "customers": customers_table(plan, people, market.panel, usual, rng["crm"]),
        "invitations": invitations_table(plan, people, work, rng["follow_up"]),
        "loop_cases": loop_cases_table(work, rng["follow_up"]),
        "brand_ratings": brand_ratings_table(plan, work, rng["brands"]),
        "competitors": competitors_table(plan, rng["brands"]),
        **contact_tables(plan, market.panel, lives, rng["contacts"]),
        **service,
        "contracts": contracts_table(plan, people, lives, usual, rng["contracts"]),
        "transactions": transactions_table(plan, people, bills),
        "finance": finance_table(plan, people, bills, service["goodwill"], rng["finance"]),
        "opportunities": opportunities_table(plan, people, lives, rng["sales"]),
        **loyalty_tables(plan, people, lives, rng["loyalty"]),
        **programme_tables(work, rng["organisation"]),
        **organisation_tables(plan, rng["organisation"]),
    }
    return with_orphans(plan, tables, rng["crm"])
