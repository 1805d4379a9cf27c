"""The start of a bundle: `python serve.py` beside the folder `serving`. The exporter copies this file there.

It runs before anything of the bundle is imported, with the standard library alone. It checks the version of Python and the checksums of the
code, so that a damaged copy is reported in one sentence instead of a traceback, and it loads that code and no other: a module beside this
file is none of the bundle's, and bytecode in the bundle, which no checksum covers, is never run.
"""

import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", False):
    # Python looks for modules beside the file that it starts, and there first: `numpy.py` would be taken for numpy.
    del sys.path[0]

import hashlib
import importlib.machinery
import importlib.util
import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LEAST = (3, 11)
PACKAGE = "serving"
CACHE = "SERVING_BYTECODE"  # the environment variable that names a folder for bytecode
CODE = (".py", ".pyc", ".pyd", ".so", ".dll")


def listed(folder: Path) -> "dict[str, str] | None":
    """The hashes of the bundle's files by name; None when they cannot be read."""
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def changed(folder: Path) -> str:
    """The first file of the bundle's code that is missing or differs from the export; empty when there is none."""
    sums = listed(folder)
    if sums is None:
        return "SHA256SUMS"
    for name, digest in sums.items():
        if name.endswith(".py"):
            try:
                unchanged = hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
            except OSError:
                unchanged = False
            if not unchanged:
                return name
    return ""


def foreign(folder: Path) -> str:
    """The first file of code that the export did not write, in the package of the bundle or beside it; empty for none.

    Other files, such as those that a file manager leaves in folders, are never loaded.
    """
    sums = listed(folder) or {}
    inside = (path for path in (folder / PACKAGE).rglob("*") if "__pycache__" not in path.parts)
    found = (path for paths in (inside, folder.iterdir()) for path in paths if path.suffix.lower() in CODE and not path.is_dir())
    names = sorted(path.relative_to(folder).as_posix() for path in found)
    return next((name for name in names if name not in sums), "")


def cache_folder(folder: Path) -> "Path | None":
    """Where the bytecode of this bundle is kept, outside of it: a folder that nobody else can write to; None where there is none."""
    named = os.environ.get(CACHE)
    try:
        base = Path(named or os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
        key = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()[:32]
        place = base / "bundle-bytecode" / key
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "nt":
            return place
        for one in (place, place.parent):
            status = one.lstat()
            if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
                return None
    except (OSError, RuntimeError):  # no home, or nothing can be written
        return None
    return place


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from its source, and from bytecode in `cache` alone."""

    cache: "Path | None" = None

    def get_data(self, path: str) -> bytes:
        """The bytes of a file of the bundle, or of the bytecode in the cache."""
        return super().get_data(self.place(path) if str(path).endswith(".pyc") else path)

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Keep bytecode in the cache."""
        if self.cache is not None:
            super().set_data(self.place(path), data, _mode=0o600)

    def place(self, path: str) -> str:
        """Where the bytecode is for which Python would take a file of the bundle."""
        if self.cache is None:
            raise FileNotFoundError(path)
        return str(self.cache / (self.name + "." + Path(path).name))


class Finder:
    """Finds the modules of the bundle's package in its folder alone, and nothing else."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> "importlib.machinery.ModuleSpec | None":
        """The specification of a module of the bundle."""
        if name != PACKAGE and not name.startswith(PACKAGE + "."):
            return None
        place = HERE.joinpath(*name.split("."))
        if (place / "__init__.py").is_file():
            file = str(place / "__init__.py")
            return importlib.util.spec_from_file_location(name, file, loader=Loader(name, file), submodule_search_locations=[str(place)])
        file = str(place) + ".py"
        if not os.path.isfile(file):
            raise ModuleNotFoundError("The bundle has no module " + name, name=name)
        return importlib.util.spec_from_file_location(name, file, loader=Loader(name, file))


def install() -> None:
    """Let the bundle's modules be found by `Finder`, before any other way to find them."""
    Loader.cache = cache_folder(HERE)
    sys.meta_path.insert(0, Finder)
    os.environ["PYTHONSAFEPATH"] = "1"  # the processes of several workers do not look for modules in the working directory either


def main() -> int:
    """Check the code, then run the command of the arguments; the exit code."""
    if sys.version_info < LEAST:
        sys.stderr.write(f"Python {LEAST[0]}.{LEAST[1]} or newer is needed; this is {sys.version.split()[0]}.\n")
        return 2
    failed = 1 if "selftest" in sys.argv[1:2] else 2
    name = changed(HERE)
    if name:
        sys.stderr.write(f"The file “{name}” of the bundle is missing, was changed or is damaged. Export the bundle again.\n")
        return failed
    name = foreign(HERE)
    if name:
        sys.stderr.write(f"The file “{name}” does not belong to the bundle. Take it away, or export the bundle again.\n")
        return failed
    install()
    code: int = importlib.import_module(PACKAGE + ".__main__").main(sys.argv[1:], HERE)
    return code


if __name__ == "__mp_main__":  # a process of several workers: its parent has checked the code
    install()

if __name__ == "__main__":
    sys.exit(main())
