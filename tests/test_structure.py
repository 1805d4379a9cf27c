"""The rules of the code as tests: layers, lengths, names, tests beside the code, and what no file may contain."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mlops_desktop"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
SCRIPTS = sorted(path for folder in ("scripts", "benchmarks") for path in (ROOT / folder).rglob("*.py"))

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50
MOST_LINES_OF_A_PANEL = 300

# Every module in these folders is run through a contract test over all members, from the day its file is there.
COVERED_BY_CONTRACT = {
    "catalog/sources": "source",
    "catalog/filters": "row_filter",
    "catalog/splitters": "splitter",
    "catalog/operations": "operation",
    "catalog/samplers": "sampler",
    "catalog/encodings": "encoding",
    "catalog/algorithms": "algorithm",
    "catalog/ensembles": "ensemble",
    "catalog/exporters": "exporter",
    "catalog/tasks": "task_spec",
    "serving/transforms": "operation",
    "serving/models": "algorithm",
    "serving/tasks": "prediction_spec",
}

HEAVY = ("pandas", "sklearn", "scipy", "pyarrow", "lightgbm", "matplotlib", "openpyxl")
QT = ("PySide6", "shiboken6", "pyqtgraph")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported_names(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def calls_in(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """(the called name as it is written, the call) for each call of a plain or dotted name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield ast.unparse(node.func), node


@cache
def tracked_files() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def test_import_contracts_hold(capfd, monkeypatch):
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert code == 0, "\n".join(capfd.readouterr())


def test_import_contracts_have_no_exceptions():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    assert len(contracts) >= 7
    assert not [contract["name"] for contract in contracts if "ignore_imports" in contract]


def test_files_are_short():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*MODULES, *SCRIPTS]}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_functions_are_short():
    lengths = {
        f"{name_of(path)}:{function.name}": (function.end_lineno or function.lineno) - function.lineno + 1
        for path in [*MODULES, *SCRIPTS]
        for function in functions_of(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


def test_panels_are_short():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (PACKAGE / "ui" / "panels").rglob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_PANEL} == {}


def test_widgets_are_shared():
    """Each module is used by two modules outside of `widgets`, or by another widget that is."""
    prefix = "mlops_desktop.ui.widgets."
    widgets = {path.stem for path in (PACKAGE / "ui" / "widgets").glob("*.py")} - {"__init__"}
    users: dict[str, set[str]] = {widget: set() for widget in widgets}
    for path in MODULES:
        for name in imported_names(path):
            widget = name.removeprefix(prefix).partition(".")[0] if name.startswith(prefix) else ""
            if widget in widgets:
                users[widget].add(path.stem if path.parent.name == "widgets" else name_of(path))
    shared = {widget for widget in widgets if len(users[widget] - widgets) >= 2}
    while more := {widget for widget in widgets - shared if users[widget] & shared}:
        shared |= more
    assert widgets - shared == set()


def test_every_module_has_a_docstring():
    assert [name_of(path) for path in [*MODULES, *SCRIPTS] if not ast.get_docstring(tree_of(path))] == []


def test_names_say_more_than_a_shape():
    shapes = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name_of(path) for path in MODULES if shapes & set(path.with_suffix("").parts[len(ROOT.parts) :])] == []


# Parts of identifiers of an earlier vocabulary, for which the field has terms: pipeline, message, job queue, worker, row filter, test set,
# fitted, score, verdict, standard deviation …
OLD_TERMS = {
    *("road", "door", "doors", "lane", "lanes", "desk", "crew", "errand", "colleague", "cleaner", "cleaners", "spoilers"),
    *("outdone", "sealed", "told", "said", "says", "heard", "begun", "shelf", "shelves", "house", "room", "errands", "peek", "walk"),
    *("learned", "judge", "judged", "judges", "unjudged", "spread", "stray", "strays", "wish", "figures", "counted"),
}
# What is meant there: HTML, and plain English.
OTHER_TERMS = {"figures": {"engine/reporting/page.py"}, "counted": {"serving/csv_table.py", "serving/stacked_tables.py"}}


def identifiers_of(path: Path) -> Iterator[str]:
    """Every name that a module defines or binds, attributes and arguments included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def test_identifiers_use_the_terms_of_the_field():
    found = set()
    for path in MODULES:
        for name in {*identifiers_of(path), *path.relative_to(PACKAGE).with_suffix("").parts}:
            parts = {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)} & OLD_TERMS
            here = path.relative_to(PACKAGE).as_posix()
            found |= {f"{name_of(path)}: {name}" for part in parts if here not in OTHER_TERMS.get(part, set())}
    assert sorted(found) == []


# Parts that were split off a module for its length: they are tested through that module. The list may only shrink.
TESTED_THROUGH: dict[str, str] = {
    "engine/diagnostics/part_checks.py": "engine/diagnostics/test_registry.py",
    "engine/diagnostics/score_checks.py": "engine/diagnostics/test_registry.py",
    "engine/diagnostics/decision_checks.py": "engine/diagnostics/test_registry.py",
    "engine/reporting/checks_section.py": "engine/reporting/test_project_report.py",
    "engine/reporting/result_sections.py": "engine/reporting/test_project_report.py",
    "engine/reporting/decision_sections.py": "engine/reporting/test_project_report.py",
    "ui/shell/file_drop.py": "ui/shell/test_main_window.py",
    "ui/panels/app/batch_page.py": "ui/panels/test_app.py",
    "ui/panels/deploy/export_page.py": "ui/panels/test_deploy.py",
    "ui/panels/deploy/monitor_page.py": "ui/panels/test_deploy.py",
    "ui/panels/deploy/run_page.py": "ui/panels/test_deploy.py",
    "ui/panels/app/answer_card.py": "ui/panels/test_app.py",
    "ui/widgets/bars.py": "ui/panels/test_select.py",
    "ui/widgets/chart.py": "ui/widgets/test_charts.py",
    "ui/panels/deploy/checks_card.py": "ui/panels/test_deploy.py",
    "ui/widgets/column_labels.py": "ui/panels/test_data.py",
    "ui/panels/problem/file_card.py": "ui/panels/test_problem.py",
    "ui/panels/problem/goals_card.py": "ui/panels/test_problem.py",
    "ui/panels/data/health_card.py": "ui/panels/test_data.py",
    "ui/widgets/heatmap.py": "ui/panels/test_data.py",
    "ui/panels/train/training_run.py": "ui/panels/test_train.py",
    "ui/panels/evaluate/results_page.py": "ui/panels/test_evaluate.py",
    "ui/panels/evaluate/test_set_card.py": "ui/panels/test_evaluate.py",
    "ui/panels/data/relations_page.py": "ui/panels/test_data.py",
    "ui/panels/data/kpi_row.py": "ui/panels/test_data.py",
    "ui/panels/problem/decisions.py": "ui/panels/test_problem.py",
    "ui/panels/app/input_field.py": "ui/panels/test_app.py",
    "ui/panels/app/input_fields.py": "ui/panels/test_app.py",
    "ui/preview_columns.py": "ui/test_import_dialog.py",
    "ui/shell/top_bar.py": "ui/shell/test_main_window.py",
    "ui/panels/problem/doubts_card.py": "ui/panels/problem/test_bulk_edit.py",
    "ui/question_answers.py": "ui/shell/test_questions_dialog.py",
    "ui/shell/dialogs.py": "ui/shell/test_help_window.py",
    "ui/shell/confirm.py": "ui/shell/test_main_window.py",
    "ui/shell/template_row.py": "ui/shell/test_start_page.py",
    "ui/shell/window_log.py": "ui/test_project_controller.py",
    "engine/process/calls/folders.py": "ui/shell/test_recent_projects.py",
    "ui/panels/app/saved_inputs_card.py": "ui/panels/test_app.py",
    "ui/widgets/plot.py": "ui/widgets/test_charts.py",
    "ui/panels/deploy/request_card.py": "ui/panels/test_deploy.py",
    "ui/widgets/series.py": "ui/panels/test_select.py",
    "ui/panels/deploy/service_card.py": "ui/panels/test_deploy.py",
    "ui/widgets/table_columns.py": "ui/panels/test_data.py",
    "ui/panels/problem/target_card.py": "ui/panels/test_problem.py",
    "ui/panels/app/what_if_card.py": "ui/panels/test_app.py",
    "ui/panels/app/explanation_card.py": "ui/panels/test_app.py",
}


def imported_by_tests() -> set[str]:
    """Every module and name that some test imports."""
    return set().union(*(imported_names(path) for path in sorted((ROOT / "tests").rglob("*.py"))))


def modules_without_tests() -> set[str]:
    """Modules with neither a test file of their own, nor a test that imports them, nor a contract over their family."""
    imported, untested = imported_by_tests(), set()
    for path in MODULES:
        relative = path.relative_to(PACKAGE)
        if path.name == "__init__.py":
            continue
        family = COVERED_BY_CONTRACT.get(relative.parent.as_posix())
        folder = ROOT / "tests" / ("contracts" if family else relative.parent)
        stem = f"*{family}*" if family else relative.stem.strip("_")
        if relative.name == "panel.py":  # the panel of a stage is tested beside its package
            folder, stem = folder.parent, relative.parent.name
        own = [*folder.glob(f"test_{stem}.py"), *folder.glob(f"test_{stem}_*.py")]
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not own and dotted not in imported:
            untested.add(relative.as_posix())
    return untested


def test_every_module_has_its_tests():
    """A test file of its own, a test that imports it, a contract over its family, or the tests of the module that it was split off from."""
    untested = modules_without_tests()
    assert untested - set(TESTED_THROUGH) == set()
    assert set(TESTED_THROUGH) - untested == set(), "these need no line in the list any more"


def test_parts_that_are_tested_through_another_module_exist():
    assert [test for part, test in TESTED_THROUGH.items() if not (PACKAGE / part).exists() or not (ROOT / "tests" / test).exists()] == []


def test_every_test_file_has_its_module():
    without_module = []
    for path in sorted((ROOT / "tests").glob("*/**/test_*.py")):
        relative = path.relative_to(ROOT / "tests").parent
        if (PACKAGE / relative).is_dir():
            parts = path.stem.removeprefix("test_").split("_")
            stems = {"_".join(parts[:count]) for count in range(1, len(parts) + 1)}
            stems |= {f"__{stem}__" for stem in stems} | {f"_{stem}" for stem in stems}
            if not any((PACKAGE / relative / stem).with_suffix(".py").exists() or (PACKAGE / relative / stem).is_dir() for stem in stems):
                without_module.append(name_of(path))
    assert without_module == []


# A task's id means something else here.
OTHER_MEANINGS = {
    "catalog/operations/one_hot.py": {"binary"},  # scikit-learn's option of OneHotEncoder(drop=…)
    "catalog/algorithms/lightgbm.py": {"regression"},  # LightGBM's name of the squared error
}


def test_only_its_spec_knows_the_id_of_a_task():
    """No comparison, table or list by the kind of task: whatever depends on it is asked of the spec, so a further task needs no edit."""
    specs, found = ("catalog/tasks/", "serving/tasks/"), set()
    ids = {path.stem for path in (PACKAGE / "catalog/tasks").glob("*.py")} - {"__init__"}
    assert len(ids) >= 3
    for path in MODULES:
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(specs):
            named = {node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            found |= {(name, id_) for id_ in (named & ids) - OTHER_MEANINGS.get(name, set())}
    assert found == set()


ENGINE = "mlops_desktop.engine"
FACES = {path.parent.name: path for path in sorted((PACKAGE / "engine").glob("*/__init__.pyi"))}


def test_base_holds_nothing_that_one_family_alone_uses():
    """What the members of one folder of the catalogue share lies beside them, in a module whose name begins with an underscore."""
    users: dict[str, set[str]] = {path.stem: set() for path in (PACKAGE / "base").glob("*.py")}
    for path in MODULES:
        parts = path.relative_to(PACKAGE).parts
        if parts[0] != "base":
            for name in imported_names(path):
                if name.startswith("mlops_desktop.base."):
                    users[name.split(".")[2]].add("/".join(parts[:2]) if parts[0] == "catalog" else parts[0])
    assert {name: used for name, used in users.items() if len(used) == 1 and min(used).startswith("catalog/")} == {}


def test_each_package_of_the_engine_lists_what_it_offers():
    assert set(FACES) == {path.parent.name for path in (PACKAGE / "engine").glob("*/__init__.py")}
    for package_name, stub in FACES.items():
        package = importlib.import_module(f"{ENGINE}.{package_name}")
        assert 2 <= len((package.__doc__ or "").splitlines()) <= 5, package_name
        modules = {path.stem for path in stub.parent.glob("*.py")}
        for node in tree_of(stub).body:
            assert isinstance(node, ast.ImportFrom)
            for alias in node.names:
                assert getattr(package, alias.name) is not None
                # The module of that name would take the place of what is offered.
                assert node.module is None or alias.name not in modules, f"{package_name}.{alias.name}"


def test_only_what_a_package_of_the_engine_offers_is_imported_from_outside():
    found = []
    for path in MODULES:
        own = path.relative_to(PACKAGE).parts[1] if path.is_relative_to(PACKAGE / "engine") else ""
        for node in ast.walk(tree_of(path)):
            inner = re.match(rf"{ENGINE}\.(\w+)\.", node.module or "") if isinstance(node, ast.ImportFrom) else None
            if inner and inner[1] != own:
                found.append(f"{name_of(path)} imports {inner.string}")
    assert found == []


# What takes sentences for a person, and the fields of it that are ids.
SENTENCES = {"UserError", "FormulaError", "Finding", "Evidence", "Question", "Option", "Check", "StageState", "ValidationIssue", "step"}
IDS = {("Check", 0), ("Option", 0), ("Question", "id"), ("Finding", 5)}


def formatted(node: ast.expr) -> Iterator[ast.JoinedStr]:
    """The f-strings in an expression, without those that are arguments of a message."""
    if isinstance(node, ast.JoinedStr):
        yield node
    elif not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("msg", "plural_msg", "joined")):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from formatted(child)


def test_sentences_with_values_are_templates():
    """An f-string could not be translated where it is shown."""
    found = []
    for path in MODULES:
        if path.is_relative_to(PACKAGE / "ui"):
            continue  # there `tr()` translates
        for called, call in calls_in(path):
            name = called.rpartition(".")[2]
            arguments = [*enumerate(call.args), *((keyword.arg, keyword.value) for keyword in call.keywords)]
            if name in SENTENCES:
                given = [value for at, value in arguments if (name, at) not in IDS]
                found += [f"{name_of(path)}:{text.lineno}" for value in given for text in formatted(value)]
    assert found == []


# Where every text is a sentence for a person: reasons of what is proposed, and findings.
REASONS = (
    "engine/profiling/finding_rules.py",
    "engine/pipeline/recommended.py",
    "engine/pipeline/proposal.py",
    "engine/pipeline/splitting.py",
)


def test_reasons_are_templates():
    found = []
    for name in REASONS:
        for node in ast.walk(tree_of(PACKAGE / name)):
            if isinstance(node, ast.JoinedStr) and any(" " in str(part.value) for part in node.values if isinstance(part, ast.Constant)):
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_nothing_prints_but_the_command_line():
    printing = {name_of(path) for path in MODULES for called, _ in calls_in(path) if called == "print"}
    assert {name for name in printing if not re.match(r"mlops_desktop/cli/", name)} == set()


def test_nothing_that_is_opened_can_run_code():
    unsafe_imports = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib.load", "joblib.dump", "sklearn.externals"}
    unsafe_calls = {"eval", "exec", "joblib.load", "joblib.dump", "pd.read_pickle", "pandas.read_pickle", "yaml.load", "os.system"}
    found = [f"{name_of(path)} imports {name}" for path in MODULES for name in sorted(imported_names(path) & unsafe_imports)]
    for path in MODULES:
        for called, call in calls_in(path):
            if called in unsafe_calls:
                found.append(f"{name_of(path)}:{call.lineno} calls {called}")
            shuts_pickle_out = any(
                keyword.arg == "allow_pickle" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                for keyword in call.keywords
            )
            if called in ("np.load", "numpy.load", "np.lib.format.read_array") and not shuts_pickle_out:
                found.append(f"{name_of(path)}:{call.lineno} calls {called} without allow_pickle=False")
    assert found == []


def test_no_bare_except():
    bare = [
        f"{name_of(path)}:{node.lineno}"
        for path in [*MODULES, *SCRIPTS]
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def test_nothing_is_left_for_later():
    markers = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    assert [name_of(path) for path in MODULES if markers.search(path.read_text(encoding="utf-8"))] == []


def loaded_after_importing(modules: list[str]) -> set[str]:
    """Top-level packages in a fresh interpreter after it imported these modules."""
    code = "import importlib, sys; [*map(importlib.import_module, sys.argv[1:])]; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code, *modules], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def dotted_names(*folders: str) -> list[str]:
    """Every module of these folders and files of the package, as it is imported."""
    paths = [path for path in MODULES if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in folders and path.name != "__main__.py"]
    return [path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__") for path in paths]


def test_a_bundle_and_the_catalogue_load_nothing_heavy():
    loaded = loaded_after_importing(dotted_names("serving", "base", "catalog"))
    assert loaded & {*HEAVY, *QT} == set()


def test_nothing_below_the_window_loads_qt():
    loaded = loaded_after_importing(dotted_names("serving", "base", "catalog", "engine", "cli"))
    assert loaded & set(QT) == set()


def test_the_command_line_starts_light():
    assert loaded_after_importing(["mlops_desktop.cli"]) & {*HEAVY, *QT} == set()


def test_no_file_names_a_machine():
    machine = re.compile(r"(?<![\w.-])/(?:work/(?:main|shared|\.library)|tmp/team|home/\w+|Users/\w+|opt/pypi|root/\.)")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__).resolve() and (match := machine.search(text)):
            found.append(f"{name_of(path)}: {match.group()}")
    assert found == []


def test_the_lock_is_whole():
    """Every package is pinned with hashes, no index is named, and all that the project file asks for is in it."""
    spec = importlib.util.spec_from_file_location("lock", ROOT / "scripts" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    lock = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lock)
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert lock.faults(text) == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *project["build-system"]["requires"]]
    wanted = {re.split(r"[\s<>=!~;\[]", name)[0].lower().replace("_", "-") for name in asked}
    assert wanted - set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)) == set()
    assert lock.faults("numpy==2.0.0\n") == ["is not pinned with hashes: numpy==2.0.0"]
