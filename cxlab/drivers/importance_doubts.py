"""What to know before importances are used, in plain sentences."""

from __future__ import annotations

from cxlab.drivers.driver_diagnosis import near_pairs
from cxlab.drivers.driver_figures import MOST_EXACT, Metric
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.importance_sample import ImportanceSample
from cxlab.estimate.contrasts import Contrasts
from cxlab.estimate.resampling import FEW_UNITS

ROWS_PER_DRIVER = 15


def importance_doubts(
    sample: ImportanceSample,
    players: DriverPlayers,
    metric: Metric,
    pairs: Contrasts,
    n_boot: int,
    base: float,
) -> tuple[str, ...]:
    """Return the doubts.

    Parameters
    ----------
    sample, players, metric
        What was worked out.
    pairs
        Every pair of players compared.
    n_boot
        Resamples asked for.
    base
        Sample size of the intervals.
    """
    doubts = [*_of_units(sample, n_boot), *_of_base(len(players.columns), n_boot, base)]
    if sample.failed:
        doubts.append(f"{sample.failed} of {n_boot} resamples could not be solved and were left out.")
    if metric == "lmg" and len(players.names) > MOST_EXACT:
        doubts.append(f"With more than {MOST_EXACT} drivers the importances come from random orders.")
    return (*doubts, *_twins(sample, players, pairs))


def _of_units(sample: ImportanceSample, n_boot: int) -> list[str]:
    if n_boot and sample.drawn < 2:
        return [
            "There is one block or cluster, so nothing can be drawn anew and there are no intervals: sum "
            "moments by blocks, or name another cluster."
        ]
    if n_boot and sample.drawn < FEW_UNITS:
        return [f"There are {sample.drawn} units to draw from: intervals may be too short."]
    return []


def _of_base(p: int, n_boot: int, base: float) -> list[str]:
    if not n_boot or base >= ROWS_PER_DRIVER * p:
        return []
    if base <= p + 1:
        return [f"The base of {base:.0f} is too small for intervals with {p} drivers."]
    return [
        f"The base of {base:.0f} is small for {p} drivers: intervals may be too short and R² is too high."
    ]


def _twins(sample: ImportanceSample, players: DriverPlayers, pairs: Contrasts) -> list[str]:
    """Say of near-duplicates that they cannot be told apart, where that is so."""
    k = len(players.names)
    if players.grouped or not sample.draws.importance.shape[1]:
        return []
    near = near_pairs(sample.correlation[1 : k + 1, 1 : k + 1])
    apart = dict(
        zip(zip(pairs.rows["level_a"], pairs.rows["level_b"], strict=True), pairs.differs, strict=True)
    )
    named = [(players.names[a], players.names[b]) for a, b in near]
    return [
        f"{a} and {b} cannot be told apart: they are nearly one driver." for a, b in named if not apart[a, b]
    ]
