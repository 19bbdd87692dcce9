"""Small markets made in memory, clean or with one planted fault, for the tests of quality."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlab.model.market import CODEBOOK_COLUMNS, MISSING_COLUMNS, QUARANTINE_COLUMNS, Market
from cxlab.model.parameters import MarketParameters

WAVE = "2026-1"
SCALES = {"nps": (0, 10), "csat_overall": (1, 5), "ces": (1, 7)}
ITEMS = ("network", "price", "billing", "contact_centre", "shop", "app", "installation")
KINDS = ("satisfaction", "importance")
PARAMETERS = MarketParameters.model_validate(
    {
        "market": "acme",
        "name": "Acme",
        "wave": WAVE,
        "sources": {
            "survey": {"path": "x.csv", "format": "csv", "tables": {"responses": {"response_id": "id"}}}
        },
    }
)


def on_scale(latent: np.ndarray, low: int, high: int) -> np.ndarray:
    """Latent values with mean 0 and variance 1 as scores that use the whole scale."""
    return np.clip(np.round((low + high) / 2 + latent * (high - low) / 4), low, high)


def honest_answers(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Scores of n customers with one opinion behind all of them, by question."""
    opinion = rng.normal(size=n)
    answers = {}
    for name, (low, high) in SCALES.items():
        answers[name] = on_scale(0.7 * opinion + 0.7 * rng.normal(size=n), low, high)
    for kind in KINDS:
        for item in ITEMS:
            answers[f"{kind}.{item}"] = on_scale(0.6 * opinion + 0.8 * rng.normal(size=n), 1, 10)
    return answers


def responses_of(n: int, rng: np.random.Generator, **columns: object) -> pd.DataFrame:
    """Questionnaires of one wave with their plain columns; `columns` replace or add to them."""
    known = {
        "response_id": [f"r{i}" for i in range(n)],
        "customer_id": [f"c{i}" for i in range(n)],
        "wave": WAVE,
        "responded_at": pd.Timestamp("2026-03-01") + pd.to_timedelta(np.arange(n), unit="min"),
        "duration_s": np.round(np.exp(rng.normal(5.5, 0.3, size=n))),
        "channel": np.where(np.arange(n) % 2 == 0, "email", "sms"),
    }
    return pd.DataFrame({**known, **columns})


def market_of(
    responses: pd.DataFrame,
    answers: Mapping[str, np.ndarray] | None = None,
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    quarantine: pd.DataFrame | None = None,
    reversed_items: tuple[str, ...] = (),
) -> Market:
    """A market of these questionnaires; answers called `kind.item` become items."""
    answers = dict(answers or {})
    plain = {name: scores for name, scores in answers.items() if "." not in name}
    responses = responses.assign(**{name: pd.array(s, dtype="Float64") for name, s in plain.items()})
    made = {"responses": responses.assign(market="acme")}
    if items := {name: scores for name, scores in answers.items() if "." in name}:
        made["response_items"] = _items(responses["response_id"], items)
    codebook = pd.DataFrame(
        [_described(name, name in reversed_items) for name in answers], columns=CODEBOOK_COLUMNS
    )
    empty = pd.DataFrame(columns=QUARANTINE_COLUMNS)
    missing = pd.DataFrame(columns=MISSING_COLUMNS)
    set_aside = empty if quarantine is None else quarantine
    return Market(PARAMETERS, {**made, **(tables or {})}, codebook, missing, set_aside, ())


def honest_market(n: int = 400, seed: int = 1, **columns: object) -> Market:
    """A market nothing is wrong with."""
    rng = np.random.default_rng(seed)
    return market_of(responses_of(n, rng, **columns), honest_answers(n, rng))


def invited_tables(
    rng: np.random.Generator, answered: np.ndarray, response_id: np.ndarray, **columns: np.ndarray
) -> dict[str, pd.DataFrame]:
    """Customers and invitations: one per customer, with the answer where there is one."""
    customer_id = [f"c{i}" for i in range(len(answered))]
    customers = pd.DataFrame({"customer_id": customer_id, **columns, "market": "acme"})
    invitations = pd.DataFrame(
        {
            "invite_id": [f"i{i}" for i in range(len(answered))],
            "customer_id": customer_id,
            "wave": WAVE,
            "sent_at": pd.Timestamp("2026-02-20"),
            "response_id": pd.Series(np.where(answered, response_id, None), dtype="str"),
            "market": "acme",
        }
    )
    return {"customers": customers, "invitations": invitations}


def _items(response_id: pd.Series, items: Mapping[str, np.ndarray]) -> pd.DataFrame:
    parts = []
    for name, scores in items.items():
        kind, _, attribute = name.partition(".")
        given = np.isfinite(scores)
        part = {"response_id": response_id[given], "attribute_id": attribute, "kind": kind}
        parts.append(pd.DataFrame({**part, "score": scores[given]}))
    return pd.concat(parts, ignore_index=True).assign(market="acme")


def _described(name: str, is_reversed: bool) -> dict[str, object]:
    is_item = "." in name
    low, high = (1, 10) if is_item else SCALES[name]
    return {
        "table": "response_items" if is_item else "responses",
        "column": "score" if is_item else name,
        "attribute": name if is_item else "",
        "scale_min": low,
        "scale_max": high,
        "direction": "reversed" if is_reversed else "as asked",
    }
