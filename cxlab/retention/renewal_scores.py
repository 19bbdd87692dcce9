"""The renewal indicator of each customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

import narwhals as nw

from cxlab.estimate.estimates import Scale
from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import finite, known_frame, require_names, require_numbers, require_once

QUESTIONS = ("renew_q1", "renew_q2")
INDEX = "renewal_index"


def renewal_scores(
    frame: Any,
    *,
    questions: Sequence[str] = QUESTIONS,
    scales: Mapping[str, Scale] | Scale,
    name: str = INDEX,
) -> Any:
    """Return the frame with the renewal indicator of each row, 0–100, as a further column.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; it is not changed.
    questions
        Numeric columns; a higher answer must mean a likelier renewal.
    scales
        Lowest and highest answer, such as `(1, 10)` for every question, or one pair for each:
        `{"renew_q1": (1, 10), "renew_q2": (1, 5)}`.
    name
        Name of the new column.

    Returns
    -------
    frame of the same kind
        100 times the mean over the questions of (answer − lowest) / (highest − lowest). Missing where any of
        the questions was not answered: two questions are not compared with one.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, no question is named, a question has no
        scale or an answer outside it, or the new column is there already.
    """
    asked = [questions] if isinstance(questions, str) else list(questions)
    known = known_frame(frame)
    rows = known.lazy()
    schema = known.collect_schema()
    _require_questions(rows, asked, schema)
    if name in schema:
        raise MeasureError(f"there is a column '{name}' already", remedy="name the new one by name=")
    limits = {question: _scale_of(question, asked, scales) for question in asked}
    _require_within(rows, limits)
    parts = [(finite(question) - low) / (high - low) for question, (low, high) in limits.items()]
    return known.with_columns((100 * reduce(add, parts) / len(parts)).alias(name)).to_native()


def _require_questions(rows: nw.LazyFrame[Any], asked: list[str], schema: nw.Schema) -> None:
    if not asked:
        raise MeasureError("no question is named", remedy='name them: questions=("renew_q1", "renew_q2")')
    require_names(asked, schema)
    require_once(asked)
    for question in asked:
        require_numbers(rows, question, schema[question])


def _scale_of(question: str, asked: list[str], scales: Mapping[str, Scale] | Scale) -> tuple[float, float]:
    if isinstance(scales, Mapping):
        unknown = [name for name in scales if name not in asked]
        if unknown or question not in scales:
            raise MeasureError(
                f"'{unknown[0]}' is no question" if unknown else f"'{question}' has no scale",
                where="scales",
                remedy="name one scale for each of " + ", ".join(asked),
            )
    pair = scales[question] if isinstance(scales, Mapping) else scales
    fit = isinstance(pair, Sequence) and len(pair) == 2 and all(finite_number(end) for end in pair)
    if not fit or not pair[0] < pair[1]:
        raise MeasureError(
            f"{pair!r} is no scale", where="scales", remedy="give lowest and highest, such as (1, 10)"
        )
    return float(pair[0]), float(pair[1])


def _require_within(rows: nw.LazyFrame[Any], limits: Mapping[str, tuple[float, float]]) -> None:
    ends = [
        getattr(finite(question), end)().alias(f"{end}{place}")
        for place, question in enumerate(limits)
        for end in ("min", "max")
    ]
    found = rows.select(*ends).collect().rows()[0]
    for place, (question, (low, high)) in enumerate(limits.items()):
        for seen in found[2 * place : 2 * place + 2]:
            if seen is not None and (seen < low or seen > high):  # a column of gaps has NaN for its ends
                raise MeasureError(
                    f"an answer of {seen:g} lies outside {low:g} to {high:g}",
                    where=f"column '{question}'",
                    remedy="correct the scale, or list what is no answer under missing in the mapping",
                )
