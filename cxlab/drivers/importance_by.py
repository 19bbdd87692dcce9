"""Importances of each segment, market or wave in a frame, to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from cxlab.drivers.importance import importance
from cxlab.drivers.importance_result import Importance
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.natural_order import in_order
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, require_names


@dataclass(frozen=True, slots=True, eq=False)
class ImportanceBy:
    """Importances of the levels of a column.

    Parameters
    ----------
    by
        The column.
    results
        Importances by level, in natural order: what `cxlab.compare_importance` and
        `cxlab.importance_stability` take.
    left_out
        Why a level has none, by level.
    """

    by: str
    results: Mapping[str, Importance]
    left_out: Mapping[str, str]

    def summary(self) -> str:
        """Return one honest sentence in English."""
        missing = "; ".join(f"{level}: {reason}" for level, reason in self.left_out.items())
        return (
            f"Importances by {self.by}: {', '.join(self.results) or 'none'}. Left out: {missing or 'none'}."
        )

    def suppress(self, min_base: int) -> ImportanceBy:
        """Return it without the levels where a driver stands on a base below `min_base`."""
        few = {
            name: f"fewer than {min_base} answers"
            for name, result in self.results.items()
            if too_small(result.rows[["n", "n_eff"]].to_numpy(dtype="float64").min(), min_base)
        }
        left = {name: result for name, result in self.results.items() if name not in few}
        return ImportanceBy(self.by, left, {**self.left_out, **few})

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()


def importance_by(
    frame: Any, outcome: str, drivers: str | Sequence[str], *, by: str, **options: Any
) -> ImportanceBy:
    """Share out what drivers explain of an outcome, within each level of a column by itself.

    Parameters
    ----------
    frame
        Any frame `cxlab.importance` knows, but not `Moments`.
    outcome, drivers
        As in `cxlab.importance`.
    by
        Column of the segment, market or wave. Rows without a level are left out.
    options
        As in `cxlab.importance`; the same seed for each level, so a level's result is that of its rows alone.

    Returns
    -------
    ImportanceBy
        A level whose answers do not bear it is left out, and the reason is kept.

    Raises
    ------
    MeasureError
        Where a column is absent, or no level bears it: then with the reason of the first.
    """
    results: dict[str, Importance] = {}
    left_out: dict[str, str] = {}
    for name, part in _parts(frame, by).items():
        try:
            results[name] = importance(part, outcome, drivers, **options)
        except MeasureError as error:
            left_out[name] = str(error)
    if not results:
        raise MeasureError(
            f"no level of '{by}' bears the importances: {next(iter(left_out.values()), 'there is no level')}",
            remedy="join levels, or ask about fewer drivers",
        )
    return ImportanceBy(by, results, left_out)


def _parts(frame: Any, by: str) -> dict[str, Any]:
    """Return the rows of each level, in natural order."""
    rows = lazy_rows(frame)
    require_names([by], rows.collect_schema())
    found = rows.select(nw.col(by)).filter(~nw.col(by).is_null()).unique().collect()
    levels = {str(level): level for level in found.get_column(by).to_list()}
    return {
        name: nw.from_native(frame).filter(nw.col(by) == levels[name]).to_native()
        for name in in_order(levels)
    }
