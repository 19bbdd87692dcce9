"""Blocks of respondents, made once so that every engine and every run agrees on them."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pandas as pd

N_BLOCKS = 1000


def blocks_of(responses: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the block of each response: SHA-256 of its cluster, else of its response_id, modulo 1000.

    Parameters
    ----------
    responses
        Accepted responses with `response_id` and, where the market has clusters, `cluster`; a response
        without a cluster is one of its own.

    Returns
    -------
    numpy.ndarray
        Whole numbers from 0 to 999, shape (n,). A cluster is never split.
    """
    unit = responses["response_id"]
    if "cluster" in responses:
        unit = responses["cluster"].where(responses["cluster"].notna(), unit)
    codes, names = pd.factorize(unit)
    blocks = [int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % N_BLOCKS for name in names]
    return np.array(blocks, dtype="int64")[codes]
