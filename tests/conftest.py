"""Settings of every test: no window on a screen, no file outside its own folder, fixed seeds."""

from __future__ import annotations

import os
import signal
import tempfile

from hypothesis import settings

# Set before anything of ours is imported, and passed on to every child process.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["MPLBACKEND"] = "Agg"
_home = tempfile.TemporaryDirectory(prefix="mlops-desktop-tests-", ignore_cleanup_errors=True)
for _name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
    os.environ[_name] = os.path.join(_home.name, _name.lower())

# Who runs tests in the background of a shell ignores Ctrl+C, and processes inherit that: no test could stop one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples every time, and no limit on a single one: a busy machine is no fault of the code.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")
