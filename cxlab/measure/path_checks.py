"""Where a path model cannot be estimated, and why."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.measure.path_answers import PathAnswers
from cxlab.measure.path_doubts import PathDoubt
from cxlab.measure.path_figures import PathFigures, path_figures
from cxlab.measure.path_model import PathModel
from cxlab.model.errors import MeasureError
from cxlab.tally.covariances import ratio

Floats = npt.NDArray[np.float64]
SAME = 1 - 1e-8
ROUNDING = 1e-8


def require_enough(answers: PathAnswers, model: PathModel, n_boot: int) -> None:
    """Raise MeasureError where there are fewer respondents than columns, or one unit to draw from."""
    if answers.n <= len(model.columns):
        raise MeasureError(
            f"{answers.n:,} respondents answered, but the model has {len(model.columns)} columns",
            remedy="give more respondents than columns, or fewer columns",
        )
    if n_boot and answers.units < 2:
        raise MeasureError("all rows are of one cluster", remedy="name another cluster, or say n_boot=0")


def require_sound(covariance: Floats, model: PathModel) -> None:
    """Raise MeasureError where a column does not vary, or pairwise correlations contradict one another.

    Parameters
    ----------
    covariance
        Covariances of the p columns, shape (p, p).
    model
        Constructs and columns.
    """
    spread = np.sqrt(np.maximum(np.diagonal(covariance), 0))
    for place in np.flatnonzero(~(spread > ROUNDING)):
        raise MeasureError(
            f"the column '{model.columns[place]}' does not vary",
            remedy="leave it out: it says nothing of any difference between respondents",
        )
    correlation = ratio(covariance, np.outer(spread, spread))
    if not np.isfinite(correlation).all():
        i, j = np.argwhere(~np.isfinite(correlation))[0]
        raise MeasureError(
            f"no respondent answered both '{model.columns[i]}' and '{model.columns[j]}'",
            remedy="leave one of them out",
        )
    if np.linalg.eigvalsh(correlation)[0] < -ROUNDING:
        raise MeasureError(
            "the pairwise correlations contradict one another (a negative eigenvalue)",
            remedy='say missing="complete", or leave out the columns with many missing answers',
        )


def require_settled(
    figures: PathFigures, mean: Floats, covariance: Floats, model: PathModel, ends: Floats
) -> None:
    """Raise MeasureError where constructs are one and the same or the weights do not come to rest.

    Parameters
    ----------
    figures
        Of the whole sample.
    mean, covariance, ends
        What they were worked out from, shapes (1, p), (1, p, p) and (2, p).
    model
        Constructs, columns and paths.
    """
    # The centroid scheme solves no equations and so has scores to compare where the others have none.
    scores = (
        figures.scores[0]
        if figures.converged[0]
        else path_figures(mean, covariance, model, scheme="centroid", scaled=True, ends=ends).scores[0]
    )
    for i, j in np.argwhere(np.triu(np.abs(np.nan_to_num(scores)) >= SAME, 1)):
        raise MeasureError(
            f"the constructs '{model.constructs[i]}' and '{model.constructs[j]}' are one: "
            "their scores correlate perfectly",
            remedy="join them, or mend the columns that say the same",
        )
    if not figures.converged[0]:
        raise MeasureError(
            "the weights do not come to rest",
            remedy="look for constructs, or columns of a formative one, that determine one another",
        )


def require_distinct(doubts: tuple[PathDoubt, ...]) -> None:
    """Raise MeasureError where a doubt says that constructs cannot be told apart."""
    for doubt in doubts:
        if doubt.kind == "indistinct":
            raise MeasureError(
                "these constructs cannot be told apart: " + ", ".join(doubt.about),
                remedy='join them or drop columns they share; distinct="warn" shows the model all the same',
            )
