"""A notebook as a study leaves it, for the tests of pages."""

import base64
import struct
import zlib

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cxlab.report.facts import ReportFacts, SourceFact

REPORT = {"cxlab": {"role": "report"}}
FACTS = ReportFacts(
    study="01_pulse",
    market="demo-es",
    market_name="Norte Telecom",
    wave="2025-Q2",
    n_responses=1842,
    sources=(SourceFact("survey", "wave_2025_q2.csv", 1990), SourceFact("customers", "customers.csv", 4000)),
    key="9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    version="0.1.0",
    methods=("adjusted_wald", "wilson", "linearised_t"),
    metrics=("nps", "top_2_box", "mean_score"),
    weighted=True,
)


def report_output(html: str, kind: str = "display_data") -> NotebookNode:
    data = {"text/html": html, "text/plain": "Block"}
    return new_output(kind, data=data, metadata=REPORT)


def notebook_of(*outputs: NotebookNode) -> NotebookNode:
    """One code cell per output, among cells that are for researchers."""
    cells = [new_markdown_cell("# MARKDOWN-MARKER")]
    cells += [new_code_cell("code_marker = 'CODE-MARKER'", outputs=[output]) for output in outputs]
    return new_notebook(cells=cells)


def png(width: int, height: int) -> str:
    """A grey picture as a data address."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress((b"\0" + b"\xc0" * width) * height, 9))
    picture = b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(picture).decode()
