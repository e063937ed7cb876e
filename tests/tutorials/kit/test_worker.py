"""A learner's code cannot hang, fill or end the process that asks."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spielfeld.tutorials.kit.exercises import exercises
from spielfeld.tutorials.kit.serve import SAYS
from spielfeld.tutorials.kit.worker import Worker, resident

RIGHT = exercises()["loss"].answer()
TIGHT = {"seconds": 0.3, "patience": 60.0, "megabytes": 200}
posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(**TIGHT) as one:  # type: ignore[arg-type]
        yield one


def body(*lines: str) -> str:
    return "\n".join(
        ["import os, sys, time", "import numpy as np", "def loss(predictions, targets):"]
        + [f"    {line}" for line in lines]
    )


HARMFUL = {
    "endless loop": ("time", body("while True: pass"), "Zeile 4: `while True: pass`"),
    "endless loop while loading": ("time", "while True:\n    x = 1\n", "nicht fertig"),
    "loop that catches errors": (
        "time",
        body("while True:", "    try:", "        x = 1", "    except Exception:", "        pass"),
        "Schleife ohne Ende",
    ),
    "endless recursion": ("recursion", body("return loss(predictions, targets)"), "nie zum Ende"),
    "20 GB of ones": ("memory", body("return np.ones(20 * 2**27)"), "200 Megabyte"),
    "a growing list": ("memory", body("a = [1]", "while True:", "    a = a + a"), "Speicher"),
    "os._exit": ("exit", body("os._exit(0)"), "beendet das ganze Programm"),
    "sys.exit": ("exit", body("sys.exit()"), "`return`"),
    "a flood of output": ("prints", body("while True:", "    print('x' * 50)"), "`print`"),
    "input": ("input", body("return float(input('?'))"), "`input()`"),
    "a process that starts itself": ("process", body("os.fork()", "return 1.0"), "Prozess"),
    "another program": ("process", body("os.system('sleep 9')", "return 1.0"), "Programm"),
    "a subprocess": (
        "process",
        body("import subprocess", "subprocess.run(['sleep', '9'])", "return 1.0"),
        "(Zeile 5: `subprocess.run",
    ),
    "a crash": ("crash", body("import ctypes", "ctypes.string_at(0)"), "Absturz"),
}


@posix
@pytest.mark.parametrize("what", HARMFUL)
def test_harm_ends_in_a_sentence_and_the_next_check_works(worker: Worker, what: str) -> None:
    verdict, source, words = HARMFUL[what]
    found = worker.check("loss", source, "de")
    assert found.name == verdict and words in found.text
    assert worker.check("loss", RIGHT, "de")


@posix
def test_a_loop_that_swallows_every_interruption_is_ended() -> None:
    source = body("while True:", "    try:", "        while True:", "            pass",
                  "    except BaseException:", "        pass")  # fmt: skip
    with Worker(**TIGHT) as worker:  # type: ignore[arg-type]
        assert worker.check("loss", source, "en").name == "time"
        assert worker.check("loss", RIGHT)


@posix
def test_waiting_is_ended_by_the_clock() -> None:
    with Worker(seconds=0.3, patience=0.5) as worker:
        assert worker.check("loss", body("time.sleep(60)"), "en").name == "time"
    with Worker() as worker:
        assert worker.check("loss", RIGHT)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks /proc")
def test_memory_is_watched_where_the_system_sets_no_limit() -> None:
    source = body(
        "import resource",
        "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "kept = []",
        "while True:",
        "    kept.append(np.ones(2**21))",
        "    time.sleep(0.005)",
    )
    with Worker(seconds=20.0, patience=60.0, megabytes=1) as worker:
        assert worker.check("loss", source, "en").name == "memory"
        assert worker.check("loss", RIGHT)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks /proc")
def test_memory_of_a_process_is_told() -> None:
    assert 2**20 < resident(os.getpid()) < 2**40
    assert resident(2**22 + 1) == 0


def test_the_worker_says_what_the_checker_says_in_the_process(worker: Worker) -> None:
    wrong = RIGHT.replace("0.5 * ", "")
    for language in ("de", "en"):
        assert worker.check("loss", wrong, language).name == "no-half"
    assert worker.check("loss", wrong, "de").text != worker.check("loss", wrong, "en").text
    assert worker.check("loss", "def loss(:", "de").name == "syntax"
    with pytest.raises(ValueError, match="no exercise"):
        worker.check("lose", RIGHT, "en")


def test_the_worker_is_warm_while_nothing_goes_wrong(worker: Worker) -> None:
    before = worker._child.process.pid
    assert worker.check("loss", RIGHT)
    assert not worker.check("loss", body("return 1 / 0"))
    assert worker._child.process.pid == before


def test_what_a_learner_prints_comes_along_and_is_cut(worker: Worker) -> None:
    assert worker.check("loss", RIGHT).printed == ""
    told = worker.check("loss", RIGHT.replace("    errors =", "    print('größer')\n    errors ="))
    assert told and told.printed.startswith("größer\n")
    long = RIGHT.replace("    errors =", "    print('x' * 3000)\n    errors =")
    assert len(worker.check("loss", long).printed) == 2_001


def test_writing_to_the_channel_of_answers_changes_no_verdict(worker: Worker) -> None:
    source = body("os.write(1, b'{}')", "print('{}', file=sys.__stdout__)", "return 0")
    assert worker.check("loss", source).name not in ("right", "crash")
    assert worker.check("loss", RIGHT)


def test_a_file_that_changes_numpy_is_told_so_and_harms_no_other(worker: Worker) -> None:
    for patch in ("np.mean = lambda *values: 5", "np.allclose = lambda *a, **b: True"):
        assert worker.check("loss", RIGHT.replace("\n\n", f"\n{patch}\n", 1)).name == "damage"
        assert worker.check("loss", RIGHT)
    assert worker.check("loss", RIGHT.replace("\n\n", "\nnp.cos = np.sin\n", 1))
    assert worker.check("add_noise", exercises()["add_noise"].answer())


@posix
def test_a_closed_channel_is_no_hang(worker: Worker) -> None:
    source = body("os.closerange(3, 100)", "while True: pass")
    assert worker.check("loss", source).name in ("exit", "time")
    assert worker.check("loss", RIGHT)


def test_a_thread_that_is_left_behind_ends_with_its_process(worker: Worker) -> None:
    before = worker._child.process.pid
    start = "import threading, time\nthreading.Thread(target=time.sleep, args=[999]).start()\n"
    assert worker.check("loss", start + RIGHT)
    assert worker._child.process.pid != before
    assert worker.check("loss", RIGHT)


def test_a_closed_worker_leaves_no_process() -> None:
    worker = Worker()
    process = worker._child.process
    worker.close()
    assert process.poll() is not None


def test_files_beside_the_learner_shadow_no_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("numpy", "json", "spielfeld", "string", "envs", "agents"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    with Worker() as worker:
        assert worker.check("loss", RIGHT)


def test_sentences_of_limits_exist_in_both_languages() -> None:
    assert {"time", "memory", "prints", "input", "exit", "crash", "damage", "process"} == {*SAYS}
