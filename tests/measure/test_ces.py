"""Customer effort: the direction must be said, and the rest follows from means and boxes."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.estimates import Estimates
from cxlab.measure.ces import ces
from cxlab.measure.easy_share import easy_share
from cxlab.measure.mean_score import mean_score
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

Measure = Callable[..., Estimates]
each = pytest.mark.parametrize("measure", [ces, easy_share])
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]


def _frame() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "ces": rng.choice([1.0, 2, 3, 4, 5, 6, 7, np.nan], 160),
            "w": rng.integers(1, 4, 160).astype("float64"),
            "g": rng.choice(["a", "b"], 160),
            "c": rng.integers(0, 25, 160),
        }
    )


OPTIONS = [{}, {"by": "g"}, {"by": "g", "weight": "w"}, {"by": "g", "weight": "w", "cluster": "c"}]


@pytest.mark.parametrize("options", OPTIONS)
def test_an_easy_scale_is_taken_as_it_is(options: dict[str, str]):
    frame = _frame()
    mean, share = ces(frame, direction="easy", **options), easy_share(frame, direction="easy", **options)
    assert (mean.metric, mean.outcome, mean.scale) == ("ces", "ces", (1.0, 7.0))
    assert (share.metric, share.outcome, share.unit) == ("easy_share", "ces", "share")
    pd.testing.assert_frame_equal(mean.rows, mean_score(frame, "ces", **options).rows)
    pd.testing.assert_frame_equal(share.rows, top_box(frame, "ces", boxes=3, **options).rows)


@each
@pytest.mark.parametrize("options", OPTIONS)
def test_a_difficult_scale_is_turned_and_says_so(measure: Measure, options: dict[str, str]):
    frame = _frame()
    turned = measure(frame.assign(ces=8 - frame["ces"]), direction="difficult", **options)
    pd.testing.assert_frame_equal(turned.rows, measure(frame, direction="easy", **options).rows, rtol=1e-10)
    assert turned.outcome == "8-ces"
    assert "of 8-ces" in turned.summary()


@each
def test_the_direction_must_be_said(measure: Measure):
    with pytest.raises(
        MeasureError, match="nothing says whether a high effort score means easy or difficult"
    ):
        measure(_frame())
    with pytest.raises(MeasureError, match="unknown direction 'hard'; take one of easy, difficult"):
        measure(_frame(), direction="hard")


@each
@pytest.mark.parametrize("direction", ["easy", "difficult"])
def test_weights_keep_their_promises(measure: Measure, direction: str):
    frame = _frame()
    twice = frame.loc[frame.index.repeat(frame["w"])]
    weighted = measure(frame, direction=direction, weight="w", by="g").rows
    rows = measure(twice, direction=direction, by="g").rows
    np.testing.assert_allclose(weighted["estimate"], rows["estimate"], rtol=1e-12)
    counted = measure(frame, direction=direction, weight="w", weight_kind="frequency", by="g").rows
    pd.testing.assert_frame_equal(counted[FIGURES], rows[FIGURES], rtol=1e-10)
    scaled = measure(frame.assign(w=frame["w"] * 1e7), direction=direction, weight="w", by="g").rows
    pd.testing.assert_frame_equal(scaled, weighted, rtol=1e-10)
    equal = measure(frame.assign(w=3.0), direction=direction, weight="w", by="g").rows
    pd.testing.assert_frame_equal(equal, measure(frame, direction=direction, by="g").rows, rtol=1e-10)


@each
def test_awkward_answers(measure: Measure):
    def of(**columns: list[float]) -> pd.Series:
        options = {"weight": "w"} if "w" in columns else {}
        return measure(pd.DataFrame(columns), direction="difficult", **options).rows.iloc[0]

    for silent in (of(ces=[]), of(ces=[np.nan] * 3), of(ces=[3.0, 4.0], w=[0.0, 0.0])):
        assert silent["n"] == 0
        assert silent[["estimate", "conf_low", "conf_high"]].isna().all()
    assert of(ces=[1.0])["n"] == 1
    assert of(ces=[1.0] * 5)["estimate"] == (7 if measure is ces else 1)
    assert of(ces=[7.0, 1.0], w=[0.0, 2.0])["n"] == 1
    with pytest.raises(MeasureError, match="have no weight or a negative one"):
        of(ces=[7.0, 1.0], w=[-1.0, 2.0])
    with pytest.raises(MeasureError, match="holds 0, 8, outside 1–7"):
        of(ces=[0.0, 8.0])
    with pytest.raises(MeasureError, match="there is no column 'ces'"):
        of(effort=[1.0])
