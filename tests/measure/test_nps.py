"""The NPS against published figures, R, brute force and its own definition."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.intervals import normal_quantile
from cxlab.measure.nps import nps, nps_interval
from cxlab.measure.nps_classes import nps_classes
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
SCORES = np.arange(11)


def _scores(detractors: int, passives: int, promoters: int) -> pd.DataFrame:
    return pd.DataFrame({"nps": [3] * detractors + [8] * passives + [10] * promoters})


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("wald", 36.8522, 63.1478), ("adjusted_wald", 35.4666, 61.6208), ("score", 35.5692, 61.8762)],
)
def test_three_intervals_of_10_30_60(method: str, low: float, high: float):
    # Known to the six digits given, as shares; here in points.
    row = nps(_scores(10, 30, 60), method=method).rows.iloc[0]
    assert row["estimate"] == pytest.approx(50, rel=1e-12)
    assert row["conf_low"] == pytest.approx(low, abs=1.01e-4)
    assert row["conf_high"] == pytest.approx(high, abs=1.01e-4)
    assert row["std_error"] == pytest.approx(100 * np.sqrt(0.45 / 100), rel=1e-12)


def test_intervals_equal_those_of_r():
    # nps_intervals.R: Tango's from a numerical maximum likelihood, 22 tables with empty classes among them.
    known = pd.read_csv(REFERENCE / "nps_intervals.csv", comment="#")
    counts = known[["detractors", "passives", "promoters"]].to_numpy()
    n = counts.sum(axis=1)
    for (method, level), rows in known.groupby(["method", "level"]):
        here = rows.index
        low, high = nps_interval(
            counts[here, 2] / n[here],
            counts[here, 0] / n[here],
            n[here].astype(float),
            method=method,
            quantile=normal_quantile(level),
        )
        # Both solve for the root to about 1e-13.
        np.testing.assert_allclose(low, rows["conf_low"], atol=1e-11, err_msg=method)
        np.testing.assert_allclose(high, rows["conf_high"], atol=1e-11, err_msg=method)


@pytest.mark.parametrize("score", SCORES)
def test_classes_of_the_scale(score: int):
    expected = -100 if score <= 6 else 0 if score <= 8 else 100
    assert nps(pd.DataFrame({"nps": [score]})).rows["estimate"].tolist() == [expected]


def test_nps_is_promoters_less_detractors():
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {"nps": rng.integers(0, 11, 300), "w": rng.gamma(2, 1, 300), "g": rng.choice(list("abc"), 300)}
    )
    promoters, passives, detractors = nps_classes(frame, by="g", weight="w")
    shares = [part.rows["estimate"] for part in (promoters, passives, detractors)]
    np.testing.assert_allclose(sum(shares), 1, rtol=1e-12)
    np.testing.assert_allclose(
        nps(frame, by="g", weight="w").rows["estimate"], 100 * (shares[0] - shares[2]), rtol=1e-11
    )
    assert [part.metric for part in (promoters, passives, detractors)] == [
        "promoters",
        "passives",
        "detractors",
    ]


@pytest.mark.parametrize("method", ["wald", "adjusted_wald", "score", "bayes"])
@pytest.mark.parametrize("conf_level", [0.5, 0.8, 0.95, 0.99])
def test_the_interval_holds_the_estimate_and_stays_on_the_scale(method: str, conf_level: float):
    for n in (1, 2, 3, 10):
        tables = np.array([(d, p) for d in range(n + 1) for p in range(n + 1 - d)])
        detractors, promoters = tables.T / n
        low, high = nps_interval(
            promoters,
            detractors,
            np.full(len(tables), float(n)),
            method=method,
            quantile=normal_quantile(conf_level),
        )
        estimate = promoters - detractors
        assert ((low >= -1) & (low <= estimate) & (estimate <= high) & (high <= 1)).all()
        # Promoters and detractors exchanged: the mirror image.
        mirrored = nps_interval(
            detractors,
            promoters,
            np.full(len(tables), float(n)),
            method=method,
            quantile=normal_quantile(conf_level),
        )
        np.testing.assert_allclose(mirrored[0], -high, atol=1e-11)


def test_a_single_promoter_ends_the_interval():
    # Without its last step the adjusted Wald interval is −48.5 to 98.5 and leaves the estimate of 100 out.
    row = nps(_scores(0, 0, 1), method="adjusted_wald").rows.iloc[0]
    assert row["conf_high"] == 100
    assert row["conf_low"] == pytest.approx(100 * (0.25 - 1.959963984540054 * np.sqrt(0.5625 / 4)), rel=1e-12)


def test_only_wald_has_an_interval_of_no_width():
    frame = _scores(0, 0, 25)
    width = {
        m: nps(frame, method=m).rows.eval("conf_high - conf_low")[0]
        for m in ("wald", "adjusted_wald", "score", "bayes")
    }
    assert width["wald"] == 0
    assert width["adjusted_wald"] > 10
    assert width["score"] > 10
    assert width["bayes"] > 5


def test_between_two_classes_is_refused():
    for measure in (nps, nps_classes):
        with pytest.raises(MeasureError, match=r"holds 6\.5, 8\.25, which are no whole scores"):
            measure(pd.DataFrame({"nps": [9, 6.5, 8.25]}))


def test_an_unknown_method_is_refused_with_those_known():
    with pytest.raises(MeasureError, match="'exact'; take one of score, adjusted_wald, bayes, wald"):
        nps(_scores(1, 1, 1), method="exact")
