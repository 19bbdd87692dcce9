"""What workers report back: the check of a market, the outcome of a job."""

from __future__ import annotations

from dataclasses import dataclass

from cxlab.study.manifest import Input


@dataclass(frozen=True, slots=True)
class MarketCheck:
    """What a market's sources hold.

    Parameters
    ----------
    market, name
        Code and name.
    rows
        Table → accepted rows.
    quarantined
        Table → rows set aside.
    breaches
        One line per broken rule, the most frequent first.
    notes
        What the loader settled on the way, in plain words.
    inputs
        Source files.
    n_responses
        Wave → answers.
    refusal
        Why the market cannot be studied; empty where it can.
    """

    market: str
    name: str = ""
    rows: dict[str, int] | None = None
    quarantined: dict[str, int] | None = None
    breaches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    n_responses: dict[str, int] | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended.

    Parameters
    ----------
    job_name
        Name of the job.
    status
        `completed`, `skipped` or `failed`.
    seconds
        Wall time.
    error
        Why it failed, in one line.
    """

    job_name: str
    status: str
    seconds: float = 0.0
    error: str = ""
