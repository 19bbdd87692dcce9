"""How often past forecasts held, and how little so few of them say."""

from __future__ import annotations

from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.backtest import Backtest


def coverage_sentence(tested: Backtest, *, words: Words = ENGLISH) -> str:
    """Say in how many past periods the interval held what came, with the interval of that share.

    Parameters
    ----------
    tested
        What `cxlab.backtest` returned.
    words
        Words of the report.
    """
    row = tested.coverage.iloc[0]
    return words.text(
        "renewal.covered",
        periods=words.plural("renewal.periods", int(row["forecasts"])),
        inside=words.number(row["inside"]),
        level=level_of(tested.conf_level, words),
        own=level_of(0.95, words),
        interval=words.text(
            "figure.interval", low=words.percent(row["conf_low"]), high=words.percent(row["conf_high"])
        ),
    )
