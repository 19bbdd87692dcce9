"""The answers of a wave as a matrix: one row per questionnaire, one column per scored question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.market import Market
from cxlab.model.tables import TABLES

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A scored question of a wave.

    Parameters
    ----------
    name
        `nps`, or `satisfaction.price` for an item.
    scale_min, scale_max
        Ends of its scale; NaN where it is not known or sources disagree.
    reversed
        Whether every source codes it the other way round.
    is_item
        Whether it is an item of a grid.
    """

    name: str
    scale_min: float = float("nan")
    scale_max: float = float("nan")
    reversed: bool = False
    is_item: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AnswerMatrix:
    """Scores of n questionnaires on k questions that somebody answered.

    Parameters
    ----------
    responses
        The questionnaires of the wave, n rows.
    scores
        Scores, shape (n, k); NaN where there is none.
    asked
        Whether a question was put to a questionnaire, shape (n, k): whether anybody of the same kind and
        stage answered it.
    questions
        The k questions; items come last, in the order of the questionnaire as the market's file has it.
    """

    responses: pd.DataFrame
    scores: Floats
    asked: npt.NDArray[np.bool_]
    questions: tuple[Question, ...]

    @property
    def names(self) -> list[str]:
        """Names of the k questions."""
        return [question.name for question in self.questions]

    @property
    def scale_min(self) -> Floats:
        """Lowest score of each question, shape (k,)."""
        return np.array([question.scale_min for question in self.questions], dtype="float64")

    @property
    def scale_max(self) -> Floats:
        """Highest score of each question, shape (k,)."""
        return np.array([question.scale_max for question in self.questions], dtype="float64")

    @property
    def is_item(self) -> npt.NDArray[np.bool_]:
        """Which of the k questions are items of a grid."""
        return np.array([question.is_item for question in self.questions], dtype=bool)

    @property
    def is_reversed(self) -> npt.NDArray[np.bool_]:
        """Which of the k questions are coded the other way round."""
        return np.array([question.reversed for question in self.questions], dtype=bool)


def wave_responses(market: Market, wave: str | None) -> pd.DataFrame:
    """Return the answers of a wave; None is the wave the market's file names.

    Raises
    ------
    MeasureError
        Where the market has other waves only.
    """
    responses = market.table("responses")
    if "wave" not in responses:
        return responses.reset_index(drop=True)
    wave = wave or market.parameters.wave
    if market.waves and wave not in market.waves:
        raise MeasureError(f"there are no answers of wave '{wave}'", remedy=nearest(wave, market.waves))
    return responses[responses["wave"] == wave].reset_index(drop=True)


def answer_matrix(market: Market, wave: str | None = None) -> AnswerMatrix:
    """Arrange the scores of a wave by questionnaire and question."""
    responses = wave_responses(market, wave)
    names = [n for n, column in TABLES["responses"].columns.items() if column.kind == "score"]
    own = [name for name in names if name in responses and responses[name].notna().any()]
    plain = responses[own].to_numpy(dtype="float64", na_value=np.nan).reshape(len(responses), len(own))
    item_scores, items = _items(market, responses)
    scores = np.hstack([plain, item_scores])
    book = market.codebook
    questions = [_question(name, book[book["table"] == "responses"], is_item=False) for name in own]
    questions += [_question(name, book[book["table"] == "response_items"], is_item=True) for name in items]
    return AnswerMatrix(responses, scores, _asked(responses, scores), tuple(questions))


def _items(market: Market, responses: pd.DataFrame) -> tuple[Floats, list[str]]:
    if "response_items" not in market.tables:
        return np.zeros((len(responses), 0)), []
    items = market.table("response_items")
    rows = pd.Index(responses["response_id"]).get_indexer(pd.Index(items["response_id"]))
    items, rows = items[rows >= 0], rows[rows >= 0]
    name = items["kind"].astype("str") + "." + items["attribute_id"].astype("str")
    book = market.codebook
    found = [str(one) for one in name.unique()]
    ordered = [str(one) for one in book.loc[book["table"] == "response_items", "attribute"]]
    names = [one for one in dict.fromkeys([*ordered, *found]) if one in set(found)]
    scores = np.full((len(responses), len(names)), np.nan)
    scores[rows, pd.Index(names).get_indexer(pd.Index(name))] = items["score"].to_numpy(dtype="float64")
    return scores, names


def _question(name: str, codebook: pd.DataFrame, *, is_item: bool) -> Question:
    described = codebook[codebook["attribute" if is_item else "column"] == name]
    scales = described[["scale_min", "scale_max"]].astype("float64").drop_duplicates().to_numpy()
    low, high = scales[0] if len(scales) == 1 else (np.nan, np.nan)
    turned = len(described) > 0 and bool((described["direction"] == "reversed").all())
    return Question(name, float(low), float(high), turned, is_item)


def _asked(responses: pd.DataFrame, scores: Floats) -> npt.NDArray[np.bool_]:
    parts = [responses[name].astype("str").fillna("") for name in ("kind", "stage") if name in responses]
    if not parts or not len(responses):
        return np.ones(scores.shape, dtype=bool) & bool(len(responses))
    group = pd.factorize(parts[0] if len(parts) == 1 else parts[0] + "|" + parts[1])[0]
    answered = pd.DataFrame(np.isfinite(scores)).groupby(group).transform("max")
    return answered.to_numpy(dtype=bool)
