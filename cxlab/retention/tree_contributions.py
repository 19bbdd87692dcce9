"""What each feature adds to the log-odds of boosted trees: exact Shapley values. Arrays in, arrays out."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
TABLE = 10
"""Up to so many features on a path all patterns are worked out at once, else those that occur."""


def tree_contributions(learner: Any, matrix: Floats) -> tuple[Floats, float]:
    """Return the contributions to the log-odds, shape (n, k), and what they start from.

    Parameters
    ----------
    learner
        A fitted HistGradientBoostingClassifier of two classes.
    matrix
        Features, shape (n, k), NaN where missing.

    Notes
    -----
    A feature that is not in a coalition is averaged over both branches by the customers of the training that
    went there (path-dependent). The value of a tree is then a sum over its leaves of products, one factor a
    feature: 1 or 0 where it is known, as the customer's value leads to the leaf or not, and the share that
    went there where it is not. The Shapley value of a product is found from elementary symmetric sums.

    References
    ----------
    Lundberg and others (2020), Nature Machine Intelligence 2, 56–67, algorithm 1 (the game).
    """
    # scikit-learn moves categories to the front; its trees count columns in that order.
    x = learner._preprocess_X(np.asarray(matrix, dtype="float64"), reset=False)
    coded = learner.is_categorical_
    moved = np.arange(x.shape[1]) if coded is None else np.r_[np.flatnonzero(coded), np.flatnonzero(~coded)]
    found = np.zeros(x.shape)
    start = float(np.ravel(learner._baseline_prediction)[0])
    for stage in learner._predictors:
        tree = stage[0]
        start += _one_tree(tree, _left(tree, x), found)
    out = np.empty_like(found)
    out[:, moved] = found
    return out, start


def _left(tree: Any, x: Floats) -> Bools:
    """Return at which nodes each row would go left, shape (nodes, n)."""
    goes = np.zeros((len(tree.nodes), len(x)), dtype=bool)
    for place, node in enumerate(tree.nodes):
        if node["is_leaf"]:
            continue
        value = x[:, node["feature_idx"]]
        missing = np.isnan(value)
        if node["is_categorical"]:
            left = _set(tree.raw_left_cat_bitsets[node["bitset_idx"]])
            goes[place] = left[np.where(missing, 0, value).astype("int64")]
        else:
            goes[place] = value <= node["num_threshold"]
        goes[place, missing] = bool(node["missing_go_to_left"])
    return goes


def _set(words: npt.NDArray[np.uint32]) -> Bools:
    """Return which of 256 codes a set of 8 words holds."""
    return np.unpackbits(np.asarray(words, dtype="<u4").view(np.uint8), bitorder="little").astype(bool)


def _one_tree(tree: Any, left: Bools, found: Floats) -> float:
    """Add the contributions of one tree; return its mean over the training."""
    nodes = tree.nodes
    mean = 0.0
    # Each path: its node, features, whether the row's value leads on, and the share that went there.
    stack: list[tuple[int, dict[int, tuple[Bools, float]], float]] = [(0, {}, 1.0)]
    while stack:
        place, path, reached = stack.pop()
        node = nodes[place]
        if node["is_leaf"]:
            mean += reached * float(node["value"])
            _one_leaf(float(node["value"]), path, found)
            continue
        for child, goes in ((node["left"], left[place]), (node["right"], ~left[place])):
            share = float(nodes[child]["count"]) / float(node["count"])
            feature = int(node["feature_idx"])
            before = path.get(feature)
            step = (goes, share) if before is None else (before[0] & goes, before[1] * share)
            stack.append((int(child), path | {feature: step}, reached * share))
    return mean


def _one_leaf(value: float, path: dict[int, tuple[Bools, float]], found: Floats) -> None:
    size = len(path)
    if not size:
        return
    code = np.zeros(len(found), dtype="int64")
    for place, (goes, _) in enumerate(path.values()):
        code |= goes.astype("int64") << place
    share = np.array([step[1] for step in path.values()])
    if size <= TABLE:
        patterns = np.arange(2**size)
    else:
        patterns, code = np.unique(code, return_inverse=True)
    table = value * product_shares((patterns[:, None] >> np.arange(size)) & 1, share)
    for place, feature in enumerate(path):
        found[:, feature] += table[code, place]


def product_shares(present: npt.NDArray[np.int64], absent: Floats) -> Floats:
    """Return the Shapley values of a game that is a product with one factor a player.

    Parameters
    ----------
    present
        Factors of players in the coalition, shape (m, d), one row a game.
    absent
        Factors of those who are not, shape (d,).

    Notes
    -----
    φ_i = (present_i − absent_i) Σ_k k! (d − 1 − k)!/d! e_k, with e_k the coefficient of z^k in the product of
    absent_j + z present_j over the others.
    """
    size = len(absent)
    weight = np.array([factorial(k) * factorial(size - 1 - k) / factorial(size) for k in range(size)])
    shares = np.empty(present.shape)
    for player in range(size):
        sums = np.zeros((len(present), size))
        sums[:, 0] = 1.0
        for other in range(size):
            if other != player:
                risen = np.zeros_like(sums)
                risen[:, 1:] = sums[:, :-1] * present[:, [other]]
                sums = sums * absent[other] + risen
        shares[:, player] = (present[:, player] - absent[player]) * (sums @ weight)
    return shares
