"""The four markets of Aurea Telecom."""

from __future__ import annotations

from cxlab.demo.behaviour import Brands, Organisation, Renewal, Revenue
from cxlab.demo.company import Attribute, Dirt, MarketPlan, Segment

AGE_NAMES = ("18-29", "30-44", "45-59", "60+")
AGE_EFFECTS = (-0.24, -0.06, 0.05, 0.12)  # the young are the least satisfied, and answer the least

SPAIN = MarketPlan(
    name="demo-es",
    title="Aurea Telecom España",
    number=1,
    language="es",
    currency="EUR",
    tool="qualtrics",
    id_prefix="R_",
    attributes=(  # level, driver, effort
        Attribute("network", 0.42, 28, 5, importance=0.62),
        Attribute("price", 0.10, 16, 5, importance=0.74),
        Attribute("billing", 0.26, 13, 20, importance=0.44, gain=0.03),
        Attribute("contact_centre", 0.08, 24, 40, importance=0.40, not_applicable=0.10, gain=0.06),
        Attribute("shop", 0.45, 3, 5, importance=0.10, not_applicable=0.25),
        Attribute("app", 0.30, 10, 20, importance=0.30, not_applicable=0.12, gain=0.04),
        Attribute("installation", 0.38, 6, 5, importance=0.34, not_applicable=0.30),
    ),
    region=Segment(("Norte", "Centro", "Sur", "Islas"), (0.30, 0.38, 0.32, 0.0), (0.06, -0.04, 0.0, 0.0)),
    age_band=Segment(AGE_NAMES, (0.22, 0.29, 0.27, 0.22), AGE_EFFECTS),
    customer_type=Segment(("Residencial", "Empresa"), (0.78, 0.22), (0.01, -0.04)),
    style_stretch=1.12,
    style_shift=0.05,
    halo=0.45,
    channels=("email", "sms", "anonymous"),
    channel_shares=(0.60, 0.25, 0.15),
    blank=0.02,
    refused=0.0,
    dirt=Dirt(4, 3, 5, 2, 6, 4, other_date_style=5, answered_twice=6),
    revenue=Revenue(level=168.0, csat=0.040),
    renewal=Renewal(intercept=-1.4, slope=5.0),
    brands=Brands(("Aurea", "Telnova", "Movistel", "Fibralia"), (6.9, 6.4, 7.1, 6.0)),
    organisation=Organisation(stages=(2, 2, 3, 3, 3, 4)),
    pilot=40,
)

ITALY = MarketPlan(
    name="demo-it",
    title="Aurea Telecom Italia",
    number=3,
    language="it",
    currency="EUR",
    tool="questionpro",
    id_prefix="",
    attributes=(  # level, driver, effort
        Attribute("network", 0.30, 22, 5, importance=0.58),
        Attribute("price", 0.14, 24, 5, importance=0.66),
        Attribute("billing", 0.20, 16, 30, importance=0.48),
        Attribute("contact_centre", 0.16, 20, 35, importance=0.44, not_applicable=0.12),
        Attribute("shop", 0.42, 8, 10, importance=0.24, not_applicable=0.18),
        Attribute("app", 0.24, 6, 10, importance=0.26, not_applicable=0.16),
        Attribute("installation", 0.26, 4, 5, importance=0.32, not_applicable=0.30),
    ),
    region=Segment(
        ("Nord", "Centro", "Sud", "Isole minori"), (0.44, 0.26, 0.30, 0.0), (0.05, 0.0, -0.06, 0.0)
    ),
    age_band=Segment(AGE_NAMES, (0.19, 0.27, 0.29, 0.25), AGE_EFFECTS),
    customer_type=Segment(("Privato", "Azienda"), (0.82, 0.18), (0.0, 0.0)),
    style_stretch=1.05,
    style_shift=0.08,
    halo=0.50,
    channels=("email", "sms", "web"),
    channel_shares=(0.70, 0.20, 0.10),
    blank=0.02,
    refused=0.0,
    dirt=Dirt(3, 2, 4, 3, 5, 3, other_date_style=6, answered_twice=5),
    revenue=Revenue(level=150.0, csat=0.050),
    renewal=Renewal(intercept=-1.0, slope=4.0),
    brands=Brands(("Aurea", "Windline", "Telmare", "Ondafon"), (6.6, 6.9, 6.5, 6.1)),
    organisation=Organisation(stages=(1, 2, 2, 2, 3, 3)),
)

POLAND = MarketPlan(
    name="demo-pl",
    title="Aurea Telecom Polska",
    number=2,
    language="pl",
    currency="PLN",
    tool="spss",
    id_prefix="",
    attributes=(  # level, driver, effort
        Attribute("network", 0.44, 20, 5, importance=0.58),
        Attribute("price", 0.24, 30, 5, importance=0.66),
        Attribute("billing", 0.34, 10, 25, importance=0.46),
        Attribute("contact_centre", 0.30, 18, 40, importance=0.36, not_applicable=0.10),
        Attribute("shop", 0.40, 8, 10, importance=0.22, not_applicable=0.15),
        Attribute("app", 0.36, 6, 10, importance=0.24, not_applicable=0.20),
        Attribute("installation", 0.34, 8, 5, importance=0.30, not_applicable=0.30),
    ),
    region=Segment(
        ("Mazowsze", "Południe", "Północ", "Podlasie"), (0.36, 0.40, 0.24, 0.0), (0.04, 0.0, -0.06, 0.0)
    ),
    age_band=Segment(AGE_NAMES, (0.20, 0.31, 0.24, 0.25), AGE_EFFECTS),
    customer_type=Segment(("Klient indywidualny", "Firma"), (0.80, 0.20), (-0.01, 0.06)),
    style_stretch=0.88,
    style_shift=-0.04,
    halo=0.42,
    channels=("telefon", "internet"),
    channel_shares=(0.55, 0.45),
    blank=0.01,
    refused=0.015,
    dirt=Dirt(3, 2, 4, 0, 4, 3, other_date_style=0, answered_twice=4),
    revenue=Revenue(level=420.0, csat=0.035),
    renewal=Renewal(intercept=-1.2, slope=4.5),
    brands=Brands(("Aurea", "Polfon", "Wisłanet", "Batory"), (7.0, 6.8, 6.2, 6.5)),
    organisation=Organisation(stages=(3, 3, 3, 4, 4, 4)),
)

ENGLAND = MarketPlan(
    name="demo-en",
    title="Aurea Telecom UK",
    number=4,
    language="en",
    currency="GBP",
    tool="surveymonkey",
    id_prefix="",
    attributes=(  # level, driver, effort
        Attribute("network", 0.34, 26, 5, importance=0.60),
        Attribute("price", 0.18, 14, 5, importance=0.62),
        Attribute("billing", 0.28, 10, 20, importance=0.42),
        Attribute("contact_centre", 0.12, 28, 45, importance=0.46, not_applicable=0.10, gain=0.03),
        Attribute("shop", 0.36, 4, 5, importance=0.14, not_applicable=0.28),
        Attribute("app", 0.38, 12, 15, importance=0.36, not_applicable=0.10),
        Attribute("installation", 0.30, 6, 5, importance=0.32, not_applicable=0.30),
    ),
    region=Segment(
        ("North", "Midlands", "South", "Channel Islands"), (0.31, 0.27, 0.42, 0.0), (0.03, 0.0, -0.03, 0.0)
    ),
    age_band=Segment(AGE_NAMES, (0.21, 0.28, 0.26, 0.25), AGE_EFFECTS),
    customer_type=Segment(("Home", "Business"), (0.80, 0.20), (0.0, 0.02)),
    style_stretch=1.0,
    style_shift=0.0,
    halo=0.45,
    channels=("email", "web link", "text message"),
    channel_shares=(0.65, 0.20, 0.15),
    blank=0.02,
    refused=0.0,
    dirt=Dirt(4, 3, 4, 2, 5, 4, other_date_style=5, answered_twice=5),
    revenue=Revenue(level=138.0, csat=0.045),
    renewal=Renewal(intercept=-1.6, slope=5.5),
    brands=Brands(("Aurea", "Britline", "Thamesnet", "Orchid"), (6.8, 7.0, 6.3, 6.6)),
    organisation=Organisation(stages=(2, 3, 3, 3, 4, 5)),
)

MARKETS = (SPAIN, ITALY, POLAND, ENGLAND)
