"""The shape of the package: which way imports point, how large files are, what must not be in them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dedup"
FILES = sorted(PACKAGE.rglob("*.py"))

# Lower layers first. A module may import what stands in a layer below its own, and nothing beside or above it
# but what SIDEWAYS allows. A name ending in a dot is a package.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("model", "errors"),
    ("config", "progress", "rows", "mapped", "spill", "workers", "journal", "kernels."),
    (
        *("tokens", "characters", "shingles", "signatures", "lsh", "seeds", "chains", "align", "weights"),
        *("verdict", "rescore", "layout", "clusters", "families", "furniture", "relations", "kinds", "cues."),
        *("regions", "reach", "signs", "agency.", "origins", "selection", "memory", "shelf", "clock", "copies"),
        *("sift", "sketches", "templates", "titles"),
    ),
    ("candidates", "heads", "assembly", "judging", "nested", "records", "readers.", "store.", "report."),
    ("sources",),
    ("manifest", "whole"),
    ("pipeline", "comparison", "evaluate", "evaluation.", "explanation.", "explain", "spark."),
    ("index.", "options"),
    ("index_cli",),
    ("cli",),
    ("__main__",),
)

# Edges inside a layer, each with its reason.
SIDEWAYS: dict[tuple[str, str], str] = {
    ("config", "errors"): "a wrong setting is an error",
    ("tokens", "characters"): "the tokeniser's tables",
    ("spill", "mapped"): "pages of mapped arrays are let go of",
    ("workers", "spill"): "what they make goes to a nameless file",
    ("workers", "mapped"): "a forked process watches its own pages",
    ("shingles", "tokens"): "shingle_hashes takes text, for signatures made elsewhere",
    ("signatures", "tokens"): "Tokens",
    ("sketches", "tokens"): "Tokens",
    ("seeds", "tokens"): "Tokens",
    ("weights", "tokens"): "Tokens",
    ("chains", "tokens"): "Tokens",
    ("chains", "seeds"): "Hits",
    ("align", "tokens"): "Tokens",
    ("align", "chains"): "Chains",
    ("align", "seeds"): "Hits",
    ("align", "weights"): "Sums",
    ("rescore", "tokens"): "Tokens",
    ("rescore", "align"): "Passages",
    ("rescore", "weights"): "what counts as a content word",
    ("rescore", "verdict"): "the model over the features",
    ("clusters", "align"): "Passages",
    ("copies", "align"): "Passages",
    ("copies", "tokens"): "Tokens",
    ("clusters", "layout"): "one component at a time",
    ("clusters", "regions"): "what passages tie together",
    ("clusters", "reach"): "large components fall into several parts",
    ("reach", "regions"): "what passages tie together",
    ("reach", "align"): "Passages",
    ("regions", "align"): "Passages",
    ("regions", "weights"): "Sums",
    ("clusters", "rescore"): "Evidence: what a part weighs after a cut",
    ("kinds", "cues.marks"): "the name of an outlet",
    ("kinds", "cues.places"): "what each place of a cluster shows",
    ("nested", "assembly"): "Material, and occurrences for the kinds",
    ("judging", "nested"): "what stands inside a cluster",
    ("judging", "records"): "the records that are made",
    ("judging", "assembly"): "occurrences and changes of members",
    ("kinds", "cues.cue_signs"): "which of them can stand in a paragraph",
    ("cues.marks", "agency.letters"): "names as words of a text",
    ("cues.cue_signs", "signs"): "words and characters found in one reading",
    ("agency.credit_signs", "signs"): "words and characters found in one reading",
    ("origins", "agency.another_story"): "credits of something else on the page",
    ("origins", "agency.reporting"): "sentences that say who had a text first",
    ("titles", "shelf"): "the titles of all documents",
    ("titles", "rescore"): "Evidence: how rare words are",
    ("titles", "tokens"): "the words of titles",
    ("furniture", "titles"): "Titles",
    ("memory", "tokens"): "the pace of this machine",
    ("origins", "agency.told"): "agencies of whose copy sentences speak",
    ("origins", "agency.agreed"): "names that carriers agree on",
    ("origins", "agency.agencies"): "which words name an agency",
    ("origins", "agency.large"): "the large agencies by their spellings",
    ("origins", "agency.same"): "which names mean one agency",
    ("origins", "agency.name_forms"): "initials of an outlet",
    ("origins", "agency.credits"): "Credit",
    ("origins", "families"): "which addresses are of another site",
    ("selection", "clusters"): "Carrier and Cluster",
    ("templates", "clusters"): "Carrier and Cluster",
    ("templates", "tokens"): "Tokens",
    ("furniture", "rescore"): "Evidence: the masses of words",
    ("relations", "align"): "Passages",
    ("relations", "tokens"): "Tokens",
    ("store.results", "records"): "many records as rows that are written quickly",
    ("store.results", "report.exports"): "a results folder holds its reports",
    ("store.results", "report.prepared"): "prepared once for all of them",
    ("store.results", "report.facts"): "what a summary says is counted while records are written",
    ("report.", "records"): "of records that are many, what is counted is made alone",
    ("report.", "store.atomic"): "a report appears whole or not at all",
    ("evaluate", "evaluation."): "one figure a file",
    ("explain", "explanation."): "one part of the account a file",
    ("spark.frames", "pipeline"): "a scan of a DataFrame",
}

MOST_LINES = 400
MOST_FUNCTION_LINES = 60
MOST_KERNEL_LINES = 110
HEAVY = ("numba", "sklearn", "scipy", "rich", "jinja2")
FORBIDDEN_MODULES = ("pickle", "marshal", "shelve")
FORBIDDEN_CALLS = ("eval", "exec", "print", "breakpoint")


def module_name(path: Path) -> str:
    """Return a file's module without the package's name; the package itself is the empty string."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = frozenset(module_name(path) for path in FILES)
CODE = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules of `dedup` that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name.removeprefix("dedup.") for a in node.names if a.name.startswith("dedup."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write the import with the package's name"
            module = node.module or ""
            if module == "dedup" or module.startswith("dedup."):
                inside = module.removeprefix("dedup").removeprefix(".")
                for alias in node.names:
                    deeper = f"{inside}.{alias.name}".lstrip(".")
                    yield deeper if deeper in MODULES else inside


def covers(entry: str, module: str) -> bool:
    """Return whether an entry of a layer or an edge means a module."""
    return module == entry or (entry.endswith(".") and f"{module}.".startswith(entry))


def layer_of(module: str) -> int | None:
    """Return the number of a module's layer; None where none names it."""
    return next((i for i, names in enumerate(LAYERS) if any(covers(n, module) for n in names)), None)


def same_package(left: str, right: str) -> bool:
    """Return whether two modules stand in one folder of the package."""
    top = left.split(".")[0]
    return top == right.split(".")[0] and (PACKAGE / top).is_dir()


def is_allowed(module: str, other: str) -> bool:
    """Return whether `module` may import `other`."""
    if other == "" or same_package(module, other):
        return True
    if any(covers(a, module) and covers(b, other) for a, b in SIDEWAYS):
        return True
    low, high = layer_of(other), layer_of(module)
    return low is not None and high is not None and low < high


@pytest.mark.parametrize("module", sorted(MODULES - {""}))
def test_imports_point_down(module: str) -> None:
    """A file imports lower layers only; the message names the file and what it must not import."""
    assert layer_of(module) is not None, f"dedup/{module}: give it a layer in {Path(__file__).name}"
    wrong = sorted({other for other in imported(CODE[module]) if not is_allowed(module, other)})
    assert not wrong, f"dedup/{module.replace('.', '/')}.py imports {', '.join(wrong)}: not below it"


def test_the_rule_can_fail() -> None:
    """A stage may not import the pipeline, another stage without a reason, or the command line."""
    assert not is_allowed("tokens", "pipeline")
    assert not is_allowed("kinds", "origins")
    assert not is_allowed("cues.marks", "agency.agencies")
    assert not is_allowed("agency.credits", "origins")
    assert not is_allowed("pipeline", "cli")
    assert not is_allowed("model", "config")
    assert is_allowed("pipeline", "kinds")


def test_sideways_edges_are_used() -> None:
    """Every allowed edge exists; one that is no longer needed leaves the list."""
    used = {(m, o) for m, tree in CODE.items() for o in imported(tree)}
    idle = [edge for edge in SIDEWAYS if not any(covers(edge[0], m) and covers(edge[1], o) for m, o in used)]
    assert not idle


def docstring_lines(tree: ast.AST) -> set[int]:
    """Return the line numbers that docstrings take."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first = node.body[0]
            lines |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def code_lines(path: Path) -> set[int]:
    """Return the line numbers with code: neither blank, nor comment, nor docstring."""
    text = path.read_text(encoding="utf-8")
    lines = enumerate(text.splitlines(), 1)
    plain = {i for i, line in lines if line.strip() and not line.lstrip().startswith("#")}
    return plain - docstring_lines(ast.parse(text))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_sizes(path: Path) -> None:
    """A file has at most 400 lines of code; a function 60, a kernel 110, docstrings and blank lines apart."""
    lines = code_lines(path)
    name = path.relative_to(ROOT)
    assert len(lines) <= MOST_LINES, f"{name}: {len(lines)} lines of code; divide it by duty"
    most = MOST_KERNEL_LINES if path.parent.name == "kernels" else MOST_FUNCTION_LINES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            size = len(lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)))
            assert size <= most, f"{name}:{node.lineno}: {node.name} has {size} lines; the most is {most}"


def called_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of every call of a plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, node.func.id


def offences(tree: ast.AST) -> Iterator[str]:
    """Yield what must not be in the package, with its line."""
    for line, name in called_names(tree):
        if name in FORBIDDEN_CALLS:
            yield f"line {line}: {name}()"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"line {node.lineno}: {a.name}" for a in node.names if a.name in FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN_MODULES:
            yield f"line {node.lineno}: {node.module}"
        elif isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            yield f"line {node.lineno}: {node.attr}"
        elif isinstance(node, ast.keyword) and node.arg in ("parallel", "fastmath", "allow_pickle"):
            if not (isinstance(node.value, ast.Constant) and node.value.value is False):
                yield f"line {node.value.lineno}: {node.arg}"
        elif isinstance(node, ast.ExceptHandler) and is_broad(node):
            yield f"line {node.lineno}: a broad except"


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler catches everything."""
    if handler.type is None:
        return True
    return isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_forbidden(module: str) -> None:
    """No pickle, eval, print, environment variable, parallel or fast-math kernel, or broad except."""
    assert not list(offences(CODE[module])), f"dedup/{module.replace('.', '/')}.py"


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "eval(text)",
        "os.environ['X']",
        "njit(parallel=True)",
        "njit(fastmath=True)",
        "print(1)",
        "try:\n    x()\nexcept Exception:\n    pass",
    ],
)
def test_forbidden_is_seen(line: str) -> None:
    """The search above finds each of them."""
    assert list(offences(ast.parse(line)))


@pytest.mark.parametrize(
    "code",
    ["import dedup", "from dedup.cli import main\nmain(['--help'], standalone_mode=False)"],
    ids=["import", "help"],
)
def test_heavy_imports_wait(code: str) -> None:
    """Neither the import of the package nor the help of the command loads what only a scan needs."""
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "dedup" in loaded
    assert not loaded & set(HEAVY)
