"""Shares of values against pandas."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.answered import answered
from cxlab.measure.share import share
from cxlab.model.errors import MeasureError

FRAME = pd.DataFrame(
    {
        "reason": ["price", "service", None, "price", "other", "price ", None],
        "code": [1, 2, None, 1, 3, 1, 2],
        "flag": pd.array([True, True, None, True, True, True, None], dtype="boolean"),
        "w": [1.0, 2.0, 5.0, 0.5, 4.0, 0.25, 0.0],
        "g": ["a", "a", "a", "b", "b", "b", "c"],
    }
)


def test_equals_pandas():
    found = FRAME["reason"].str.strip().value_counts(normalize=True)
    for value in ("price", "service", "other"):
        assert share(FRAME, "reason", values=value).rows["estimate"][0] == pytest.approx(
            found[value], rel=1e-14
        )
    kept = FRAME.dropna(subset="reason")
    expected = np.average(kept["reason"].isin(["service", "other"]), weights=kept["w"])
    two = share(FRAME, "reason", values=["other", "service"], weight="w")
    assert two.rows["estimate"][0] == pytest.approx(expected, rel=1e-14)
    assert two.outcome == "reason=other|service"


@pytest.mark.parametrize("values", [1, 1.0, "1", [1], (1,), {1}, np.array([1]), pd.Series([1])])
def test_a_code_has_one_spelling(values: object):
    result = share(FRAME, "code", values=values)
    assert result.outcome == "code=1"
    assert result.rows["estimate"].tolist() == [0.5]


def test_a_value_that_occurs_elsewhere_has_a_share_of_0():
    rows = share(FRAME, "reason", values="service", by="g").rows.set_index("level")
    assert rows.loc["b", "estimate"] == 0
    assert rows.loc["b", "conf_low"] == 0
    assert rows.loc["b", "conf_high"] > 0
    assert rows.loc["c", "n"] == 0
    assert np.isnan(rows.loc["c", "estimate"])


def test_a_value_that_never_occurs_is_refused_with_the_nearest():
    with pytest.raises(MeasureError, match="no answer in 'reason' is 'servise'; did you mean 'service'"):
        share(FRAME, "reason", values=["price", "servise"])
    with pytest.raises(MeasureError, match="no value of 'reason' is named"):
        share(FRAME, "reason", values=[])


def test_of_a_flag_both_values_are_known():
    assert share(FRAME, "flag", values=False).rows["estimate"].tolist() == [0.0]
    with pytest.raises(MeasureError, match="is 'yes'"):
        share(FRAME, "flag", values="yes")


def test_answered_counts_every_row():
    rows = answered(FRAME, "reason", by="g", weight="w").rows.set_index("level")
    assert rows["n"].tolist() == [3, 3, 0]
    assert rows.loc["a", "estimate"] == pytest.approx(3 / 8, rel=1e-14)
    assert answered(FRAME, "reason").rows["estimate"][0] == pytest.approx(5 / 7, rel=1e-14)


def test_answered_takes_nan_for_no_answer():
    assert answered(pd.DataFrame({"x": [1.0, np.nan, np.inf, 2.0]}), "x").rows["estimate"].tolist() == [0.5]
