"""Percent per point and per percent: statsmodels, and the delta method by a jackknife."""

import numpy as np
import pytest
import statsmodels.api as sm

import cxlab as cx
from cxlab.linkage.elasticity_figures import UNBIASED, figures_of
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import cr1, panel


@pytest.mark.parametrize("form", ["log_linear", "log_log", "linear"])
def test_the_coefficient_is_statsmodels(form: str):
    frame = panel()
    frame = frame[frame["nps"] > 0]
    result = cx.elasticity(frame, "revenue", "nps", form=form, controls=["age"], weight="w", cluster="id")
    y = frame["revenue"] if form == "linear" else np.log(frame["revenue"])
    score = np.log(frame["nps"]) if form == "log_log" else frame["nps"]
    x = np.column_stack([np.ones(len(frame)), score, frame["age"]])
    fit = sm.WLS(y, x, weights=frame["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": frame["id"]}, use_t=True
    )
    row = result.rows.iloc[0]
    assert row["estimate"] == pytest.approx(fit.params.iloc[1], rel=1e-9)
    assert row["std_error"] == pytest.approx(fit.bse.iloc[1], rel=1e-9)
    assert row["p_value"] == pytest.approx(fit.pvalues.iloc[1], rel=1e-6)
    np.testing.assert_allclose(
        row[["conf_low", "conf_high"]].astype(float), fit.conf_int().iloc[1], rtol=1e-8
    )


def test_percent_per_point_is_exact_and_so_is_its_interval():
    result = cx.elasticity(panel(), "revenue", "nps", entity="id", time="period")
    rows = result.rows.set_index("term")
    b, point = rows.loc["coefficient"], rows.loc["percent_per_point"]
    for end in ("estimate", "conf_low", "conf_high"):
        assert point[end] == pytest.approx(100 * (np.exp(b[end]) - 1), rel=1e-12)
    unbiased = 100 * (np.exp(b["estimate"] - b["std_error"] ** 2 / 2) - 1)
    assert rows.loc[UNBIASED, "estimate"] == pytest.approx(unbiased, rel=1e-12)
    assert "not of the log of the mean" in result.summary()


@pytest.mark.parametrize("form", ["log_linear", "log_log", "linear"])
def test_errors_at_a_mean_are_those_of_the_infinitesimal_jackknife(form: str):
    # What a cluster adds is the derivative by its weight: no influence function is needed to find it.
    frame = panel(entities=15, periods=4).query("nps > 0").assign(w=1.0)
    names = ["percent_per_point", "elasticity"]

    def figures(part, column):
        rows = cx.elasticity(part, "revenue", "nps", form=form, cluster="id", weight="w").rows
        return rows.set_index("term").loc[names, column].to_numpy(dtype=float)

    slopes = []
    for one in range(15):
        ends = [frame.assign(w=1 + h * (frame["id"] == one)) for h in (1e-4, -1e-4)]
        slopes.append((figures(ends[0], "estimate") - figures(ends[1], "estimate")) / 2e-4)
    covariance = cr1((np.array(slopes) ** 2).sum(axis=0), len(frame), 15, 2)
    np.testing.assert_allclose(figures(frame, "std_error"), np.sqrt(covariance), rtol=1e-5)


@pytest.mark.parametrize("form", ["log_linear", "log_log", "linear"])
def test_gradients_are_those_of_finite_differences(form: str):
    at = np.array([0.07, 7.2, 31.0])
    for name, figure in figures_of(form, *at).items():
        for place in range(3):
            step = np.zeros(3)
            step[place] = 1e-6 * at[place]
            up, down = (figures_of(form, *(at + sign * step))[name].value for sign in (1, -1))
            slope = (up - down) / (2 * step[place])
            assert figure.gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_on_a_curve_of_constant_elasticity_the_exponent_is_found():
    frame = panel().query("nps > 0").assign(revenue=lambda frame: 3 * frame["nps"] ** 0.4)
    noise = np.random.default_rng(0).normal(size=len(frame)) * 1e-9
    rows = cx.elasticity(
        frame.assign(revenue=frame["revenue"] * np.exp(noise)), "revenue", "nps", form="log_log"
    )
    assert rows.rows["estimate"].iloc[0] == pytest.approx(0.4, rel=1e-6)


@pytest.mark.parametrize(
    ("outcome", "options", "said"),
    [
        ("paid", {}, "zero or less, which have no log; take cx.revenue_glm"),
        ("revenue", {"form": "log_log"}, "column 'nps': .* take form='log_linear'"),
        ("revenue", {"form": "semi"}, "unknown form 'semi'; take one of log_log, log_linear, linear"),
        ("loss", {"form": "linear"}, "the mean is not above 0"),
    ],
)
def test_zeros_are_refused_and_not_moved(outcome: str, options: dict, said: str):
    frame = panel().assign(loss=lambda frame: -frame["revenue"])
    frame.loc[0, "nps"] = 0.0
    with pytest.raises(MeasureError, match=said):
        cx.elasticity(frame, outcome, "nps", **options)
