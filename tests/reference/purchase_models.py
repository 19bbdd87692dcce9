"""Frozen answers of lifetimes for tests/retention: python purchase_models.py > purchase_models.json.

300 simulated customers (BG/NBD, r .5, alpha 6, a .9, b 2.5; spends gamma–gamma 5, 4, 30), rounded to days.
"""

import json
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter
from lifetimes.utils import summary_data_from_transaction_data

warnings.simplefilter("ignore")
rng = np.random.default_rng(20260101)
customers, bought = [], []
for customer in range(300):
    end = rng.integers(26, 53)
    rate, leave = rng.gamma(0.5, 1 / 6), rng.beta(0.9, 2.5)
    scale = 30 / rng.gamma(4)
    at, days = 0.0, [0]
    while True:
        at += rng.exponential(1 / rate)
        if at > end:
            break
        days.append(round(at * 7))
        if rng.random() < leave:
            break
    first = 52 * 7 - end * 7
    days = sorted({day for day in days if day <= end * 7})
    spent = np.round(rng.gamma(5, 1 / scale, len(days)) * 100 + 0.5, 2)
    bought += [
        (customer, str(pd.Timestamp("2025-01-01") + pd.Timedelta(days=int(first + day))), float(one))
        for day, one in zip(days, spent, strict=True)
    ]
frame = pd.DataFrame(bought, columns=["customer", "date", "amount"])
summary = summary_data_from_transaction_data(
    frame, "customer", "date", "amount", observation_period_end="2025-12-31", freq="D"
)
weeks = summary.assign(recency=summary["recency"] / 7, T=summary["T"] / 7)
x, t, end = (weeks[name].to_numpy() for name in ("frequency", "recency", "T"))
bgnbd = BetaGeoFitter().fit(x, t, end)
pareto = ParetoNBDFitter().fit(x, t, end)
again = x > 0
spend = GammaGammaFitter().fit(x[again], weeks["monetary_value"].to_numpy()[again])

GIVEN = {"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 2.5}
PARETO = {"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 12.0}
WHO = [(0, 0.0, 30.0), (1, 5.0, 30.0), (4, 29.0, 30.0), (15, 20.0, 52.0)]
for fitter, given in ((fixed := BetaGeoFitter(), GIVEN), (other := ParetoNBDFitter(), PARETO)):
    fitter.params_ = pd.Series(given)
who = [np.array(column) for column in zip(*WHO, strict=True)]
print(
    json.dumps(
        {
            "versions": {name: version(name) for name in ("lifetimes", "numpy", "pandas", "scipy")},
            "transactions": frame.to_dict("list"),
            "summary": weeks.reset_index().to_dict("list"),
            "bgnbd": {"params": bgnbd.params_.to_dict(), "std_error": bgnbd.standard_errors_.to_dict()},
            "pareto_nbd": {"params": pareto.params_.to_dict()},
            "gamma_gamma": {
                "params": spend.params_.to_dict(),
                "expected": list(
                    spend.conditional_expected_average_profit(weeks["frequency"], weeks["monetary_value"])
                ),
            },
            "given": {
                "customers": WHO,
                "bgnbd": list(GIVEN.values()),
                "bgnbd_expected_10": list(
                    fixed.conditional_expected_number_of_purchases_up_to_time(10.0, *who)
                ),
                "bgnbd_alive": list(fixed.conditional_probability_alive(*who)),
                "bgnbd_new_10": float(fixed.expected_number_of_purchases_up_to_time(10.0)),
                "pareto_nbd": list(PARETO.values()),
                "pareto_nbd_expected_10": [
                    float(np.ravel(other.conditional_expected_number_of_purchases_up_to_time(10.0, *one))[0])
                    for one in WHO
                ],
                "pareto_nbd_alive": [
                    float(np.ravel(other.conditional_probability_alive(*one))[0]) for one in WHO
                ],
            },
        },
        separators=(",", ":"),
    )
)
