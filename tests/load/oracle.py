"""What a mapping makes of raw values, worked out row by row in plain Python: the tests' second opinion."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cxlab.model.tables import TABLES, Column, Table

NO_SCORE = "no score in this row"
WHOLE_SCORES = ("nps", "ces", "enps")
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
# Column → the table whose key it is.
PARENTS = {
    "customer_id": "customers", "response_id": "responses", "invite_id": "invitations", "period": "finance",
    "interaction_id": "interactions", "complaint_id": "complaints", "cause_id": "causes", "parent": "causes",
    "case_id": "loop_cases", "contract_id": "contracts", "transaction_id": "transactions",
    "touchpoint": "touchpoints", "goodwill_id": "goodwill",
    "event_id": "loyalty_events", "idea_id": "ideas", "action_id": "actions",
    "opportunity_id": "opportunities",
}  # fmt: skip
DATES = {
    "2026-03-02": datetime(2026, 3, 2),
    "2026-03-02 08:15:00": datetime(2026, 3, 2, 8, 15),
    "2026-03-02T08:15:00Z": datetime(2026, 3, 2, 8, 15),
    "02/03/2026": datetime(2026, 3, 2),
    "31/12/1999": datetime(1999, 12, 31),
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one raw value: accepted with a value, missing for a reason, or broken."""

    value: Any = None
    reason: str = ""
    broken: bool = False


@dataclass(slots=True)
class Expected:
    """What becomes of the rows of one table: their fates, and the columns in which each breaks a rule."""

    table: Table
    fates: list[dict[str, Fate]]
    breaches: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaches = [
            {name for name, fate in row.items() if fate.broken or (fate.reason and self._is_needed(name))}
            for row in self.fates
        ]

    def _is_needed(self, name: str) -> bool:
        column = self.table.column(name)
        return column is not None and column.required and name != "score"

    def answered(self, row: int) -> bool:
        """Whether a row is one at all: in a table of scores it holds a score, or breaks a rule."""
        score = self.table.columns.get("score")
        needed = score is not None and score.required
        return not needed or not self.fates[row]["score"].reason or bool(self.breaches[row])

    def accepted(self) -> list[int]:
        """Return the rows of the table."""
        return [row for row, broken in enumerate(self.breaches) if not broken and self.answered(row)]

    def counts(self, name: str) -> tuple[int, int, int, Counter[str]]:
        """Return how many values of a column are accepted, missing and quarantined, and the reasons."""
        reasons: Counter[str] = Counter()
        accepted = quarantined = 0
        for row, fates in enumerate(self.fates):
            if self.breaches[row]:
                quarantined += 1
            elif not self.answered(row) and name != "score":
                reasons[NO_SCORE] += 1
            elif fates[name].reason:
                reasons[fates[name].reason] += 1
            else:
                accepted += 1
        return accepted, reasons.total(), quarantined, reasons


def settle(tables: Mapping[str, Expected]) -> None:
    """Mark duplicates, then rows that point at a row that is not there, until none is left."""
    for name, expected in tables.items():
        seen = set()
        for row in expected.accepted():
            key = tuple(expected.fates[row][part].value for part in TABLES[name].key)
            if key in seen:
                expected.breaches[row].add(TABLES[name].key[0])
            seen.add(key)
    lost = True
    while lost:
        known = {name: _keys(expected) for name, expected in tables.items()}
        lost = False
        for name, expected in tables.items():
            for column, parent in PARENTS.items():
                if parent not in known or (column,) == TABLES[name].key:
                    continue
                for row in expected.accepted():
                    fate = expected.fates[row].get(column, Fate(reason="not mapped"))
                    if not fate.reason and fate.value not in known[parent]:
                        expected.breaches[row].add(column)
                        lost = True


def _keys(expected: Expected) -> set[Any]:
    [first, *more] = expected.table.key
    return set() if more else {expected.fates[row][first].value for row in expected.accepted()}


def spelt(raw: Any) -> str:
    """Return a raw value as one writes it: a text without blanks around it, a number without `.0`."""
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return ""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def code(raw: Any) -> str:
    """Return a raw value as a code: `99.0` and `99` are one."""
    text = spelt(raw)
    return f"{float(text):g}" if re.fullmatch(r"[+-]?\d+(\.\d*)?", text) else text


def judged(raw: Any, column: Column, mapping: Mapping[str, Any]) -> Fate:
    """Judge one raw value: missing, then codes, shift and reverse, then the range."""
    if not spelt(raw):
        return Fate(reason="empty")
    if code(raw) in mapping.get("missing", {}):
        return Fate(reason=mapping["missing"][code(raw)])
    if column.is_number:
        return _number(raw, column, mapping)
    if column.kind == "date":
        return _date(raw, mapping)
    if column.kind == "flag":
        word = mapping.get("labels", {}).get(code(raw), code(raw)).lower()
        return Fate(word in YES) if word in YES | NO else Fate(broken=True)
    return _name(raw, column, mapping.get("labels", {}))


def _name(raw: Any, column: Column, labels: Mapping[str, str]) -> Fate:
    name = spelt(raw)
    if labels:
        if code(raw) not in {*labels, *labels.values()}:
            return Fate(broken=True)
        name = labels.get(code(raw), name)
    return Fate(broken=True) if column.choices and name not in column.choices else Fate(name)


def _date(raw: Any, mapping: Mapping[str, Any]) -> Fate:
    if isinstance(raw, datetime):
        return Fate(raw)
    moment = DATES.get(spelt(raw))
    fits = ("/" in spelt(raw)) == ("format" in mapping)
    return Fate(moment) if moment and fits else Fate(broken=True)


def _number(raw: Any, column: Column, mapping: Mapping[str, Any]) -> Fate:
    value = _read_number(raw, mapping)
    if value is None or math.isinf(value):
        return Fate(broken=True)
    value += mapping.get("shift", 0)
    lowest, highest = scale_of(column, mapping)
    if mapping.get("reverse"):
        value = lowest + highest - value
    outside = (lowest is not None and value < lowest) or (highest is not None and value > highest)
    too_low = column.above is not None and value <= column.above
    part = value % 1 != 0 and (column.kind == "whole" or column.name in WHOLE_SCORES)
    return Fate(broken=True) if outside or too_low or part else Fate(value)


def _read_number(raw: Any, mapping: Mapping[str, Any]) -> float | None:
    if code(raw) in mapping.get("codes", {}):
        return mapping["codes"][code(raw)]
    if isinstance(raw, int | float):
        return float(raw)
    mark = mapping.get("decimal", ".")
    text = spelt(raw)
    if not re.fullmatch(rf"[+-]?(\d+{re.escape(mark)}?\d*|{re.escape(mark)}\d+)([eE][+-]?\d+)?", text):
        return None
    return float(text.replace(mark, "."))


def scale_of(column: Column, mapping: Mapping[str, Any]) -> Sequence[float | None]:
    """Return the ends of a column's scale: its mapping's, else its own."""
    return mapping.get("scale") or (column.minimum, column.maximum)
