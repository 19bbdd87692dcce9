"""Whose revenue it is: accounts, their contacts, and customers who are accounts of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.require_option import require_option
from cxlab.linkage.linked_tables import LinkedTables
from cxlab.linkage.panel_periods import Ints
from cxlab.model.errors import MeasureError

Unit = Literal["account_id", "customer_id"]
MIXED = "(mixed)"


@dataclass(frozen=True, slots=True, eq=False)
class LinkedEntities:
    """E entities and their K contacts.

    Parameters
    ----------
    unit
        What an entity is: `account_id`, or `customer_id` where every customer stands for itself.
    names
        Their names in ascending order, shape (E,).
    contacts
        Names of the customers, in no order, shape (K,).
    of_contact
        Entity of each contact, shape (K,).
    segments
        Levels of the entities, E rows.
    """

    unit: str
    names: pd.Index
    contacts: pd.Index
    of_contact: Ints
    segments: pd.DataFrame

    def contact(self, customers: pd.Series) -> Ints:
        """Return the contact each customer is; −1 where nobody knows them, or there is no name."""
        codes, found = pd.factorize(customers)
        return np.append(self.contacts.get_indexer(found), -1)[codes].astype("int64")

    def of(self, contact: Ints) -> Ints:
        """Return the entity of each contact; −1 where the contact is −1."""
        return np.append(self.of_contact, -1)[contact]


def linked_entities(tables: LinkedTables, unit: str | None) -> LinkedEntities:
    """Return the entities of a market.

    Parameters
    ----------
    tables
        Its tables. Who stands in `customers` is known; without that table, who bought or has a contract.
    unit
        `account_id` or `customer_id`; None takes accounts where there are some.

    Raises
    ------
    MeasureError
        Where a customer stands twice or in two accounts, a name is that of an account and of a customer
        without one, or there are no accounts though they were asked for.
    """
    if unit is not None:
        require_option("unit", unit, get_args(Unit))
    contacts = _contacts(tables)
    account = _accounts(tables, contacts) if unit != "customer_id" else pd.Series([None] * len(contacts))
    if account.isna().all():
        if unit == "account_id":
            raise MeasureError(
                "no customer has an account", remedy='map account_id, or say unit="customer_id"'
            )
        return _named("customer_id", contacts, pd.Series(contacts), tables)
    alone = contacts[account.isna().to_numpy()]
    if len(both := alone.intersection(pd.Index(account.dropna().unique()))):
        raise MeasureError(
            f"'{both[0]}' names an account and a customer without one", remedy="give them names of their own"
        )
    return _named("account_id", contacts, account.where(account.notna(), pd.Series(contacts)), tables)


def _contacts(tables: LinkedTables) -> pd.Index:
    if tables.customers is None:
        books = [
            table["customer_id"] for table in (tables.transactions, tables.contracts) if table is not None
        ]
        return pd.Index(pd.concat(books).dropna().unique(), dtype="str")
    names = tables.customers["customer_id"].dropna()
    if (again := names[names.duplicated()]).any():
        raise MeasureError(
            f"{again.nunique():,} customers stand in it more than once (such as {again.iloc[0]}), so their "
            "periods would be doubled",
            where="table 'customers'",
            remedy="keep one row of each customer",
        )
    return pd.Index(names, dtype="str")


def _accounts(tables: LinkedTables, contacts: pd.Index) -> pd.Series:
    """Return the account of each contact, missing where there is none."""
    for name, table in (("customers", tables.customers), ("contracts", tables.contracts)):
        if table is None or table["account_id"].isna().all():
            continue
        pairs = table[["customer_id", "account_id"]].dropna().drop_duplicates()
        several = pairs.loc[pairs["customer_id"].duplicated(), "customer_id"]
        if len(several):
            raise MeasureError(
                f"{several.nunique():,} customers stand in more than one account (such as {several.iloc[0]})",
                where=f"table '{name}'",
                remedy='give each contact one account, or say unit="customer_id"',
            )
        return pairs.set_index("customer_id")["account_id"].reindex(contacts).reset_index(drop=True)
    return pd.Series([None] * len(contacts), dtype="str")


def _named(unit: str, contacts: pd.Index, entity: pd.Series, tables: LinkedTables) -> LinkedEntities:
    codes, names = pd.factorize(entity, sort=True)
    codes = codes.astype("int64")
    levels: dict[str, pd.Series] = {}
    for name in tables.segments:
        assert tables.customers is not None
        of_contact = tables.customers.set_index("customer_id")[name].reindex(contacts)
        levels[name] = _shared_level(codes, of_contact.reset_index(drop=True), len(names))
    return LinkedEntities(
        unit, pd.Index(names), contacts, codes, pd.DataFrame(levels, index=range(len(names)))
    )


def _shared_level(entity: Ints, level: pd.Series, entities: int) -> pd.Series:
    """Return the level all contacts of an entity have in common; missing ones do not count."""
    code, found = pd.factorize(level)
    known = code >= 0
    low, high = np.full(entities, len(found)), np.full(entities, -1)
    np.minimum.at(low, entity[known], code[known])
    np.maximum.at(high, entity[known], code[known])
    texts = pd.Series([*found, MIXED, None], dtype="str")
    place = np.where(high < 0, len(found) + 1, np.where(low == high, high, len(found)))
    return texts.take(place).reset_index(drop=True)
