"""Mutants: every small change of a program's syntax tree, as a learner may slip."""

import ast
import copy
from collections.abc import Callable, Iterator

Change = Callable[[ast.AST], ast.AST | None]
OPERATORS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult],
}
COMPARISONS: dict[type, list[type]] = {
    ast.Lt: [ast.GtE, ast.LtE],
    ast.LtE: [ast.Gt, ast.Lt],
    ast.Gt: [ast.LtE, ast.GtE],
    ast.GtE: [ast.Lt, ast.Gt],
    ast.Eq: [ast.NotEq],
}
NAMES = {
    "max": ["min", "mean", "argmax", "sum"],
    "min": ["max"],
    "mean": ["sum", "std"],
    "sum": ["mean", "max"],
    "argmin": ["argmax", "min"],
    "std": ["var"],
    "maximum": ["minimum"],
    "cos": ["sin"],
    "sin": ["cos"],
    "log": ["exp"],
    "exp": ["log"],
    "sqrt": ["square"],
    "abs": ["square"],
    "terminated": ["truncated"],
    "truncated": ["terminated"],
    "reward": ["exploration_rate"],
    "zeros": ["ones"],
}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (description, source) of every change of one place of a program with one function."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    names = {one.arg for one in function.args.args}
    names |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    seen = {ast.unparse(tree)}
    for place, node in enumerate(ast.walk(function)):
        for what, change in changes(node, sorted(names)):
            mutant = copy.deepcopy(tree)
            inner = next(one for one in mutant.body if isinstance(one, ast.FunctionDef))
            old = list(ast.walk(inner))[place]
            new = change(old)
            text = ast.unparse(replaced(mutant, old, new))
            if text not in seen:
                seen.add(text)
                yield what, text


def replaced(tree: ast.AST, old: ast.AST, new: ast.AST | None) -> ast.AST:
    """Return the tree with a node exchanged, or with `pass` in the place of a statement."""

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            if node is old:
                return ast.Pass() if new is None else new
            return super().generic_visit(node)

    return ast.fix_missing_locations(Exchange().visit(tree))


def changes(node: ast.AST, names: list[str]) -> Iterator[tuple[str, Change]]:
    """Yield the changes of one node, each as a description and a function from node to node."""
    shown = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else ""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for operator in OPERATORS.get(type(node.op), []):
            yield f"{operator.__name__} in {shown}", with_part("op", operator())
    if isinstance(node, ast.BinOp):
        for side in ("left", "right"):
            yield f"{side} of {shown}", lambda old, side=side: getattr(old, side)
        if not isinstance(node.op, ast.Add | ast.Mult):  # of these the order does not count
            yield f"sides of {shown}", lambda old: ast.BinOp(old.right, old.op, old.left)
    if isinstance(node, ast.Compare):
        for comparison in COMPARISONS.get(type(node.ops[0]), []):
            yield f"{comparison.__name__} in {shown}", with_part("ops", [comparison()])
    if isinstance(node, ast.If | ast.IfExp):
        test = ast.unparse(node.test)
        yield f"not {test}", lambda old: with_part("test", ast.UnaryOp(ast.Not(), old.test))(old)  # type: ignore[attr-defined]
        for value in (True, False):
            yield f"{value} for {test}", with_part("test", ast.Constant(value))
    if isinstance(node, ast.UnaryOp):
        yield f"without sign {shown}", lambda old: old.operand  # type: ignore[attr-defined]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        others = NAMES.get(node.id, []) + (names if node.id in names else [])
        for other in {*others} - {node.id}:
            yield f"{other} for {shown}", with_part("id", other)
    if isinstance(node, ast.Attribute):
        for other in NAMES.get(node.attr, []):
            yield f"{other} for {shown}", with_part("attr", other)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        if isinstance(node.value, bool):
            yield f"not {shown}", with_part("value", not node.value)
        else:
            for moved in (node.value + 1, node.value - 1):
                yield f"{moved} for {shown}", with_part("value", moved)
    if isinstance(node, ast.Return) and node.value is not None:
        yield f"minus {shown}", with_part("value", ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Call):
        if len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            yield f"argument of {shown}", lambda old: old.args[0]  # type: ignore[attr-defined]
        if not node.args and isinstance(node.func, ast.Attribute):
            yield f"object of {shown}", lambda old: old.func.value  # type: ignore[attr-defined]
        if len(node.args) == 2:
            yield f"arguments swapped in {shown}", with_part("args", node.args[::-1])
        for keyword in node.keywords:
            rest = [one for one in node.keywords if one is not keyword]
            yield f"no {keyword.arg} in {shown}", with_part("keywords", rest)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield f"all of {shown}", lambda old: old.value  # type: ignore[attr-defined]
    if isinstance(node, ast.Assign | ast.AugAssign | ast.If | ast.For):
        yield f"without {shown.splitlines()[0]}", lambda old: None


def with_part(field: str, value: object) -> Change:
    """Return the change that sets a field of a node."""

    def change(node: ast.AST) -> ast.AST:
        setattr(node, field, value)
        return node

    return change
