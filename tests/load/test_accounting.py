"""Whatever a file holds, every value is accounted for, and what is accepted is what a plain loop accepts."""

import csv
import io
import re
import tempfile
from pathlib import Path

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.load.conftest import Desk, accounts

KEYS = st.sampled_from(["1", "2", "3", "4", "a b", "", " 1 "])
SCORES = st.one_of(
    st.integers(-1, 12).map(str),
    st.sampled_from(
        ["", " ", "98", "99", "99.0", "7.0", " 5 ", "x", "3,5", "2.5", "inf", "nan", "1e1", '"', "a\nb"]
    ),
)
ROWS = st.lists(st.tuples(KEYS, SCORES, SCORES, SCORES), max_size=30)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
MISSING = {98.0, 99.0}


def naive(text: str, lowest: float, highest: float, whole: bool) -> tuple[str, float | None]:
    """Judge one score by hand: missing, accepted with its value, or broken."""
    text = text.strip()
    if not text:
        return "missing", None
    if not NUMBER.fullmatch(text):
        return "broken", None
    value = float(text)
    if value in MISSING:
        return "missing", None
    good = lowest <= value <= highest and not (whole and value % 1)
    return ("accepted", value) if good else ("broken", None)


def naive_load(rows):
    """Accept responses in order, and the items of accepted ones."""
    responses, items = {}, {}
    for key, nps, art, food in rows:
        key = key.strip()
        fate, score = naive(nps, 0, 10, whole=True)
        if not key or fate == "broken" or key in responses:
            continue
        responses[key] = score
        for attribute, text in (("art", art), ("food", food)):
            fate, value = naive(text, 1, 5, whole=False)
            if fate == "accepted":
                items[key, attribute] = value
    return responses, items


# Each example is a load of its own: shrinking one would take minutes.
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ROWS)
@example([("1", "11", "5", "5"), ("1", "9", "4", "")])
def test_nothing_is_lost(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("id", "q", "a", "f"), *rows])
    responses, items = naive_load(rows)
    missing = {"98": "not applicable", "99": "refused"}
    matrix = {"scale": [1, 5], "missing": missing, "attributes": {"art": "a", "food": "f"}}
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.write("survey.csv", text.getvalue())
        columns = {"response_id": "id", "nps": {"from": "q", "missing": missing}}
        market = desk.open({"responses": columns, "response_items": {"satisfaction": matrix}})
    found = market.responses.astype({"nps": object}).where(market.responses.notna(), None)
    assert dict(zip(found["response_id"], found["nps"], strict=True)) == responses
    scored = market.response_items.set_index(["response_id", "attribute_id"])["score"]
    assert scored.to_dict() == items
    assert set(market.codebook["n_rows"]) <= {len(rows)}
    set_aside = market.quarantine[market.quarantine["table"] == "responses"]["row"].nunique()
    assert len(market.responses) + set_aside == len(rows)
    accounts(market)
