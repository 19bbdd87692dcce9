"""Who was asked, and who of them answered?"""

from __future__ import annotations

import pandas as pd

from cxlab.model.errors import ContractError
from cxlab.model.market import Market
from cxlab.quality.answer_matrix import wave_responses


def invited(market: Market, wave: str | None = None) -> pd.DataFrame:
    """Return everybody who was invited to a wave, with what the customer table says about them.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.

    Returns
    -------
    pandas.DataFrame
        One row per customer invited (per invitation where it names no customer): `customer_id`, `response_id`
        (missing where no answer came), `answered`, and the columns of `customers`. Reminders to one customer
        are one row. An invitation counts as answered where it names an answer of the wave; where invitations
        name no answers at all, where the customer has one in the wave. Answers in quarantine are no answers.

    Raises
    ------
    ContractError
        Where the market has no invitations, none in the wave, or nothing that ties them to the answers.
    """
    wave = wave or market.parameters.wave
    sent = market.table("invitations")
    sent = sent[sent["wave"] == wave]
    if sent.empty:
        raise ContractError(
            f"nobody was invited to wave '{wave}'", where=f"market {market.parameters.market}"
        )
    linked = _linked(sent, wave_responses(market, wave), market.parameters.market)
    named = linked["customer_id"].notna()
    # Of several invitations to one customer the answered one stands for all.
    once = linked[named].sort_values("answered", ascending=False, kind="stable")
    people = pd.concat([once.drop_duplicates("customer_id"), linked[~named]]).sort_index()
    return _with_customers(people, market).reset_index(drop=True)


def _linked(sent: pd.DataFrame, responses: pd.DataFrame, market: str) -> pd.DataFrame:
    sent = sent.reset_index(drop=True)
    named = "customer_id" in sent and bool(sent["customer_id"].notna().any())
    if not named:
        sent = sent.assign(customer_id=pd.Series(pd.NA, index=sent.index, dtype="str"))
    if "response_id" in sent and sent["response_id"].notna().any():
        response_id = sent["response_id"].where(sent["response_id"].isin(responses["response_id"]))
    elif named and "customer_id" in responses:
        known = responses.dropna(subset="customer_id").drop_duplicates("customer_id")
        response_id = sent["customer_id"].map(known.set_index("customer_id")["response_id"])
    else:
        raise ContractError(
            "nothing ties the invitations to the answers",
            where=f"market {market}",
            remedy="map invitations.response_id, or customer_id of responses and invitations",
        )
    linked = sent[["customer_id"]].assign(response_id=response_id.astype("str"))
    return linked.assign(answered=linked["response_id"].notna())


def _with_customers(people: pd.DataFrame, market: Market) -> pd.DataFrame:
    if "customers" not in market.tables:
        return people
    return people.merge(
        market.table("customers").drop(columns="market", errors="ignore"), how="left", on="customer_id"
    )
