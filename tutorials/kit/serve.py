"""Main function of the worker process: it checks learners' code, one line for each question.

`spielfeld.tutorials.kit.worker` starts it. This file has the limits that the process
sets itself, and the sentences about all limits.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import io
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from spielfeld.tutorials.kit.check import Verdict, judge
from spielfeld.tutorials.kit.exercise import Rule
from spielfeld.tutorials.kit.exercises import exercises, find
from spielfeld.tutorials.kit.text import Text
from spielfeld.tutorials.kit.trial import in_words, place_of
from spielfeld.tutorials.kit.workbook import check_source, path_of

if sys.platform != "win32":
    import resource

SHOWN, MOST_PRINTED = 2_000, 5_000_000  # characters of a learner's output
MEGABYTE = 2**20
STARTS = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.startfile/2", "os.system", "subprocess.Popen",
}  # fmt: skip
SAYS = {
    "time": Text(
        "Deine Funktion wird nicht fertig: Nach {seconds:.0f} Sekunden habe ich sie angehalten. "
        "Läuft eine Schleife ohne Ende?",
        "Your function does not end: it was stopped after {seconds:.0f} seconds. Is "
        "there an endless loop?",
    ),
    "memory": Text(
        "Deine Funktion braucht zu viel Speicher, mehr als {megabytes} Megabyte. Wächst eine "
        "Liste oder ein Feld ohne Ende?",
        "Your function needs too much memory, more than {megabytes} megabytes. Does a list or an "
        "array grow without end?",
    ),
    "prints": Text(
        "Deine Funktion schreibt ohne Ende auf den Bildschirm. Nimm das `print` aus der Schleife.",
        "Your function prints without end. Take the `print` out of the loop.",
    ),
    "input": Text(
        "Deine Funktion fragt mit `input()` nach einer Eingabe. Sie bekommt alles über ihre "
        "Argumente.",
        "Your function asks for an input by `input()`. It gets everything by its arguments.",
    ),
    "exit": Text(
        "Deine Funktion beendet das ganze Programm, zum Beispiel mit `exit()`. Zum Verlassen einer "
        "Funktion gibt es `return`.",
        "Your function ends the whole program, for example by `exit()`. To leave a function there "
        "is `return`.",
    ),
    "process": Text(
        "Deine Funktion startet ein anderes Programm oder einen Prozess. Hier geht das nicht.",
        "Your function starts another program or a process. That does not work here.",
    ),
    "damage": Text(
        "Deine Datei verändert NumPy oder Python selbst, zum Beispiel mit `np.mean = ...`. Nimm "
        "für alles einen eigenen Namen.",
        "Your file changes NumPy or Python itself, for example by `np.mean = ...`. Use "
        "your own names.",
    ),
    "crash": Text(
        "Deine Funktion hat Python zum Absturz gebracht ({error}).",
        "Your function has crashed Python ({error}).",
    ),
}
LINE = Text(" (Zeile {line}: `{code}`)", " (line {line}: `{code}`)")


class _Stop(BaseException):
    """Exception that ends a learner's code; `except Exception` does not catch it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Printed(io.TextIOBase):
    """Output of a learner's code: the beginning is kept, and too much output ends the check."""

    def __init__(self) -> None:
        self.kept, self.length = "", 0

    def write(self, text: str) -> int:
        """Store the beginning of a text."""
        if self.length < SHOWN:
            self.kept += text[: SHOWN - self.length]
        self.length += len(text)
        if self.length > MOST_PRINTED:
            raise _Stop("prints")
        return len(text)


def serve(megabytes: int) -> None:
    """Answer questions from the standard input, a line each, until it ends; run by `Worker`."""
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    exercises()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.path.append(os.getcwd())  # a learner's file may import another one of theirs
    builtins.input = _refuse_input
    sys.addaudithook(_refuse_processes)
    _limit_memory(megabytes)
    answers.write("ready\n")
    answers.flush()
    for line in questions:
        question = json.loads(line)
        printed = _Printed()
        verdict = _answer(question, printed, megabytes)
        anew = verdict.name in SAYS or threading.active_count() > 1
        shown = printed.kept + ("…" if printed.length > SHOWN else "")
        answer = {"name": verdict.name, "text": verdict.text, "printed": shown, "anew": anew}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _answer(question: dict[str, object], printed: _Printed, megabytes: int) -> Verdict:
    name, source, language = (str(question[key]) for key in ("name", "source", "language"))
    seconds = float(str(question["seconds"]))
    try:
        with (
            _timer(seconds),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            verdict = check_source(name, source, language)
            return verdict if _sound(name) else Verdict("damage", SAYS["damage"].in_(language))
    except BaseException as error:
        cause = "crash"
        if isinstance(error, _Stop):
            cause = error.name
        elif isinstance(error, MemoryError):
            cause = "memory"
        elif isinstance(error, SystemExit | KeyboardInterrupt):
            cause = "exit"
        values = {"seconds": seconds, "megabytes": megabytes, "error": in_words(error)}
        words = SAYS[cause].format(language, **values)
        place = place_of(error, path_of(name).as_posix())
        if place is not None:
            words += LINE.format(language, **place._asdict())
        return Verdict(cause, words)


def _sound(name: str) -> bool:
    """Return whether a solution is still right and a mistake still wrong, so NumPy works."""
    exercise = find(name)
    if not judge(exercise, _solution(name)):
        return False
    mistake = exercise.mistakes[0]
    return bool(exercise.draws) or judge(exercise, mistake.wrong).name == mistake.name


@functools.cache
def _solution(name: str) -> Rule:
    space: dict[str, Rule] = {}
    exec(find(name).answer(), space)
    return space[name]


@contextlib.contextmanager
def _timer(seconds: float) -> Iterator[None]:
    """Interrupt the block after some CPU time; the system ends the process a bit later."""
    if sys.platform == "win32":
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    with contextlib.suppress(ValueError):  # a lower limit is in force already
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.signal(signal.SIGPROF, _out_of_time)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.2)  # again, if a bare `except:` swallowed it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _out_of_time(number: int, frame: object) -> NoReturn:
    raise _Stop("time")


def _refuse_input(prompt: object = "") -> NoReturn:
    raise _Stop("input")


def _refuse_processes(event: str, arguments: object) -> None:
    """Hook of Python's audit events: learners' code must not start processes."""
    if event in STARTS:
        raise _Stop("process")


def _limit_memory(megabytes: int) -> None:
    """Ask the system to refuse more memory than that, and large files, where it can."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + megabytes * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * MEGABYTE, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
