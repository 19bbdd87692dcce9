"""The canonical tables: the dictionary of every column cxlab knows."""

from cxlab.model.tables import customers, organisation, service, survey
from cxlab.model.tables.column import Column, Table

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        customers.CUSTOMERS,
        survey.RESPONSES,
        survey.RESPONSE_ITEMS,
        survey.INVITATIONS,
        service.INTERACTIONS,
        service.COMPLAINTS,
        service.CAUSES,
        survey.LOOP_CASES,
        customers.CONTRACTS,
        customers.TRANSACTIONS,
        service.GOODWILL,
        customers.FINANCE,
        survey.COMPETITORS,
        survey.BRAND_RATINGS,
        customers.LOYALTY_EVENTS,
        customers.IDEAS,
        service.TOUCHPOINTS,
        organisation.PROGRAMME_STEPS,
        organisation.MATURITY,
        customers.OPPORTUNITIES,
        organisation.SELF_ASSESSMENT,
        organisation.EXECUTIVES,
        organisation.EMPLOYEES,
        service.ACTIONS,
    )
}

__all__ = ["TABLES", "Column", "Table"]
