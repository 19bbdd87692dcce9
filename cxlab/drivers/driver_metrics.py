"""All measures of importance side by side, from correlations."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.betasq import betasq
from cxlab.drivers.car import car
from cxlab.drivers.coefficients import coefficients
from cxlab.drivers.first import first
from cxlab.drivers.given_correlations import given_correlations
from cxlab.drivers.johnson import johnson
from cxlab.drivers.last import last
from cxlab.drivers.lmg import lmg, r_squared
from cxlab.drivers.pratt import pratt
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]

_MEASURES: dict[str, Callable[..., Floats]] = {
    measure.__name__: measure for measure in (lmg, johnson, car, first, last, betasq, pratt)
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DriverMetrics:
    """Measures of importance of p drivers.

    Parameters
    ----------
    rows
        One row per driver: `driver`, each measure, `coefficient` (standardised) and `correlation` with the
        outcome.
    r_squared
        R² of all drivers.
    """

    rows: pd.DataFrame
    r_squared: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver, with the `sign` of its coefficient and its `correlation_sign`."""
        signs = {
            "sign": np.sign(self.rows["coefficient"]).astype("int64"),
            "correlation_sign": np.sign(self.rows["correlation"]).astype("int64"),
        }
        return self.rows.assign(**signs)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        tops: dict[str, list[str]] = {}
        for measure in _MEASURES:
            place = int(self.rows[measure].to_numpy().argmax())
            tops.setdefault(str(self.rows["driver"].iloc[place]), []).append(measure)
        largest = "; ".join(f"{driver} by {', '.join(measures)}" for driver, measures in tops.items())
        opposed = self.rows.loc[self.rows["coefficient"] * self.rows["correlation"] < 0, "driver"]
        against = f" The sign of the coefficient is not that of the correlation: {', '.join(opposed)}."
        return (
            f"Measures of importance of {len(self.rows)} drivers, R² {self.r_squared:.3f}; the largest is "
            f"{largest}. These are figures of one matrix, without intervals.{against if len(opposed) else ''}"
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.tidy().round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def driver_metrics(
    correlation: Floats | pd.DataFrame,
    with_outcome: Floats | pd.Series,
    *,
    names: Sequence[str] | None = None,
) -> DriverMetrics:
    """Return LMG, Johnson's weights, CAR, first, last, betasq and Pratt's measure of each driver.

    Parameters
    ----------
    correlation
        Of the p drivers, shape (p, p).
    with_outcome
        Of the drivers with the outcome, shape (p,). Labels of a DataFrame and of a Series must be the same,
        in one order.
    names
        Of the drivers; None to take those of the columns of a DataFrame, or x1 … xp.

    Returns
    -------
    DriverMetrics
        LMG, Johnson, CAR and Pratt sum to R²; first counts what drivers share for each of them, last for
        none. No size has a sign but Pratt's.

    Raises
    ------
    MeasureError
        Where the matrix cannot be solved (see `require_solvable`), labels differ, a name is given twice, or
        there are more than 30 drivers.
    """
    square, outcome, names = given_correlations(correlation, with_outcome, names)
    if outcome.ndim != 1:
        raise MeasureError(
            f"correlations with the outcome have shape {outcome.shape}",
            remedy="pass one for each driver, (p,)",
        )
    names = [f"x{place}" for place in range(1, len(outcome) + 1)] if names is None else names
    found = {name: measure(square, outcome, names=names) for name, measure in _MEASURES.items()}
    slopes = coefficients(square, outcome, names=names)
    rows = pd.DataFrame(
        {"driver": pd.Series(names, dtype="str"), **found, "coefficient": slopes, "correlation": outcome}
    )
    return DriverMetrics(rows, float(r_squared(square, outcome, names=names)))
