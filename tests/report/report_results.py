"""Small results with known figures, for the tests of sentences, tables and charts."""

import pandas as pd

from cxlab.estimate.estimates import Estimates

LANGUAGES = ("en", "es", "it", "pl")


def result_of(
    *levels: tuple[str, float, float, float, int],
    metric: str = "nps",
    outcome: str = "nps",
    by: tuple[str, ...] = ("segment.region",),
    unit: str = "points",
    weighted: bool = False,
    hidden: tuple[str, ...] = (),
    scale: tuple[float, float] | None = None,
) -> Estimates:
    """A result of levels given as name, estimate, conf_low, conf_high, n; `hidden` ones are suppressed."""
    rows = [
        {
            "level": level,
            "estimate": estimate,
            "std_error": (high - low) / 4,
            "conf_low": low,
            "conf_high": high,
            "n": n,
            "n_eff": n * (0.8 if weighted else 1.0),
            "suppressed": False,
        }
        for level, estimate, low, high, n in levels
    ]
    blank = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"])
    rows += [{"level": level, **blank, "suppressed": True} for level in hidden]
    figures = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high", "n_eff"], "float64")
    columns = ["level", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "suppressed"]
    frame = pd.DataFrame(rows, columns=columns).astype(
        {**figures, "n": "Int64", "level": "str", "suppressed": "bool"}
    )
    weighting = "weighted" if weighted else "none"
    return Estimates(metric, outcome, by, unit, "adjusted_wald", 0.95, weighting, frame, scale, min_base=10)


EVERYONE = result_of(("", 36.0, 29.1, 42.3, 1412), by=(), weighted=True)
APART = result_of(("North", 41.2, 35.0, 47.1, 812), ("South", -20.1, -31.2, -8.4, 600))
CLOSE = result_of(("North", 41.2, 35.0, 47.1, 812), ("South", 34.4, 28.0, 40.9, 600), hidden=("East", "West"))
WAVES = result_of(
    ("2025-2", 20.0, 15.0, 25.0, 500),
    ("2025-10", 36.0, 29.1, 42.3, 1412),
    ("2025-1", 10.0, 3.0, 17.0, 400),
    by=("wave",),
)
NOTHING = result_of(hidden=("North", "South"))
CLASSES = tuple(
    result_of(
        ("North", share, share - 0.03, share + 0.03, 812),
        ("South", share, share - 0.04, share + 0.04, 600),
        metric=metric,
        unit="share",
        hidden=("East", "West"),
    )
    for metric, share in {"promoters": 0.552, "passives": 0.304, "detractors": 0.144}.items()
)
