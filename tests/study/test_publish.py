"""Publication: the last good run whole, or the new one whole."""

import os
from types import SimpleNamespace

import pytest

from cxlab.study.folders import Folders
from cxlab.study.publish import publish, set_failure_aside

JOB = SimpleNamespace(market="acme", wave="2026", study="01_pulse", key="a" * 64)


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path / "params", tmp_path / "notebooks", tmp_path / "outputs")


def finished_run(folders, text):
    work = folders.outputs / ".runs" / ".work" / text
    work.mkdir(parents=True)
    (work / "report.html").write_text(text)
    return work


def test_the_published_name_is_a_relative_link_to_a_folder_of_the_key(folders):
    publish(finished_run(folders, "one"), JOB, folders)
    link = folders.published("acme", "2026", "01_pulse")
    assert (link / "report.html").read_text() == "one"
    assert os.readlink(link) == "../../.runs/acme/2026/01_pulse/" + "a" * 16


def test_a_reader_of_the_old_run_keeps_it_whole(folders):
    publish(finished_run(folders, "one"), JOB, folders)
    link = folders.published("acme", "2026", "01_pulse")
    old = link.resolve()
    publish(finished_run(folders, "two"), JOB, folders)
    assert (link / "report.html").read_text() == "two"
    assert (old / "report.html").read_text() == "one"


def test_only_the_run_and_the_one_before_stay(folders):
    for text in ("one", "two", "three", "four"):
        publish(finished_run(folders, text), JOB, folders)
    runs = folders.runs("acme", "2026", "01_pulse")
    assert sorted((path / "report.html").read_text() for path in runs.iterdir()) == ["four", "three"]


def test_a_success_clears_the_failure_before_it(folders):
    failed = folders.failed("acme", "2026", "01_pulse")
    set_failure_aside(finished_run(folders, "broken"), failed)
    assert (failed / "report.html").read_text() == "broken"
    publish(finished_run(folders, "mended"), JOB, folders)
    assert not failed.exists()


def test_nothing_is_left_beside_the_link(folders):
    publish(finished_run(folders, "one"), JOB, folders)
    publish(finished_run(folders, "two"), JOB, folders)
    link = folders.published("acme", "2026", "01_pulse")
    assert [path.name for path in link.parent.iterdir()] == ["01_pulse"]
