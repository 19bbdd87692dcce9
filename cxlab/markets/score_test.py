"""What it would win to let one item differ between groups. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from cxlab.markets.layout import FIXED
from cxlab.markets.multigroup import MultigroupFit


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """Score (Lagrange multiplier) test that a parameter is equal in all groups."""

    chi2: float
    df: int
    p_value: float


def score_test(fit: MultigroupFit, parameter: int) -> ScoreTest:
    """Test whether a shared parameter differs between groups, without fitting the larger model.

    Parameters
    ----------
    fit
        A fitted model.
    parameter
        Place of the parameter among those of a group; all groups share it.

    Returns
    -------
    ScoreTest
        s'(I_ss − I_sθ I_θθ⁻¹ I_θs)⁻¹s, where s is the gradient by the groups' own departures from the first.
        With two groups this is the modification index of the second group's parameter.

    References
    ----------
    Sörbom (1989), Psychometrika 54, 371–384, equation 12. Bentler, Chou (1992), Sociological Methods &
    Research 21, 259–282.
    """
    later = np.arange(1, len(fit.local))
    index = fit.layout.index
    slope = fit.gradient[later, parameter]
    own = np.diag(fit.information[later, parameter, parameter])
    across = np.zeros((len(later), fit.layout.free))
    for row, group in enumerate(later):
        free = np.flatnonzero(index[group] != FIXED)
        np.add.at(across[row], index[group, free], fit.information[group, parameter, free])
    rest = own - across @ np.linalg.solve(fit.joint_information, across.T)
    chi2 = float(slope @ np.linalg.solve(rest, slope))
    return ScoreTest(chi2, len(later), float(chdtrc(len(later), chi2)))
