"""Panel estimators by linearmodels, pyfixest and statsmodels. From this folder, with these three installed:
python panel_peers.py > panel_peers.json

petersen.csv is described in panel_errors.R (500 firms, 10 years); wage_panel comes with linearmodels (Vella,
Verbeek 1998; 545 men, 1980 to 1987), whose documentation prints the four models below. A tenth of Petersen's
rows is left out by a rule, so that the panel is not balanced, and some have weights by a rule.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest as pf
import statsmodels.formula.api as smf
from linearmodels.datasets import wage_panel
from linearmodels.panel import BetweenOLS, FirstDifferenceOLS, PanelOLS, PooledOLS
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

petersen = pd.read_csv(Path(__file__).parent / "petersen.csv")
petersen["z"] = np.sin(petersen.index)
petersen["w"] = 1 + petersen.index % 3
holes = petersen[(petersen["firm"] * 7 + petersen["year"] * 3) % 10 != 0]


def told(fit):
    return {"estimate": fit.coef().to_dict(), "std_error": fit.se().to_dict(), "n": int(fit._N)}


own = pf.ssc(k_adj=True, k_fixef="nonnested", G_adj=True, G_df="conventional")
pyfixest = {
    "pooled_both": told(pf.feols("y ~ x", petersen, vcov={"CRV1": "firm+year"}, ssc=own)),
    "entity": told(pf.feols("y ~ x + z | firm", holes, vcov={"CRV1": "firm"}, ssc=own)),
    "two_way": told(pf.feols("y ~ x + z | firm + year", holes, vcov={"CRV1": "firm"}, ssc=own)),
    "two_way_both": told(pf.feols("y ~ x + z | firm + year", holes, vcov={"CRV1": "firm+year"}, ssc=own)),
    "two_way_weighted": told(
        pf.feols("y ~ x + z | firm + year", holes, weights="w", vcov={"CRV1": "firm"}, ssc=own)
    ),
    "two_way_hc1": told(pf.feols("y ~ x + z | firm + year", holes, vcov="HC1", ssc=own)),
}
plain = smf.ols("y ~ x", petersen).fit()
both = cov_cluster_2groups(plain, petersen["firm"].to_numpy(), petersen["year"].to_numpy())[0]
indexed = petersen.set_index(["firm", "year"])
linear = PooledOLS(indexed["y"], indexed[["x"]].assign(const=1)).fit(
    cov_type="clustered", cluster_entity=True, cluster_time=True, group_debias=True
)

wages = wage_panel.load()
year = pd.get_dummies(wages["year"], prefix="y", dtype=float).iloc[:, 1:]
wages = pd.concat([wages, year], axis=1).set_index(["nr", "year"])
many = ["black", "hisp", "exper", "expersq", "married", "educ", "union", *year.columns]
few = ["expersq", "union", "married"]


def printed(fit):
    return {"estimate": fit.params.to_dict(), "std_error": fit.std_errors.to_dict(), "n": int(fit.nobs)}


clustered = {"cov_type": "clustered", "cluster_entity": True, "group_debias": True}
models = {
    "pooled": PooledOLS(wages["lwage"], wages[many].assign(const=1)).fit(**clustered),
    "entity": PanelOLS(wages["lwage"], wages[[*few, "exper"]], entity_effects=True).fit(**clustered),
    "two_way": PanelOLS(wages["lwage"], wages[few], entity_effects=True, time_effects=True).fit(**clustered),
    "first_differences": FirstDifferenceOLS(wages["lwage"], wages[["exper", *few]]).fit(**clustered),
    "between": BetweenOLS(wages["lwage"], wages[["union", "married"]].assign(const=1)).fit(),
}
print(
    json.dumps(
        {
            "made_by": {name: version(name) for name in ("linearmodels", "pyfixest", "statsmodels", "numpy")},
            "petersen": {
                "pyfixest": pyfixest,
                "statsmodels_both": float(np.sqrt(both[1, 1])),
                "linearmodels_both": float(linear.std_errors["x"]),
            },
            "wage_panel": {name: printed(fit) for name, fit in models.items()},
        },
        indent=1,
    )
)
