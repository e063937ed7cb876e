"""What holds for the suite as a whole: who may import whom, what is ours, what the README says."""

import ast
import doctest
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from spielfeld import agents, benchmarks, envs, experiments, learning, tutorials
from spielfeld.experiments.registry import LEARNERS, import_place

ROOT = Path(__file__).resolve().parents[1]
DOOR = ROOT / "spielfeld" / "__init__.py"  # leads into the house, and loads nothing of it by itself
OURS = ("learning", "envs", "agents", "experiments", "tutorials", "benchmarks", "scripts", "tests")
MAY_IMPORT: dict[str, set[str]] = {
    "spielfeld": set(),
    "learning": set(),
    "envs": set(),
    "agents": {"learning", "envs"},
    "experiments": {"learning", "envs", "agents"},
    "tutorials": {"learning", "envs", "agents", "experiments"},
    "benchmarks": {"learning", "envs", "agents", "experiments"},
    "scripts": {"experiments"},
}
GYMNASIUM_CLASSES = {
    "BanditEnv",
    "BanditVectorEnv",
    "BoardGameEnv",
    "BoardGameVectorEnv",
    "SelfPlayEnv",
    "TabularEnv",
    "TabularVectorEnv",
}


def package_of(module: str) -> str:
    """Return the folder of ours that a module is in, or the top package of a stranger's."""
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == "spielfeld" and rest else top


def imports(path: Path) -> list[tuple[str, str]]:
    """Every (package, name) that a file imports, inside functions as well."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(package_of(alias.name), "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "spielfeld":
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(package_of(node.module), alias.name) for alias in node.names]
    return found


def sources(package: str) -> list[Path]:
    """List the files of a package; the ground floor `spielfeld` has no folders of its own."""
    folder = ROOT / package
    return sorted(folder.glob("*.py") if package == "spielfeld" else folder.rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_point_one_way(package: str) -> None:
    files = [path for path in sources(package) if path != DOOR]
    assert files
    for path in files:
        for imported, _ in imports(path):
            allowed = {package, *MAY_IMPORT[package]}
            assert imported not in OURS or imported in allowed, f"{path} imports {imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts if parts[0] == "spielfeld" else ("spielfeld", *parts)
    return ".".join(parts).removesuffix(".__init__")


def imported_modules(path: Path, ours: Collection[str]) -> set[str]:
    """Our modules that a file imports, inside functions and for type checkers as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in ours else node.module for name in names}
    return found & set(ours)


def circles(arrows: dict[str, set[str]]) -> list[set[str]]:
    """Return each set of modules that all reach one another."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        left = [start]
        while left:
            new = arrows[left.pop()] - seen
            seen |= new
            left += new
        return seen

    reach = {module: reached(module) for module in arrows}
    found = []
    for module in arrows:
        circle = {other for other in reach[module] if module in reach[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def test_circles_are_found() -> None:
    arrows: dict[str, set[str]] = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"e"}}
    assert circles(arrows) == [{"b", "c"}, {"e"}]


def test_imports_run_in_no_circle() -> None:
    files = {module_name(path): path for package in MAY_IMPORT for path in sources(package)}
    looked_up = {"spielfeld", "spielfeld.experiments.registry"}  # the door, and names by string
    ours = files.keys() - looked_up
    assert circles({name: imported_modules(files[name], ours) for name in sorted(ours)}) == []


# Only these may ask an object for an attribute by its name.
MAY_ASK = {
    *(f"spielfeld/{name}.py" for name in ("lazy", "snapshot")),
    "envs/access.py",  # the one adapter for environments from elsewhere
}
MOST_ANY = 311  # annotations that contain Any, such as those of Gymnasium's spaces
MOST_ANY_ALONE = 49


def package_files() -> list[Path]:
    return [path for package in MAY_IMPORT for path in sources(package)]


def questions(source: str) -> list[str]:
    """List how a file asks objects for attributes by name, or finds out by an error."""
    tree = ast.parse(source)
    raised = {id(name) for node in ast.walk(tree) if isinstance(node, ast.Raise)
              for name in ast.walk(node)}  # fmt: skip
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("getattr", "hasattr", "vars"):
            found.append(f"line {node.lineno}: {node.id}")
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            found.append(f"line {node.lineno}: __dict__")
        if isinstance(node, ast.Name) and node.id == "AttributeError" and id(node) not in raised:
            found.append(f"line {node.lineno}: AttributeError")
    return found


def test_questions_are_found() -> None:
    asking = "try:\n    getattr(a, 'b')\nexcept (TypeError, AttributeError):\n    vars(a)"
    assert len(questions(asking)) == 3
    assert len(questions("hasattr(a, 'b') or a.__dict__")) == 2
    assert questions("raise AttributeError('no')") == []


def test_objects_are_asked_by_protocols_alone() -> None:
    asking = {
        path.relative_to(ROOT).as_posix() for path in package_files() if questions(path.read_text())
    }
    assert asking == MAY_ASK


def annotations(source: str) -> list[ast.expr]:
    """List the annotations of arguments, results and variables."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
    return [each for each in found if each is not None]


def says_any(annotation: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(annotation))


def is_any(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "Any"


def test_annotations_that_say_any_become_no_more() -> None:
    said = [each for path in package_files() for each in annotations(path.read_text())]
    count, alone = sum(map(says_any, said)), sum(map(is_any, said))
    assert count <= MOST_ANY, f"{count} annotations contain Any"
    assert count > MOST_ANY - 40, f"lower MOST_ANY to {count}"
    assert alone <= MOST_ANY_ALONE, f"{alone} annotations are Any"


def test_agents_use_models_and_never_environment_classes() -> None:
    for path in (ROOT / "agents").rglob("*.py"):
        assert not GYMNASIUM_CLASSES & {name for _, name in imports(path)}, path


@pytest.mark.parametrize("package", [learning, envs, agents, experiments, tutorials, benchmarks])
def test_packages_are_this_projects(package) -> None:
    place = Path(package.__file__).resolve()
    assert place.is_relative_to(ROOT), (
        f"{package.__name__} comes from {place}: another distribution of that name is installed "
        "and shadows this project's; remove it, or work in the environment that `make` sets up."
    )


@pytest.mark.parametrize("package", ["learning", "agents"])
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    heavy = {"joblib", "matplotlib", "numba", "pygame", "scipy", "sklearn", "torch"}
    script = f"import sys, spielfeld.{package}; print(*{heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (run.stdout.strip(), run.stderr) == ("", "")


@pytest.mark.parametrize(
    ("package", "name"), [("agents", "QLearning"), ("agents", "PPO"), ("learning", "KMeans")]
)
def test_importing_one_learner_loads_few_of_our_modules(package: str, name: str) -> None:
    script = (
        f"import sys; from spielfeld.{package} import {name}\n"
        "print(sum(module.partition('.')[0] == 'spielfeld' for module in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert run.stderr == "" and int(run.stdout) <= 40


@pytest.mark.parametrize("first", ["", ".value_iteration"])
def test_an_exported_function_wins_over_the_module_of_its_name(first: str) -> None:
    script = (
        f"import spielfeld.agents.planning{first}\n"
        "from spielfeld.agents import planning\n"
        "from spielfeld.agents.planning import value_iteration\n"
        "print(callable(value_iteration), planning.value_iteration is value_iteration)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (run.stdout.strip(), run.stderr) == ("True True", "")


def test_agents_exports_every_learner_of_tables_and_networks_with_its_settings() -> None:
    kinds = (
        "spielfeld.agents.tabular.",
        "spielfeld.agents.policy_gradient.",
        "spielfeld.agents.value_based.",
    )
    places = [one.place for one in LEARNERS.values() if one.place.startswith(kinds)]
    assert len(places) > 20
    for place in places:
        learner = import_place(place)
        assert getattr(agents, learner.__name__) is learner
        assert getattr(agents, f"{learner.__name__}Config") is learner.config_class
        assert {learner.__name__, learner.config_class.__name__} <= set(agents.__all__)


def test_nothing_loads_what_may_run_code() -> None:
    for package in MAY_IMPORT:
        for path in sources(package):
            imported = {name for name, _ in imports(path)}
            assert not imported & {"pickle", "cloudpickle", "dill", "shelve"}, path
            names = {name for package, name in imports(path) if package == "joblib"}
            assert names <= {"Parallel", "delayed", "parallel_config"}, path  # no load, no dump


def code_blocks(language: str, *pages: str) -> list[str]:
    pages = pages or ("README.md", "docs/start.md", "docs/python.md")
    text = "\n".join((ROOT / page).read_text() for page in pages)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for kind, block in blocks if kind == language]


FIVE_LINES = [
    block for block in code_blocks("python", "docs/python.md") if "learner.learn(" in block
]


def test_readme_shows_the_lines_of_an_agent() -> None:
    assert FIVE_LINES[2] in code_blocks("python", "README.md")


@pytest.mark.parametrize("example", FIVE_LINES)
def test_pages_train_the_learners_that_it_shows(
    example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if "find_data_set" in example:
        pytest.importorskip("sklearn")
    exec(compile(example, "docs/python.md", "exec"), {})
    assert capsys.readouterr().out.startswith("[")


def test_lines_of_the_page_on_python_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(next(block for block in code_blocks("python") if "spielfeld.train(" in block), names)
    assert names["again"].spec == names["run"].spec
    assert names["again"].spec.config["discount"] == 0.9
    assert names["world"].unwrapped.model.actions == 4


def test_regression_clustering_and_agent_are_the_same_lines() -> None:
    def shape(line: str) -> str:
        return re.sub(r"= .*|\d[\d_]*|\(.*\)|#.*", "", line).strip()

    assert len(FIVE_LINES) == 3
    lines = [[shape(line) for line in example.splitlines()[3:]] for example in FIVE_LINES]
    assert lines[0] == lines[1] == lines[2]


def test_ones_own_learner_layout_and_world_train_without_registration(tmp_path: Path) -> None:
    (tmp_path / "my_maze.toml").write_text(code_blocks("toml")[0])
    module = next(block for block in code_blocks("python") if "MyLearner" in block)
    (tmp_path / "my_module.py").write_text(module)
    commands = [line for line in "".join(code_blocks("")).splitlines() if " train " in line]
    commands = [line for line in commands if "my_" in line]
    assert len(commands) == 3
    for command in commands:
        words = [*command.split()[1:], "--samples", "20000"]
        program = [sys.executable, "-m", "spielfeld.experiments.command_line"]
        place = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            [*program, *words], cwd=tmp_path, capture_output=True, text=True, env=place
        )
        assert run.returncode == 0, run.stderr
        share = re.search(r"share of perfect +(\d+\.\d+)%", run.stdout)
        assert share and float(share[1]) > 99, run.stdout


def test_readmes_one_abstraction_is_what_the_learner_does() -> None:
    step = (ROOT / "learning" / "data_learner.py").read_text()
    block = next(block for block in code_blocks("python") if "learner.experience" in block)
    for call in ("function.forward(", "loss.derivative(", "optimizer.step(", "backward(upstream)"):
        assert call in block and call in step


def anchors(document: Path) -> set[str]:
    """Every place in a document that a link can lead to: its headings, as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        text = document.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\((?!\w+:)([^)#]*)#?([^)]*)\)", text):
            place = document.parent / target if target else document
            assert place.exists(), f"{document.name} links to {target}"
            assert not anchor or anchor in anchors(place), f"{document.name}: {target}#{anchor}"


def test_examples_in_docstrings_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some make runs
    examined = 0
    for package in ("learning", "envs", "agents", "experiments", "tutorials", "benchmarks"):
        for path in sources(package):
            if ">>>" in path.read_text():
                module = ".".join(["spielfeld", *path.relative_to(ROOT).with_suffix("").parts])
                result = doctest.testmod(importlib.import_module(module))
                assert result.failed == 0, module
                examined += result.attempted
    assert examined > 0
