"""Rake with weightipy, in an interpreter of its own; print seconds and peak memory."""

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd
import weightipy

folder = Path(sys.argv[1])
margins = json.loads((folder / "margins.json").read_text(encoding="utf-8"))
shares = {name: {level: 100 * share for level, share in given.items()} for name, given in margins.items()}
seconds, cpu = {}, {}
for form in ("categories", "texts"):
    frame = pd.read_parquet(folder / f"{form}.parquet")
    seconds[form], cpu[form] = [], []
    for _ in range(3):
        start, busy = time.perf_counter(), time.process_time()
        scheme = weightipy.scheme_from_dict(shares, name="bench", rim_params={"convcrit": 1e-12})
        weights = weightipy.weight(frame, scheme)
        seconds[form].append(time.perf_counter() - start)
        cpu[form].append(time.process_time() - busy)
weights.to_numpy(dtype="float64").tofile(folder / "weightipy.bin")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": peak}))
