"""What is done to a chat template between parsing and compiling, and what can be read off it.

Rewritten: control tokens in the template's own literals get their private spellings, so that they, and only they, become
tokens; loops, macros, `~` and literals of lists and dicts call the sandbox, which counts and measures.

Read off (`Shape`): does it walk through lists of content parts, does it want the arguments of tool calls as text, and which
tokens does it build out of pieces (`'<|' + role + '|>'`), so that no literal holds them.
"""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from quire.text.spellings import Spellings

ROLES = ("system", "developer", "user", "assistant", "model", "tool", "function", "ipython", "environment")


@dataclass(frozen=True, slots=True)
class Shape:
    """
    takes_parts             it walks through content that is a list
    takes_text              it asks whether content (or anything) is a string, so both will do
    wants_text_arguments    it joins the arguments of a tool call to text as they are
    built                   tokens that it builds out of pieces around a role
    """
    takes_parts: bool
    takes_text: bool
    wants_text_arguments: bool
    built: frozenset[str]

    @classmethod
    def read(cls, tree: nodes.Template, spellings: Spellings) -> "Shape":
        tests = [test for test in tree.find_all(nodes.Test) if test.name in ("string", "mapping")]
        is_asked = any(_is_named(test.node, "arguments") for test in tests)
        is_dumped = any(f.name == "tojson" and f.node is not None and _is_named(f.node, "arguments")
                        for f in tree.find_all(nodes.Filter))
        is_joined = any(_is_named(part, "arguments") for part in _joined(tree))
        return cls(takes_parts=_walks_content(tree), takes_text=any(test.name == "string" for test in tests),
                   wants_text_arguments=is_joined and not is_asked and not is_dumped,
                   built=frozenset(_built(list(_literals(tree)), spellings.all)))


def _is_named(node: nodes.Node, name: str) -> bool:
    """x.name, x['name'] or a variable of that name."""
    match node:
        case nodes.Getattr(attr=attr):
            return bool(attr == name)
        case nodes.Getitem(arg=nodes.Const(value=value)):
            return bool(value == name)
        case nodes.Name(name=variable):
            return bool(variable == name)
    return False


def _joined(tree: nodes.Template) -> Iterator[nodes.Node]:
    """What becomes text without a filter."""
    for add in tree.find_all(nodes.Add):
        yield from (add.left, add.right)
    for concat in tree.find_all(nodes.Concat):
        yield from concat.nodes
    for output in tree.find_all(nodes.Output):
        yield from output.nodes


def _walks_content(tree: nodes.Template) -> bool:
    names = {"content"}
    for assign in tree.find_all(nodes.Assign):
        if isinstance(assign.target, nodes.Name) and _is_named(assign.node, "content"):
            names.add(assign.target.name)
    return any(_is_named(loop.iter, name) for loop in tree.find_all(nodes.For) for name in names)


def _literals(tree: nodes.Template) -> Iterator[str]:
    for data in tree.find_all(nodes.TemplateData):
        yield data.data
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str):
            yield const.value


def _built(literals: list[str], tokens: Iterable[str]) -> Iterator[str]:
    for token in tokens:
        for role in ROLES:
            before, found, after = token.partition(role)
            if found and before and after and any(text.endswith(before) for text in literals) \
                    and any(text.startswith(after) for text in literals):
                yield token


class Rewrite(NodeTransformer):
    def __init__(self, spellings: Spellings):
        self.spellings = spellings

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        node.data = self.spellings.hide(node.data)
        return node

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        if isinstance(node.value, str):
            node.value = self.spellings.hide(node.value)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        if node.recursive:                  # what it calls itself with does not pass through here
            node.body.insert(0, _turn(node.lineno))
        else:
            node.iter = _call("turns", [node.iter], node.lineno)
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        self.generic_visit(node)
        node.body.insert(0, _turn(node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("join", list(node.nodes), node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        return self._measured(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        return self._measured(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        return self._measured(node) if node.ctx == "load" else self.generic_visit(node)

    def _measured(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        return _call("measured", [node], node.lineno)


def _call(name: str, args: list[nodes.Node], line: int) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), args, [], None, None, lineno=line)


def _turn(line: int) -> nodes.ExprStmt:
    return nodes.ExprStmt(_call("turn", [], line), lineno=line)
