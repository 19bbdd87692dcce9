"""The verdict on a link, by rules that were fixed before any data were looked at."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.require_option import require_option
from cxlab.linkage.panel_result import WITHIN
from cxlab.linkage.sensitivity import Sensitivity
from cxlab.linkage.verdict_rules import (
    CONF_LEVEL,
    REASONS,
    Check,
    at_fixed_level,
    fixed_sensitivity,
    judged,
    main_design,
)
from cxlab.model.errors import MeasureError

Word = Literal["consistent", "suggestive", "fragile", "contradicted_by_placebo", "not_shown"]
Identified = Literal["none", "randomised"]
NEEDED = [
    "design", "estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "n_eff", "entities",
    "clusters", "method",
]  # fmt: skip
SAME = 1e-9
"""Relative difference of two figures up to which they are one figure."""
_SAID: dict[Word, str] = {
    "consistent": "The evidence is consistent",
    "suggestive": "The evidence is suggestive, no more",
    "fragile": "The evidence is fragile",
    "contradicted_by_placebo": "The evidence is contradicted by the placebo",
    "not_shown": "There are too few rows to say",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Verdict:
    """What the evidence on a link allows to say.

    Parameters
    ----------
    outcome, exposure
        Columns.
    word
        `consistent`, `suggestive`, `fragile`, `contradicted_by_placebo` or `not_shown`.
    reasons
        Codes of what speaks against more, and of what is worth saying; docs/verdict.md names all.
    design
        The design that was judged; empty where there is none.
    estimate, conf_low, conf_high
        Its figures, the interval at the level that the rules go by.
    checks
        One row per rule: `check`, `value`, `threshold`, `level` (`passed`, `said`, or the word it leads to),
        `reason`.
    identified_by
        `randomised` where the exposure was assigned at random, else `none`.
    conf_level
        Confidence level of the interval, .95.
    entities, n_eff
        Entities of the design that was judged, and Kish's effective base of its rows.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    word: Word
    reasons: tuple[str, ...]
    design: str
    estimate: float
    conf_low: float
    conf_high: float
    checks: pd.DataFrame
    identified_by: Identified
    conf_level: float
    entities: float
    n_eff: float
    min_base: int = 0

    @property
    def causal(self) -> bool:
        """Whether a report may speak of an effect: assigned at random, and every check passed."""
        return self.identified_by == "randomised" and self.word == "consistent"

    def tidy(self) -> pd.DataFrame:
        """Return one row per rule."""
        return self.checks.assign(
            outcome=self.outcome, exposure=self.exposure, word=self.word, design=self.design,
            estimate=self.estimate, conf_low=self.conf_low, conf_high=self.conf_high,
            conf_level=self.conf_level, entities=self.entities, identified_by=self.identified_by,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and why it says no more."""
        if self.word == "not_shown":
            return f"{_SAID[self.word]} what {self.exposure} goes with in {self.outcome}."
        found = "" if not self.design else (
            f": a point of {self.exposure} goes with {self.estimate:+.3g} of {self.outcome} ({self.design}, "
            f"{100 * self.conf_level:g}% interval {self.conf_low:+.3g} to {self.conf_high:+.3g}, "
            f"{self.entities:.0f} entities)"
        )  # fmt: skip
        why = "; ".join(REASONS[reason] for reason in self.reasons)
        because = f" What to know: {why}." if why else ""
        ground = (
            " It was assigned at random, which makes it an effect."
            if self.causal
            else " It is an association: what changed at the same time is not taken out."
        )
        return f"{_SAID[self.word]}{found}.{because}{ground}"

    def suppress(self, min_base: int) -> Verdict:
        """Return the verdict, not shown where entities or n_eff are below `min_base`."""
        if min_base <= self.min_base or not too_small(min(self.entities, self.n_eff), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        return replace(
            self, word="not_shown", reasons=(), estimate=nan, conf_low=nan, conf_high=nan,
            checks=self.checks[:0], entities=nan, n_eff=nan, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.checks.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def verdict(
    effect: Any, sensitivity: Sensitivity | None = None, *, identified_by: Identified = "none"
) -> Verdict:
    """Say how far to believe a link: `cx.verdict(effect, cx.sensitivity(effect, design="two_way"))`.

    Parameters
    ----------
    effect
        Result of `cx.panel_effect`; with `lead=`, so that there is a placebo. Its intervals are taken at
        95 %, whatever `conf_level` was asked.
    sensitivity
        Result of `cx.sensitivity` of the design that is judged: the first of two_way, entity and
        first_differences that has figures. Without it, nothing that was not measured is looked into; its
        q, alpha, k and choice of benchmarks change nothing, as the rules have their own.
    identified_by
        `randomised` where the exposure was assigned at random; nothing in the data can say so.

    Returns
    -------
    Verdict
        By the rules and thresholds of docs/verdict.md.

    Raises
    ------
    MeasureError
        Where the effect is none of a panel, or has wild intervals at another level than 95 %, or where the
        sensitivity is of another design, another question or other data.
    """
    require_option("identified_by", identified_by, get_args(Identified))
    rows = getattr(effect, "rows", None)
    if not isinstance(rows, pd.DataFrame) or not set(NEEDED) <= set(rows.columns):
        raise MeasureError(
            f"a {type(effect).__name__} is no effect of a panel", remedy="give a result of cx.panel_effect"
        )
    if rows["estimate"].isna().all():
        return _without(effect, "not_shown", identified_by)
    main = main_design(rows)
    if main is None:
        hidden = rows.loc[rows["design"].isin(WITHIN), "suppressed"].any() if "suppressed" in rows else False
        return _without(effect, "not_shown" if hidden else "fragile", identified_by)
    rows = at_fixed_level(rows, effect.conf_level)
    row = rows[(rows["design"] == main) & rows["estimate"].notna()].iloc[0]
    checks = judged(rows, main, _looked_into(effect, sensitivity, row))
    return Verdict(
        effect.outcome, effect.exposure, _word(checks), tuple(one.reason for one in checks if one.reason),
        main, float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]), _table(checks),
        identified_by, CONF_LEVEL, float(row["entities"]), float(row["n_eff"]),
    )  # fmt: skip


def _word(checks: list[Check]) -> Word:
    levels = {check.level for check in checks}
    if "contradicted" in levels:
        return "contradicted_by_placebo"
    if "fragile" in levels:
        return "fragile"
    return "suggestive" if "suggestive" in levels else "consistent"


def _table(checks: list[Check]) -> pd.DataFrame:
    kinds = {"check": "str", "value": "float64", "threshold": "float64", "level": "str", "reason": "str"}
    return pd.DataFrame([asdict(check) for check in checks], columns=list(kinds)).astype(kinds)


def _without(effect: Any, word: Word, identified_by: Identified) -> Verdict:
    """Return the verdict where no within design has figures."""
    checks = [] if word == "not_shown" else [Check("design", 0, 1, "fragile", "no_within_design")]
    shown = effect.rows if word != "not_shown" else effect.rows[:0]
    entities, n_eff = (float(shown[name].max()) for name in ("entities", "n_eff"))
    nan = float("nan")
    return Verdict(
        effect.outcome, effect.exposure, word, tuple(one.reason for one in checks), "", nan, nan, nan,
        _table(checks), identified_by, CONF_LEVEL, entities, n_eff,
    )  # fmt: skip


def _looked_into(effect: Any, sensitivity: Sensitivity | None, row: pd.Series) -> Sensitivity | None:
    """Return the sensitivity that the rules look at, if any; refuse one of another estimate than `row`."""
    if sensitivity is None:
        return None
    if not isinstance(sensitivity, Sensitivity):
        raise MeasureError(
            f"a {type(sensitivity).__name__} is no sensitivity", remedy="give a result of cx.sensitivity"
        )
    of, main = sensitivity.effect, row["design"]
    remedy = f'give cx.sensitivity(effect, design="{main}")'
    if (of.outcome, of.exposure, of.design) != (effect.outcome, effect.exposure, main):
        raise MeasureError(
            f"the sensitivity is of {of.outcome} on {of.exposure} by {of.design}, and {effect.outcome} on "
            f"{effect.exposure} by {main} is judged",
            remedy=remedy,
        )
    if sensitivity.suppressed:
        return None
    errors = [of.clustered_std_error, row["std_error"]]
    pairs = [(of.estimate, row["estimate"]), *([tuple(errors)] if np.isfinite(errors).all() else [])]
    if not all(np.isclose(one, other, rtol=SAME, atol=0) for one, other in pairs):
        raise MeasureError(
            f"the sensitivity is of an estimate of {of.estimate:g}, and one of {row['estimate']:g} is judged",
            remedy=remedy,
        )
    return fixed_sensitivity(of)
