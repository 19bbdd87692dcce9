"""A study's executed notebook as one self-contained page for its stakeholders."""

from __future__ import annotations

import functools
import re
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader
from nbconvert.exporters import TemplateExporter

from cxlab.report.facts import ReportFacts
from cxlab.report.words import Words

# Terms a metric needs explained, where they are not the metric's own name.
TERMS_OF_METRIC = {
    "nps": ("nps", "promoter", "passive", "detractor"),
    "promoters": ("promoter",),
    "passives": ("passive",),
    "detractors": ("detractor",),
    "panel_effect": ("two_way", "placebo", "robustness_value"),
    "leaving_forecast": ("renewal_forecast",),
    "churn_auc": ("churn_auc", "churn_lift", "churn_slope", "churn_psi"),
}
TERMS_OF_FIGURES = ("confidence_interval", "n")
TERMS_OF_WEIGHTS = ("weighting", "n_eff")
# Terms explained where the page says their words.
WORDS_OF_TERM = {
    "suppressed": "figure.too_few",
    "small_base": "figure.small_base",
    "missing": "table.missing_n",
    "quarantine": "table.quarantined",
}
PICTURE = re.compile(r"data:image/[^\"]*")
KEY_LENGTH = 12


class ReportExporter(TemplateExporter):
    """nbconvert with this package's own template: no preprocessor, no search path, no configuration."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self) -> None:
        loader = PackageLoader("cxlab.report", "template")
        super().__init__(
            template_file="report.html.j2",
            template_paths=[],
            extra_loaders=[loader],
            default_preprocessors=[],
        )

    def default_filters(self) -> list[tuple[str, Any]]:
        """Return no filter: Jinja's own suffice."""
        return []

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.autoescape = environment.trim_blocks = environment.lstrip_blocks = True
        return environment


def render_report(notebook: nbformat.NotebookNode, facts: ReportFacts) -> str:
    """Return the report of an executed notebook as one HTML page.

    Parameters
    ----------
    notebook
        Executed notebook; it is not changed. Only outputs of kind `display_data` or `execute_result` whose
        metadata hold `{"cxlab": {"role": "report"}}` enter the page, with their `text/html`, in order. Code,
        markdown, streams, errors and every other output stay out.
    facts
        What the page says about itself.

    Returns
    -------
    str
        A page without any script or address. The same arguments give the same text.
    """
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if _is_report(output)]
    page = _page(facts, shown="".join(output.data["text/html"] for output in outputs))
    html, _ = _exporter().from_notebook_node(_notebook_of(outputs), resources={"page": page})
    return html + "\n"


def _page(facts: ReportFacts, shown: str) -> dict[str, Any]:
    """Return what the template says around the blocks, ready to print.

    nbconvert copies it deeply, so it holds plain values only; a function is copied as it is.
    """
    words = Words(facts.language, facts.labels)

    def say(key: str) -> str:
        return words.text(key)

    provenance = [
        (say("report.market"), f"{facts.market_name} ({facts.market})"),
        (say("report.wave"), facts.wave),
        (say("report.study"), facts.study),
        (say("report.weighting"), say("report.weighted" if facts.weighted else "report.unweighted")),
        (say("report.key"), facts.key[:KEY_LENGTH]),
        (say("report.version"), facts.version),
    ]
    return {
        "say": say,
        "language": facts.language,
        "market": facts.market_name,
        "wave": facts.wave,
        "title": study_title(facts.study, words),
        "answers": words.plural("count.answers", facts.n_responses),
        "glossary": _glossary(_terms(facts, shown, words), words),
        "methods": _methods(facts, words),
        "provenance": provenance,
        "sources": [(fact.source, fact.file, words.number(fact.n_rows)) for fact in facts.sources],
    }


def study_title(study: str, words: Words) -> str:
    """Return the title of a study: its text, or for a study of the user's own its name made readable."""
    key = f"study.{study}"
    return words.text(key) if words.has(key) else words.label(study)


@functools.cache
def _exporter() -> ReportExporter:
    return ReportExporter()


def _notebook_of(outputs: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """Return a notebook of these outputs only: nbconvert copies one twice on its way."""
    cell = nbformat.NotebookNode(
        cell_type="code", id="report", metadata={}, source="", execution_count=None, outputs=outputs
    )
    return nbformat.NotebookNode(nbformat=4, nbformat_minor=5, metadata={}, cells=[cell])


def _is_report(output: nbformat.NotebookNode) -> bool:
    if output.output_type not in {"display_data", "execute_result"} or "text/html" not in output.data:
        return False
    mark = output.metadata.get("cxlab", {})
    return isinstance(mark, dict) and mark.get("role") == "report"


def _terms(facts: ReportFacts, shown: str, words: Words) -> list[str]:
    """Return the terms to explain, each once."""
    terms = [term for metric in facts.metrics for term in TERMS_OF_METRIC.get(metric, (metric,))]
    terms += TERMS_OF_FIGURES if facts.metrics else ()
    terms += TERMS_OF_WEIGHTS if facts.weighted else ()
    said = PICTURE.sub("", shown).casefold()
    terms += [term for term, key in WORDS_OF_TERM.items() if words.text(key).casefold() in said]
    return list(dict.fromkeys(terms))


def _glossary(terms: list[str], words: Words) -> list[tuple[str, str]]:
    """Return name and explanation of the terms that have them."""
    known = [f"glossary.{term}" for term in terms if words.has(f"glossary.{term}.name")]
    return [(words.text(f"{key}.name"), words.text(f"{key}.text")) for key in known]


def _methods(facts: ReportFacts, words: Words) -> list[str]:
    """Return the sentence of each method that has one."""
    keys = [f"method.{method}" for method in dict.fromkeys(facts.methods)]
    return [words.text(key) for key in keys if words.has(key)]
