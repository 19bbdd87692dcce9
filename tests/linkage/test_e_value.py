"""E-values: against the published examples, and against the bound they invert."""

import numpy as np
import pytest

import cxlab as cx
from cxlab.linkage.e_value import e_of
from cxlab.model.errors import MeasureError


@pytest.mark.parametrize(
    ("estimate", "low", "high", "options", "value", "of_end"),
    [
        # VanderWeele, Ding (2017), table 2 and text, and the examples of R's EValue 4.1.3
        (10.73, 8.02, 14.36, {"kind": "risk_ratio"}, 20.95, 15.52),
        (3.9, 1.8, 8.7, {"kind": "odds_ratio", "rare": True}, 7.26, 3.0),
        (0.80, 0.71, 0.91, {"kind": "risk_ratio"}, 1.81, 1.43),
    ],
)
def test_published_examples(estimate, low, high, options, value, of_end):
    result = cx.e_value(estimate, conf_low=low, conf_high=high, **options)
    assert result.e_value == pytest.approx(value, abs=0.006)
    assert result.e_value_interval == pytest.approx(of_end, abs=0.006)
    assert result.tidy()["given"].tolist() == [estimate, low if estimate > 1 else high]


def test_conversions_follow_their_formulas_by_hand():
    # Table 1 of the paper, each line by hand.
    odds = cx.e_value(0.86, kind="odds_ratio", rare=False, conf_low=0.75, conf_high=0.99)
    assert odds.rows["risk_ratio"].tolist() == pytest.approx([0.9273618495, 0.9949874371])
    assert odds.e_value == pytest.approx(1 / 0.9273618495 + np.sqrt(1 / 0.86 - 1 / 0.9273618495))
    hazard = cx.e_value(0.56, kind="hazard_ratio", rare=False, conf_low=0.46, conf_high=0.69)
    by_hand = (1 - 2 ** -(0.56**0.5)) / (1 - 2 ** -(0.56**-0.5))
    assert hazard.rows["risk_ratio"][0] == pytest.approx(by_hand)
    # The conversion keeps its sense: the other way round is the inverse.
    turned = cx.e_value(1 / 0.56, kind="hazard_ratio", rare=False)
    assert turned.rows["risk_ratio"][0] == pytest.approx(1 / by_hand)
    assert turned.e_value == pytest.approx(hazard.e_value)
    # d = −.42, error .14: risk ratio e^(.91·.42) = 1.466, E-value 2.29; the end at .91·(.42 − 1.96·.14)
    smd = cx.e_value(-0.42, kind="difference", std_error=0.14)
    assert smd.e_value == pytest.approx(2.29, abs=0.005)
    end = np.exp(0.91 * (0.42 - 1.959964 * 0.14))
    assert smd.e_value_interval == pytest.approx(end + np.sqrt(end * (end - 1)), rel=1e-6)


def test_a_confounder_of_that_strength_just_explains_it():
    """The bound RR_x RR_y / (RR_x + RR_y − 1) with both equal to the E-value is the ratio."""
    for ratio in (1.0, 1.2, 3.9, 50.0):
        value = e_of(ratio)
        assert value**2 / (2 * value - 1) == pytest.approx(ratio)
        assert e_of(1 / ratio) == pytest.approx(value)


def test_a_two_by_two_world_with_such_a_confounder_shows_the_ratio():
    """Brute force: a binary confounder, commoner among the exposed by the E-value, and nothing else."""
    shares = np.linspace(0.001, 0.999, 999)
    strength = e_of(1.5)
    exposed, unexposed = shares, shares / strength
    ratio = (1 + (strength - 1) * exposed) / (1 + (strength - 1) * unexposed)
    assert ratio.max() == pytest.approx(1.5, abs=0.002) and ratio.max() <= 1.5 + 1e-12


def test_the_interval_that_holds_the_null_needs_no_confounder():
    assert cx.e_value(1.4, kind="risk_ratio", conf_low=0.9, conf_high=2.2).e_value_interval == 1
    assert cx.e_value(0.8, kind="risk_ratio", conf_low=0.6, conf_high=1.0).e_value_interval == 1
    assert cx.e_value(0.1, kind="difference", std_error=0.2).e_value_interval == 1
    assert np.isnan(cx.e_value(2.0, kind="risk_ratio").e_value_interval)
    for kind in ("odds_ratio", "hazard_ratio"):
        whole = cx.e_value(1.5, kind=kind, rare=False, conf_low=0, conf_high=np.inf)
        assert whole.e_value_interval == 1 and whole.rows["risk_ratio"][1] == 0


def test_what_would_be_left_can_be_named():
    # The example of R's EValue: from 2.5 to 1.5 the same as from 2.5/1.5 to 1.
    assert cx.e_value(2.5, kind="risk_ratio", true=1.5).e_value == pytest.approx(e_of(2.5 / 1.5))
    below = cx.e_value(1.2, kind="risk_ratio", true=1.5, conf_low=1.0, conf_high=1.4)
    assert below.e_value == pytest.approx(1.25 + np.sqrt(1.25 * 0.25))
    assert below.e_value_interval == pytest.approx(e_of(1.4 / 1.5))


@pytest.mark.parametrize(
    ("estimate", "options", "message"),
    [
        (2.0, {"kind": "ratio"}, "unknown kind 'ratio'"),
        (2.0, {"kind": "odds_ratio"}, "only where the outcome is rare; say rare=True"),
        (-0.7, {"kind": "risk_ratio"}, "a ratio of -0.7 is none; give a ratio above 0, not its logarithm"),
        (np.nan, {"kind": "risk_ratio"}, "a ratio of nan is none"),
        (2.0, {"kind": "risk_ratio", "conf_low": 1.0}, "one end of the interval"),
        (2.0, {"kind": "risk_ratio", "conf_low": 0.1, "conf_high": 0.9}, "does not hold the estimate"),
        (2.0, {"kind": "risk_ratio", "std_error": 0.1}, "is not symmetric"),
        (0.2, {"kind": "difference", "conf_low": 0.1, "conf_high": 0.3}, "made of its error"),
        (0.2, {"kind": "difference", "std_error": -1.0}, "the error is below 0"),
        (2.0, {"kind": "risk_ratio", "true": 0}, "a ratio of 0 is none"),
        (2.0, {"kind": "risk_ratio", "conf_level": 1}, "a confidence level of 1 is none"),
        ("2", {"kind": "risk_ratio"}, "'2' is no number"),
        (2.0, {"kind": "risk_ratio", "true": [1]}, r"\[1\] is no number"),
        (-900.0, {"kind": "difference"}, "a difference of -900 standard deviations is none"),
    ],
)
def test_what_makes_no_sense_is_refused(estimate: float, options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        cx.e_value(estimate, **options)


def test_the_summary_and_small_bases():
    result = cx.e_value(3.9, kind="odds_ratio", rare=True, conf_low=1.8, conf_high=8.7, n=40)
    said = result.summary()
    assert said.startswith("Odds ratio 3.90, a risk ratio of about 3.90, (n = 40) could be accounted for")
    assert "a risk ratio of 7.26 each, and with 3.00 for the 95% interval" in said
    assert result.suppress(40).e_value == result.e_value
    hidden = result.suppress(41)
    assert hidden.suppressed and hidden.tidy()[["given", "risk_ratio", "e_value"]].isna().all().all()
    assert hidden.summary() == "E-value: too few answers to say."
    assert cx.e_value(2.0, kind="risk_ratio").suppress(50).e_value == e_of(2.0)
