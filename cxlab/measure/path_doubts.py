"""What speaks against reading a path model as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from cxlab.estimate.estimates import Estimates, level_names
from cxlab.estimate.resampling import FEW_UNITS
from cxlab.measure.path_answers import PathAnswers

Kind = Literal["indistinct", "close", "turned", "few_units", "failed"]
MANY_FAILED = 0.01


@dataclass(frozen=True, slots=True)
class PathDoubt:
    """One reason for care.

    Parameters
    ----------
    kind
        `indistinct`: an HTMT that may be 1 or more; `close`: one that may pass the limit; `turned`: questions
        that count against their construct, which then has no index; `few_units`: fewer than 30 respondents or
        clusters; `failed`: more than 1 % of the resamples did not come to rest.
    about
        Pairs of constructs (`image–value`), columns or, for counts, the count.
    text
        One plain sentence in English.
    """

    kind: Kind
    about: tuple[str, ...]
    text: str


def path_doubts(
    htmt: Estimates,
    items: pd.DataFrame,
    answers: PathAnswers,
    *,
    htmt_limit: float,
    n_boot: int,
    failed: int,
) -> tuple[PathDoubt, ...]:
    """Return the reasons for care, the gravest first.

    Parameters
    ----------
    htmt
        HTMT by `construct` and `other_construct`; where no resample was drawn, the estimate stands for its
        upper limit.
    items
        `column` and its `index_weight`.
    answers
        What the model stands on.
    htmt_limit
        Where constructs begin to be too close.
    n_boot, failed
        Resamples, and those that did not come to rest.
    """
    reach = htmt.rows["conf_high"].fillna(htmt.rows["estimate"])
    pairs = pd.Series(["–".join(level_names(level, 2)) for level in htmt.rows["level"]], dtype="str")
    indistinct = pairs[reach >= 1].tolist()
    close = pairs[(reach >= htmt_limit) & (reach < 1)].tolist()
    against = items["column"][~(items["index_weight"] >= 0)].tolist()
    found = [
        _doubt(
            "indistinct", indistinct, "These constructs cannot be told apart (HTMT may be 1 or more): {}."
        ),
        _doubt("close", close, f"These constructs are close (HTMT may be {htmt_limit:g} or more): {{}}."),
        _doubt("turned", against, "These questions count against their construct, which has no index: {}."),
        _doubt(
            "few_units",
            [f"{answers.units:,}"] if answers.units < FEW_UNITS else [],
            "Only {} units were sampled independently: the intervals are too short.",
        ),
        _doubt(
            "failed",
            [f"{failed:,} of {n_boot:,}"] if failed > MANY_FAILED * n_boot else [],
            "{} resamples did not come to rest and were left out.",
        ),
    ]
    return tuple(doubt for doubt in found if doubt is not None)


def _doubt(kind: Kind, about: list[str], text: str) -> PathDoubt | None:
    return PathDoubt(kind, tuple(about), text.format(", ".join(about))) if about else None
