"""Changes over waves and their split: identities, brute force, and what is refused or hidden."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.design import Design
from cxlab.estimate.kitagawa import kitagawa
from cxlab.estimate.sample import Sample
from cxlab.measure.averaged import answers_of, averaged
from cxlab.measure.contrast import contrast
from cxlab.measure.nps import nps
from cxlab.measure.split_changes import split_changes
from cxlab.measure.trend import Trend, trend
from cxlab.model.errors import MeasureError
from cxlab.weight.rake import rake
from tests.tally.engines import ENGINES, awkward_frame

WAVES = ["2025-2", "2025-10", "2026-1"]
PLAIN: dict[str, Any] = {}
WEIGHTED = {"weight": "w"}
BY_PERSON = {"weight": "w", "paired": "id"}
each_sample = pytest.mark.parametrize(
    "options", [PLAIN, WEIGHTED, BY_PERSON], ids=["plain", "weighted", "by person"]
)


def _frame(n: int = 600, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "wave": rng.choice(WAVES, n),
            "seg": rng.choice(["x", "y", "z", None], n, p=[0.5, 0.3, 0.15, 0.05]),
            "area": rng.choice([1, 2], n),
            "nps": rng.choice([*map(float, range(11)), np.nan], n),
            "w": rng.gamma(2, 1, n),
            "id": rng.integers(0, 200, n),
        }
    )
    # Nobody of segment z answered in the first wave.
    return frame[(frame["wave"] != WAVES[0]) | (frame["seg"] != "z")].reset_index(drop=True)


def _parts(result: Trend) -> pd.DataFrame:
    assert result.mix is not None
    return result.mix.rows


def _whole(result: Trend, component: str) -> pd.DataFrame:
    rows = _parts(result)
    return rows[(rows["level"] == "") & (rows["component"] == component)].reset_index(drop=True)


@pytest.mark.parametrize(
    ("measure", "mix_by", "options"),
    [
        ("nps", "seg", PLAIN),
        ("nps", ["seg", "area"], BY_PERSON),
        ("mean_score", ["seg", "area"], WEIGHTED),
        ("mean_score", "seg", BY_PERSON),
        ("share", "seg", WEIGHTED),
    ],
)
def test_mix_and_score_sum_to_the_change(measure: Any, mix_by: Any, options: dict):
    given = {"share": {"score": "nps", "values": [9, 10]}, "mean_score": {"score": "nps"}}.get(measure, {})
    result = trend(_frame(), measure, mix_by=mix_by, **given, **options)
    rows = _parts(result)
    scale = 100 if measure == "nps" else 10
    change, mix, score = (_whole(result, part)["estimate"].to_numpy() for part in ("change", "mix", "score"))
    np.testing.assert_allclose(mix + score, change, rtol=0, atol=1e-12 * scale)
    np.testing.assert_allclose(change, result.changes.rows["difference"], rtol=0, atol=1e-12 * scale)
    for part, whole in (("mix", mix), ("score", score)):
        each = rows[(rows["level"] != "") & (rows["component"] == part)]
        summed = each.groupby(["level_a", "level_b"], sort=False)["estimate"].sum().to_numpy()
        np.testing.assert_allclose(summed, whole, rtol=0, atol=1e-12 * scale)


def test_the_change_has_the_error_of_the_contrast_by_design():
    result = trend(_frame(), "nps", mix_by="seg", **BY_PERSON)
    np.testing.assert_allclose(
        _whole(result, "change")["std_error"], result.changes.rows["std_error"], rtol=1e-10
    )


def test_changes_are_to_the_wave_before_and_from_first_to_last():
    result = trend(_frame(), "nps")
    pairs = result.changes.rows[["level_a", "level_b"]].to_numpy().tolist()
    assert pairs == [["2025-10", "2025-2"], ["2026-1", "2025-10"], ["2026-1", "2025-2"]]
    assert result.estimates.rows["level"].tolist() == WAVES
    assert result.mix is None
    previous = contrast(_frame(), "nps", "wave", against="previous", family="none").rows
    np.testing.assert_array_equal(result.changes.rows["p_value"][:2], previous["p_value"])
    two = trend(_frame().query("wave != '2025-2'"), "nps")
    assert len(two.changes.rows) == 1
    assert len(two.tidy()) == 1


@each_sample
def test_waves_are_measured_as_the_measure_does(options: dict):
    frame = _frame()
    waves = trend(frame, "nps", **options).estimates
    given = {"weight": options.get("weight"), "cluster": options.get("paired")}
    alone = nps(frame, by="wave", **given).rows.set_index("level").loc[WAVES].reset_index()
    pd.testing.assert_frame_equal(waves.rows[alone.columns], alone)


def test_the_split_by_its_definition():
    frame = _frame().dropna(subset=["nps", "seg"]).query("seg != 'z' and wave != '2026-1'")
    result = _parts(trend(frame, "mean_score", score="nps", mix_by="seg"))
    mean = frame.groupby(["wave", "seg"])["nps"].mean()
    share = frame.groupby("wave")["seg"].value_counts(normalize=True)
    middle = frame.groupby("wave")["nps"].mean().mean()
    for seg in ("x", "y"):
        (p0, p1), (m0, m1) = ([table[(wave, seg)] for wave in WAVES[:2]] for table in (share, mean))
        rows = result[result["level"] == seg].set_index("component")["estimate"]
        assert rows["mix"] == pytest.approx((p1 - p0) * ((m0 + m1) / 2 - middle), rel=1e-10)
        assert rows["score"] == pytest.approx((p0 + p1) / 2 * (m1 - m0), rel=1e-10)


def test_a_segment_of_one_wave_only_is_all_mix():
    rows = _parts(trend(_frame(), "nps", mix_by="seg"))
    z = rows[(rows["level"] == "z") & (rows["level_b"] == WAVES[0])].set_index("component")
    assert (z.loc["score", "estimate"] == 0).all()
    assert z["share_b"].eq(0).all() and z["estimate_b"].isna().all() and z["n_b"].eq(0).all()


def test_slopes_are_derivatives():
    rng = np.random.default_rng(8)
    wx, w = rng.normal(3, 2, (2, 4)), rng.gamma(3, 1, (2, 4))
    w[0, 2] = wx[0, 2] = 0  # a segment that the earlier time has not
    split, step = kitagawa(wx, w), 1e-6
    for total in (0, 1):
        for time, segment in ((t, g) for t in range(2) for g in range(4) if w[t, g] > 0):
            moved = [[wx.copy(), w.copy()] for _ in range(2)]
            moved[0][total][time, segment] += step
            moved[1][total][time, segment] -= step
            up, down = (kitagawa(*sums) for sums in moved)
            for part in ("mix", "score"):
                slope = (getattr(up, part) - getattr(down, part)) / (2 * step)
                found = getattr(split, f"{part}_slopes")[total, time, segment]
                np.testing.assert_allclose(found, slope, rtol=1e-6, atol=1e-8)


def test_errors_of_the_parts_are_those_of_a_jackknife():
    frame = _frame(900, seed=5).query("wave != '2026-1' and seg != 'z'").dropna().reset_index(drop=True)
    rows = _parts(trend(frame, "mean_score", score="nps", mix_by="seg", weight="w"))
    cell = 2 * (frame["wave"] == WAVES[1]).to_numpy(dtype=int) + (frame["seg"] == "y").to_numpy(dtype=int)
    w, x = frame["w"].to_numpy(), frame["nps"].to_numpy()

    def parts(kept: np.ndarray) -> list[float]:
        sums = [np.bincount(cell[kept], values[kept], 4).reshape(2, 2) for values in (w * x, w)]
        split = kitagawa(*sums)
        mix, score = split.mix, split.score
        return [(mix + score).sum(), mix.sum(), score.sum(), *np.column_stack([mix, score]).ravel()]

    every = np.arange(len(frame))
    np.testing.assert_allclose(rows["estimate"], parts(every), rtol=1e-9)
    left_out = np.array([parts(np.delete(every, row)) for row in every])
    jackknife = np.sqrt((len(every) - 1) * left_out.var(axis=0))
    # Both are right to the first order of 1/n; segments have about 100 answers.
    np.testing.assert_allclose(rows["std_error"], jackknife, rtol=0.03)


def test_equal_weights_are_none_and_their_scale_never_matters():
    frame = _frame().assign(one=0.2, more=lambda rows: 1e6 * rows["w"])
    for first, second in (({"weight": "one"}, PLAIN), ({"weight": "more"}, WEIGHTED)):
        one, other = (_parts(trend(frame, "nps", mix_by="seg", **options)) for options in (first, second))
        for column in ("estimate", "std_error", "n_eff_a"):
            np.testing.assert_allclose(one[column], other[column], rtol=1e-9, atol=1e-9)


def test_weight_2_is_the_row_twice():
    frame = _frame().assign(w=lambda rows: 1 + rows.index % 2)
    twice = frame.loc[frame.index.repeat(frame["w"])].reset_index(drop=True)
    weighted, repeated = trend(frame, "nps", mix_by="seg", weight="w"), trend(twice, "nps", mix_by="seg")
    frequency = trend(frame, "nps", mix_by="seg", weight="w", weight_kind="frequency")
    np.testing.assert_allclose(_parts(weighted)["estimate"], _parts(repeated)["estimate"], atol=1e-10)
    np.testing.assert_allclose(_parts(frequency)["std_error"], _parts(repeated)["std_error"], rtol=1e-9)


def test_calibrated_weights_know_more():
    frame = _frame()
    weights = rake(frame.assign(seg=frame["seg"].fillna("-")), {"area": {1: 0.5, 2: 0.5}})
    result = trend(frame, "nps", mix_by="seg", weight=weights)
    np.testing.assert_allclose(
        _whole(result, "change")["std_error"], result.changes.rows["std_error"], rtol=1e-9
    )


def test_small_segments_and_waves_are_hidden_with_what_would_give_them_away():
    frame = _frame()
    result = trend(frame, "nps", mix_by="seg").suppress(25)
    rows = _parts(result)
    small = rows[rows["suppressed"]]
    # The few without a segment are hidden, and another segment with them.
    assert "(missing)" in set(small["level"]) and len(set(small["level"])) >= 2
    assert small[["estimate", "std_error", "share_a", "n_a", "n_eff_b"]].isna().all(axis=None)
    assert not rows.loc[rows["level"] == "", "suppressed"].any()
    few = frame.drop(frame.index[frame["wave"] == WAVES[0]][8:])
    hidden = trend(few, "nps", mix_by="seg").suppress(25)
    assert hidden.estimates.rows["suppressed"].tolist()[0]
    blank = set(hidden.estimates.rows["level"][hidden.estimates.rows["suppressed"]])
    shown = hidden.changes.rows[~hidden.changes.rows["suppressed"]]
    assert not blank & {*shown["level_a"], *shown["level_b"]}
    parts = _parts(hidden)
    assert parts.loc[parts["level_a"].isin(blank) | parts["level_b"].isin(blank), "suppressed"].all()


def test_rows_without_a_wave_are_left_out():
    frame = _frame()
    gaps = frame.assign(wave=frame["wave"].where(frame.index % 7 > 0, None))
    one, other = (trend(rows, "nps", mix_by="seg") for rows in (gaps, gaps.dropna(subset="wave")))
    assert one.estimates.rows["level"].tolist() == WAVES
    np.testing.assert_allclose(_parts(one)["estimate"], _parts(other)["estimate"], rtol=1e-12)


def test_a_wave_without_answers_has_no_change():
    frame = _frame()
    frame.loc[frame["wave"] == WAVES[1], "nps"] = np.nan
    for options in (PLAIN, BY_PERSON):
        result = trend(frame, "nps", mix_by="seg", **options)
        assert result.estimates.rows["n"].tolist()[1] == 0
        assert result.changes.rows["difference"].isna().tolist() == [True, True, False]
        assert _whole(result, "change")["estimate"].isna().tolist() == [True, True, False]
        assert _whole(result, "mix")["conf_low"].isna().tolist() == [True, True, False]


def test_the_summary_says_what_went_with_what():
    said = trend(_frame(), "nps", mix_by="seg").summary()
    assert "nps of nps by seg: from 2025-2 to 2026-1 it changed by " in said
    assert "go with the mix of segments and" in said and "with scores within them" in said
    silent = trend(_frame().assign(nps=np.nan), "nps", mix_by="seg")
    assert "too few answers to split a change" in silent.summary()
    assert trend(_frame(), "nps", mix_by="seg")._repr_html_().count("<table") == 3


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        ("nps", {"wave": "year"}, "there is no column 'year'"),
        ("nps", {"mix_by": "wave"}, "by= names 'wave' twice"),
        ("nps", {"family": "sidak"}, "unknown family 'sidak'"),
        ("mean_score", {}, "'mean_score' needs a column"),
        ("nps", {"paired": "id", "cluster": "seg"}, "paired='id' and cluster='seg' both"),
        ("nps", {"weight": "bad"}, "no weight or a negative one"),
    ],
)
def test_what_makes_no_sense_is_refused(measure: Any, options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        trend(_frame().assign(bad=-1.0), measure, **options)
    with pytest.raises(MeasureError, match="the column 'wave' holds the single level '2026-1'"):
        trend(_frame().query("wave == '2026-1'"), "nps")


def test_a_wave_that_was_not_asked_for_the_segment_is_refused():
    frame = pd.DataFrame(
        {"nps": [9, 3, 10, 7] * 2, "wave": ["1"] * 4 + ["2"] * 4, "seg": [None] * 4 + ["a", "b"] * 2}
    )
    with pytest.raises(
        MeasureError, match="nobody has a level of 'seg' in 1; split the changes by a segment"
    ):
        trend(frame, "nps", mix_by="seg")


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_every_engine_gives_the_same(engine: str, tmp_path: Path):
    table = awkward_frame()
    found, expected = (
        trend(frame, "nps", "store", mix_by="flag", weight="w")
        for frame in (ENGINES[engine](table, tmp_path), table.to_pandas())
    )
    pd.testing.assert_frame_equal(found.tidy(), expected.tidy(), rtol=1e-10)
    pd.testing.assert_frame_equal(_parts(found), _parts(expected), rtol=1e-9, atol=1e-10)


@pytest.mark.slow
def test_intervals_of_mix_and_score_hold_the_truth():
    # 2,000 pairs of waves of 150 answers each, 25 at a time; seed 20260723. Shares .5/.3/.2 become .3/.3/.4,
    # means 6/7/8 become 6.5/7/7.5, with a standard deviation of 1 in each segment.
    batches, samples, n = 80, 25, 150
    rng = np.random.default_rng(20260723)
    shares, means = np.array([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4]]), np.array([[6, 7, 8], [6.5, 7, 7.5]])
    truth = kitagawa(shares * means, shares)
    what, found = averaged("mean_score", "s"), []
    for _ in range(batches):
        wave = np.tile(np.repeat([0, 1], n), samples)
        seg = np.concatenate([rng.choice(3, n, p=row) for row in [*shares] * samples])
        s = means[wave, seg] + rng.choice([-1.0, 1.0], len(wave))
        name = pd.Series(np.repeat(np.arange(samples), 2 * n)).astype("str") + np.where(wave, "b", "a")
        sample = Sample(pd.DataFrame({"s": s, "wave": name, "seg": seg}), None, Design())
        pairs = [(f"{i}b", f"{i}a") for i in range(samples)]
        answers = answers_of(sample, what, ["wave", "seg"])
        found.append(
            split_changes(sample, what, answers, pairs, wave="wave", by=["seg"], conf_level=0.95).rows
        )
    rows = pd.concat(found).query("level == ''").set_index("component")
    for part, value in (("mix", truth.mix.sum()), ("score", truth.score.sum())):
        held = (rows.loc[part, "conf_low"] <= value) & (value <= rows.loc[part, "conf_high"])
        assert len(held) == batches * samples
        assert abs(held.mean() - 0.95) < 3 * np.sqrt(0.95 * 0.05 / len(held)), part
