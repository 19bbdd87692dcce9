"""Exact coverage of the intervals of NPS and of shares: the tables and the heat map of docs/coverage.md.

Run from the root: .venv/bin/python -m tools.nps_coverage
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import expit, logit

from cxlab.estimate.intervals import agresti_coull, clopper_pearson, student, wilson
from cxlab.measure.nps import nps_interval

Floats = npt.NDArray[np.float64]
PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
PICTURE = PAGE.parent / "images" / "nps_coverage.png"
BASES = (10, 20, 30, 50, 100)
METHODS = ("score", "adjusted_wald", "bayes", "wald")
SHARE_METHODS = ("wilson", "agresti_coull", "clopper_pearson", "logit")
STEPS = 20
# (detractors, promoters) in twentieths.
GRID = [(d, p) for d in range(1, STEPS) for p in range(1, STEPS + 1 - d)]
SHARES = np.arange(1, 100) / 100
Z = 1.959963984540054
SHORT = 0.94
# An end that meets the truth but for rounding holds it.
ROUNDING = 1e-9


def nps_coverage(method: str, n: int) -> Floats:
    """Coverage of a 95 % interval at each pair of GRID, from all samples of n answers, shape (190,)."""
    samples = np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])
    base = np.full(len(samples), float(n))
    low, high = nps_interval(samples[:, 2] / n, samples[:, 0] / n, base, method=method, quantile=Z)
    covered = []
    for d, p in GRID:
        truth = (p - d) / STEPS
        held = (low <= truth + ROUNDING) & (truth - ROUNDING <= high)
        chances = [d / STEPS, (STEPS - d - p) / STEPS, p / STEPS]
        covered.append(stats.multinomial.pmf(samples[held], n, chances).sum())
    return np.array(covered)


def share_coverage(method: str, n: int) -> Floats:
    """Coverage of a 95 % interval of a share at each of SHARES, shape (99,); no interval is a miss."""
    count = np.arange(n + 1)
    low, high = _share_ends(method, count / n, n)
    truth = SHARES[:, None]
    held = (low <= truth + ROUNDING) & (truth - ROUNDING <= high)
    return (held * stats.binom.pmf(count, n, truth)).sum(axis=1)


def _share_ends(method: str, share: Floats, n: int) -> tuple[Floats, Floats]:
    base = np.full_like(share, n)
    if method != "logit":
        interval = {"wilson": wilson, "agresti_coull": agresti_coull, "clopper_pearson": clopper_pearson}
        return interval[method](share, base, 0.95)
    inner = np.where((share > 0) & (share < 1), share, np.nan)
    # As a design without clusters has it: s²/n and Student's t on n − 1.
    std_error = 1 / np.sqrt(inner * (1 - inner) * (n - 1))
    low, high = student(logit(inner), std_error, base - 1, 0.95)
    return expit(low), expit(high)


def nps_rows(n: int) -> list[str]:
    """Rows of the table of NPS at one base, as the page has them."""
    return [_row(method, n, nps_coverage(method, n), GRID, _pair) for method in METHODS]


def share_rows(n: int) -> list[str]:
    """Rows of the table of shares at one base, as the page has them."""
    return [_row(method, n, share_coverage(method, n), SHARES, "{:.2f}".format) for method in SHARE_METHODS]


def _row(method: str, n: int, coverage: Floats, truths: object, name: object) -> str:
    # Of equal minima the first, where the digits shown are equal.
    worst = int(np.argmin(np.round(coverage, 10)))
    below = 100 * np.mean(coverage < SHORT)
    figures = (
        f"{100 * coverage[worst]:.1f} | {name(truths[worst])} | {100 * coverage.mean():.1f} | {below:.0f}"
    )
    return f"| `{method}` | {n} | {figures} |"


def _pair(pair: tuple[int, int]) -> str:
    return f"({pair[0] / STEPS:.2f}, {pair[1] / STEPS:.2f})"


def replaced(page: str, name: str, rows: list[str]) -> str:
    """Return the page with the rows below the two head rows of the table that a comment names."""
    before, rest = page.split(f"<!-- {name} -->\n")
    head = rest.split("\n", 2)[:2]
    after = rest[rest.index("\n\n") :]
    return before + f"<!-- {name} -->\n" + "\n".join([*head, *rows]) + after


def draw(coverage: dict[tuple[str, int], Floats]) -> None:
    """Write the heat map."""
    from matplotlib import colors, pyplot

    figure, axes = pyplot.subplots(
        len(METHODS), len(BASES), figsize=(12, 11), sharex=True, sharey=True, layout="constrained"
    )
    scale = colors.TwoSlopeNorm(95, 85, 98)
    for (method, n), values in coverage.items():
        axis = axes[METHODS.index(method), BASES.index(n)]
        cells = np.full((STEPS - 1, STEPS - 1), np.nan)
        at = np.array(GRID) - 1
        cells[at[:, 1], at[:, 0]] = 100 * values
        ends = (0.025, 0.975, 0.025, 0.975)
        picture = axis.imshow(cells, origin="lower", extent=ends, cmap="PuOr", norm=scale)
        d, p = np.array(GRID)[values < SHORT].T / STEPS
        axis.plot(d, p, ".", color="black", markersize=2.5)
        axis.set_title(f"{method}, n = {n}\nat least {100 * values.min():.1f}", fontsize=9)
    figure.supxlabel("share of detractors")
    figure.supylabel("share of promoters")
    bar = figure.colorbar(picture, ax=axes, shrink=0.6, extend="min")
    bar.set_label("coverage of a 95 % interval, in per cent (a dot: below 94)")
    figure.savefig(PICTURE, dpi=110, metadata={"Software": None})


def main() -> None:
    """Write the tables and the picture."""
    page = PAGE.read_text(encoding="utf-8")
    page = replaced(page, "nps", [row for n in BASES for row in nps_rows(n)])
    page = replaced(page, "shares", [row for n in BASES for row in share_rows(n)])
    PAGE.write_text(page, encoding="utf-8")
    draw({(method, n): nps_coverage(method, n) for method in METHODS for n in BASES})


if __name__ == "__main__":
    main()
