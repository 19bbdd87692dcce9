"""Tables of the service: contacts, complaints, their causes and what was done about them."""

from cxlab.model.tables.column import choice, date, flag, key, number, score, table, text, whole

INTERACTIONS = table(
    "interactions",
    "One contact of a customer with the company.",
    "interaction_id",
    key("interaction_id", "pseudonym of the contact"),
    key("customer_id", "pseudonym of the customer"),
    text("touchpoint", "touchpoint", required=True),
    key("issue_id", "pseudonym of the issue the contact is about", required=False),
    date("at", "when it happened", required=True),
    text("channel", "channel of the contact", required=True),
    whole("seq", "position of the contact within its issue", minimum=1, required=True),
    flag("resolved", "whether the issue was resolved by it", required=True),
    score("csat", "satisfaction with the contact, on the scale its mapping names"),
    text("agent_team", "team that answered"),
)

COMPLAINTS = table(
    "complaints",
    "One complaint.",
    "complaint_id",
    key("complaint_id", "pseudonym of the complaint"),
    key("customer_id", "pseudonym of the customer", required=False),
    date("opened_at", "when it came in", required=True),
    date("first_answered_at", "when it was first answered"),
    date("closed_at", "when it was closed"),
    text("channel", "channel it came in by", required=True),
    choice("form", "written | verbal", "written or verbal"),
    text("type", "type of complaint", required=True),
    key("cause_id", "its cause", required=False),
    whole("severity", "severity, 5 is the gravest", minimum=1, maximum=5),
    flag("resolved", "whether it was resolved"),
)

CAUSES = table(
    "causes",
    "One cause in the tree of causes (the Ishikawa diagram).",
    "cause_id",
    key("cause_id", "name of the cause"),
    text("problem", "problem at the head of the tree", required=True),
    text("category", "branch of the tree", required=True),
    key("parent", "the cause above it, empty at the top", required=False),
)

GOODWILL = table(
    "goodwill",
    "One gesture of goodwill.",
    "goodwill_id",
    key("goodwill_id", "pseudonym of the gesture"),
    key("customer_id", "pseudonym of the customer", required=False),
    key("complaint_id", "the complaint it answers", required=False),
    date("date", "day of the decision", required=True),
    number("amount", "amount", "currency", minimum=0, required=True),
    key("cause_id", "cause it is booked on", required=False),
)

TOUCHPOINTS = table(
    "touchpoints",
    "One touchpoint of the customer journey.",
    "touchpoint",
    text("touchpoint", "touchpoint", required=True),
    whole("order", "position in the journey", minimum=0, required=True),
    text("owner_role", "role that owns it"),
)

ACTIONS = table(
    "actions",
    "One action that was decided.",
    "action_id",
    key("action_id", "name of the action"),
    key("cause_id", "cause it is meant to remove", required=False),
    text("owner_role", "role that owns it", required=True),
    date("due", "when it is due", required=True),
    text("status", "how it stands", required=True),
    text("target_metric", "metric it is meant to move", required=True),
    number("target", "value the metric should reach"),
)
