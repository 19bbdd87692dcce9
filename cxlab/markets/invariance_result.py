"""What a test of measurement invariance found."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, Weighting, rows_of
from cxlab.estimate.intervals import normal_quantile
from cxlab.markets.factor_model import FactorModel
from cxlab.markets.invariance_steps import Step
from cxlab.markets.invariance_table import parameter_table
from cxlab.markets.step_fit import Release, StepFit, doubts_of, step_row
from cxlab.model.errors import MeasureError

Verdict = Literal["comparable: means", "associations only", "not comparable"]
Level = Literal["none", "configural", "metric", "partial metric", "scalar", "partial scalar"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Invariance:
    """Measurement invariance between markets, step by step.

    Parameters
    ----------
    markets
        The markets; the first is the reference.
    model
        Which item measures which factor.
    n, n_eff
        Respondents of each market who answered all items, and Kish's effective bases.
    weighting
        `none` or `weighted`; where weighted, χ² is approximate.
    steps
        Configural, metric, scalar, and the partial steps that were asked for.
    conf_level
        Confidence level of parameters and latent means.
    releases
        Items a search would free in the step that fails; exploratory, without effect on the verdict.
    """

    markets: tuple[str, ...]
    model: FactorModel
    n: tuple[int, ...]
    n_eff: tuple[float, ...]
    weighting: Weighting
    steps: tuple[StepFit, ...]
    conf_level: float
    releases: tuple[Release, ...] = ()

    @property
    def level(self) -> Level:
        """The highest step that holds, with all steps it rests on."""
        if not self._holds("configural"):
            return "none"
        metric: Step = "metric" if self._holds("metric") else "partial metric"
        if not self._holds(metric):
            return "configural"
        if metric == "metric" and self._holds("scalar"):
            return "scalar"
        partial = self._step("partial scalar")
        # The partial scalar step rests on the metric step it was held against.
        rests = partial is not None and partial.change is not None and self._holds(partial.change.against)
        if partial is not None and rests and partial.holds:
            return "partial scalar"
        return "metric" if metric == "metric" else "partial metric"

    @property
    def verdict(self) -> Verdict:
        """What may be compared between the markets."""
        if self.level in ("scalar", "partial scalar"):
            return "comparable: means"
        return "associations only" if self.level in ("metric", "partial metric") else "not comparable"

    @property
    def may_rank_means(self) -> bool:
        """Whether means of markets may be ranked."""
        return self.verdict == "comparable: means"

    def require_means(self) -> None:
        """Raise MeasureError where means of markets may not be ranked."""
        if not self.may_rank_means:
            raise MeasureError(
                f"means of {', '.join(self.markets)} may not be ranked: {self.verdict}",
                remedy="show each market beside its own competitors or earlier waves, or name the items that "
                "differ, before looking, under free_intercepts=",
            )

    def latent_means(self) -> tuple[Estimates, ...]:
        """Return the means of each factor by market, in standard deviations of the reference market.

        Raises
        ------
        MeasureError
            Where neither scalar nor partial scalar invariance holds.
        """
        self.require_means()
        found = self._step(self.level)
        assert found is not None
        m = len(self.model.factors)
        mean, std_error = found.fit.local[:, -m:], found.fit.std_error[:, -m:].copy()
        std_error[0] = np.nan  # the reference is 0 by definition
        half = normal_quantile(self.conf_level) * std_error
        levels = pd.DataFrame({"market": self.markets})
        return tuple(
            Estimates(
                "latent_mean",
                factor,
                ("market",),
                "coefficient",
                "ml_z",
                self.conf_level,
                self.weighting,
                rows_of(
                    levels,
                    estimate=mean[:, at],
                    std_error=std_error[:, at],
                    conf_low=mean[:, at] - half[:, at],
                    conf_high=mean[:, at] + half[:, at],
                    n=np.array(self.n),
                    n_eff=np.array(self.n_eff),
                ),
            )
            for at, factor in enumerate(self.model.factors)
        )

    def parameters(self, step: Step) -> pd.DataFrame:
        """Return the parameters of a step, one row per market and parameter.

        Raises
        ------
        MeasureError
            Where the step was not fitted.
        """
        found = self._step(step)
        if found is None:
            fitted = ", ".join(one.step for one in self.steps)
            raise MeasureError(f"the step '{step}' was not fitted", remedy=f"take one of {fitted}")
        return parameter_table(found.fit, self.model, self.markets, self.conf_level)

    @property
    def failing(self) -> StepFit | None:
        """The step a search for items would mend: the last metric or scalar one, where it does not hold."""
        if self.level in ("none", "scalar", "partial scalar"):
            return None
        kind = "metric" if self.level == "configural" else "scalar"
        return [one for one in self.steps if one.step.endswith(kind)][-1]

    def step_before(self, step: StepFit) -> StepFit:
        """Return the step that a step is held against."""
        assert step.change is not None
        before = self._step(step.change.against)
        assert before is not None
        return before

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against relying on the fits: sentences in English."""
        return tuple(doubt for one in self.steps for doubt in doubts_of(one, self.model, self.markets))

    def tidy(self) -> pd.DataFrame:
        """Return one row per step: its fit, its change from the step before, and whether it holds."""
        return pd.DataFrame([step_row(one) for one in self.steps])

    def tidy_releases(self) -> pd.DataFrame:
        """Return the items a search would free, in its order; `exploratory` is true in every row."""
        columns = ["item", "kind", "chi2", "df", "p_value", "cfi", "change", "holds"]
        rows = [[getattr(one, name) for name in columns] for one in self.releases]
        return pd.DataFrame(rows, columns=columns).assign(exploratory=True)

    def summary(self) -> str:
        """Return the verdict and its reasons in English."""
        parts = [
            f"{one.step} {'holds' if one.holds else 'fails'} (CFI {one.indices.cfi:.3f})"
            for one in self.steps
        ]
        bases = ", ".join(f"{name} n = {n:,}" for name, n in zip(self.markets, self.n, strict=True))
        searched = ""
        if self.releases:
            freed = ", ".join(f"{one.item} ({one.kind})" for one in self.releases)
            mends = "would make the step hold" if self.releases[-1].holds else "would not be enough"
            searched = f" Exploratory: freeing {freed} {mends}."
        doubts = "".join(f" {doubt}" for doubt in self.doubts)
        return f"{self.verdict}: {'; '.join(parts)}; {bases}.{searched}{doubts}"

    def _step(self, step: Step | Level) -> StepFit | None:
        return next((one for one in self.steps if one.step == step), None)

    def _holds(self, step: Step) -> bool:
        found = self._step(step)
        return found is not None and found.holds

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the steps, without ids or times."""
        table = self.tidy().round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
