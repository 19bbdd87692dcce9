"""The same model by lifelines, in an interpreter of its own: cox_peers.py customers.csv."""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from lifelines import CoxPHFitter

frame = pd.read_csv(sys.argv[1])
start, start_work = time.perf_counter(), time.process_time()
fit = CoxPHFitter().fit(frame, "duration", "event")
worked, seconds = time.process_time() - start_work, time.perf_counter() - start
status = Path("/proc/self/status").read_text().splitlines()
print(
    json.dumps(
        {
            "version": version("lifelines"),
            "seconds": [seconds],
            "worked": [worked],
            "coefficient": fit.params_.tolist(),
            "concordance": fit.concordance_index_,
            "peak": next(int(text.split()[1]) / 1024 for text in status if text.startswith("VmHWM")),
        }
    )
)
