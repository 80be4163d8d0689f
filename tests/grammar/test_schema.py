"""Schemas: each word is enforced, describes, or is refused by its name."""
import pytest

from quire.core.errors import InvalidRequest
from quire.core.structured import StructuredOutputsParams
from quire.grammar.compile import refusal, text_of
from quire.grammar.schema import DESCRIBING, ENFORCED, read_schema

# Of the JSON Schema vocabulary (2020-12 and its forerunners) and of OpenAPI's.
OTHERS = """not if then else contains minContains maxContains uniqueItems propertyNames dependentRequired dependentSchemas
    dependencies unevaluatedItems unevaluatedProperties contentEncoding contentMediaType contentSchema $dynamicRef nullable
    x-guidance somethingNew""".split()


@pytest.mark.parametrize("word", OTHERS)
@pytest.mark.parametrize("around", [lambda s: s, lambda s: {"properties": {"a": {"anyOf": [{"type": "null"}, s]}}},
                                    lambda s: {"$defs": {"a": {"items": s}}}, lambda s: {"additionalProperties": s}])
def test_a_word_that_is_not_enforced_is_named(word, around):
    with pytest.raises(InvalidRequest, match=f"the keyword '{word.replace('$', '.')}'") as refused:
        read_schema(around({"type": "string", word: {}}), "schema")
    assert refused.value.code == "unsupported_parameter"


def test_names_of_properties_are_no_words():
    names = {name: {"type": "null"} for name in OTHERS}
    assert read_schema({"properties": names}, "schema")["properties"] == names
    assert read_schema({"enum": [{"not": 1}], "const": {"if": 2}}, "schema") == {"enum": [{"not": 1}], "const": {"if": 2}}


def test_what_only_describes_says_nothing():
    assert read_schema({**dict.fromkeys(DESCRIBING, "x"), "x-vendor": 1, "type": "null"}, "schema") == {"type": "null"}


VALUES = {"type": "string", "enum": [1], "const": 1, "anyOf": [{}], "oneOf": [{"type": "null"}], "allOf": [{}],
          "$ref": "#/$defs/a", "$defs": {"a": {}}, "definitions": {"a": {}}, "properties": {"a": {}},
          "additionalProperties": False, "patternProperties": {"^a": {}}, "required": ["a"], "minProperties": 1,
          "maxProperties": 1, "items": {}, "prefixItems": [{}], "additionalItems": False, "minItems": 1, "maxItems": 2,
          "pattern": "^a", "minLength": 1, "maxLength": 2, "format": "date", "minimum": 1, "maximum": 2,
          "exclusiveMinimum": 1, "exclusiveMaximum": 2, "multipleOf": 3}


@pytest.mark.parametrize("word", sorted(ENFORCED))
def test_the_engine_takes_every_word_that_passes(word):
    """And would name it otherwise: its own check is on, as the test below shows."""
    schema = {word: VALUES[word]} | ({"$defs": {"a": {"type": "null"}}} if word == "$ref" else {})
    assert refusal(text_of(StructuredOutputsParams(json=schema))) == ""


def test_the_engine_names_what_it_does_not_enforce():
    text = text_of(StructuredOutputsParams(json={"type": "string"}))
    assert "uniqueItems" in refusal(text.replace('"type":', '"uniqueItems":true,"type":'))


@pytest.mark.parametrize(("depth", "is_taken"), [(60, True), (66, False), (200_000, False)])
def test_depth(depth, is_taken):
    schema: dict = {}
    for _ in range(depth):
        schema = {"items": schema}
    if is_taken:
        assert read_schema(schema, "schema") == schema
    else:
        with pytest.raises(InvalidRequest, match="levels deep"):
            read_schema(schema, "schema")
    while "items" in schema:                # by hand: the collector would follow it on the stack
        schema = schema["items"]


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "[" * 100_000, '{"enum": [NaN]}', "null"])
def test_text_that_is_no_schema(text):
    with pytest.raises(InvalidRequest):
        StructuredOutputsParams(json=text)
        read_schema(text, "schema")


def test_objects_are_closed_where_that_is_asked_for_and_nothing_is_said():
    inner = {"type": "object", "properties": {"b": {"additionalProperties": True, "type": "object"}}}
    given = {"properties": {"a": inner}, "items": {"type": "object"}}
    closed = read_schema(given, "schema", closes_objects=True)
    assert closed["additionalProperties"] is closed["properties"]["a"]["additionalProperties"] is False
    assert closed["items"]["additionalProperties"] is False
    assert closed["properties"]["a"]["properties"]["b"]["additionalProperties"] is True
    assert "additionalProperties" not in given and "additionalProperties" not in inner
