"""The command line: the same engine without a window. `main` runs one command.

`parser` declares the commands and their options; `project`, `training`, `evaluation`, `use` and `ship` hold one function for each command.
They are imported when one of their commands runs, so that `--help` answers at once.
Exit codes: 0 done, 1 a goal of `check` is not met, 2 the input was wrong, 70 a fault of the program, 130 stopped.
"""

from mlops_desktop.cli.parser import main as main
