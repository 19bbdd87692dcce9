"""One thread for products of matrices, whatever the machine has."""

from threadpoolctl import threadpool_info

from cxlab.tally.one_blas_thread import one_blas_thread


def _threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_every_library_takes_one_thread_within_the_block_and_as_many_as_before_after_it():
    before = _threads()
    with one_blas_thread():
        assert set(_threads()) == {1} and len(_threads()) == len(before)
    assert _threads() == before
