"""One thread for products of matrices: of a few short columns more gain nothing, and lose on busy cores."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import scipy.linalg  # noqa: F401 — loads the library scipy multiplies with, so that the look-up finds it
from threadpoolctl import ThreadpoolController


def one_blas_thread() -> AbstractContextManager[Any]:
    """Return a block in which products of matrices take one thread."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    """Look the libraries up once: it takes longer than to fit a thousand customers."""
    return ThreadpoolController()
