"""What a tally must give, found by a plain loop over the rows."""

import math
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from cxlab.tally.answer_counts import answer_counts
from cxlab.tally.block_sums import about
from cxlab.tally.moments import Moments, moments
from cxlab.tally.score_counts import score_counts
from cxlab.tally.value_counts import value_counts
from tests.tally.engines import awkward_frame

Rows = Sequence[dict[str, Any]]
Groups = dict[tuple[str | float | None, ...], tuple[int, float, float]]
ROWS: Rows = awkward_frame().to_pylist()
COLUMNS = ["nps", "nps8", "big8", "csat", "nps32", "ratio"]


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _spelt(value: Any) -> str:
    """The spelling of a level, written anew: no white space, no `.0`, flags in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    return str(value).strip()


@cache
def loop(column: str, key: str, by: tuple[str, ...], weight: str | None) -> Groups:
    """n, Σw and Σw² of each group of the awkward frame."""
    sums: dict[tuple, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for row in ROWS:
        value = row[column]
        spell = {"score": float, "value": _spelt, "answered": lambda value: 1.0}[key]
        found = (0.0 if key == "answered" else None) if _missing(value) else spell(value)
        group = (*(None if _missing(row[name]) else _spelt(row[name]) for name in by), found)
        w = row[weight] if weight else 1.0
        sums[group][0] += w > 0
        sums[group][1] += w
        sums[group][2] += w * w
    return {group: (int(n), w, w2) for group, (n, w, w2) in sums.items()}


def as_dict(counts: pd.DataFrame) -> Groups:
    """The groups of a tally, in the form of `loop`."""
    groups = counts.columns[: -len(["n", "sum_w", "sum_w2"])]
    return {
        tuple(None if pd.isna(value) else value for value in row[: len(groups)]): tuple(row[len(groups) :])
        for row in counts.itertuples(index=False)
    }


def assert_counts_of_a_loop(frame: Any) -> None:
    """Every count of the awkward frame, on one engine, against the loop."""
    for column, weight, by in (
        ("nps", None, ()),
        ("nps", "w", ("region",)),
        ("nps", "w", ("region", "flag", "tier")),
        ("nps32", "w", ("flag",)),
        ("big8", "w", ("store",)),
        ("big8", None, ("region", "flag", "tier")),
    ):
        counts = score_counts(frame, column, by=by, weight=weight)
        assert counts["n"].dtype == "int64"
        assert as_dict(counts) == loop(column, "score", by, weight)
    for column in ("reason", "flag", "ratio"):
        assert as_dict(value_counts(frame, column, weight="w")) == loop(column, "value", (), "w")
    for column in ("nps", "reason"):
        assert as_dict(answer_counts(frame, column, weight="w")) == loop(column, "answered", (), "w")


@cache
def expected_moments(
    weight: str | None, blocks: str | None, missing: str
) -> dict[Any, dict[str, np.ndarray]]:
    """The sums of each block of the awkward frame."""
    labels = sorted({row[blocks] for row in ROWS}) if blocks else [0]
    members = {label: [row for row in ROWS if not blocks or row[blocks] == label] for label in labels}
    return {
        label: loop_moments(rows, COLUMNS, weight, missing == "complete") for label, rows in members.items()
    }


def loop_moments(rows: Rows, columns: list[str], weight: str | None, complete: bool) -> dict[str, np.ndarray]:
    """The sums of moments about 0, exact: each sum of fractions is rounded once."""
    p = len(columns)
    sums = {name: [[Fraction(0)] * p for _ in columns] for name in ("n", "sum_w", "sum_wx", "sum_wxx")}
    for row in rows:
        x = [None if _missing(row[name]) else Fraction(row[name]) for name in columns]
        w = Fraction(row[weight]) if weight else Fraction(1)
        if w == 0 or (complete and None in x):
            continue
        for i, x_i in enumerate(x):
            for j, x_j in enumerate(x):
                if x_i is not None and x_j is not None:
                    sums["n"][i][j] += 1
                    sums["sum_w"][i][j] += w
                    sums["sum_wx"][i][j] += w * x_i
                    sums["sum_wxx"][i][j] += w * x_i * x_j
    return {name: np.array([[float(cell) for cell in line] for line in sums[name]]) for name in sums}


def assert_moments_of_a_loop(frame: Any) -> None:
    """Every moment of the awkward frame, on one engine, against the loop: no digit may differ.

    Scores and weights are multiples of 1/16, so that every sum is exact whatever the order and the shift.
    """
    for weight, blocks, missing in (
        (None, None, "pairwise"),
        ("w", "block", "pairwise"),
        ("w", "panel", "complete"),
        (None, "block", "complete"),
    ):
        found = moments(frame, "nps", COLUMNS[1:], weight=weight, blocks=blocks, missing=missing)
        expected = expected_moments(weight, blocks, missing)
        assert found.blocks.tolist() == list(expected)
        sums = about(found.sums, np.zeros(len(COLUMNS)))
        for number, (label, block) in enumerate(expected.items()):
            for name, values in block.items():
                np.testing.assert_array_equal(getattr(sums, name)[number], values, err_msg=f"{label}: {name}")


def assert_same_moments(found: Moments, expected: Moments, rtol: float = 0.0) -> None:
    """Two moments with the same sums about the shift of the second."""
    assert (found.columns, found.missing, found.weighting) == (
        expected.columns,
        expected.missing,
        expected.weighting,
    )
    assert found.blocks.tolist() == expected.blocks.tolist()
    sums = about(found.sums, expected.shift)
    for name in ("rows", "used", "n"):
        np.testing.assert_array_equal(getattr(sums, name), getattr(expected.sums, name))
    for name in ("sum_w", "sum_wx", "sum_wxx"):
        values = getattr(expected.sums, name)
        scale = np.abs(values).max(initial=0.0)
        np.testing.assert_allclose(getattr(sums, name), values, rtol=rtol, atol=rtol * scale, err_msg=name)
