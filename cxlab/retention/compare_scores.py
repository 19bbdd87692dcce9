"""Two scores of the same customers: what one is better by, paired."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile
from cxlab.retention.score_hiding import shown_cuts
from cxlab.retention.score_influence import difference
from cxlab.retention.score_quality import metric_parts
from cxlab.retention.scored_rows import require_share, scored_rows

FIGURES = ["first", "second", "difference", "std_error", "conf_low", "conf_high", "p_value"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ScoreComparison:
    """What the first of two scores exceeds the second by.

    Parameters
    ----------
    rows
        One row per `metric`: `first`, `second`, `difference`, `std_error`, `conf_low`, `conf_high`,
        `p_value`, `suppressed`. Less is better of brier and log_loss, more of the others.
    top
        Share of customers that `lift` and `capture` take.
    n, churners
        Rows, and those that left.
    weighting, conf_level
        `weighted` or `none`; level of the intervals.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    top: float
    n: int
    churners: int
    weighting: str
    conf_level: float
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per metric."""
        return self.rows.assign(
            top=self.top,
            n=self.n,
            churners=self.churners,
            weighting=self.weighting,
            conf_level=self.conf_level,
        )

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.rows["suppressed"].all():
            return "Two scores compared: too few to say."
        row = self.rows.set_index("metric").loc["auc"]
        ends = f"{100 * self.conf_level:g}% interval {row['conf_low']:+.4f} to {row['conf_high']:+.4f}"
        ends = "no interval" if np.isnan(row["conf_low"]) else ends
        said = (
            f"On the same {self.n:,} customers, of whom {self.churners:,} left, the AUC of the first score "
            f"is {row['first']:.4f} and that of the second {row['second']:.4f}: a difference of "
            f"{row['difference']:+.4f} ({ends})."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> ScoreComparison:
        """Return the result, blanked where those who left or stayed are fewer than `min_base`.

        Lift and capture are hidden, too, where few in the top share of a score, or in the rest, left or
        stayed.
        """
        if min_base <= self.min_base:
            return self
        if not too_small(min(self.churners, self.n - self.churners), min_base):
            held = self.rows.loc[self.rows["metric"] == "capture", ["first", "second"]].to_numpy()[0]
            each = [shown_cuts([self.top], [share], self.n, self.churners, min_base)[0] for share in held]
            hide = self.rows["metric"].isin(["lift", "capture"]) & (not all(each))
            blank = {name: self.rows[name].mask(hide) for name in FIGURES}
            rows = self.rows.assign(suppressed=self.rows["suppressed"] | hide, **blank)
            return replace(self, rows=rows, min_base=min_base)
        rows = self.rows.assign(suppressed=True, **dict.fromkeys(FIGURES, np.nan))
        return replace(self, rows=rows, n=0, churners=0, notes=(), min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def compare_scores(
    first: Any,
    second: Any,
    churned: Any,
    *,
    weight: Any = None,
    top: float = 0.1,
    probability: bool = True,
    conf_level: float = 0.95,
) -> ScoreComparison:
    """Say what one score is better by than another: `cx.compare_scores(new, old, left)`.

    Parameters
    ----------
    first, second
        Scores of the same customers, shape (n,) each; rows without one of them are left out.
    churned, weight, top, probability, conf_level
        As in `cxlab.score_quality`.

    Returns
    -------
    ScoreComparison
        Differences of auc (the paired test of DeLong), pr_auc, lift, capture, and of probabilities brier and
        log_loss, with normal intervals from the differences of the rows' influences.

    Raises
    ------
    MeasureError
        As in `cxlab.score_quality`.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837–845, equation 7. Diebold, Mariano (1995),
    Journal of Business and Economic Statistics 13, 253–263 (differences of losses).
    """
    quantile = normal_quantile(conf_level)
    require_share("top", top)
    known = scored_rows([first, second], churned, weight, probability=probability)
    parts = [metric_parts(score, known, top, probability=probability) for score in known.scores]
    rows = []
    for metric in ("auc", "pr_auc", "lift", "capture", "brier", "log_loss"):
        if metric not in parts[0]:
            continue
        gained = difference(parts[0][metric], parts[1][metric])
        at, error = gained.estimate, gained.std_error
        # Where both order or value every row alike there is nothing to test.
        p_value = 2 * float(ndtr(-abs(at) / error)) if error > 0 else np.nan
        rows.append(
            [metric, parts[0][metric].estimate, parts[1][metric].estimate, at, error,
             at - quantile * error, at + quantile * error, p_value]
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=["metric", *FIGURES]).assign(suppressed=False)
    weighting = "none" if weight is None else "weighted"
    return ScoreComparison(table, top, len(known.y), int(known.y.sum()), weighting, conf_level, known.notes)
