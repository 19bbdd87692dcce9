"""Kaplan–Meier by lifelines, in an interpreter of its own: survival_curves_peers.py rows.npz RUNS."""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from lifelines import KaplanMeierFitter

path, runs = sys.argv[1], int(sys.argv[2])
read = np.load(path)
months, left = read["months"], read["cause"] > 0
seconds, worked = [], []
for _ in range(runs + 1):  # the first is the warm-up
    start, start_work = time.perf_counter(), time.process_time()
    fit = KaplanMeierFitter().fit(months, left)
    seconds.append(time.perf_counter() - start)
    worked.append(time.process_time() - start_work)
status = Path("/proc/self/status").read_text().splitlines()
print(
    json.dumps(
        {
            "version": version("lifelines"),
            "seconds": seconds[1:],
            "worked": worked[1:],
            "survival": fit.survival_function_at_times([6.0, 12.0, 24.0, 48.0]).tolist(),
            "peak": next(int(text.split()[1]) / 1024 for text in status if text.startswith("VmHWM")),
        }
    )
)
