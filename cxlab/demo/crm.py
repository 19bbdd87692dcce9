"""The customer file, and rows of the company's files that point nowhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from cxlab.demo.company import BOOKS_CLOSE, VALUE_SEGMENTS, MarketPlan
from cxlab.demo.customers import PRIVATE, Codes, Customers, Floats, draw_codes
from cxlab.demo.identifiers import account_ids, chosen, customer_ids, identifiers
from cxlab.demo.opinions import Panel

GENDERS, GENDER_SHARES = ("f", "m", "x"), (0.505, 0.485, 0.010)
EDUCATION, EDUCATION_SHARES = ("basic", "secondary", "tertiary"), (0.25, 0.43, 0.32)
SOURCES, SOURCE_SHARES = ("referral", "sales", "advertising", "other"), (0.22, 0.36, 0.32, 0.10)
REFERENCE = (0.02, 0.18)  # share willing to act as a reference: others, and promoters of the last wave
VALIDATED = 0.5  # share of those willing
WALLET = (0.55, 0.10)  # share of the category's spend: mean at neutral satisfaction, and per point
WALLET_NOISE = 0.10
NOWHERE = 990_000_000  # number of customers nobody has


def customers_table(
    plan: MarketPlan, customers: Customers, panel: Panel, usual: Floats, rng: np.random.Generator
) -> pa.Table:
    """Return the table `customers`; `usual` is the revenue of a half-year."""
    n = len(customers)
    promoter = panel.scores["nps"][:, -1] >= 9
    willing = rng.random(n) < np.where(promoter, REFERENCE[1], REFERENCE[0])
    validated = np.datetime64(BOOKS_CLOSE, "D") - rng.integers(1, 700, n)
    opinion = panel.scores["csat_overall"][:, -1] - 3
    share = np.clip(WALLET[0] + WALLET[1] * opinion + WALLET_NOISE * rng.standard_normal(n), 0.1, 1.0)
    return pa.table(
        {
            "customer_id": customer_ids(plan, np.arange(n)),
            "account_id": account_ids(plan, customers.account),
            "segment": chosen(VALUE_SEGMENTS, customers.segment - 1),
            "age_band": chosen(plan.age_band.names, customers.age_band - 1),
            "gender": chosen(GENDERS, _private(draw_codes(GENDER_SHARES, n, rng) - 1, customers)),
            "education": chosen(EDUCATION, _private(draw_codes(EDUCATION_SHARES, n, rng) - 1, customers)),
            "since": customers.since,
            "acquired_via": chosen(SOURCES, draw_codes(SOURCE_SHARES, n, rng) - 1),
            "reference_willing": willing,
            "reference_validated_on": pa.array(validated, mask=~(willing & (rng.random(n) < VALIDATED))),
            "category_spend": np.rint(2 * usual / share),
        }
    )


def with_orphans(
    plan: MarketPlan, tables: Mapping[str, pa.Table], rng: np.random.Generator
) -> dict[str, pa.Table]:
    """Return the tables with the planned transactions and contracts of customers nobody knows."""
    counts = {"transactions": plan.dirt.orphan_transaction, "contracts": plan.dirt.orphan_contract}
    return {
        name: _with_orphans(plan, table, counts[name], rng) if name in counts else table
        for name, table in tables.items()
    }


def _private(codes: Codes, customers: Customers) -> Codes:
    """Leave the codes of businesses out: nobody asked their contacts."""
    return np.where(customers.customer_type == PRIVATE, codes, -1)


def _with_orphans(plan: MarketPlan, table: pa.Table, count: int, rng: np.random.Generator) -> pa.Table:
    copied = table.take(pa.array(rng.choice(len(table), size=count, replace=False)))
    own = table.column_names[0]
    numbers = NOWHERE + np.arange(count)
    copied = copied.set_column(0, own, identifiers(f"{own[0].upper()}", numbers))
    nobody = identifiers(f"{plan.language.upper()}-C", numbers)
    copied = copied.set_column(table.column_names.index("customer_id"), "customer_id", nobody)
    return pa.concat_tables([table, copied.cast(table.schema)])
