"""Penalty and reward: a bar to the left for low ratings of a driver, one to the right for high ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.drivers.penalty_reward import PenaltyReward
from cxlab.estimate.estimates import Scale
from cxlab.estimate.multiplicity import is_told
from cxlab.report.block import Block
from cxlab.report.driver_wording import signed, signed_ends
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    MARGIN,
    SECOND,
    SMALL,
    SOFT,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    set_ticks,
    text_width,
    wrapped,
)
from cxlab.report.penalty_reward_table import penalty_reward_table
from cxlab.report.wording import SMALL_BASE, file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

LEFT, RIGHT = 1.75, 1.4
GAP = 0.12
ROW = 0.42
BAR = 0.15
SAID = 5


def chart_penalty_reward(result: PenaltyReward, *, words: Words = ENGLISH) -> Block:
    """Draw what low and high ratings of each driver go with, against middling ones.

    Parameters
    ----------
    result
        What `cxlab.penalty_reward` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. A bar is filled where it can be told from none. Suppressed drivers are named
        under the chart; where nothing may be shown, a sentence that says so.
    """
    title = words.text("drivers.penalty_title", outcome=words.label(result.outcome))
    shown = result.rows[~result.rows["suppressed"]]
    hidden = [words.label(name) for name in result.rows.loc[result.rows["suppressed"], "driver"]]
    small = [words.label(row["driver"]) for _, row in shown.iterrows() if _base(row) < SMALL_BASE]
    notes = [words.text("chart.small_base_text", n=SMALL_BASE, levels=", ".join(small))] if small else []
    notes += [words.text("chart.suppressed", levels=", ".join(hidden))] if hidden else []
    if shown.empty:
        return Block(paragraphs(words.text("chart.empty", measure=title), *notes), result.min_base)
    rows = shown.sort_values("span", ascending=False, kind="stable")
    first = words.text(
        "drivers.penalty_caption",
        outcome=words.label(result.outcome),
        level=level_of(result.conf_level, words),
        weighting=weighting_of_figures(result.weighting, words),
        answers=words.plural("count.answers", result.n),
    )
    with house_style():
        return figure_block(
            _draw(rows, result, title, words),
            alt=_alt(rows, title, words),
            caption=[first, words.text("drivers.kept_complete", share=words.percent(result.kept)), *notes],
            twin=penalty_reward_table(result, words=words),
            name=file_name("penalty_reward", result.outcome),
            words=words,
        )


def _base(row: pd.Series) -> float:
    names = [f"{base}_{part}" for base in ("n", "n_eff") for part in ("low", "middle", "high")]
    return float(row[names].astype("float64").min())


def _ends(rows: pd.DataFrame) -> Scale:
    sides = [-rows[["penalty", "penalty_conf_low", "penalty_conf_high"]]]
    sides += [rows[["reward", "reward_conf_low", "reward_conf_high"]]]
    values = np.append(np.hstack([side.to_numpy(dtype="float64") for side in sides]).ravel(), 0.0)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    air = max(0.05 * (high - low), 0.05)
    return low - air, high + air


def _draw(rows: pd.DataFrame, result: PenaltyReward, title: str, words: Words) -> Axes:
    ends = _ends(rows)
    labels = [wrapped(words.label(name), LEFT - GAP - MARGIN) for name in rows["driver"]]
    kinds = [
        wrapped(words.text(f"drivers.kind_{kind}"), RIGHT - GAP - MARGIN, SMALL) for kind in rows["kind"]
    ]
    bases = [f"n {words.number(row['n_low'])} / {words.number(row['n_high'])}" for _, row in rows.iterrows()]
    beside_bars = [[*kind, base] for kind, base in zip(kinds, bases, strict=True)]
    *centres, height = row_centres(
        [max(pair, key=len) for pair in zip(labels, beside_bars, strict=True)], ROW
    )
    unit = wrapped(
        words.text("drivers.penalty_axis", outcome=words.label(result.outcome)), WIDTH - LEFT - MARGIN
    )
    axes = new_axes(title, height, left=LEFT, right=RIGHT, above=0.3, below=0.3 + 0.19 * len(unit))
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, "score", words, most=4)
    axes.set_xlabel("\n".join(unit), loc="left")
    axes.axvline(0, color=INK, linewidth=1.4, zorder=3)
    _draw_heads(axes, words)
    for (_, row), lines, texts, y in zip(rows.iterrows(), labels, beside_bars, centres, strict=True):
        _draw_bars(axes, row, y, result.conf_level)
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - RIGHT + GAP, y, "\n".join(texts), size=SMALL, color=SOFT, linespacing=LEADING)
    return axes


def _draw_bars(axes: Axes, row: pd.Series, y: float, conf_level: float) -> None:
    """Draw both bars, one above the other: low ratings may go with a higher outcome."""
    for side, sign, colour in (("penalty", -1, SECOND), ("reward", 1, ACCENT)):
        told = is_told(row[f"{side}_p_adjusted"], conf_level)
        at = y + sign * (BAR / 2 + 0.01)
        axes.barh(
            at,
            sign * row[side],
            height=BAR,
            facecolor=colour if told else "white",
            edgecolor=colour,
            linewidth=1.4,
            zorder=2,
        )
        ends = [sign * row[f"{side}_conf_low"], sign * row[f"{side}_conf_high"]]
        axes.plot(ends, [at, at], color=INK, linewidth=1.3, solid_capstyle="butt", zorder=4)


def _draw_heads(axes: Axes, words: Words) -> None:
    """Name the two colours above the bars: a bar may point to either side."""
    x = LEFT
    for side, colour in (("low", SECOND), ("high", ACCENT)):
        name = words.text(f"drivers.{side}_ratings")
        beside(axes, x, -0.13, "■", size=SMALL, color=colour)
        beside(axes, x + 0.16, -0.13, name, size=SMALL, weight="bold", color=SOFT)
        x += 0.16 + text_width(name, SMALL, bold=True) + 0.2


def _alt(rows: pd.DataFrame, title: str, words: Words) -> str:
    parts = [
        words.text(
            "drivers.penalty_part",
            driver=words.label(row["driver"]),
            penalty=signed(-row["penalty"], words),
            penalty_interval=signed_ends(-row["penalty_conf_high"], -row["penalty_conf_low"], words),
            reward=signed(row["reward"], words),
            reward_interval=signed_ends(row["reward_conf_low"], row["reward_conf_high"], words),
            kind=words.text(f"drivers.kind_{row['kind']}"),
        )
        for _, row in rows.head(SAID).iterrows()
    ]
    return words.text("drivers.penalty_alt", title=title, parts=" ".join(parts))
