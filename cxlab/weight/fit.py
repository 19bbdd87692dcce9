"""What a search for weights found."""

from __future__ import annotations

from dataclasses import dataclass

from cxlab.weight.sample import Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """Ratios of final to base weight.

    Parameters
    ----------
    ratio
        Ratio of each of k cells, shape (k,).
    iterations
        Passes made.
    met
        Whether every target is met to the tolerance.
    impossible
        Whether it was proven that no ratios within the bounds meet the targets.
    """

    ratio: Floats
    iterations: int
    met: bool
    impossible: bool = False
