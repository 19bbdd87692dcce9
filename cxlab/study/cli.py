"""The command line: `cxlab demo | check | run | list | site`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from cxlab.model.errors import CxlabError, StudyError
from cxlab.study.folders import Folders, find_folders
from cxlab.study.plan import (
    Job,
    across_studies,
    chosen_files,
    plan_jobs,
    split_unchanged,
    study_notebooks,
)
from cxlab.study.records import Outcome
from cxlab.study.run import run_across, run_jobs

REFUSED, FAILED = 2, 1

app = typer.Typer(
    help="Customer-experience studies from survey exports: check the data, run studies, read reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# Rich would turn the `:100:` of a line number into an emoji.
console = Console(emoji=False)
complaints = Console(stderr=True, emoji=False)

Params = Annotated[
    Path | None, typer.Option("--params", help="Folder of parameter files; the nearest params/ unless named.")
]
Outputs = Annotated[
    Path | None, typer.Option("--outputs", help="Folder for results; outputs/ in the project unless named.")
]
Markets = Annotated[
    list[str],
    typer.Option("--market", "-m", help="Market, as its parameter file is called, or all. Repeatable."),
]


def main() -> None:
    """Run the command line; an error of cxlab is printed as its message and ends with status 2."""
    try:
        app()
    except CxlabError as error:
        complaints.print(f"[bold red]refused[/] {_escaped(error)}", soft_wrap=True)
        raise SystemExit(REFUSED) from None


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where to write it.")] = Path("outputs/demo"),
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 7,
    customers: Annotated[
        int, typer.Option(min=1600, help="Customers of the company, a quarter in each market.")
    ] = 12_000,
) -> None:
    """Write the demo company's survey exports and its parameter files."""
    from cxlab.demo import write_demo

    files = write_demo(folder, seed=seed, customers=customers)
    console.print(f"{len(files)} files in {folder}")


@app.command()
def check(market: Markets = ["all"], params: Params = None) -> None:  # noqa: B006 (typer reads it)
    """Load the data of some markets and say what is accepted and what is quarantined, and why."""
    from cxlab.study.check import check_market

    refused = False
    for file in chosen_files(market, find_folders(params)):
        with console.status(f"loading {file.stem}"):
            result = check_market(file)
        if result.refusal:
            refused = True
            complaints.print(f"[bold red]refused[/] {_escaped(result.refusal)}", soft_wrap=True)
            continue
        _print_check(result.market, result.name, result.rows or {}, result.quarantined or {})
        for line in (*result.notes, *result.breaches):
            console.print(f"  {_escaped(line)}", soft_wrap=True)
    raise typer.Exit(REFUSED if refused else 0)


@app.command()
def run(
    studies: Annotated[list[str], typer.Argument(help="Studies, as their notebooks are called, or all.")],
    market: Markets = ["all"],  # noqa: B006 (typer reads it)
    wave: Annotated[
        str | None, typer.Option(help="Wave; the one each market's file names unless given.")
    ] = None,
    params: Params = None,
    outputs: Outputs = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Studies at once.")] = os.cpu_count() or 1,
    force: Annotated[bool, typer.Option("--force", help="Run even what has not changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and run nothing.")] = False,
    timeout: Annotated[int | None, typer.Option(min=1, help="Longest time for one cell, in seconds.")] = None,
) -> None:
    """Run studies of markets and publish their reports.

    Every parameter and every input is checked before the first notebook starts. What has not changed since
    its last run is skipped. Exit status: 2 when anything was refused (nothing runs then), 1 when a study
    failed (its last good report stays), else 0.

    Examples: cxlab run all --market all · cxlab run 01_pulse -m demo-es -m demo-pl --wave 2025-2
    """
    folders = find_folders(params, outputs)
    across = across_studies(studies, market, folders)
    planned = plan_jobs(studies, market, wave, folders)
    unchanged, pending = split_unchanged(planned, folders, force=force)
    if dry_run:
        for job in planned:
            console.print(f"{'unchanged' if job in unchanged else 'would run'}  {job.name}")
        for name in across:
            console.print(f"would run  {name}, once the studies of the markets have")
        return
    outcomes = _run_pending(pending, unchanged, folders, jobs, timeout)
    outcomes += _run_across(across, wave, folders, jobs, timeout, force=force, named=studies)
    _finish(outcomes, folders)


@app.command(name="list")
def list_all(params: Params = None, outputs: Outputs = None) -> None:
    """List the studies with their options, and the markets with the last state of their studies."""
    folders = find_folders(params, outputs)
    _print_studies(list(study_notebooks(folders)))
    _print_markets(folders)


@app.command()
def site(params: Params = None, outputs: Outputs = None) -> None:
    """Rebuild the index page of all reports from their manifests, and say where it is."""
    from cxlab.study.site import write_site

    console.print(f"The reports: {write_site(find_folders(params, outputs))}", soft_wrap=True)


def _run_pending(
    pending: Sequence[Job], unchanged: Sequence[Job], folders: Folders, workers: int, timeout: int | None
) -> list[Outcome]:
    markets = {job.market for job in pending}
    with _progress() as progress:
        checking = progress.add_task("checking the data", total=len(markets), visible=bool(markets))
        running = progress.add_task("running studies", total=len(pending), visible=bool(pending))
        outcomes = run_jobs(
            pending,
            folders,
            workers=workers,
            timeout=timeout,
            checked=lambda _: progress.advance(checking),
            ended=_told(progress, running),
        )
    return outcomes + [Outcome(job.name, "skipped") for job in unchanged]


def _run_across(
    studies: Sequence[str],
    wave: str | None,
    folders: Folders,
    workers: int,
    timeout: int | None,
    *,
    force: bool,
    named: Sequence[str],
) -> list[Outcome]:
    from cxlab.study.across import plan_across

    try:
        planned = plan_across(studies, wave, folders)
    except StudyError as error:
        # Who asks for all studies of a single market does not ask for a comparison.
        if set(studies) & set(named):
            raise
        console.print(f"left out: {_escaped(error)}", soft_wrap=True)
        return []
    unchanged, pending = split_unchanged(planned, folders, force=force)
    with _progress() as progress:
        running = progress.add_task("comparing markets", total=len(pending), visible=bool(pending))
        outcomes = run_across(
            pending, folders, workers=workers, timeout=timeout, ended=_told(progress, running)
        )
    return outcomes + [Outcome(job.name, "skipped") for job in unchanged]


def _told(progress: Progress, task: TaskID) -> Callable[[Outcome], None]:
    def ended(outcome: Outcome) -> None:
        progress.advance(task)
        if outcome.status == "failed":
            progress.console.print(
                f"[bold red]failed[/] {_escaped(outcome.job_name)}: {_escaped(outcome.error)}"
            )

    return ended


def _finish(outcomes: Sequence[Outcome], folders: Folders) -> None:
    from cxlab.study.site import write_site

    _print_outcomes([(outcome.job_name, outcome.status, outcome.seconds) for outcome in outcomes])
    console.print(f"The reports: {write_site(folders)}", soft_wrap=True)
    raise typer.Exit(FAILED if any(outcome.status == "failed" for outcome in outcomes) else 0)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _print_check(market: str, name: str, rows: dict[str, int], quarantined: dict[str, int]) -> None:
    table = Table(
        "table", "accepted", "quarantined", title=f"{market} · {_escaped(name)}", title_justify="left"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for entry in rows:
        table.add_row(entry, f"{rows[entry]:,}", f"{quarantined.get(entry, 0):,}")
    console.print(table)


def _print_outcomes(outcomes: Sequence[tuple[str, str, float]]) -> None:
    table = Table("study", "state", "seconds")
    table.columns[2].justify = "right"
    colours = {"completed": "green", "skipped": "dim", "failed": "bold red"}
    for name, status, seconds in outcomes:
        word = "unchanged, skipped" if status == "skipped" else status
        table.add_row(_escaped(name), f"[{colours[status]}]{word}[/]", f"{seconds:.1f}" if seconds else "")
    console.print(table)


def _print_studies(names: Sequence[str]) -> None:
    from cxlab.model.cross_parameters import CrossStudies
    from cxlab.model.parameters import Studies

    table = Table("study", "option", "default")
    for name in names:
        options = Studies().of(name) or CrossStudies().of(name)
        lines = [(option, str(default)) for option, default in options] if options else []
        for position, (option, default) in enumerate(lines or [("", "")]):
            table.add_row(name if position == 0 else "", option, default)
    console.print(table)


def _print_markets(folders: Folders) -> None:
    from cxlab.load.read_parameters import market_files
    from cxlab.model.cross_parameters import ALL_MARKETS
    from cxlab.study.site import site_entries

    table = Table("market", "wave", "study", "last state")
    entries = list(site_entries(folders))
    for market in [*market_files(folders.params), ALL_MARKETS]:
        own = [entry for entry in entries if entry.market == market]
        for entry in own:
            word = "failed, last good run shown" if entry.state == "stale" else entry.state
            table.add_row(market, entry.wave, entry.study, word)
        if not own and market != ALL_MARKETS:
            table.add_row(market, "", "", "never run")
    console.print(table)


def _escaped(text: object) -> str:
    return str(text).replace("[", "\\[")
