"""SPSS files that would end the process, or fill the memory, of a reader that trusts them."""

import struct

import pandas as pd
import pyreadstat
import pytest

from cxlab.load.readers.sav_outline import SavOutline, sav_outline
from cxlab.model.errors import SourceError

CASES = 80  # place of the number of cases in the header


@pytest.fixture
def sav(desk):
    """Write twenty cases: a number and a text with one labelled value each."""

    def write(**options) -> bytes:
        frame = pd.DataFrame({"ID": [float(number) for number in range(20)], "A": ["north", "south"] * 10})
        labels = {"ID": {1: "one"}, "A": {"north": "North"}}
        path = desk.folder / "s.sav"
        pyreadstat.write_sav(frame, str(path), variable_value_labels=labels, **options)
        return path.read_bytes()

    return write


def _open(desk, content: bytes):
    desk.write("s.sav", content)
    tables = {"responses": {"response_id": "ID", "segment.a": "A"}}
    return desk.open(tables, path="s.sav", format="spss")


@pytest.mark.parametrize("options", [{}, {"row_compress": True}, {"compress": True}])
def test_outline_of_a_sound_file(desk, sav, options):
    """Uncompressed, compressed byte by byte, and folded as .zsav."""
    content = sav(**options)
    assert sav_outline(desk.folder / "s.sav") == SavOutline(n_cases=20, n_cells=2)
    assert len(_open(desk, content).responses) == 20


def test_a_file_of_a_machine_that_writes_the_high_byte_first(desk):
    """A header, one numeric variable and one case, laid out by hand after the PSPP developers' guide."""
    header = b"$FL2" + b" " * 60 + struct.pack(">5id", 2, 1, 0, 0, 1, 100.0) + b" " * 84
    variable = struct.pack(">6i", 2, 0, 0, 0, 0x50802, 0x50802) + b"ID      "
    content = header + variable + struct.pack(">2id", 999, 0, 7.0)
    desk.write("s.sav", content)
    assert sav_outline(desk.folder / "s.sav") == SavOutline(n_cases=1, n_cells=1)


@pytest.mark.parametrize("count", [2**31 - 1, 2**28, 21, 0, 1, -2])
@pytest.mark.parametrize("options", [{}, {"row_compress": True}, {"compress": True}])
def test_a_number_of_cases_that_is_not_there(desk, sav, options, count):
    """Too many would be laid out in memory, too few would be lost without a word."""
    content = bytearray(sav(**options))
    struct.pack_into("<i", content, CASES, count)
    with pytest.raises(SourceError, match=r"s.sav: is no readable SPSS file, or it is damaged or cut off"):
        _open(desk, bytes(content))


def test_a_labelled_value_that_is_no_text(desk, sav):
    """The library follows a null pointer there: the process ends."""
    content = sav()
    place = content.rindex(b"north", 0, content.index(b"North"))
    with pytest.raises(SourceError, match="is no readable SPSS file"):
        _open(desk, content[:place] + b"nor\xff\xff" + content[place + 5 :])


def test_any_cut_and_any_damaged_record_is_told(desk, sav):
    """Every place a file can be cut at, within its dictionary and within its data."""
    content = sav()
    for size in range(0, len(content), 7):
        with pytest.raises(SourceError, match=r"^s.sav: "):
            _open(desk, content[:size])


def test_two_columns_of_one_name(desk):
    """The library would call the second one `ID_duplicated1`."""
    path = desk.folder / "s.sav"
    pyreadstat.write_sav(pd.DataFrame({"ID": [1.0, 2.0], "AB": [3.0, 4.0]}), str(path))
    content = path.read_bytes().replace(b"AB      ", b"ID      ").replace(b"AB=AB", b"ID=ID")
    with pytest.raises(SourceError, match=r"s.sav: two of its columns bear one name; rename one of them"):
        _open(desk, content)
