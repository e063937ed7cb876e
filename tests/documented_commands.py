"""Runs the commands of README and docs in an empty folder, as a reader would type them.

    python -m tests.documented_commands                 # with small budgets, some minutes
    python -m tests.documented_commands --full          # as they stand, some hours
    python -m tests.documented_commands --only figures  # those that contain a text

A command fails if its exit code is not 0 or if it prints a traceback. Commands with a placeholder
such as NAME are examples of a form, and are left out; so is `make`. Benchmarks run with `--full`.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
PROGRAM = [sys.executable, "-m", "spielfeld.experiments.command_line"]
BUDGETS = {  # what shortens a command
    "train": ["--samples", "2000"],
    "compare": ["--samples", "2000", "--seeds", "2"],
    "figures": ["--quick"],
    "evaluate": ["--no-mark"],
}
HOUSES = "size,rooms,price\n" + "".join(
    f"{40 + 7 * row},{1 + row % 5},{90_000 + 2_000 * row + 500 * (row % 7)}\n" for row in range(60)
)


def blocks(text: str, *languages: str) -> list[str]:
    """Return the code blocks of a page in some languages."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for language, block in found if language in languages]


def commands(text: str) -> list[list[str]]:
    """Return the commands of a page as words, `spielfeld` left out, each once."""
    lines = "\n".join(blocks(text, "", "bash")).replace("\\\n", " ").splitlines()
    lines += re.findall(
        r"`(spielfeld [^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    )
    found: list[list[str]] = []
    for line in lines:
        if not line.strip().startswith("spielfeld "):
            continue
        words = shlex.split(line.strip(), comments=True)
        if is_complete(words[1:]) and words[1:] not in found:
            found.append(words[1:])
    return found


def is_complete(words: list[str]) -> bool:
    """Tell whether words can be typed as they stand: a subcommand and what it needs."""
    placeholder = any(re.fullmatch(r"[A-Z]{3,}|\.\.\.", word) for word in words)
    return not placeholder and (len(words) > 1 or words == ["list"])


def shortened(words: list[str]) -> list[str]:
    """Return a command with a small budget."""
    more = BUDGETS.get(words[0], [])
    if words[0] == "evaluate" and not words[1].startswith("runs/"):
        return words
    return [*words, *more]


def run(words: list[str], folder: Path, last_run: str) -> tuple[str, str]:
    """Run a command; return what is wrong with it, or nothing, and the last run's directory."""
    typed = [word.replace("runs/...", last_run) for word in words]
    display = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")  # without one, play reads words
    environment = {name: word for name, word in os.environ.items() if name not in display}
    done = subprocess.run(
        [*PROGRAM, *typed], cwd=folder, env=environment, capture_output=True, text=True, input=""
    )
    written = re.findall(r"Written to (runs/\S+):", done.stdout)
    fault = f"exit code {done.returncode}: " if done.returncode else ""
    fault += "traceback: " if "Traceback" in done.stderr else ""
    return fault + (done.stderr[-600:] if fault else ""), written[-1] if written else last_run


def main() -> int:
    """Run the commands and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true", help="run the commands as they stand")
    parser.add_argument("--only", default="", help="run the commands that contain this text")
    options = parser.parse_args()
    failed = ran = 0
    with tempfile.TemporaryDirectory() as place:
        folder, last_run = Path(place), ""
        start = (ROOT / "docs" / "start.md").read_text()
        (folder / "my_maze.toml").write_text(blocks(start, "toml")[0])
        (folder / "my_module.py").write_text(
            next(block for block in blocks(start, "python") if "MyLearner" in block)
        )
        (folder / "houses.csv").write_text(HOUSES)
        for page in PAGES:
            for words in commands(page.read_text()):
                slow = words[0] == "benchmark" and not options.full  # it has no small budget
                if slow or options.only not in " ".join(words):
                    continue
                begun = time.perf_counter()
                fault, last_run = run(words if options.full else shortened(words), folder, last_run)
                seconds = time.perf_counter() - begun
                told = fault or f"{seconds:.1f} s"
                print(f"{page.relative_to(ROOT)}: {shlex.join(words)}: {told}", flush=True)
                failed, ran = failed + bool(fault), ran + 1
    print(f"{ran} commands, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
