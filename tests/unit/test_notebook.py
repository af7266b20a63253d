"""The notebook runs from top to bottom.

Its cells run in order in one namespace of this process, and what a cell ends with is shown as a notebook would. So the
tests' ban on the network holds for it too, which it would not in a kernel of its own, and none has to be installed.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "docs" / "notebooks"
STUDY = json.loads((NOTEBOOKS / "first-study.ipynb").read_text(encoding="utf-8"))


def _shown(result: Any) -> str:
    """What a notebook would show: the richest form that a value has."""
    for form in ("_repr_svg_", "_repr_html_"):
        if hasattr(result, form):
            return str(getattr(result, form)())
    return repr(result)


def _run(notebook: dict[str, Any], **parameters: object) -> tuple[dict[str, Any], list[str]]:
    """The names after the last cell, and what the cells showed; `parameters` replace those of the tagged cell."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]), cell["id"])
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell["id"], "exec"), names)
        if isinstance(last, ast.Expr):
            result = eval(compile(ast.Expression(last.value), cell["id"], "eval"), names)
            if result is not None:
                shown.append(_shown(result))
        if "parameters" in cell["metadata"].get("tags", ()):
            names.update(parameters)
    return names, shown


@pytest.fixture(autouse=True)
def _on_the_example(example_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2P_HOME", str(example_home))
    monkeypatch.chdir(tmp_path)


def test_first_study_runs_from_top_to_bottom(tmp_path: Path) -> None:
    names, shown = _run(STUDY, here="XA", there="XB", FEWEST=1)
    shares = names["shares"]
    assert set(shares.index) == {"Exland", "Wyland"}
    ties = names["forms"].groupby("country_label")["ties"].sum()
    assert (shares["n"] + shares["not stated"] == ties).all()
    assert shares["missing"].between(0, 1).all()
    assert (shares["formal share"] + shares["informal share"] <= 1).all()
    measures = names["measures"]
    assert measures["strength"].sum() == 2 * names["roles"].size("practices")
    assert len(measures) == len(names["roles"]) > 2
    book = openpyxl.load_workbook(tmp_path / "role-pairs.xlsx")
    assert book["data"].max_row == len(names["table"]) + 1
    assert any(text.lstrip().startswith("<svg") for text in shown)
    assert len(shown) == 6


def test_first_study_stands_countries_without_ties_and_too_few() -> None:
    names, _ = _run(STUDY, here="ZZ", there="ZY", FEWEST=1000)
    assert names["evidence"].empty
    assert names["shares"][["formal share", "informal share"]].isna().all(axis=None)


def test_notebooks_are_kept_without_results() -> None:
    """Results would go stale with the data, and hide in a difference what changed."""
    for path in NOTEBOOKS.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["id"] for cell in cells if cell["outputs"] or cell["execution_count"]] == []
