"""How risky it is to import a name and call it, as a pickle does: the lists of modules that run code, and of libraries for data."""

from __future__ import annotations

from mlops_desktop.engine.inspection.results import Risk


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Modules of which some function runs commands, loads or makes code, or changes files; whatever they hold counts as such.
RUNS = _names("""
    os posix nt posixpath ntpath subprocess sys shutil importlib imp runpy pkgutil zipimport socket ssl http urllib requests httpx aiohttp
    ftplib smtplib webbrowser xmlrpc telnetlib ctypes _ctypes cffi mmap signal pty commands popen2 multiprocessing concurrent threading
    pickle _pickle cPickle dill cloudpickle joblib marshal shelve code codeop codecs types inspect pip setuptools distutils venv ensurepip
    pydoc doctest timeit profile cProfile trace pdb bdb operator functools asyncio platform getpass tempfile pathlib io fileinput glob gc
    idlelib builtins __builtin__ __builtins__ torch tensorflow keras lib2to3 test uuid
""")
# Names in these modules that make values and nothing else.
_VALUES = _names("list dict set frozenset tuple object int float complex str bytes bytearray bool slice range xrange long unicode")
HARMLESS = frozenset(f"{module}.{name}" for module in ("builtins", "__builtin__") for name in _VALUES)
HARMLESS |= _names("_codecs.encode codecs.encode pathlib.PurePosixPath uuid.UUID")
LIBRARIES = _names("""
    numpy scipy pandas sklearn lightgbm xgboost catboost pyarrow statsmodels imblearn category_encoders copyreg copy_reg collections
    datetime decimal fractions array _codecs zoneinfo re random _operator
""")
# Names of libraries that read files, run code or load pickles themselves.
_RUNS_IN_LIBRARIES = _names("""
    numpy.load numpy.loads numpy.lib.npyio.load numpy.f2py numpy.testing numpy.distutils numpy.ctypeslib numpy.fromfile numpy.memmap
    numpy.genfromtxt pandas.read_pickle pandas.eval pandas.core.computation pandas.read_csv pandas.io scipy.io scipy.weave sklearn.externals
    _operator.attrgetter _operator.methodcaller random._os collections._sys datetime.sys decimal.sys copyreg.__builtins__
""")


def risk_of(module: str, name: str) -> Risk:
    """The risk of importing `name` of `module` and calling it with arguments that a file chose.

    A name with dots reaches through attributes of a module to whatever that module has imported, so it is never known.
    """
    full, package = f"{module}.{name}", module.partition(".")[0]
    if full in HARMLESS:
        return "library"
    if package in RUNS or any(full == one or full.startswith(f"{one}.") for one in _RUNS_IN_LIBRARIES):
        return "runs"
    if package in LIBRARIES and not any(part.startswith("__") for part in name.split(".")):
        return "library" if "." not in name or module.startswith(("sklearn", "pandas")) else "unknown"
    return "unknown"
