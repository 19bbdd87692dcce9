"""Whether today's customers still look like those a model learnt from."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.feature_name import OF_SCORES, feature_name
from cxlab.report.html_table import html_table
from cxlab.report.wording import paragraphs, shortlist
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.drift import Drift

MOST = 10
YOUNG = 0.1
"""Fewer missing answers than before, by this share of the customers, are those of a young survey."""


def drift_table(result: Drift, *, words: Words = ENGLISH) -> Block:
    """Return the features that moved most, in a sentence and a table.

    Parameters
    ----------
    result
        What `cxlab.drift` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    title = words.text("churn.drift_title")
    rows = result.rows[~result.rows["suppressed"].astype(bool)]
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    moved = [feature_name(name, words=words) for name in rows.loc[rows["verdict"] != "little", "column"]]
    features = words.text("churn.features", n=words.number(len(rows)))
    said = [words.text("churn.drift_none", features=features)]
    if moved:
        said = [words.text("churn.drift_some", names=shortlist(moved, words))]
    if _is_young(rows[rows["verdict"] != "little"]):
        said.append(words.text("churn.drift_young"))
    if len(rows) > MOST:
        said.append(words.text("churn.drift_more", n=words.number(MOST)))
    head = [words.text("churn.feature"), words.text("churn.psi"), words.text("churn.psi_expected")]
    head += [words.text("churn.missing_train"), words.text("churn.missing_scoring")]
    head.append(words.text("table.verdict"))
    cells = [_cells(row, words) for _, row in rows.head(MOST).iterrows()]
    table = html_table(title, head, {"": cells}, numbers=range(1, 5))
    return Block(f"{paragraphs(*said)}\n{table}", result.min_base)


def _is_young(moved: pd.DataFrame) -> bool:
    """Tell whether answers moved that fewer customers lack today."""
    of_answers = moved["column"].str.rpartition("_")[2].isin(OF_SCORES)
    return bool((of_answers & (moved["missing_train"] - moved["missing_scoring"] > YOUNG)).any())


def _cells(row: pd.Series, words: Words) -> list[str]:
    return [
        feature_name(row["column"], words=words), words.number(row["psi"], 2),
        words.number(row["psi_expected"], 3), words.percent(row["missing_train"]),
        words.percent(row["missing_scoring"]), words.text(f"churn.verdict_{row['verdict']}"),
    ]  # fmt: skip
