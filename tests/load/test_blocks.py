"""Blocks: made from the names alone, so that every engine, run and machine agrees."""

import numpy as np
import pandas as pd

from cxlab.load.blocks import blocks_of


def test_a_block_is_the_digest_of_the_name_modulo_1000():
    # printf 'R_1' | sha256sum (coreutils 9.1), then: python3 -c "print(int('…', 16) % 1000)"
    assert blocks_of(pd.DataFrame({"response_id": ["R_1"]})).tolist() == [293]


def test_a_cluster_is_never_split_and_a_response_without_one_stands_alone():
    frame = pd.DataFrame({"response_id": list("abcd"), "cluster": ["k", None, "k", None]})
    blocks = blocks_of(frame)
    assert blocks[0] == blocks[2] == blocks_of(pd.DataFrame({"response_id": ["k"]}))[0]
    alone = blocks_of(frame[["response_id"]])
    assert blocks[[1, 3]].tolist() == alone[[1, 3]].tolist()


def test_blocks_are_of_about_equal_size():
    frame = pd.DataFrame({"response_id": [f"R_{number}" for number in range(100_000)]})
    counts = np.bincount(blocks_of(frame), minlength=1000)
    # A multinomial: the sum of squared standardised deviations is χ² on 999 degrees of freedom, whose
    # 0.1 and 99.9 percentiles are 865 and 1143.
    assert 865 < ((counts - 100) ** 2 / 100).sum() < 1143


def test_nobody_has_no_blocks():
    assert blocks_of(pd.DataFrame({"response_id": pd.Series([], dtype="str")})).shape == (0,)


def test_the_loader_gives_each_response_its_block(desk):
    market = desk.responses("id,acc\n1,x\n2,x\n3,\n", {"cluster": "acc"})
    blocks = market.responses["block"]
    assert blocks.tolist() == blocks_of(market.responses).tolist()
    assert blocks[0] == blocks[1]
    assert blocks.dtype == "int64"
