"""What the style of the code promises, where a machine can look: docstrings, sizes, settings, commands in the guide."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.main import build_parser

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "news", "simulator", "storage")
MAX_MODULE_LINES = 450
MAX_FUNCTION_LINES = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str) -> Iterator[tuple[str, ast.Module, str]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            source = path.read_text("utf-8")
            yield str(path.relative_to(ROOT)), ast.parse(source), source


def public_functions(tree: ast.Module) -> Iterator[Function]:
    """Functions of the module and methods of its public classes, protocols' and private ones apart."""
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not is_protocol(node):
            yield from (
                one for one in node.body if isinstance(one, Function) and not one.name.startswith("_")
            )


def is_protocol(node: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(base) for base in node.bases)


def is_property(node: Function) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_public_functions_of_news_and_storage_say_what_they_do():
    silent = [
        f"{name}:{function.lineno} {function.name}"
        for name, tree, _ in modules("news", "storage")
        if "migrations" not in name
        for function in public_functions(tree)
        if not ast.get_docstring(function) and not is_property(function)
    ]
    assert silent == []


def test_every_module_says_what_it_is_and_defers_annotations():
    for name, tree, source in modules(*PACKAGES):
        if source.strip() and not source.strip().startswith('"""'):
            pytest.fail(f"{name} has no docstring")
        if len(tree.body) > 1 and not name.endswith("__init__.py"):
            assert "from __future__ import annotations" in source, name


def test_no_module_and_no_function_outgrows_its_room():
    too_long = [name for name, _, source in modules(*PACKAGES) if source.count("\n") > MAX_MODULE_LINES]
    for name, tree, _ in modules(*PACKAGES):
        if "migrations" in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno > MAX_FUNCTION_LINES:
                too_long.append(f"{name}:{node.lineno} {node.name}")
    assert too_long == []


def test_only_the_process_reads_the_environment_and_the_clock():
    pattern = re.compile(r"\bos\.environ\b|\bos\.getenv\b|datetime\.now\(|datetime\.utcnow\(|time\.time\(")
    allowed = {"bot", "simulator"}
    found = [
        name
        for name, _, source in modules(*PACKAGES)
        if pattern.search(source) and name.split("/")[0] not in allowed and name != "news/encoder.py"
    ]
    assert found == []


def test_the_guide_or_the_readme_names_every_command():
    text = (ROOT / "README.md").read_text("utf-8") + (ROOT / "docs/guide.md").read_text("utf-8")
    commands = build_parser()._subparsers._group_actions[0].choices
    assert [name for name in commands if f"jarchi {name}" not in text] == []


def test_no_python_stands_at_the_top_and_no_utils_anywhere():
    assert list(ROOT.glob("*.py")) == []
    assert [
        name for name, _, _ in modules(*PACKAGES) if name.endswith(("utils.py", "helpers.py", "common.py"))
    ] == []
