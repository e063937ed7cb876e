"""A display of our own, keys and the close button, for tests of real windows."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import time

import pytest


class Display:
    """An Xvfb server; `environment` makes programs open their windows there."""

    def __init__(self):
        for name in ("Xvfb", "xdotool"):
            if shutil.which(name) is None:
                pytest.skip(f"{name} is not installed")
        reader, writer = os.pipe()
        # without -noreset it starts anew, deaf for a moment, whenever xdotool was its last client
        options = ["-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset"]
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), *options],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as numbers:
            self.name = ":" + numbers.readline().strip()
        hidden = ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "NUMBA_DISABLE_JIT")
        self.environment = {k: v for k, v in os.environ.items() if k not in hidden}
        self.environment["DISPLAY"] = self.name

    @contextlib.contextmanager
    def running(self, code):
        """Run Python code that opens a window; give the program and its window."""
        program = subprocess.Popen(
            [sys.executable, "-c", code],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield program, self.wait_for_window(program)
        finally:
            program.kill()

    def run(self, *words):
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.split()

    def press(self, *keys):
        for key in keys:
            self.run("key", key)
            time.sleep(0.05)

    def click(self, window, left, top):
        """Click into a window, at pixels from its corner."""
        self.run("mousemove", "--window", str(window), str(left), str(top))
        time.sleep(
            0.1
        )  # a click in the moment in which a window is given the focus is not passed on
        self.run("click", "1")
        time.sleep(0.05)

    def wait_for_window(self, program, seconds=600):
        end = time.monotonic() + seconds
        while time.monotonic() < end and program.poll() is None:
            windows = self.run("search", "--onlyvisible", "--class", ".")
            if windows:
                return int(windows[-1])
            time.sleep(0.1)
        raise AssertionError(f"no window opened: {program.communicate(timeout=5)}")

    def close_window(self, window):
        """Do what a click on the close button does: send WM_DELETE_WINDOW."""
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        display = ctypes.c_void_p(x11.XOpenDisplay(self.name.encode()))
        protocols = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
        delete = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
        event = (ctypes.c_long * 24)(33, 0, 1, 0, window, protocols, 32, delete, 0)
        x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
        x11.XCloseDisplay(display)

    def stop(self):
        self.server.terminate()
        self.server.wait()


@pytest.fixture
def display():
    """A screen of one's own; skips where Xvfb or xdotool is missing."""
    screen = Display()
    yield screen
    screen.stop()
