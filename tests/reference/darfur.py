"""The Darfur example of Cinelli and Hazlett (2020) by PySensemakr, which ships the data.

python darfur.py > darfur.json, in an environment with PySensemakr and statsmodels.
"""

import json
from importlib.metadata import version

import sensemakr as smkr
import statsmodels.formula.api as smf
from sensemakr import data

frame = data.load_darfur()
controls = ["female", "age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur"]
formula = "peacefactor ~ directlyharmed + " + " + ".join(controls) + " + C(village)"
model = smf.ols(formula, frame).fit()
result = smkr.Sensemakr(model=model, treatment="directlyharmed", benchmark_covariates="female", kd=[1, 2, 3])
stats = result.sensitivity_stats


def other(alpha, q):
    value = smkr.robustness_value(t_statistic=stats["t_statistic"], dof=stats["dof"], alpha=alpha, q=q)
    return float(getattr(value, "iloc", value)[0] if hasattr(value, "__len__") else value)


def exposure_r2(name):
    others = [one for one in controls if one != name]
    full = smf.ols("directlyharmed ~ " + " + ".join(controls) + " + C(village)", frame).fit()
    less = smf.ols("directlyharmed ~ " + " + ".join(others) + " + C(village)", frame).fit()
    return 1 - full.ssr / less.ssr


def outcome_r2(name):
    t = model.tvalues[name]
    return t**2 / (t**2 + model.df_resid)


json.dump(
    {
        "tool": {name: version(name) for name in ("PySensemakr", "statsmodels")},
        "estimate": float(stats["estimate"]), "std_error": float(stats["se"]),
        "statistic": float(stats["t_statistic"]), "df": int(stats["dof"]), "n": int(model.nobs),
        "partial_r2": float(stats["r2yd_x"]), "rv": float(stats["rv_q"]), "rv_alpha": float(stats["rv_qa"]),
        "f2": float(stats["f2yd_x"]),
        "rv_half": other(1.0, 0.5), "rv_half_alpha": other(0.05, 0.5), "rv_one_per_cent": other(0.01, 1),
        "benchmarks": [
            {"covariate": name, "r2_exposure": exposure_r2(name), "r2_outcome": outcome_r2(name)}
            for name in controls
        ],
        "bounds": result.bounds.drop(columns="treatment", errors="ignore").to_dict(orient="records"),
    },
    fp=__import__("sys").stdout, indent=2, default=float,
)  # fmt: skip
