"""The survey programme's steps and the actions that were decided."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.company import WAVES
from cxlab.demo.fieldwork import Fieldwork

# Step, day planned from the first day of the fieldwork, role.
STEPS = (
    ("exploratory", -70, "research lead"),
    ("questionnaire", -45, "research lead"),
    ("pilot", -8, "research lead"),
    ("full wave", 0, "field manager"),
    ("export", 24, "field manager"),
    ("executive summary", 38, "research lead"),
    ("action plan", 52, "head of customer care"),
    ("communication", 60, "head of communication"),
    ("thank-you", 66, "head of communication"),
)
LATE = 9  # days a step may be late, the upper end excluded
# Cause, role, due, status, metric, target.
ACTIONS = (
    ("wrong_tariff", "head of finance", "2025-06-30", "done", "csat billing", 7.0),
    ("missed_appointment", "head of operations", "2025-12-31", "done", "complaints repair", 0.8),
    ("no_answer", "head of customer care", "2026-03-31", "late", "first-contact resolution", 0.75),
    ("outage", "head of network", "2026-12-31", "open", "csat network", 7.5),
    ("long_menu", "head of customer care", "2026-06-30", "done", "ces", 5.0),
    ("late_refund", "head of finance", "2027-03-31", "open", "complaints bill", 0.7),
)


def programme_tables(work: Fieldwork, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Return the tables `programme_steps` and `actions`."""
    return {"programme_steps": _steps(work, rng), "actions": _actions()}


def _steps(work: Fieldwork, rng: np.random.Generator) -> pa.Table:
    rows: list[dict[str, object]] = []
    for number, wave in enumerate(WAVES):
        first = np.datetime64(wave.first_day, "D")
        answers = work.clean[work.clean["wave"] == number]
        piloted = int((answers["stage"] == 1).sum())
        asked = int((work.asked_wave == number).sum())
        for step, day, role in STEPS:
            if step == "pilot" and not piloted:
                continue
            planned = first + np.timedelta64(day, "D")
            invited = {"pilot": piloted, "full wave": asked - piloted}.get(step)
            answered = {"pilot": piloted, "full wave": len(answers) - piloted}.get(step)
            rows.append(
                {
                    "wave": wave.name,
                    "step": step,
                    "planned_on": planned.item(),
                    "done_on": (planned + np.timedelta64(int(rng.integers(0, LATE)), "D")).item(),
                    "owner_role": role,
                    "invited": invited,
                    "answered": answered,
                }
            )
    return pa.Table.from_pylist(rows)


def _actions() -> pa.Table:
    names = ("cause_id", "owner_role", "due", "status", "target_metric", "target")
    columns = dict(zip(names, map(list, zip(*ACTIONS, strict=True)), strict=True))
    columns["due"] = [np.datetime64(due, "D").item() for due in columns["due"]]
    return pa.table({"action_id": [f"M{number:02d}" for number in range(1, len(ACTIONS) + 1)], **columns})
