"""Set up what the project needs in `.venv`, from `requirements.lock`; the standard library alone, so that it runs on a fresh machine.

    python3 scripts/setup.py [--for run|test|proofs]

Quick when nothing changed: a stamp in the environment keeps the hash of what was installed. What is missing of the system (Python's venv
module, Qt's libraries) is installed with apt-get where that is allowed, else the one command that does it is printed.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "setup.stamp"
LOCK = ROOT / "requirements.lock"
PROOF_TOOLS = ROOT / "scripts" / "proof_tools.py"
MINIMUM = (3, 11)
NEWEST_TRIED = 14

# Shared library → the Debian package that holds it. Found with ldd on a bare Debian 12.
OPENMP = {"libgomp.so.1": "libgomp1"}
QT = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
}
X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
WAYLAND = {"libwayland-cursor.so.0": "libwayland-cursor0"}
# A window that nobody watches, for the proofs: program → package.
VIRTUAL_SCREEN = {"Xvfb": "xvfb", "xauth": "xauth"}
# Readers of exports, for the proofs: program → package.
READERS = {
    "promtool": "prometheus",
    "docker-compose": "docker-compose",
    "chromium": "chromium",
    "node": "nodejs",
    "npm": "npm",
    "systemd-analyze": "systemd",
}
# Servers that some proofs start in a folder of their own, and what sets one up: program → package. Debian keeps them out of the path.
DATABASES = {"initdb": "postgresql", "mariadbd": "mariadb-server-core", "my_print_defaults": "mariadb-client-core"}


class SetupError(Exception):
    """What stops the setup, as one sentence for the person who called it."""


def report(message: str) -> None:
    """Print the progress at once and on stderr, so that a caller's stdout stays clean."""
    print(message, file=sys.stderr, flush=True)


def python_in(environment: Path) -> Path:
    """The interpreter of a virtual environment, whether it is there or not."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def has_display() -> bool:
    """Whether a window can be shown on this machine."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def version_of(python: str | Path) -> tuple[int, int] | None:
    """(major, minor) of an interpreter, or None where it does not run."""
    try:
        answer = subprocess.run(
            [str(python), "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, timeout=60, check=True
        )
        major, minor = answer.stdout.split()
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return int(major), int(minor)


def base_python() -> str:
    """A Python that is new enough and belongs to no virtual environment, so that `.venv` can be renewed from within itself.

    Raises SetupError when the machine has none.
    """
    if sys.version_info >= MINIMUM:
        return getattr(sys, "_base_executable", None) or sys.executable
    for minor in range(NEWEST_TRIED, MINIMUM[1] - 1, -1):
        candidate = shutil.which(f"python3.{minor}")
        if candidate and version_of(candidate) == (3, minor):
            return candidate
    raise SetupError(
        f"Python {MINIMUM[0]}.{MINIMUM[1]} or newer is needed, and this is Python {sys.version.split()[0]}. "
        "Install a newer one, then name it: make PYTHON=/path/to/python3.11"
    )


def missing_libraries(purpose: str) -> list[str]:
    """Debian packages of the system libraries and programs that `purpose` (run, test or proofs) needs and this Linux lacks."""
    if sys.platform != "linux":
        return []
    wanted = dict(OPENMP)
    if purpose != "run" or has_display():
        wanted.update(QT)
    if purpose == "proofs" or (purpose == "run" and os.environ.get("DISPLAY")):
        wanted.update(X11)
    if purpose == "run" and os.environ.get("WAYLAND_DISPLAY"):
        wanted.update(WAYLAND)
    missing = [package for library, package in wanted.items() if not loads(library)]
    if purpose == "proofs":
        missing += [package for program, package in {**VIRTUAL_SCREEN, **READERS}.items() if shutil.which(program) is None]
    return missing


def missing_databases() -> list[str]:
    """Debian packages of the database servers that this Linux lacks. Without them the proofs that need one are skipped."""
    if sys.platform != "linux":
        return []
    folders = os.pathsep.join([os.defpath, "/usr/sbin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))])
    return [package for program, package in DATABASES.items() if not (shutil.which(program) or shutil.which(program, path=folders))]


def loads(library: str) -> bool:
    """Whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_get(packages: list[str]) -> bool:
    """Install Debian packages where that is allowed without a question (root, or sudo without a password). True when it worked."""
    if shutil.which("apt-get") is None:
        return False
    prefix: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode != 0:
            return False
        prefix = ["sudo", "-n"]
    report(f"Installing with apt-get: {' '.join(packages)}")
    prefix += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # A list of packages that cannot be renewed may still do: the installation decides.
    subprocess.run([*prefix, "update"], capture_output=True, stdin=subprocess.DEVNULL)
    command = [*prefix, "install", "--yes", "--no-install-recommends", *packages]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        report(f"apt-get could not install them: {done.stderr.strip()}")
    return done.returncode == 0


def command_for(packages: list[str]) -> str:
    """The one command that a person runs to install Debian packages."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
    return f"your system's package manager, for what Debian calls: {names}"


def make_environment(purpose: str) -> None:
    """Make `.venv`, or keep the one that is there when its Python runs and is new enough.

    Debian leaves out what `venv` needs to bring pip along; then the missing package is installed, and where that is not allowed another
    pip installs into the environment (see `pip_command`). Raises SetupError when neither can be had, naming all that `purpose` lacks.
    """
    if (version_of(python_in(ENVIRONMENT)) or (0, 0)) >= MINIMUM:
        return
    if ENVIRONMENT.exists():
        if not (ENVIRONMENT / "pyvenv.cfg").exists():
            raise SetupError(f"{ENVIRONMENT} stands in the way and is no virtual environment. Move it away, then try again.")
        report("The environment in .venv is broken or too old: making it anew.")
        shutil.rmtree(ENVIRONMENT)
    python = base_python()
    report(f"Making the environment .venv with {python}")
    package = "python{}.{}-venv".format(*(version_of(python) or MINIMUM))
    if can_import(python, "ensurepip") or apt_get([package]):
        run([python, "-m", "venv", str(ENVIRONMENT)], "The virtual environment could not be made.")
    elif can_import(python, "venv") and can_import(python, "pip"):
        run([python, "-m", "venv", "--without-pip", str(ENVIRONMENT)], "The virtual environment could not be made.")
    else:
        command = command_for([package, *missing_libraries(purpose)])
        raise SetupError(f"Python's venv module is incomplete here. Install what is missing, then try again: {command}")


def can_import(python: str | Path, module: str) -> bool:
    """Whether an interpreter has a module, asked of the interpreter itself since it may be another one than ours."""
    return subprocess.run([str(python), "-c", f"import {module}"], capture_output=True).returncode == 0


def pip_command() -> list[str]:
    """The pip that installs into `.venv`: its own, or the base Python's when the environment was made without one."""
    python = python_in(ENVIRONMENT)
    if can_import(python, "pip"):
        return [str(python), "-m", "pip"]
    return [base_python(), "-m", "pip", "--python", str(python)]


def run(command: list[str], fault: str) -> None:
    """Run a command that has to succeed, its own messages visible. Raises SetupError that begins with `fault`."""
    try:
        subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"{fault} The command was: {' '.join(command)}") from error


def install() -> None:
    """Install the locked packages, each checked against its hash, and then this project, editable and without any download.

    Wheels alone: nothing is built here, so nothing can pull in a build tool that is not in the lock.
    """
    report("Installing the locked packages: about 1 GB on disk, one to a few minutes.")
    quiet = ["--quiet", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", str(LOCK)]
    run([*pip_command(), "install", *quiet, *locked], "The locked packages could not be installed.")
    itself = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT)]
    run([*pip_command(), "install", *quiet, *itself], "The project itself could not be installed.")


def fingerprint() -> str:
    """What the environment was made from: the lock, the project file and the version of Python in it."""
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml", ENVIRONMENT / "pyvenv.cfg"):
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def set_up(purpose: str) -> None:
    """Bring the environment up to date and see to the system libraries. Raises SetupError when the purpose cannot be served."""
    if not (STAMP.exists() and STAMP.read_text() == fingerprint() and python_in(ENVIRONMENT).exists()):
        make_environment(purpose)
        install()
        STAMP.write_text(fingerprint())
    databases = missing_databases() if purpose == "proofs" else []
    if databases and not apt_get(databases):
        report(f"Proofs with database servers will be skipped. To run them: {command_for(databases)}")
    missing = missing_libraries(purpose)
    if not missing or (apt_get(missing) and not missing_libraries(purpose)):
        if purpose == "proofs":
            run([str(python_in(ENVIRONMENT)), str(PROOF_TOOLS)], "The readers of exports could not be installed.")
        return
    sentence = f"System libraries are missing: {', '.join(missing_libraries(purpose))}. To install them: {command_for(missing)}"
    if purpose != "run":
        raise SetupError(sentence)
    report(sentence)


def main() -> int:
    """Set up for the purpose that the command line names; 0 when done, 2 with one clear sentence when something is in the way."""
    parser = argparse.ArgumentParser(description="Set up .venv from requirements.lock.")
    parser.add_argument("--for", dest="purpose", choices=("run", "test", "proofs"), default="run", help="what the environment is for")
    try:
        set_up(parser.parse_args().purpose)
    except SetupError as error:
        report(str(error))
        return 2
    except OSError as error:
        report(f"The setup could not read or write {error.filename or 'a file'}: {error.strerror}.")
        return 2
    except KeyboardInterrupt:
        report("Stopped. The next call goes on from here.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
