"""The house rules that a machine can see: sizes, names, where SPARQL lives, what is exported and explained."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from p2p_graph.cli import commands

ROOT = Path(__file__).parents[2]
PACKAGES = ("p2p_graph", "webapp")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in MODULES]

#: lines of a function without its docstring
LONGEST_FUNCTION = 45
LONGEST_MODULE = 600

#: what starts SPARQL; a query in Python would hold one of these before a name, a variable or a brace
_SPARQL = re.compile(
    r"\b(SELECT\s+(DISTINCT\s+)?[?*(]|CONSTRUCT\s*(WHERE\s*)?\{|ASK\s*(WHERE\s*)?\{|DESCRIBE\s+[?<]|PREFIX\s+\w*:"
    r"|WHERE\s*\{|OPTIONAL\s*\{|FILTER\s*(NOT\s+EXISTS|\()|(INSERT|DELETE)\s+DATA|GRAPH\s+[?<])"
)
_VAGUE = {"utils", "helpers", "common", "base", "manager", "misc"}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _docstrings(tree: ast.Module) -> set[ast.expr]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            first = node.body[0]
            assert isinstance(first, ast.Expr)
            found.add(first.value)
    return found


def _module(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_module_and_its_functions_are_not_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    for function in _functions(path):
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        lines = (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
        assert lines <= LONGEST_FUNCTION, f"{function.name} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_python_holds_no_sparql(path: Path) -> None:
    tree = _tree(path)
    explained = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in explained:
            # The help of a command and the start of the query editor may show a query; they run none.
            found = _SPARQL.search(node.value)
            assert not found, f"line {node.lineno}: {found[0]!r} belongs into a file of queries/" if found else ""


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_module_is_explained_named_and_exports_what_it_says(path: Path) -> None:
    tree = _tree(path)
    assert ast.get_docstring(tree), "a module begins with a sentence that says what it is for"
    assert not set(path.relative_to(ROOT).with_suffix("").parts) & _VAGUE
    module = importlib.import_module(_module(path))
    for name in getattr(module, "__all__", ()):
        assert hasattr(module, name), f"__all__ names {name}, which is not there"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_modules_take_from_each_other_only_what_is_exported(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in PACKAGES:
            continue
        source = importlib.import_module(node.module or "")
        exported = getattr(source, "__all__", None)
        for name in (alias.name for alias in node.names):
            is_module = f"{node.module}.{name}" in {_module(other) for other in MODULES}
            assert is_module or exported is None or name in exported, f"{name} is not in __all__ of {node.module}"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_environment_is_read_by_config_alone(path: Path) -> None:
    if path.name == "config.py":
        return
    found = [n for n in ast.walk(_tree(path)) if isinstance(n, ast.Attribute) and n.attr in ("environ", "getenv")]
    # what a server says of a request is called so, too
    read = [n.lineno for n in found if not (isinstance(n.value, ast.Name) and n.value.id == "request")]
    # The worker clears the variables of proxies from its own environment and reads none.
    assert not read or path.name in ("_worker.py", "store.py"), f"lines {read}"


def test_every_command_is_in_the_readme_or_the_docs() -> None:
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    told = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    names = set(commands.commands) | {point.name for point in entry_points(group="p2p_graph.commands")}
    assert [name for name in sorted(names) if f"p2p {name}" not in told] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)
    assert len(words) >= 9
    assert [word for word in words if f"make {word}" not in told and word not in ("help", "clean")] == []


def test_every_setting_is_documented() -> None:
    from p2p_graph.config import Settings

    told = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    missing = [name for name in Settings.__annotations__ if f"P2P_{name.upper()}" not in told]
    assert missing == []


def test_pages_ask_no_foreign_host_for_anything() -> None:
    """A link that a reader follows may lead anywhere; what a page loads by itself comes from us."""
    loads = re.compile(
        r"""<(?:script|img|iframe|source|link|object|embed|use)\b[^>]*?\b(?:src|href|data)\s*=\s*["'](?:https?:)?//"""
        r"""|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
        r"""|\bimport\s*\(?\s*["'](?:https?:)?//|\b(?:fetch|EventSource|WebSocket)\(\s*["'`](?:https?:|wss?:)?//""",
        re.IGNORECASE,
    )
    files = [p for kind in ("html", "css", "js") for p in (ROOT / "webapp").rglob(f"*.{kind}")]
    files += list((ROOT / "p2p_graph").rglob("*.html"))
    assert files
    for path in files:
        if "vendor" not in path.parts:
            found = loads.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.name}: {found[0]}" if found else ""


def test_words_that_hurt_are_not_used_in_our_own_texts() -> None:
    words = re.compile(
        r"\b(junkies?|druggies?|drug[- ]abusers?|drug[- ]abuse|substance abusers?|addicts)\b", re.IGNORECASE
    )
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    texts += [p for p in (ROOT / "webapp").rglob("*.html") if "vendor" not in p.parts]
    texts += [*(ROOT / "ontology").rglob("*.ttl"), *(ROOT / "queries").rglob("*.rq")]
    for path in texts:
        found = words.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found[0]}" if found else ""


def test_top_level_holds_only_what_belongs_there() -> None:
    fixed = {"p2p_graph", "webapp", "queries", "data", "ontology", "tests", "pyproject.toml", "README.md"}
    ordinary = {"Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff", "docs", "bench", "deploy"}
    ordinary |= {"requirements.lock", "requirements-dev.lock", "package.json", "package-lock.json", "babel.cfg"}
    made = {"var", "dist", "build", "node_modules"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - made - ordinary == fixed
