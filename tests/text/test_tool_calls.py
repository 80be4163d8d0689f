"""Every form of tool calls: what models write is found, however it is cut; what only looks like it is content."""
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.text.router import Router
from quire.text.tools.forced import forced
from quire.text.tools.found import join
from quire.text.tools.reader import MOST_DEPTH, MOST_HELD, MOST_SPACES
from quire.text.tools.table import PARSERS, detect
from quire.text.tools.tagged_calls import TaggedCalls
from tests.conftest import FULL
from tests.text.calls import CALLS, TOOLS, WRITTEN, dumped, read, said
from tests.text.examples import examples
from tests.text.templates import DRAFT, LLAMA3, MISTRAL

ALL = [pytest.param(name, text, id=f"{name} {i}") for name, texts in WRITTEN.items() for i, text in enumerate(texts)]
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
                    | st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["</tool_call>", '"}]', "\\"]),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\"{é"), inner, max_size=3),
                    max_leaves=8)
ARGUMENTS = st.dictionaries(st.text("ab\"{é ", max_size=4), JSON, max_size=3)


def cut(text: str, at: set[int]) -> list[str]:
    return [text[a:b] for a, b in pairwise(sorted({0, len(text), *(i for i in at if i < len(text))}))]


def test_every_form_has_examples():
    assert WRITTEN.keys() == PARSERS.keys()


@pytest.mark.parametrize(("name", "text"), ALL)
def test_calls_are_found(name, text):
    found = read(name, [text])
    assert said(found) == CALLS and found.content == ""
    assert [call.index for call in found.calls] == [0, 1] and all(call.id for call in found.calls)


@pytest.mark.parametrize(("name", "text"), ALL)
def test_each_cut_finds_the_same(name, text):
    whole = read(name, [text])
    assert read(name, list(text)) == whole
    for at in range(1, len(text), 1 if FULL else 3):
        assert read(name, [text[:at], text[at:]]) == whole


@pytest.mark.parametrize(("name", "text"), ALL)
def test_text_around_calls_is_content(name, text):
    before = "" if PARSERS[name].format.starts and not text.startswith(PARSERS[name].format.marks or "\0") else "Let me see: é"
    found = read(name, [f"{before}\n\n{text}\n\nThat is it."])
    assert found.content == before + "That is it." and said(found) == CALLS


@pytest.mark.parametrize(("name", "text"), ALL)
def test_what_is_cut_off_is_kept(name, text):
    """An answer may end anywhere. What was told then is a beginning of what would have been told."""
    whole = read(name, [text])
    for end in range(0, len(text), 1 if FULL else 3):
        found = read(name, [text[:end]])
        assert len(found.calls) <= 2
        for call, full in zip(found.calls, whole.calls, strict=False):
            told = call.arguments
            if isinstance(PARSERS[name].format, TaggedCalls):       # the beginning of a tag may have been text
                told = told.split("<")[0].removesuffix("\\n")
            assert call.name == full.name and full.arguments.startswith(told)
        if not found.calls:
            assert found.content == text[:end]


# ---- any text at all

def fragments(name):
    """Pieces of the form, and of what is near it."""
    texts = "".join(WRITTEN[name])
    marks = [word for word in PARSERS[name].format.words if word]
    return st.lists(st.sampled_from([*marks, *(mark[:-1] for mark in marks), *(mark[1:] for mark in marks), " ", "\n", "é",
                                     "\\", '"', "{", "}", "[", "]", "(", ")", "=", ",", ":", ";", "'", "1", "f", "g", '"name"',
                                     '{"name": "f", "arguments": {', '{"name": "f"}', "f(a=1", *texts.split()[:6]]),
                    max_size=14).map("".join)


@pytest.mark.parametrize("name", PARSERS)
@examples(60)
@given(data=st.data())
def test_any_text_in_any_pieces(name, data):
    text = data.draw(fragments(name))
    whole = read(name, [text])
    assert read(name, list(text)) == whole
    assert read(name, cut(text, data.draw(st.sets(st.integers(1, max(1, len(text))))))) == whole
    if not whole.calls:
        assert whole.content == text


@examples(150)
@given(st.lists(st.tuples(st.text("ab <>{\n", max_size=6), st.sampled_from("fgh"), ARGUMENTS), max_size=3),
       st.text("ab <>{\n", max_size=6), st.sets(st.integers(1, 300)))
def test_what_is_written_is_read(calls, tail, at):
    """Text and calls in turns, with anything in the arguments."""
    text = "".join(f"{before}<tool_call>\n{dumped({'name': name, 'arguments': arguments})}\n</tool_call>"
                   for before, name, arguments in calls) + tail
    found = read("hermes", cut(text, at))
    assert said(found) == [(name, arguments) for _, name, arguments in calls]
    assert [call.arguments for call in found.calls] == [dumped(arguments) for _, _, arguments in calls]
    spoken = [before for before, _, _ in calls] + [tail]
    assert "".join(found.content.split()) == "".join("".join(spoken).split())


# ---- what is no call

@pytest.mark.parametrize(("name", "text"), [
    ("hermes", "<tool_call>"), ("hermes", "<tool_call>{}</tool_call>"), ("hermes", '<tool_call>{"name": 1}</tool_call>'),
    ("hermes", '<tool_call>{"name": ""}</tool_call>'), ("hermes", '<tool_call>{"n": "f"}</tool_call>'),
    ("hermes", '<tool_call>{"name": "f", "arguments": }</tool_call>'), ("hermes", "</tool_call>"),
    ("hermes", '<tool_call>{"name": "f"'), ("hermes", "a <tool_ca b"), ("hermes", "<tool_call>" + " " * 300 + "{}"),
    ("llama3_json", '{"name": "Bob", "age": 3}'), ("llama3_json", '{"name": "Bob"}'), ("llama3_json", '{"answer": [1, 2]}'),
    ("llama3_json", '{"name": "nobody", "parameters": {}}'), ("llama3_json", 'x {"name": "f", "parameters": {}}'),
    ("llama3_json", "<|python_tag|>print(1)"), ("mistral", "[TOOL_CALLS][]"), ("mistral", "[TOOL_CALLS]"),
    ("qwen3_coder", "<tool_call>"), ("qwen3_coder", "<function="), ("qwen3_coder", "<function=>"),
    ("pythonic", "[1, 2, 3]"), ("pythonic", "[nobody(a=1)]"), ("pythonic", "[f"), ("pythonic", "[link](http://x)"),
    ("glm45", "<tool_call>\n</tool_call>"), ("deepseek_v31", "<\uff5ctool\u2581calls\u2581begin\uff5c>x"),
])
def test_what_only_looks_like_a_call_is_content(name, text):
    for pieces in ([text], list(text)):
        found = read(name, pieces)
        assert (found.content, found.calls) == (text, [])


def test_broken_arguments_end_where_they_break():
    found = read("hermes", ['<tool_call>{"name": "f", "arguments": {"a": 1</tool_call> and ',
                            '<tool_call>{"name": "g"}</tool_call>'])
    assert [(call.name, call.arguments) for call in found.calls] == [("f", '{"a": 1'), ("g", "{}")]
    assert found.content == "</tool_call> and"


@pytest.mark.parametrize(("arguments", "told"), [
    ('"{\\"a\\": 1}"', '{"a": 1}'), ("null", "{}"), ("[1]", "[1]"), ('{"a":  1}', '{"a":  1}'), ("{}", "{}"),
])
def test_arguments_of_other_kinds(arguments, told):
    for pair in (f'"name": "f", "arguments": {arguments}', f'"arguments": {arguments}, "name": "f"'):
        assert read("hermes", [f"<tool_call>{{{pair}}}</tool_call>"]).calls[0].arguments == told


def test_a_bracket_too_few_does_no_harm():
    found = read("hermes", ['<tool_call>{"name": "f", "arguments": {"a": 1}</tool_call>'])
    assert said(found) == [("f", {"a": 1})] and not found.content


def test_ids_that_models_write_are_kept():
    assert [call.id for call in read("kimi_k2", [WRITTEN["kimi_k2"][0]]).calls] == ["functions.f:0", "functions.g:1"]
    assert [call.id for call in read("mistral", [WRITTEN["mistral"][3]]).calls] == ["abc", "abc"]


def test_a_single_call_is_told_where_one_is_asked_for():
    for name, texts in WRITTEN.items():
        for text in texts:
            for pieces in ([text], list(text)):
                found = read(name, pieces, is_single=True)
                assert said(found) == CALLS[:1] and found.content == ""


# ---- values between tags, and Python's

@pytest.mark.parametrize(("schema", "text", "value"), [
    ({"type": "string"}, "\n42\n", "42"), ({"type": "integer"}, "\n42\n", 42), ({}, "42", "42"), ({"type": "number"}, "x", "x"),
    ({"type": "boolean"}, "True", True), ({"type": ["string", "null"]}, "null", "null"),
    ({"type": "object"}, '{"a": 1}', {"a": 1}), ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "None", None),
    ({"type": "array"}, "[1, ", "[1,"),
    ({"type": "string"}, "\n\n a\n\n", "\n a\n"), ({"type": "string"}, '"é\t</x', '"é\t</x'),
    ({"type": "number"}, "NaN", "NaN"),
])
def test_values_between_tags(schema, text, value):
    tools = {"f": {"properties": {"x": schema}}}
    text = f"<tool_call><function=f><parameter=x>{text}</parameter></function></tool_call>"
    for pieces in ([text], list(text)):
        assert said(read("qwen3_coder", pieces, tools=tools)) == [("f", {"x": value})]


@pytest.mark.parametrize(("literal", "value"), [
    ("1", 1), ("-1.5e3", -1500.0), ("None", None), ("(1, 2,)", [1, 2]), ("[]", []), ("{}", {}),
    ("[[1], {'a': {}},]", [[1], {"a": {}}]),
    (r"'it\'s'", "it's"), (r'"\"\\\n\x41\u00e9\U0001F600"', '"\\\nAé😀'), (r"'\q\u12'", r"\q\u12"),
    ("''", ""), ("'</x>)]'", "</x>)]"), ("true", True), ('"a\nb"', "a\nb"),
])
def test_pythons_literals(literal, value):
    for pieces in ([f"[f(a={literal})]"], list(f"[f(a={literal}, )]")):
        assert said(read("pythonic", pieces)) == [("f", {"a": value})]


@pytest.mark.parametrize("code", ["__import__('os')", "f()", "1 + 1", "[x for x in y]", "lambda: 1", "1_000", "x", "{*a}"])
def test_nothing_is_evaluated(code):
    found = read("pythonic", [f"[f(a={code})]"])
    assert found.calls[0].arguments.startswith('{"a": ') and not found.calls[0].arguments.endswith("}")


# ---- bounds

@pytest.mark.parametrize(("name", "text"), [
    ("hermes", '<tool_call>{"arguments": "'), ("hermes", '<tool_call>{"name": "f", "arguments": {"a": "'),
    ("hermes", "<tool_call>\n"), ("hermes", '<tool_call>{"name": "f", "arguments": ' + '{"a":' * 9), ("hermes", "\n"),
    ("pythonic", '[f(a="'), ("pythonic", "[f(a=[["),
    ("qwen3_coder", "<tool_call><function=f><parameter=city>"), ("qwen3_coder", "<tool_call><function=f><parameter=days>"),
    ("qwen3_coder", "<function="), ("glm45", "<tool_call>"), ("mistral", "[TOOL_CALLS]"),
    ("deepseek_v3", WRITTEN["deepseek_v3"][0][:45]),
])
@pytest.mark.parametrize("filling", ["x", " ", "\n", None])
def test_what_is_held_is_bounded(name, text, filling):
    """Whatever comes, for however long; None: the same again and again."""
    router = Router(None, False, PARSERS[name].format, TOOLS)
    router.feed(text)
    for _ in range(40):
        router.feed(filling * 2000 if filling else text * 80)
        assert router.reader.num_held <= MOST_HELD + 2 * MOST_SPACES


def test_depth_is_bounded():
    deep = '{"a":' * (MOST_DEPTH + 1)
    found = read("hermes", [f'<tool_call>{{"name": "f", "arguments": {deep}'])
    assert found.calls[0].arguments == '{"a":' * MOST_DEPTH and found.content == '{"a":'


def test_spaces_between_parts_are_bounded():
    for spaces, is_call in ((MOST_SPACES, True), (MOST_SPACES + 1, False)):
        text = "<tool_call>" + " " * spaces + '{"name": "f"}</tool_call>'
        for pieces in ([text], list(text)):
            assert bool(read("hermes", pieces).calls) is is_call


# ---- which form

@pytest.mark.parametrize(("template", "name"), [
    (DRAFT, "hermes"), (MISTRAL, ""), ("[TOOL_CALLS]", "mistral"), ("<tool_call>\n<function=a>\n<parameter=b>", "qwen3_coder"),
    ("<tool_call>{{ name }}<arg_key>", "glm45"), (LLAMA3, ""),
    ('{"name": function name, "parameters": dictionary of argument name and its value}', "llama3_json"),
    ("[func_name1(params_name1=params_value1)]", "pythonic"),
    ("<\uff5ctool\u2581call\u2581begin\uff5c>function```json", "deepseek_v3"),
    ("<\uff5ctool\u2581call\u2581begin\uff5c>", "deepseek_v31"),
])
def test_the_form_is_found_in_the_template(template, name):
    assert detect(template) == name


def test_no_entry_hides_another():
    """Each that has signs can be found: no other's signs are among them before."""
    for name, entry in PARSERS.items():
        if entry.signs:
            assert detect("".join(entry.signs)) == name


# ---- what a grammar would write

@pytest.mark.parametrize("name", ["", *PARSERS])
@pytest.mark.parametrize("choice", ["required", "g"])
def test_what_is_forced_can_be_read(name, choice):
    form = forced(choice, TOOLS, name)
    calls = CALLS if choice == "required" else CALLS[1:]
    assert form.is_single == (choice == "g") and len(form.items) == len(calls)
    written = []
    for item, (tool, arguments) in zip(form.items, calls, strict=True):
        assert item.schema == {**TOOLS[tool], "type": "object", "additionalProperties": False}
        written.append(item.before + dumped(arguments) + item.after)
    router = Router(None, False, form.format, TOOLS)
    found = join([router.feed(form.before + form.between.join(written) + form.after), router.finish()])
    assert said(found) == calls and found.content == ""


def test_what_is_forced_is_single_where_one_is_asked_for():
    assert forced("required", TOOLS, "hermes", is_single=True).is_single


@pytest.mark.parametrize(("parameters", "is_closed"), [
    ({}, True), ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, True), ({"required": ["a"]}, False),
    ({"$ref": "#/$defs/a", "$defs": {"a": {}}}, False), ({"anyOf": [{"required": ["a"]}]}, False),
    ({"additionalProperties": {"type": "null"}}, False)])
def test_arguments_have_the_names_of_parameters(parameters, is_closed):
    (item,) = forced("f", {"f": parameters}, "hermes").items
    assert item.schema == {"type": "object", **parameters} | ({"additionalProperties": False} if is_closed else {})
