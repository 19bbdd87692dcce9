"""What a point goes with in each market, and in the mean of the markets."""

from __future__ import annotations

from cxlab.estimate.estimates import level_names
from cxlab.markets.pooled import Pooled
from cxlab.report.block import Block
from cxlab.report.effect_dots import EffectDots
from cxlab.report.effect_line import EffectLine
from cxlab.report.effect_unit import EffectUnit
from cxlab.report.forest_rows import smallest_base
from cxlab.report.wording import file_name, level_of, listed, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

PERCENT = EffectUnit(log=True)


def chart_pooled_slopes(
    slopes: Pooled,
    placebo: Pooled | None = None,
    *,
    unit: EffectUnit = PERCENT,
    title: str | None = None,
    words: Words = ENGLISH,
) -> Block:
    """Draw what a point of the score goes with in each market, and in the mean of such markets.

    Parameters
    ----------
    slopes
        Rows of one design of `cxlab.panel_effect` in the markets' `metrics.csv`, pooled by `cxlab.pooled`.
    placebo
        The same of the placebo, for the caption.
    unit
        Whether slopes are percent (of a logarithm) or money; in one currency.
    title
        Title of the chart; None names the score.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the mean of the markets stands apart.
    """
    score, design = level_names(slopes.level, 2)
    caption = [
        words.text("revenue.markets_caption", design=words.text(f"revenue.design_{design}")),
        words.text("forest.i2", share=words.percent(slopes.found.i2, 0)),
        _placebo_text(placebo, unit, words) if placebo is not None else "",
        _left_out(slopes, words) if slopes.left_out else "",
        weighting_of_figures(slopes.weighting, words) + ".",
    ]
    lines = [*_market_lines(slopes, words), _mean(slopes, words)]
    return EffectDots(
        title or words.text("revenue.markets_title", score=words.label(score)), words.text("cross.market"),
        words.text("revenue.axis", unit=unit.name(words)), lines, caption,
        level_of(slopes.conf_level, words), unit, smallest_base(slopes),
        file_name("slopes", "markets", score),
    ).block(words)  # fmt: skip


def _market_lines(slopes: Pooled, words: Words) -> list[EffectLine]:
    markets = slopes.markets.astype({name: "float64" for name in ("n", "n_eff")})
    return [
        EffectLine(
            words.level(str(row["market"]), ["market"]), row["estimate"], row["conf_low"], row["conf_high"],
            float("nan"), row["n"], row["n_eff"],
        )
        for _, row in markets.sort_values("market").iterrows()
    ]  # fmt: skip


def _mean(slopes: Pooled, words: Words) -> EffectLine:
    found, bases = slopes.found, slopes.markets[["n", "n_eff"]].astype("float64").sum()
    return EffectLine(
        words.text("forest.pooled"), found.estimate, found.conf_low, found.conf_high, float("nan"),
        bases["n"], bases["n_eff"], apart=True,
    )  # fmt: skip


def _placebo_text(placebo: Pooled, unit: EffectUnit, words: Words) -> str:
    found = placebo.found
    told = "found" if found.conf_low > 0 or found.conf_high < 0 else "clear"
    interval = unit.interval(found.conf_low, found.conf_high, words)
    return words.text(
        f"revenue.markets_placebo_{told}", value=unit.text(found.estimate, words), interval=interval
    )


def _left_out(slopes: Pooled, words: Words) -> str:
    markets = [words.level(name, ["market"]) for name in slopes.left_out]
    return words.text("forest.left_out", markets=listed(markets, words))
