"""The same regression by a peer, in an interpreter of its own: panel_effect_peers.py PEER panel.npz RUNS."""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd


def by_pyfixest(frame):
    import pyfixest as pf

    options = pf.ssc(k_adj=True, k_fixef="nonnested", G_adj=True, G_df="conventional")
    fit = pf.feols(
        "revenue ~ csat + a + b | customer + period", frame, vcov={"CRV1": "customer"}, ssc=options
    )
    return float(fit.coef()["csat"]), float(fit.se()["csat"])


def by_linearmodels(frame):
    from linearmodels.iv.absorbing import AbsorbingLS

    absorb = frame[["customer", "period"]].astype("category")
    fit = AbsorbingLS(frame["revenue"], frame[["csat", "a", "b"]], absorb=absorb).fit(
        cov_type="clustered", clusters=frame["customer"], debiased=False
    )
    # Its factor is 1: brought to G/(G − 1) · (n − 1)/(n − K), K = three slopes and the periods.
    groups, n, k = frame["customer"].nunique(), len(frame), 3 + frame["period"].nunique()
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    return float(fit.params["csat"]), float(fit.std_errors["csat"]) * factor**0.5


peer, path, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
fit = {"pyfixest": by_pyfixest, "linearmodels": by_linearmodels}[peer]
frame = pd.DataFrame(dict(np.load(path)))
seconds, worked = [], []
for _ in range(runs + 1):  # the first is the warm-up
    start, start_work = time.perf_counter(), time.process_time()
    estimate, std_error = fit(frame)
    seconds.append(time.perf_counter() - start)
    worked.append(time.process_time() - start_work)
status = Path("/proc/self/status").read_text().splitlines()
print(
    json.dumps(
        {
            "version": version(peer),
            "seconds": seconds[1:],
            "worked": worked[1:],
            "estimate": estimate,
            "std_error": std_error,
            "peak": next(int(text.split()[1]) / 1024 for text in status if text.startswith("VmHWM")),
        }
    )
)
