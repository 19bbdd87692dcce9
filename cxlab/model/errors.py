"""Every error a user of cxlab can meet: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import partial
from typing import Any

# A damaged header can hold thousands of names, or names of a megabyte.
_MOST = 30
_LONGEST = 60


class CxlabError(Exception):
    """An error worded for the person who can mend it.

    Parameters
    ----------
    what
        What is wrong, as a clause without a full stop.
    where
        The file, line, table or column; put in front of `what`.
    remedy
        What to do about it; put behind `what`.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what, where, remedy)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a worker's error reach the process that asked: an exception is pickled by its positions."""
        return partial(type(self), where=self.where, remedy=self.remedy), (self.what,)

    def __str__(self) -> str:
        """Return `where: what; remedy`, leaving out what is empty."""
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located}; {self.remedy}" if self.remedy else located


class ParameterError(CxlabError):
    """A parameter file, an option or a command-line value was refused."""


class SourceError(CxlabError):
    """A source file cannot be read as what its parameter file says it is."""


class ContractError(CxlabError):
    """The data break the contract of the canonical tables beyond what may be set aside."""


class MeasureError(CxlabError):
    """A question cannot be answered from the data it was asked of."""


class StudyError(CxlabError):
    """A study did not run to its end."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, as a remedy.

    Parameters
    ----------
    word
        What was written.
    known
        What would have been accepted.

    Returns
    -------
    str
        `did you mean 'waves'?` or, where nothing is near, the list of what is known, cut where it is long.
    """
    options = sorted(known)
    lowered = {option.lower(): option for option in reversed(options)}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{lowered[close[0]]}'?"
    shown = [option if len(option) <= _LONGEST else f"{option[:_LONGEST]}…" for option in options[:_MOST]]
    more = f" and {len(options) - _MOST:,} more" if len(options) > _MOST else ""
    return "known are: " + (", ".join(shown) or "none") + more
