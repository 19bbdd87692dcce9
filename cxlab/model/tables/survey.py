"""Tables of the survey: who was asked, who answered, what they said."""

from cxlab.model.tables.column import choice, date, flag, key, number, score, table, text, whole

RESPONSES = table(
    "responses",
    "One answered questionnaire.",
    "response_id",
    key("response_id", "pseudonym of the answer"),
    key("customer_id", "pseudonym of the customer who answered", required=False),
    text("wave", "wave of the survey, such as 2026-1"),
    choice("stage", "pilot | full", "pilot or full wave"),
    date("responded_at", "when the questionnaire was answered"),
    number("duration_s", "time taken to answer", "seconds", minimum=0),
    text("language", "language of the questionnaire"),
    text("channel", "how the questionnaire reached the customer"),
    choice("kind", "relationship | transactional", "about the relationship or about one contact"),
    text("touchpoint", "contact that a transactional questionnaire asks about"),
    score("nps", "likelihood to recommend", 0, 10),
    score("csat_overall", "overall satisfaction, on the scale its mapping names"),
    score("ces", "customer effort", 1, 7),
    score("renew_q1", "first renewal question, on the scale its mapping names"),
    score("renew_q2", "second renewal question, on the scale its mapping names"),
    score("buy_more", "intention to buy more, on the scale its mapping names"),
    score("reluctance_to_switch", "reluctance to switch, on the scale its mapping names"),
    score("recommend_intent", "intention to recommend, on the scale its mapping names"),
    whole("loyalty_change", "less loyal (-1), as loyal (0) or more loyal (1)", minimum=-1, maximum=1),
    flag("had_problem", "whether the customer had a problem"),
    choice("wom_source", "offline | online | none", "where the customer talked about the company"),
    choice("wom_valence", "positive | negative | mixed", "how the customer talked about the company"),
    number("weight", "sampling or post-stratification weight", above=0),
    text("cluster", "sampling cluster"),
    text("stratum", "sampling stratum"),
    text("verbatim", "the customer's own words; never leaves the restricted tables"),
    text("nps_reason", "reason given for the likelihood to recommend"),
    text("q3", "answer to the configurable third question"),
    free_prefix="segment.",
)

RESPONSE_ITEMS = table(
    "response_items",
    "One score of one attribute in one answered questionnaire.",
    "response_id attribute_id kind",
    key("response_id", "pseudonym of the answer"),
    key("attribute_id", "attribute that was scored"),
    choice("kind", "satisfaction | importance | expectation", "what was asked of it", required=True),
    score("score", "the score, on the scale its mapping names", required=True),
)

INVITATIONS = table(
    "invitations",
    "One invitation to answer.",
    "invite_id",
    key("invite_id", "pseudonym of the invitation"),
    key("customer_id", "pseudonym of the customer invited", required=False),
    text("wave", "wave of the survey", required=True),
    date("sent_at", "when it was sent", required=True),
    key("response_id", "the answer it led to, empty where none came", required=False),
)

LOOP_CASES = table(
    "loop_cases",
    "One answer that was followed up.",
    "case_id",
    key("case_id", "pseudonym of the case"),
    key("response_id", "the answer followed up"),
    date("contacted_at", "when the customer was first contacted"),
    date("resolved_at", "when the case was closed"),
    score("followup_score", "likelihood to recommend after the follow-up", 0, 10),
)

COMPETITORS = table(
    "competitors",
    "One brand's published result in one category and area.",
    "wave brand category area",
    text("wave", "wave of the survey", required=True),
    text("brand", "brand", required=True),
    text("category", "product category", required=True),
    text("area", "area of the customer's happiness", required=True),
    number("mean", "mean score", "points"),
    number("sd", "standard deviation of the scores", "points", minimum=0),
    whole("promoters", "number of promoters", "respondents", minimum=0),
    whole("detractors", "number of detractors", "respondents", minimum=0),
    whole("n", "number of answers", "respondents", minimum=0, required=True),
)

BRAND_RATINGS = table(
    "brand_ratings",
    "One respondent's score of one brand in one area.",
    "response_id brand area",
    key("response_id", "pseudonym of the answer"),
    text("brand", "brand", required=True),
    text("area", "area of the customer's happiness", required=True),
    text("category", "product category", required=True),
    score("score", "score of the brand", 0, 10, required=True),
    whole("rank", "rank the respondent gives the brand, 1 is the best", minimum=1),
    number("spend", "what the respondent spends with the brand", "currency", minimum=0),
)
