"""NPS, top box and mean by segment as pandas has them: weighted groupby sums and a Wald interval."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

SEGMENTS = ("region", "product", "channel", "age_band")
Z = 1.959963984540054


def weighed(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return what each row adds to n, Σw, Σwx and Σwx²; nothing where there is no answer."""
    score = frame["nps" if measure == "nps" else "csat"]
    answered = score.notna()
    w = frame["weight"].where(answered, 0.0)
    if measure == "nps":
        x = 100.0 * ((score >= 9).astype("int8") - (score <= 6).astype("int8"))
    elif measure == "top box":
        x = (score >= 4).astype("float64")
    else:
        x = score.fillna(0.0)
    wx = w * x
    return pd.DataFrame({"n": answered.astype("int64"), "w": w, "wx": wx, "wx2": wx * x})


def with_interval(sums: pd.DataFrame) -> pd.DataFrame:
    """Return means with the Wald interval on n: the weights are left out of the variance."""
    mean = sums["wx"] / sums["w"]
    std_error = np.sqrt((sums["wx2"] / sums["w"] - mean**2) / sums["n"])
    ends = {"conf_low": mean - Z * std_error, "conf_high": mean + Z * std_error}
    return pd.DataFrame({"estimate": mean, "std_error": std_error, **ends, "n": sums["n"]})


def by_table(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make each table by itself, as one asks for it in a notebook."""
    return {
        f"{measure} by {segment}": with_interval(
            weighed(frame, measure).groupby(frame[segment], observed=True).sum()
        )
        for segment in SEGMENTS
        for measure in ("nps", "top box", "mean")
    }


def by_segment(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Prepare the columns of all measures once, and group each segment once."""
    measures = ("nps", "top box", "mean")
    ready = pd.concat({measure: weighed(frame, measure) for measure in measures}, axis="columns")
    tables = {}
    for segment in SEGMENTS:
        sums = ready.groupby(frame[segment], observed=True).sum()
        tables |= {f"{measure} by {segment}": with_interval(sums[measure]) for measure in measures}
    return tables


folder, form, manner = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
tables_of = by_table if manner == "a groupby a table" else by_segment
if form != "parquet":
    frame = pd.read_parquet(folder / f"{form}.parquet")
for _ in sys.stdin:
    start, busy = time.perf_counter(), time.process_time()
    if form == "parquet":
        frame = pd.read_parquet(folder / "texts.parquet", columns=[*SEGMENTS, "nps", "csat", "weight"])
    tables = tables_of(frame)
    told = {"seconds": {"all": time.perf_counter() - start}, "processor": time.process_time() - busy}
    figures = {name: table["estimate"].tolist() for name, table in tables.items()}
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({**told, "figures": figures, "peak_mib": peak}), flush=True)
