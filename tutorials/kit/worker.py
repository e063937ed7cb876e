"""Worker process in which a learner's code is checked, with limits of time and memory.

    with Worker() as worker:
        verdict = worker.check("target", source)

The check ends with a sentence after an endless loop or recursion, or too much memory or output. The
same is true of `os._exit`, `input()` and the start of a process. The next check then runs in a new
process. Otherwise the worker continues to run, and a check takes a few milliseconds. After each
check the worker tests itself, because a learner's file may change NumPy. A solution must still be
right, and a mistake still wrong.

Three layers enforce the limits. The worker interrupts itself by a timer of its CPU time, and finds
the line. The system refuses more memory to the worker (both on POSIX). The parent measures the
memory and the wall time of the worker. It ends the worker if the first two layers fail or do not
exist.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

from spielfeld.tutorials.kit.check import Verdict
from spielfeld.tutorials.kit.exercises import find
from spielfeld.tutorials.kit.serve import MEGABYTE, SAYS, serve
from spielfeld.tutorials.kit.text import chosen_language

if sys.platform != "win32":
    import resource

POLL = 0.05  # seconds between two checks of the worker
START = 120.0  # seconds for a worker to start on a busy machine


class Worker:
    """A process that checks learners' code, and starts again after an error.

    Args:
        seconds: CPU time of a check; three times as much for a function that draws random numbers.
        patience: Wall time of a check, for functions that wait.
        megabytes: Memory that a check may take.

    Raises:
        RuntimeError: By `check`, if the process does not start.
    """

    def __init__(self, seconds: float = 2.0, patience: float = 20.0, megabytes: int = 1024) -> None:
        self.seconds, self.patience, self.megabytes = seconds, patience, megabytes
        self._lock = threading.Lock()
        self._child = _Child(megabytes)

    def check(self, name: str, source: str, language: str | None = None) -> Verdict:
        """Check the text of a module that defines an exercise's function.

        Raises:
            ValueError: If there is no such exercise or language.
        """
        chosen, draws = chosen_language(language), find(name, language).draws
        seconds = self.seconds * (3 if draws else 1)
        question = {"name": name, "source": source, "language": chosen, "seconds": seconds}
        with self._lock:
            used = self._child.used
            answer = self._ask(question, seconds)
            if used and not isinstance(answer, str) and answer["name"] == "damage":
                answer = self._ask(question, seconds)  # an earlier file may have caused the damage
        if isinstance(answer, str):
            values = {
                "seconds": seconds,
                "megabytes": self.megabytes,
                "error": "segmentation fault",
            }
            return Verdict(answer, SAYS[answer].format(chosen, **values))
        return Verdict(str(answer["name"]), str(answer["text"]), str(answer["printed"]))

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._child.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, question: dict[str, object], seconds: float) -> dict[str, object] | str:
        """Return the child's answer, or the verdict on its end; start a new child if needed.

        Without a timer of CPU time, only the wall time has a limit.
        """
        wall = self.patience if sys.platform != "win32" else min(self.patience, 2 * seconds)
        answer = self._child.ask(question, wall)
        if isinstance(answer, str) or answer["anew"]:
            self._child.close()
            self._child = _Child(self.megabytes)
        return answer


class _Child:
    """The process, and a thread that reads its answers; both start at once."""

    def __init__(self, megabytes: int) -> None:
        program = (
            f"import sys; sys.path[:] = {[one for one in sys.path if one]!r}; "
            f"from {serve.__module__} import serve; serve({megabytes})"
        )
        environment = {
            **os.environ,
            "NUMBA_DISABLE_JIT": "1",  # equations run as plain Python, without compiling
            "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        self.megabytes, self.used = megabytes, False
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env=environment, start_new_session=True,
        )  # fmt: skip
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def ask(self, question: dict[str, object], wall: float) -> dict[str, object] | str:
        """Return the worker's answer, or the name of the verdict on its end."""
        if not self.used and self._next(START, watch=False) != "ready\n":
            self.close()
            raise RuntimeError("The worker process did not start.")
        self.used = True
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        line = self._next(wall, watch=True)
        if line.startswith("{"):
            answer: dict[str, object] = json.loads(line)
            return answer
        return line or self._cause()

    def close(self) -> None:
        """End the process, and all that it has started."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put("")

    def _next(self, wall: float, watch: bool) -> str:
        """Return the next line; "" at the end, or the name of the limit that was passed."""
        until = time.monotonic() + wall
        while True:
            try:
                return self.answers.get(timeout=POLL)
            except queue.Empty:
                if time.monotonic() > until:
                    return "time"
                if watch and resident(self.process.pid) > (self.megabytes + 512) * MEGABYTE:
                    return "memory"

    def _cause(self) -> str:
        """Return the name of the verdict on a process that has ended by itself."""
        try:
            code = self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:  # it has closed its output, and still runs
            return "exit"
        if sys.platform != "win32" and code < 0:
            causes = {signal.SIGXCPU: "time", signal.SIGKILL: "memory"}
            return causes.get(signal.Signals(-code), "crash")
        return "exit"


def resident(process: int) -> int:
    """Return the bytes of memory that a process holds, 0 if it is unknown."""
    if sys.platform == "win32":
        return _resident_in_windows(process)
    try:
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()
    except (OSError, IndexError):
        pass
    if not Path("/proc/self").exists():  # macOS, BSD
        words = ["ps", "-o", "rss=", "-p", str(process)]
        told = subprocess.run(words, capture_output=True, text=True).stdout.strip()
        return int(told) * 1024 if told.isdigit() else 0
    return 0


if sys.platform == "win32":

    def _resident_in_windows(process: int) -> int:
        import ctypes
        from ctypes import wintypes

        class Counters(ctypes.Structure):
            """PROCESS_MEMORY_COUNTERS; the committed memory is the number before the last."""

            _fields_ = [("size", wintypes.DWORD), ("faults", wintypes.DWORD)] + [
                (f"count{place}", ctypes.c_size_t) for place in range(8)
            ]

        counters = Counters()
        counters.size = ctypes.sizeof(counters)
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.K32GetProcessMemoryInfo.argtypes = [
            wintypes.HANDLE, ctypes.POINTER(Counters), wintypes.DWORD,
        ]  # fmt: skip
        kernel.CloseHandle.argtypes = [wintypes.HANDLE]
        handle = kernel.OpenProcess(0x1010, False, process)  # query, and read memory
        if not handle:
            return 0
        kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
        kernel.CloseHandle(handle)
        return int(counters.count6)
