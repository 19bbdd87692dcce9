"""Tables of the organisation: is it able to look after its customers?"""

from cxlab.model.tables.column import choice, date, flag, key, score, table, text, whole

PROGRAMME_STEPS = table(
    "programme_steps",
    "One step of the survey programme in one wave.",
    "wave step",
    text("wave", "wave of the survey", required=True),
    text("step", "step of the programme", required=True),
    date("planned_on", "planned day"),
    date("done_on", "day it was done"),
    text("owner_role", "role that owns it"),
    whole("invited", "people invited", "people", minimum=0),
    whole("answered", "people who answered", "people", minimum=0),
)

MATURITY = table(
    "maturity",
    "One criterion of customer-experience maturity in one wave.",
    "wave criterion_id",
    text("wave", "wave of the assessment", required=True),
    key("criterion_id", "name of the criterion"),
    whole("stage", "stage it belongs to", minimum=1, maximum=6, required=True),
    choice("met", "yes | no", "whether it is met", required=True),
    text("evidence", "what shows it"),
)

SELF_ASSESSMENT = table(
    "self_assessment",
    "One rater's answer to one item of the self-diagnosis.",
    "wave rater item_id",
    text("wave", "wave of the assessment", required=True),
    key("rater", "pseudonym of the rater"),
    key("item_id", "item of the self-diagnosis"),
    score("score", "1 to 3, absent where not applicable", 1, 3),
)

EXECUTIVES = table(
    "executives",
    "One executive's support in one wave, under a code, never a name.",
    "leader_code wave",
    key("leader_code", "pseudonym of the executive"),
    text("wave", "wave of the assessment", required=True),
    choice("support", "passive | willing | engaged", "support given", required=True),
    choice("reason", "value unclear | role unclear", "why it is not given"),
)

EMPLOYEES = table(
    "employees",
    "One employee's answer.",
    "wave team respondent",
    text("wave", "wave of the survey", required=True),
    text("team", "team", required=True),
    key("respondent", "pseudonym of the employee"),
    score("enps", "likelihood to recommend the employer", 0, 10, required=True),
    text("tenure_band", "time with the company"),
    flag("left", "whether the employee left afterwards"),
)
