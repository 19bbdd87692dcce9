"""Changes of a measure between waves, split by segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import MISSING_LEVEL, name_of, weighting_of
from cxlab.estimate.intervals import kish_n_eff, student
from cxlab.estimate.kitagawa import Split, kitagawa
from cxlab.estimate.sample import Sample
from cxlab.estimate.taylor import taylor
from cxlab.measure.averaged import Answers, Averaged, sums_of
from cxlab.measure.mix_score import EVERYONE, MixScore
from cxlab.measure.score_table import ScoreTable
from cxlab.measure.sides import Pairs
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def split_changes(
    sample: Sample,
    what: Averaged,
    answers: Answers,
    pairs: Pairs,
    *,
    wave: str,
    by: Sequence[str],
    conf_level: float,
) -> MixScore:
    """Split changes of a measure into mix and score.

    Parameters
    ----------
    sample
        The rows and their design.
    what
        The measure.
    answers
        Its counted answers in each wave and segment.
    pairs
        Later and earlier wave of each change.
    wave, by
        Columns of the wave and of the segments, in this order in `answers`.
    conf_level
        Confidence level of each interval.
    """
    table, x = answers.table, answers.numbers
    _require_asked(table, wave, by)
    everyone = table.sum_w.sum()
    centre = float((table.sum_w @ x).sum() / everyone) if everyone > 0 else 0.0
    totals = np.stack([table.sum_w @ (x - centre), table.sum_w.sum(axis=1)])
    sums = sums_of(sample, what, [wave, *by], centre=centre)
    segments = table.levels[list(by)].fillna(MISSING_LEVEL).astype("str")
    place = [name_of(list(row)) for row in segments.itertuples(index=False)]
    parts = []
    for later, earlier in pairs:
        at = _at(table.levels[wave].tolist(), place, (earlier, later), table.base)
        cells = np.array(list(at.values()), dtype="int64").reshape(len(at), 2).T
        there = cells >= 0
        split = kitagawa(*np.where(there, totals[:, cells], 0.0))
        slopes = _slopes(split, cells, totals.shape[1])
        precision = taylor(sample, sums, table.levels, slope_x=slopes[0], slope_w=slopes[1])
        figures = _figures(split, precision.std_error, precision.df, conf_level)
        counted = [np.where(there, c.sum(axis=1)[cells], 0.0) for c in (table.n, table.sum_w, table.sum_w2)]
        names = _names((later, earlier), list(at))
        parts.append(
            pd.concat([names, figures, _beside(split, counted, centre)], axis=1).iloc[_order(len(at))]
        )
    rows = pd.concat(parts, ignore_index=True).astype({"n_a": "Int64", "n_b": "Int64"})
    told = ["estimate", "std_error", "conf_low", "conf_high", "estimate_a", "estimate_b"]
    rows[told] *= what.factor
    weighting = weighting_of(sample.weight)
    return MixScore(
        what.metric,
        what.outcome,
        wave,
        tuple(by),
        what.unit,
        conf_level,
        weighting,
        rows.assign(suppressed=False),
    )


def _require_asked(table: ScoreTable, wave: str, by: Sequence[str]) -> None:
    """Raise MeasureError where a wave was not asked for a segment: nothing then tells mix from score."""
    answered = table.levels[table.base > 0]
    for name in by:
        asked = answered[name].notna().groupby(answered[wave]).any()
        if asked.any() and not asked.all():
            silent = ", ".join(str(one) for one in asked.index[~asked])
            raise MeasureError(
                f"nobody has a level of '{name}' in {silent}",
                where=f"column '{wave}'",
                remedy="split the changes by a segment that was asked in every wave: mix_by=",
            )


def _at(waves: list[object], place: list[str], pair: tuple[str, str], base: Ints) -> dict[str, list[int]]:
    """Return where each segment with answers stands in the earlier and the later wave, −1 for nowhere."""
    at: dict[str, list[int]] = {}
    for row, (wave, name) in enumerate(zip(waves, place, strict=True)):
        if wave in pair and base[row] > 0:
            at.setdefault(name, [-1, -1])[pair.index(str(wave))] = row
    return dict(sorted(at.items(), key=lambda item: item[0] == MISSING_LEVEL))


def _slopes(split: Split, cells: Ints, k: int) -> Floats:
    """Return slopes by Σwx and Σw of each cell, shape (2, k, 3 + 2g): change, mix, score; each segment's."""
    mix, score = split.mix_slopes, split.score_slopes
    whole = np.stack([part.sum(axis=-1) for part in (mix + score, mix, score)], axis=-1)
    each = np.concatenate([whole, mix, score], axis=-1)
    slopes = np.zeros((2, k, each.shape[-1]))
    for time in range(2):
        there = cells[time] >= 0
        slopes[:, cells[time][there]] = each[:, time][:, there]
    return slopes


def _figures(split: Split, std_error: Floats, df: Floats, conf_level: float) -> pd.DataFrame:
    mix, score = split.mix, split.score
    # Of no segment at all the sums would be 0.
    whole = [mix.sum(), score.sum()] if len(mix) else [np.nan, np.nan]
    estimate = np.array([sum(whole), *whole, *mix, *score])
    low, high = student(estimate, std_error, df, conf_level)
    return pd.DataFrame({"estimate": estimate, "std_error": std_error, "conf_low": low, "conf_high": high})


def _names(pair: tuple[str, str], segments: list[str]) -> pd.DataFrame:
    g = len(segments)
    return pd.DataFrame(
        {
            "level_a": pair[0],
            "level_b": pair[1],
            "level": pd.Series([EVERYONE] * 3 + segments * 2, dtype="str"),
            "component": ["change", "mix", "score"] + ["mix"] * g + ["score"] * g,
        }
    )


def _beside(split: Split, counted: list[Floats], centre: float) -> pd.DataFrame:
    """Return share, measure and base of everyone and each segment, in the later (a) and earlier wave (b)."""
    n, sum_w, sum_w2 = counted
    mean = (split.share * split.mean).sum(axis=1) + centre
    whole = {
        "share": np.ones(2),
        "estimate": mean,
        "n": n.sum(axis=1),
        "n_eff": kish_n_eff(sum_w.sum(axis=1), sum_w2.sum(axis=1)),
    }
    each = {
        "share": split.share,
        "estimate": np.where(n > 0, split.mean + centre, np.nan),
        "n": n,
        "n_eff": kish_n_eff(sum_w, sum_w2),
    }
    return pd.DataFrame(
        {
            f"{name}_{side}": [*[whole[name][time]] * 3, *each[name][time], *each[name][time]]
            for name in whole
            for side, time in (("a", 1), ("b", 0))
        }
    )


def _order(g: int) -> Ints:
    """Put both components of a segment side by side, after the three of everyone."""
    return np.concatenate([np.arange(3), 3 + np.arange(2 * g).reshape(2, g).T.ravel()])
