"""A path model from rows, in plain loops after Lohmöller (1989): the slow twin of `cxlab.measure.ecsi`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.measure.path_model import PathModel

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RowsModel:
    """Scores, paths by (from, to), R² and loadings by name."""

    scores: dict[str, Floats]
    paths: dict[tuple[str, str], float]
    r_squared: dict[str, float]
    loadings: dict[str, float]


def pls_rows(
    columns: dict[str, Floats],
    model: PathModel,
    *,
    scheme: str = "path",
    scaled: bool = True,
    tolerance: float = 1e-12,
) -> RowsModel:
    x = {name: values - values.mean() for name, values in columns.items()}
    x = {name: values / values.std() for name, values in x.items()} if scaled else x
    before = {
        name: [other for other in model.paths if name in model.paths[other]] for name in model.constructs
    }
    after = {name: list(model.paths.get(name, ())) for name in model.constructs}
    weights = {name: np.ones(len(block)) for name, block in model.blocks.items()}
    while True:
        scores = {name: _score(x, model.blocks[name], weights[name]) for name in model.constructs}
        moved = 0.0
        for name in model.constructs:
            inner = _neighbours(scores, name, before[name], after[name], scheme)
            block = np.column_stack([x[column] for column in model.blocks[name]])
            new = block.T @ inner / len(inner)
            if name in model.formative:
                new = np.linalg.lstsq(block, inner, rcond=None)[0]
            new = new / (block @ new).std()
            moved += ((np.abs(new) - np.abs(weights[name] / _spread(x, model, name, weights))) ** 2).sum()
            weights[name] = new
        if moved < tolerance:
            break
    scores = {name: _score(x, model.blocks[name], weights[name]) for name in model.constructs}
    paths, r_squared = {}, {}
    for name in model.constructs:
        if before[name]:
            left = np.column_stack([scores[other] for other in before[name]])
            coefficients = np.linalg.lstsq(left, scores[name], rcond=None)[0]
            paths |= {(other, name): float(b) for other, b in zip(before[name], coefficients, strict=True)}
            r_squared[name] = float((left @ coefficients).var())
    loadings = {
        column: float(np.corrcoef(columns[column], scores[name])[0, 1])
        for name, block in model.blocks.items()
        for column in block
    }
    return RowsModel(scores, paths, r_squared, loadings)


def _score(x: dict[str, Floats], block: tuple[str, ...], weights: Floats) -> Floats:
    score = sum(w * x[column] for w, column in zip(weights, block, strict=True))
    return score / score.std()


def _spread(x: dict[str, Floats], model: PathModel, name: str, weights: dict[str, Floats]) -> float:
    return float((np.column_stack([x[column] for column in model.blocks[name]]) @ weights[name]).std())


def _neighbours(
    scores: dict[str, Floats], name: str, before: list[str], after: list[str], scheme: str
) -> Floats:
    own = scores[name]
    if scheme == "path" and before:
        left = np.column_stack([scores[other] for other in before])
        inner = left @ np.linalg.lstsq(left, own, rcond=None)[0]
        rest = after
    else:
        inner, rest = np.zeros_like(own), [*before, *after]
    for other in rest:
        r = float(np.corrcoef(own, scores[other])[0, 1])
        inner = inner + (np.sign(r) if scheme == "centroid" else r) * scores[other]
    return inner
