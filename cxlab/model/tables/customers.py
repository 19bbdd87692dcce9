"""Tables of the customers: who they are, what they hold and what they use."""

from cxlab.model.tables.column import choice, date, flag, key, number, table, text, whole

CUSTOMERS = table(
    "customers",
    "One customer; in B2B one contact person, who is not the account.",
    "customer_id",
    key("customer_id", "pseudonym of the customer"),
    key("account_id", "pseudonym of the account the contact belongs to", required=False),
    text("segment", "commercial segment"),
    text("age_band", "age band"),
    text("gender", "gender"),
    text("ethnicity", "ethnicity"),
    text("education", "highest education"),
    date("since", "customer since"),
    choice("acquired_via", "referral | sales | advertising | other", "how the customer was won"),
    flag("reference_willing", "whether willing to act as a reference"),
    date("reference_validated_on", "when a third party validated the reference"),
    number("category_spend", "spend in the category, with any supplier", "currency", minimum=0),
)

CONTRACTS = table(
    "contracts",
    "One contract.",
    "contract_id",
    key("contract_id", "pseudonym of the contract"),
    key("customer_id", "pseudonym of the customer"),
    key("account_id", "pseudonym of the account", required=False),
    date("start", "first day", required=True),
    date("end", "last day", required=True),
    number("value", "value of the contract", "currency", minimum=0, required=True),
    choice("outcome", "renewed | lost | open", "what became of it", required=True),
    choice("reason", "price | service | competitor | other", "why it was lost"),
)

TRANSACTIONS = table(
    "transactions",
    "One purchase, refund or payment.",
    "transaction_id",
    key("transaction_id", "pseudonym of the transaction"),
    key("customer_id", "pseudonym of the customer"),
    date("date", "day of the transaction", required=True),
    number("amount", "amount, negative for a refund", "currency", required=True),
    number("margin", "margin earned on it", "currency"),
    text("product", "product bought"),
)

OPPORTUNITIES = table(
    "opportunities",
    "One sales opportunity.",
    "opportunity_id",
    key("opportunity_id", "pseudonym of the opportunity"),
    key("customer_id", "pseudonym of the customer", required=False),
    flag("existing", "whether the customer was one already"),
    date("date", "when it was opened", required=True),
    number("value", "value", "currency", required=True),
    choice("status", "won | lost | open", "how it stands", required=True),
    text("reason", "why it was lost"),
)

LOYALTY_EVENTS = table(
    "loyalty_events",
    "One movement of loyalty points.",
    "event_id",
    key("event_id", "pseudonym of the movement"),
    key("customer_id", "pseudonym of the customer"),
    date("date", "day of the movement", required=True),
    choice("type", "earn | redeem | expire", "what happened to the points", required=True),
    number("points", "points moved", "points", above=0, required=True),
    text("partner", "partner where it happened", required=True),
    text("reward", "reward taken"),
    number("cash", "cash paid beside the points", "currency", minimum=0),
    number("point_value", "value of a point", "currency", minimum=0),
)

IDEAS = table(
    "ideas",
    "One idea a customer handed in.",
    "idea_id",
    key("idea_id", "pseudonym of the idea"),
    key("customer_id", "pseudonym of the customer"),
    date("date", "when it was handed in", required=True),
    whole("votes", "votes of other customers", "votes", minimum=0, required=True),
    number("awarded_points", "points awarded for it", "points", minimum=0),
)

FINANCE = table(
    "finance",
    "One accounting period of the market.",
    "period",
    text("period", "accounting period, such as 2026-Q1", required=True),
    number("revenue", "revenue", "currency"),
    number("ebitda", "earnings before interest, taxes, depreciation and amortisation", "currency"),
    number("acquisition_spend", "spend on winning customers", "currency", minimum=0),
    number("retention_spend", "spend on keeping customers", "currency", minimum=0),
    number("programme_cost", "cost of the customer-experience programme", "currency", minimum=0),
    whole("new_customers", "customers won", "customers", minimum=0),
)
