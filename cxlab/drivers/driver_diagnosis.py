"""What the correlations among drivers leave open."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.rounding import rounding

Floats = npt.NDArray[np.float64]
NEAR = 0.9
"""Correlation from which two drivers are called near-duplicates."""
HIGH_VIF = 10.0
HIGH_CONDITION = 30.0


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DriverDiagnosis:
    """How far drivers hold the same.

    Parameters
    ----------
    rows
        One row per driver: `driver`, `vif` (1/(1 − R²) on the others), `nearest` (the driver it is most
        correlated with), `nearest_correlation`, `correlation` with the outcome, `coefficient` (standardised,
        with all others), `suppressor` (the two have opposite signs, and the coefficient can be told from 0).
    condition
        Condition number: root of the largest eigenvalue of the correlations over the smallest.
    repaired
        Largest change of a pairwise correlation that was needed to free them of contradictions; 0 for none.
    notes
        What to know before the figures are used, in plain sentences.
    """

    rows: pd.DataFrame
    condition: float
    repaired: float
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.rows["vif"].isna().all():
            return f"Diagnosis of {len(self.rows)} drivers: too few answers to say."
        worst = self.rows.iloc[int(np.nanargmax(self.rows["vif"].to_numpy(dtype="float64")))]
        said = (
            f"{len(self.rows)} drivers: condition number {self.condition:.1f}, "
            f"largest VIF {worst['vif']:.1f} ({worst['driver']})."
        )
        return " ".join([said, *self.notes])

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def driver_diagnosis(
    correlation: Floats,
    with_outcome: Floats,
    names: Sequence[str],
    *,
    p_value: Floats,
    alpha: float,
    repaired: float,
) -> DriverDiagnosis:
    """Diagnose p drivers.

    Parameters
    ----------
    correlation, with_outcome
        Shapes (p, p) and (p,).
    names
        Of the drivers.
    p_value
        Of each coefficient, shape (p,); NaN where it was not tested.
    alpha
        Level at which a coefficient can be told from 0.
    repaired
        Largest change of a correlation in the repair.

    References
    ----------
    Belsley, Kuh, Welsch (1980), Regression Diagnostics, section 3.2 (condition number 30; VIF 10). Conger
    (1974), Educational and Psychological Measurement 34, 35–46 (suppressors).
    """
    inverse = np.linalg.inv(correlation)
    coefficient = inverse @ with_outcome
    eigenvalues = np.linalg.eigvalsh(correlation)
    off = np.abs(correlation - np.eye(len(names)))
    place = off.argmax(axis=1)
    alone = len(names) == 1
    against = (np.sign(coefficient) * np.sign(with_outcome) < 0) & ~(p_value > alpha)
    rows = pd.DataFrame(
        {
            "driver": pd.Series(list(names), dtype="str"),
            "vif": np.diagonal(inverse),
            "nearest": pd.Series([None if alone else names[other] for other in place], dtype="str"),
            "nearest_correlation": np.nan if alone else correlation[range(len(names)), place],
            "correlation": with_outcome,
            "coefficient": coefficient,
            "suppressor": against,
        }
    )
    condition = float(np.sqrt(eigenvalues[-1] / eigenvalues[0]))
    inflated = _inflated(rows, condition, rounding(correlation))
    notes = [*_near(correlation, names), *inflated, *_suppressors(rows, p_value)]
    if repaired > 0:
        notes.insert(
            0,
            f"The pairwise correlations contradicted each other and were repaired, by up to {repaired:.3f}.",
        )
    return DriverDiagnosis(rows, condition, repaired, tuple(notes))


def near_pairs(correlation: Floats) -> list[tuple[int, int]]:
    """Return the places of the drivers that are near-duplicates, pair by pair."""
    first, second = np.triu_indices(len(correlation), 1)
    near = np.abs(correlation[first, second]) >= NEAR
    return [(int(a), int(b)) for a, b in zip(first[near], second[near], strict=True)]


def _near(correlation: Floats, names: Sequence[str]) -> list[str]:
    return [
        f"{names[a]} and {names[b]} are near-duplicates (correlation {correlation[a, b]:.2f}): what belongs "
        "to which can hardly be said."
        for a, b in near_pairs(correlation)
    ]


def _inflated(rows: pd.DataFrame, condition: float, missed: float) -> list[str]:
    notes = []
    high = rows[rows["vif"] >= HIGH_VIF]
    if len(high):
        listed = ", ".join(
            f"{name} ({vif:.0f})" for name, vif in zip(high["driver"], high["vif"], strict=True)
        )
        notes.append(f"Most of what these drivers hold, others hold too (VIF of 10 or more): {listed}.")
    if condition >= HIGH_CONDITION:
        rounded = f"; rounding may move importances by {missed:.0e}" if missed > 1e-10 else ""
        notes.append(f"The drivers nearly determine each other (condition number {condition:.0f}){rounded}.")
    return notes


def _suppressors(rows: pd.DataFrame, p_value: Floats) -> list[str]:
    notes = []
    for place in np.flatnonzero(rows["suppressor"]):
        row = rows.iloc[int(place)]
        weight, correlation = ("negative", "positive") if row["coefficient"] < 0 else ("positive", "negative")
        untested = " (not tested)" if np.isnan(p_value[place]) else ""
        notes.append(
            f"{row['driver']} has a {weight} weight and a {correlation} correlation{untested}: beside the "
            "others it is a suppressor, so its size says little about itself."
        )
    return notes
