"""A save list as its reader opens it: reasons in words, columns in the market's language."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxlab.report.feature_name import feature_name
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.churn_reasons import ChurnReasons
from cxlab.retention.save_list import SaveList


def save_frame(
    result: SaveList,
    reasons: ChurnReasons,
    *,
    accounts: Mapping[str, object] | pd.Series | None = None,
    words: Words = ENGLISH,
) -> pd.DataFrame:
    """Return the rows of a save list, to be written where only their owner can read them.

    Parameters
    ----------
    result
        What `cxlab.save_list` returned.
    reasons
        `cxlab.churn_reasons` of its customers.
    accounts
        Account by customer, where there are accounts.
    words
        Words of the report.

    Returns
    -------
    pandas.DataFrame
        Rank, account, customer, chance (of 1), value at stake, expected loss, what is expected to be saved
        where money was told, and up to three reasons. Amounts are those of the books.
    """
    rows, words_of = result.rows, words.text
    frame = pd.DataFrame({words_of("churn.column_rank"): rows["rank"]})
    if accounts is not None:
        frame[words.label("account_id")] = rows["customer_id"].map(accounts)
    frame[words.label("customer_id")] = rows["customer_id"]
    frame[words_of("churn.column_chance")] = rows["chance"].round(4)
    frame[words_of("churn.column_value")] = rows["value_at_stake"].round(2)
    frame[words_of("churn.column_loss")] = rows["expected_loss"].round(2)
    if result.campaign is not None:
        frame[words_of("churn.column_saved")] = rows["expected_saved"].round(2)
    said = reasons.rows.assign(text=[_reason(row, words) for _, row in reasons.rows.iterrows()])
    for rank in sorted(reasons.rows["rank"].unique()):
        of_rank = said[said["rank"] == rank].set_index("customer_id")["text"]
        frame[words_of("churn.column_reason", n=words.number(rank))] = rows["customer_id"].map(of_rank)
    return frame


def _reason(row: pd.Series, words: Words) -> str:
    value = words.text("churn.not_known") if pd.isna(row["value"]) else _value(row["value"], words)
    feature = feature_name(row["column"], words=words)
    return words.text("churn.reason_text", feature=feature, value=value)


def _value(text: str, words: Words) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return words.number(number, 0 if number == round(number) else 1)
