"""The same as `spielfeld play`; see --help."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from spielfeld.experiments.command_line import main

if __name__ == "__main__":
    sys.exit(main(["play", *sys.argv[1:]]))
