"""The same model by lifetimes, in an interpreter of its own: bgnbd_peers.py customers.npz."""

import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from lifetimes import BetaGeoFitter

warnings.simplefilter("ignore")
columns = dict(np.load(sys.argv[1]))
BetaGeoFitter().fit(*(columns[name][:2000] for name in ("frequency", "recency", "age")))  # the warm-up
start, start_work = time.perf_counter(), time.process_time()
fit = BetaGeoFitter().fit(columns["frequency"], columns["recency"], columns["age"])
took, work = time.perf_counter() - start, time.process_time() - start_work
status = Path("/proc/self/status").read_text().splitlines()
print(
    json.dumps(
        {
            "version": version("lifetimes"),
            "seconds": [took],
            "worked": [work],
            "peak": next(int(text.split()[1]) / 1024 for text in status if text.startswith("VmHWM")),
            "theta": [float(fit.params_[name]) for name in ("r", "alpha", "a", "b")],
        }
    )
)
