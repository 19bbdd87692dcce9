"""The key of a run: one digest of everything its results depend on."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import cxlab
from cxlab.load.inputs import Input, input_digests, sha256_of
from cxlab.model.cross_parameters import CrossParameters
from cxlab.model.parameters import MarketParameters
from cxlab.model.strict import Strict


def key_parts(
    notebook: Path, parameters: MarketParameters | CrossParameters, wave: str, options: Strict, inputs: str
) -> dict[str, str]:
    """Return the digest of each part that a study's results depend on.

    Parameters
    ----------
    notebook
        The study.
    parameters
        The market's parameters; only this study's options among them count.
    wave
        The wave.
    options
        The study's options.
    inputs
        Digest of the source files, from `inputs_digest`.

    Returns
    -------
    dict
        `code`, `parameters`, `language`, `cxlab`, `packages`, `inputs` → SHA-256.
    """
    chosen = {
        "market": parameters.model_dump(mode="json", by_alias=True, exclude={"studies"}),
        "wave": wave,
        "options": options.model_dump(mode="json", by_alias=True),
    }
    return {
        "code": digest(_code_of(notebook)),
        "parameters": digest(json.dumps(chosen, sort_keys=True)),
        "language": digest(parameters.language),
        "cxlab": _own_source_digest(),
        "packages": _packages_digest(),
        "inputs": inputs,
    }


def inputs_digest(inputs: Sequence[Input]) -> str:
    """Return one digest of a market's source files and query results, in the order of the parameters."""
    return digest("\n".join(input_digests(inputs)))


def key_of(parts: dict[str, str]) -> str:
    """Return the key: one digest of all the parts."""
    return digest(json.dumps(parts, sort_keys=True))


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _code_of(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return json.dumps([notebook.stem, *code])


def source_digest(package: Path) -> str:
    """Return the digest of a package's code and data, without what Python and numba compile beside them."""
    files = (path for path in sorted(package.rglob("*")) if path.is_file())
    named = [(path.relative_to(package), path) for path in files if "__pycache__" not in path.parts]
    return digest("\n".join(f"{name} {sha256_of(path)}" for name, path in named))


@functools.cache
def _own_source_digest() -> str:
    return source_digest(Path(cxlab.__file__).parent)


@functools.cache
def _packages_digest() -> str:
    return digest("\n".join(sorted(f"{found.name}=={found.version}" for found in metadata.distributions())))
