"""How far a long search for perfect play has come, for whoever sits before a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from envs.board_game import Rules
from envs.board_game.solver.solver import solver_of


@contextmanager
def solving(rules: Rules) -> Iterator[None]:
    """Show a bar while the shared solver of a game searches long; it goes when that is done.

    Nobody knows how many positions are still to be visited, so the bar shows which scores are no
    longer possible.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console, solver, span = Console(stderr=True), solver_of(rules), rules.cells
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("solving", total=span, visible=False)

        def tell(visited: int, low: int, high: int) -> None:
            news = f"solving: {visited / 1e6:,.0f} M positions, score {low} to {high}"
            bar.update(task, description=news, completed=span - (high - low), visible=True)

        before, solver.tell = solver.tell, tell
        try:
            yield
        finally:
            solver.tell = before
