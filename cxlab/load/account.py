"""The account of a load: what became of every row and every value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cxlab.load.codebook import codebook_of, stacked, summed_codebooks
from cxlab.load.doubts import doubt_counts, doubt_notes
from cxlab.load.draft import Draft
from cxlab.load.settle import quarantine_of, row_counts


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows of some drafts.

    Parameters
    ----------
    counts
        Rows of each table (`n_rows`), and how many of them break a rule (`n_broken`).
    codebook, missing, quarantine
        As in `Market`.
    doubts
        How many values of a column could have been read in another way, by column and way.
    """

    counts: pd.DataFrame
    codebook: pd.DataFrame
    missing: pd.DataFrame
    quarantine: pd.DataFrame
    doubts: Counter[tuple[str, str]]

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence on each doubt."""
        return doubt_notes(self.doubts)


def account_of(drafts: Sequence[Draft]) -> Account:
    """Return the account of settled drafts."""
    return Account(row_counts(drafts), *codebook_of(drafts), quarantine_of(drafts), doubt_counts(drafts))


def sum_accounts(accounts: Sequence[Account]) -> Account:
    """Return the account of all batches of a load."""
    codebook, missing = summed_codebooks([(account.codebook, account.missing) for account in accounts])
    return Account(
        pd.concat([account.counts for account in accounts]).groupby(level="table", sort=False).sum(),
        codebook,
        missing,
        stacked([account.quarantine for account in accounts]),
        sum((account.doubts for account in accounts), Counter()),
    )
