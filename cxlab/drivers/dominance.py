"""Which driver adds more than which other: in all models, at each size of them, on the whole."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.dominance_levels import EQUAL, added_by_level, models_won
from cxlab.drivers.driver_players import driver_players
from cxlab.drivers.lmg import r_squared_table
from cxlab.drivers.question_moments import question_moments
from cxlab.drivers.solvable import require_solvable
from cxlab.estimate.hidden_cells import too_small
from cxlab.model.errors import MeasureError
from cxlab.tally.cross_products import Missing

Floats = npt.NDArray[np.float64]

MOST_PLAYERS = 20


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Dominance:
    """Dominance of k drivers, or groups of drivers, over each other.

    Parameters
    ----------
    outcome
        The column they go with.
    general
        One row per driver: `driver`, `general` (the mean over levels of what it adds to R²: its LMG), `share`
        of what all of them add, and `rank`.
    conditional
        One row per driver and level: `driver`, `level` (how many of the others are in the model before it)
        and `added`, the mean R² it adds to the models of that level.
    pairs
        One row per pair, the one with the larger general value first: `driver`, `other`, `complete`
        (`dominates`, `equal` or `neither`: the first adds at least as much to every model of the others),
        `conditional` (the same at every level), `models_won` and `models_lost`, the shares of models where
        the first adds more and less.
    r_squared
        R² of the model of all drivers.
    always
        Drivers in every model; what they explain is not distributed.
    n, n_eff
        Rows and Kish's effective base; under `pairwise` those of the driver with the fewest. n_eff is NaN
        where moments came without it.
    kept
        Share of the rows that are in the figures.
    missing
        `complete` or `pairwise`.
    suppressed
        Whether the figures were blanked for a small base.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    general: pd.DataFrame
    conditional: pd.DataFrame
    pairs: pd.DataFrame
    r_squared: float
    always: tuple[str, ...]
    n: int
    n_eff: float
    kept: float
    missing: Missing
    suppressed: bool = False
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver: its general dominance, what it adds by level, how many it dominates."""
        levels = self.conditional.pivot(index="driver", columns="level", values="added").add_prefix("level_")
        table = self.general.join(levels, on="driver").rename_axis(columns=None)
        won = self.pairs[self.pairs["complete"] == "dominates"].groupby("driver").size()
        dominated = table["driver"].map(won).fillna(0).astype("Int64")
        table["dominates"] = dominated.mask(pd.Series(self.suppressed, index=table.index))
        return table.assign(n=self.n, n_eff=self.n_eff)

    def levels(self) -> pd.DataFrame:
        """Return what each driver adds on average, one row per level, one column per driver."""
        wide = self.conditional.pivot(index="level", columns="driver", values="added")
        return wide[list(self.general["driver"])].rename_axis(columns=None)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        subject = f"Dominance among {len(self.general)} drivers of {self.outcome}"
        if self.suppressed:
            return f"{subject}: too few answers to say."
        first = self.general.sort_values("rank", kind="stable").iloc[0]
        settled = int((self.pairs["complete"] != "neither").sum())
        base = f"n = {self.n:,}, {100 * self.kept:.1f}% of the rows"
        return (
            f"{subject}: {first['driver']} goes with most of it, {first['general']:.3f} of an R² of "
            f"{self.r_squared:.3f}; {settled} of {len(self.pairs)} pairs are settled in every model. "
            f"These are figures of this sample, without intervals ({base})."
        )

    def suppress(self, min_base: int) -> Dominance:
        """Return the result, blanked where n or n_eff is below `min_base`."""
        base = self.n if np.isnan(self.n_eff) else min(self.n, self.n_eff)
        if self.suppressed or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        general = self.general.sort_values("driver").assign(general=nan, share=nan)
        general["rank"] = general["rank"].mask(general["rank"].notna())
        return replace(
            self, general=general, conditional=self.conditional.assign(added=nan),
            pairs=self.pairs.iloc[:0], r_squared=nan, n=0, n_eff=nan, kept=nan, suppressed=True,
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        tables = (self.tidy().round(3), self.pairs.round(3))
        shown = "".join(table.to_html(index=False, border=0, na_rep="") for table in tables)
        return f"<p>{html.escape(self.summary())}</p>{shown}"


def dominance(
    frame: Any,
    outcome: str,
    drivers: str | Sequence[str],
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    always: str | Sequence[str] = (),
    weight: str | None = None,
    missing: Missing | None = None,
) -> Dominance:
    """Compare what drivers add to R² over all models that can be made of them.

    Parameters
    ----------
    frame
        Any frame `cxlab.moments` knows, or `Moments` of the columns.
    outcome
        Numeric column.
    drivers
        Numeric columns, `always` among them or not.
    groups
        Drivers that enter together, by the name of their group; drivers in no group stand alone.
    always
        Drivers in every model.
    weight
        Column of weights ≥ 0, or None; only their ratios matter. Moments bring theirs along.
    missing
        `complete` takes rows that hold every column (the default); `pairwise` each correlation from the rows
        that hold both. For `Moments` it is what they were summed with.

    Returns
    -------
    Dominance
        General, conditional and complete dominance, with drivers as they are in this sample: which of them
        would change places in another one is for `cxlab.importance`.

    Raises
    ------
    MeasureError
        As `cxlab.importance`, or where there are fewer than 2 or more than 20 drivers or groups.

    References
    ----------
    Budescu (1993), Psychological Bulletin 114(3), 542–551. Azen, Budescu (2003), Psychological Methods 8(2),
    129–148, equations 2 to 4.
    """
    players = driver_players(outcome, drivers, groups, always)
    k, columns = len(players.names), players.columns
    if not 2 <= k <= MOST_PLAYERS:
        raise MeasureError(
            f"{k} driver{'s are' if k != 1 else ' is'} to be compared",
            remedy=f"name 2 to {MOST_PLAYERS}, or put drivers into groups",
        )
    # The groups that are dealt at random matter to a bootstrap alone; here they are summed.
    rng = np.random.default_rng(0)
    found = question_moments(
        frame, [outcome, *columns], weight=weight, cluster=None, missing=missing, rng=rng
    )
    correlation = found.moments.total().correlation().to_numpy()
    square, with_outcome = correlation[1:, 1:], correlation[1:, 0]
    require_solvable(square, with_outcome, columns)
    table = r_squared_table(square, with_outcome, groups=players.places, always=players.always)
    added, names = added_by_level(table), players.names
    return Dominance(
        outcome, _general(names, added.mean(axis=1)), _conditional(names, added), _pairs(names, table, added),
        float(table[-1]), tuple(columns[place] for place in players.always), int(found.n.min()),
        float(found.n_eff.min()), found.kept, found.moments.missing,
    )  # fmt: skip


def _general(names: Sequence[str], general: Floats) -> pd.DataFrame:
    order = pd.Series(general).rank(ascending=False, method="min").astype("Int64")
    return pd.DataFrame(
        {
            "driver": pd.Series(names, dtype="str"),
            "general": general,
            "share": general / general.sum(),
            "rank": order,
        }
    )


def _conditional(names: Sequence[str], added: Floats) -> pd.DataFrame:
    k = len(names)
    return pd.DataFrame(
        {
            "driver": pd.Series(np.repeat(np.array(names, dtype=object), k), dtype="str"),
            "level": np.tile(np.arange(k), k),
            "added": added.ravel(),
        }
    )


def _pairs(names: Sequence[str], table: Floats, added: Floats) -> pd.DataFrame:
    general = added.mean(axis=1)
    rows = []
    for low, high, won, lost in models_won(table):
        first, second = low, high
        if general[high] > general[low]:
            first, second, won, lost = high, low, lost, won
        ahead = added[first] - added[second]
        by_level = _said(bool((ahead > EQUAL).any()), bool((ahead < -EQUAL).any()))
        rows.append((names[first], names[second], _said(won > 0, lost > 0), by_level, won, lost))
    pairs = pd.DataFrame(
        rows, columns=["driver", "other", "complete", "conditional", "models_won", "models_lost"]
    )
    return pairs.astype(dict.fromkeys(["driver", "other", "complete", "conditional"], "str"))


def _said(ahead: bool, behind: bool) -> str:
    """Name what the driver with the larger general value does to the other."""
    if behind:
        return "neither"
    return "dominates" if ahead else "equal"
