"""A progress bar over a run, for whoever sits before a terminal."""

from __future__ import annotations

from spielfeld.experiments.session import Session


def with_progress(session: Session) -> None:
    """Use up the session's budget behind a progress bar, which goes when it is done."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("samples"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("learning", total=session.spec.samples, completed=session.samples)
        while session.portion:
            session.advance(session.portion)
            bar.update(task, completed=session.samples)
    if session.ground.waits:
        console.print(
            "Scoring the greedy policy exactly: in a world as large as this it takes long."
        )
