"""What is said of how a score errs in each segment."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.retention.score_hiding import hidden_bins

TERMS = ("difference", "auc", "false_alarm", "missed")
BASES = {"difference": "n", "auc": "n", "false_alarm": "stayed", "missed": "left"}
ENDS = ("", "_low", "_high")
FIGURES = ["n", "left", "stayed", "score", "observed", *(term + end for term in TERMS for end in ENDS)]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SegmentErrors:
    """How a score errs in each segment.

    Parameters
    ----------
    rows
        One row per `segment`: `n`, `left`, `stayed`; `score` (mean chance), `observed` (share that left);
        `difference` (observed less mean chance), `auc`, `false_alarm` (of those who stayed, the share that
        scores the threshold or more), `missed` (of those who left, the share that scores less), each with
        `_low` and `_high`; `suppressed`.
    tests
        One row per term: `term`, `segments`, `statistic` (χ²), `df`, `p_value` of the null that it is the
        same in all segments, `p_adjusted` (Holm's, of the terms).
    threshold
        Lowest score that is contacted; None where none was given.
    weighting, conf_level
        `weighted` or `none`; level of the intervals.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    tests: pd.DataFrame
    threshold: float | None
    weighting: str
    conf_level: float
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per segment and term, with its test."""
        parts = []
        for term in self.tests["term"]:
            taken = {
                "n": BASES[term],
                "estimate": term,
                "conf_low": f"{term}_low",
                "conf_high": f"{term}_high",
            }
            part = pd.DataFrame({name: self.rows[column] for name, column in taken.items()})
            parts.append(
                part.assign(segment=self.rows["segment"], term=term, suppressed=self.rows["suppressed"])
            )
        long = pd.concat(parts, ignore_index=True).merge(
            self.tests[["term", "statistic", "df", "p_value", "p_adjusted"]], on="term", how="left"
        )
        first = ["segment", "term"]
        long = long[first + [name for name in long if name not in first]]
        return long.assign(threshold=self.threshold, weighting=self.weighting, conf_level=self.conf_level)

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        shown = self.rows[~self.rows["suppressed"].astype(bool)]
        if shown.empty:
            return "Errors of a score by segment: too few to say."
        off = shown[(shown["difference_low"] > 0) | (shown["difference_high"] < 0)]
        told = "; ".join(
            f"{segment}: {100 * observed:.1f} % left where {100 * score:.1f} % were expected"
            for segment, observed, score in zip(off["segment"], off["observed"], off["score"], strict=True)
        )
        test = self.tests.iloc[0]
        said = (
            f"In {len(off)} of {len(shown)} segments the {100 * self.conf_level:g}% interval of the error "
            f"leaves out 0{': ' + told if told else ''}. "
            f"That it is the same in all: p = {test['p_value']:.3g}."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> SegmentErrors:
        """Return the result, segments hidden where those who left or stayed are some but fewer."""
        if min_base <= self.min_base:
            return self
        n, left = (self.rows[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("n", "left"))
        hidden = hidden_bins(n, left, min_base)
        blank = {name: self.rows[name].where(~hidden) for name in FIGURES}
        tests, notes = self.tests, self.notes
        if hidden.all():
            tests, notes = tests.assign(statistic=np.nan, p_value=np.nan, p_adjusted=np.nan), ()
        rows = self.rows.assign(suppressed=hidden, **blank)
        return replace(self, rows=rows, tests=tests, notes=notes, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        tables = (
            table.round(4).to_html(index=False, border=0, na_rep="") for table in (self.rows, self.tests)
        )
        return f"<p>{html.escape(self.summary())}</p>{''.join(tables)}"
