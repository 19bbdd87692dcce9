"""The key changes with everything a result depends on, and with nothing else."""

import pytest

from cxlab.study.folders import find_folders
from cxlab.study.key import source_digest
from cxlab.study.plan import plan_jobs


def parts(project, study="01_pulse", wave=None):
    folders = find_folders(project / "params", project / "outputs")
    own = type(folders)(folders.params, project / "notebooks", folders.outputs)
    (job,) = plan_jobs([study], ["demo-es"], wave, own)
    return job.parts


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def test_it_is_the_same_twice(project):
    assert parts(project) == parts(project)


def test_another_answer_changes_the_inputs(project):
    before = parts(project)
    export = next((project / "exports").rglob("*.csv"))
    export.write_text(export.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert changed(before, parts(project)) == {"inputs"}


def test_another_cell_changes_the_code_and_a_note_does_not(project):
    before = parts(project)
    notebook = project / "notebooks" / "01_pulse.ipynb"
    edit(notebook, "Where do we stand?", "Where do we really stand?")
    assert parts(project) == before
    edit(notebook, "study.market", "study.market.waves")
    assert changed(before, parts(project)) == {"code"}


@pytest.mark.parametrize(
    ("old", "new"), [("min_base: 10", "min_base: 11"), ("currency: EUR", "currency: USD")]
)
def test_another_default_changes_the_parameters(project, old, new):
    before = parts(project)
    edit(project / "params" / "_defaults.yaml", old, new)
    assert changed(before, parts(project)) == {"parameters"}


def test_options_of_another_study_change_nothing(project):
    before = parts(project, "00_intake")
    edit(project / "params" / "demo-es.yaml", "segment.age_band, segment.customer_type", "segment.age_band")
    assert parts(project, "00_intake") == before
    assert changed(parts(project), before) >= {"code"}


def test_another_wave_changes_the_parameters(project):
    assert changed(parts(project), parts(project, wave="2025-2")) == {"parameters"}


def test_another_language_changes_its_part(project):
    before = parts(project)
    edit(project / "params" / "demo-es.yaml", "language: es", "language: it")
    assert changed(before, parts(project)) == {"parameters", "language"}


def test_kernels_compiled_while_a_study_runs_change_nothing(tmp_path):
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "module.py").write_text("value = 1\n", encoding="utf-8")
    before = source_digest(tmp_path)
    (tmp_path / "room" / "__pycache__").mkdir()
    for compiled in ("module.cpython-311.pyc", "module.kernel-47.py311.nbi", "module.kernel-47.py311.1.nbc"):
        (tmp_path / "room" / "__pycache__" / compiled).write_bytes(b"compiled")
    assert source_digest(tmp_path) == before
    (tmp_path / "room" / "texts.yaml").write_text("title: one\n", encoding="utf-8")
    assert source_digest(tmp_path) != before
