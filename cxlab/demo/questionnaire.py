"""The questionnaire in one market: its questions in their order, whatever tool asks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxlab.demo.company import MarketPlan
from cxlab.demo.opinions import OUTCOMES
from cxlab.demo.side_questions import IMPROVE
from cxlab.demo.wording import ATTRIBUTE_LABELS, CHOICES, COMMENTS, CSAT_WORDS, QUESTIONS

Kind = Literal["score", "choice", "several", "grid", "comment"]
ANSWERED_YES, WOM_SOURCES, WOM_VALENCES = ("yes", "no"), ("offline", "online", "none"), (
    "positive", "negative", "mixed",
)  # fmt: skip
CHOICE_NAMES: dict[str, tuple[str, ...]] = {
    "had_problem": ANSWERED_YES,
    "wom_source": WOM_SOURCES,
    "wom_valence": WOM_VALENCES,
}
GRIDS = ("satisfaction", "importance")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes
    ----------
    name : str
        Its canonical column, `q3` for what to improve, or the kind of a grid.
    kind : str
        A score, a choice of one, a choice of several, a grid of scores, or a comment.
    text : str
        What is asked, in the market's language.
    columns : tuple of str
        Columns of the answers: one, or one per option or row of the grid.
    labels : tuple of str
        Texts of the answers of a choice by code from 1, of the options, or of the rows of a grid.
    """

    name: str
    kind: Kind
    text: str
    columns: tuple[str, ...]
    labels: tuple[str, ...] = ()


def questionnaire(plan: MarketPlan) -> tuple[Question, ...]:
    """Return the questions in the market's language, in their order."""
    language = plan.language
    texts, choices = QUESTIONS[language], CHOICES[language]
    scores = [Question(name, "score", texts[name], (name,)) for name in OUTCOMES]
    single = [Question(name, "choice", texts[name], (name,), choices[name]) for name in choices]
    improve = tuple(f"improve.{name}" for name in IMPROVE)
    several = Question("q3", "several", texts["q3"], improve, tuple(map_label(IMPROVE, language)))
    names = tuple(attribute.name for attribute in plan.attributes)
    grids = [
        Question(
            kind, "grid", texts[kind], tuple(f"{kind}.{name}" for name in names), map_label(names, language)
        )
        for kind in GRIDS
    ]
    return (
        *scores,
        *single,
        several,
        *grids,
        Question("verbatim", "comment", texts["verbatim"], ("comment",)),
    )


def map_label(names: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the labels of some attributes."""
    return tuple(ATTRIBUTE_LABELS[name][language] for name in names)


def csat_words(plan: MarketPlan) -> tuple[str, ...]:
    """Return the words of overall satisfaction, from 1 to 5."""
    return CSAT_WORDS[plan.language]


def whole_numbers(values: pd.Series) -> pa.Array:
    """Return answers as whole numbers, missing where left blank."""
    blank = values.isna().to_numpy()
    return pa.array(np.where(blank, 0, values.to_numpy()).astype(np.int64), mask=blank)


def comments(plan: MarketPlan, answers: pd.DataFrame) -> pa.Array:
    """Return the comments, missing where there is none."""
    place = answers["comment"].to_numpy().astype(np.int32) - 1
    return pa.array(COMMENTS[plan.language]).take(pa.array(place, mask=place < 0))


def words_of(values: pd.Series, texts: tuple[str, ...]) -> pa.Array:
    """Return the texts of codes from 1, missing where left blank."""
    return pa.array(texts).take(pc.subtract(whole_numbers(values), 1))


def numbers_or(values: pd.Series, code: float, text: str) -> pa.Array:
    """Return whole numbers as texts, with a text of its own for one code."""
    digits = pc.cast(whole_numbers(values), pa.string())
    return pc.if_else(pa.array((values == code).to_numpy()), text, digits)
