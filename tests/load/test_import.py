"""What the scheduler imports before it starts a kernel stays light."""

import subprocess
import sys
from pathlib import Path


def test_parameters_and_inputs_load_no_library_of_tables():
    """A command that only reads parameters need not wait for pandas, pandera and pyarrow."""
    call = (
        "import sys, cxlab.load.read_parameters, cxlab.load.inputs; "
        "print(sorted({'pandas', 'pandera', 'pyarrow', 'pyreadstat'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", call],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.strip() == "[]"
