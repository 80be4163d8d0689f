"""The bundled model within random forms: every answer holds to its form, as another program sees it, and ends by itself."""
import json
import random
import re
from typing import Any

import jsonschema
import pytest

from quire import LLM, SamplingParams, StructuredOutputsParams
from quire.core.errors import InvalidRequest
from quire.engine.structured import json_between
from tests.conftest import FULL
from tests.e2e.command import BUNDLED

COUNT = 200 if FULL else 20
WORDS = "name age city colour price tags items notes 'quoted' größe 名前".split()


@pytest.fixture(scope="module")
def llm() -> LLM:
    return LLM(model=str(BUNDLED / "quire-8m"), max_model_len=1024)


def draw_schema(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    """Bounded: whatever keeps to it is short."""
    kinds = ["string", "pattern", "integer", "boolean", "null", "enum", "const", "anyOf"]
    kind = rng.choice(kinds if depth > 2 else [*kinds, "array", "tuple", "object", "object", "object"])
    match kind:
        case "string":
            return {"type": "string", "minLength": rng.randint(0, 3), "maxLength": rng.randint(3, 12)}
        case "pattern":
            return {"type": "string", "pattern": rng.choice(["^[a-z]{2,6}$", r"^\d{4}-\d{2}$", "^(on|off)$"])}
        case "integer":
            return {"type": "integer", "minimum": rng.randint(-99, 5), "maximum": rng.randint(5, 10_000)}
        case "enum":
            return {"enum": rng.sample(["red", 1, None, True, "größer", [1, "a"], {"k": 2}], 3)}
        case "const":
            return {"const": rng.choice(["x\n\"y\"", 17, {"deep": [1, {"er": None}]}])}
        case "anyOf":
            return {"anyOf": [draw_schema(rng, depth + 2) for _ in range(2)]}
        case "array":
            least = rng.randint(0, 2)
            return {"type": "array", "items": draw_schema(rng, depth + 1), "minItems": least, "maxItems": least + 2}
        case "tuple":
            return {"type": "array", "prefixItems": [draw_schema(rng, depth + 2) for _ in range(2)], "items": False,
                    "minItems": 2}
        case "object":
            names = rng.sample(WORDS, rng.randint(1, 3))
            return {"type": "object", "properties": {name: draw_schema(rng, depth + 1) for name in names},
                    "required": names[:rng.randint(0, len(names))], "additionalProperties": False}
    return {"type": kind}


def test_random_schemas_are_kept_to_and_answers_end(llm: LLM) -> None:
    rng = random.Random(11)
    schemas = [draw_schema(rng) for _ in range(COUNT)]
    params = [SamplingParams(max_tokens=800, seed=i, temperature=rng.choice([0.0, 0.7, 1.5]),
                             structured_outputs=StructuredOutputsParams(json=schema)) for i, schema in enumerate(schemas)]
    outputs = llm.generate([f"Write JSON about {rng.choice(WORDS)}." for _ in schemas], params, use_tqdm=False)
    for schema, output in zip(schemas, outputs, strict=True):
        (answer,) = output.outputs
        assert answer.finish_reason == "stop", (schema, answer.text)
        jsonschema.Draft202012Validator(schema).validate(json.loads(answer.text))
    assert len({output.outputs[0].text for output in outputs}) > COUNT // 2


def test_without_a_form_they_would_not_be_json(llm: LLM) -> None:
    """So it is the form that makes them so."""
    (output,) = llm.generate(["Write JSON about a city."], SamplingParams(max_tokens=40, temperature=0), use_tqdm=False)
    with pytest.raises(ValueError):
        json.loads(output.outputs[0].text)


def ask(llm: LLM, asked: StructuredOutputsParams, **fields: Any) -> list[str]:
    params = SamplingParams(**{"max_tokens": 200, "seed": 1, "structured_outputs": asked, **fields})
    (output,) = llm.generate(["Is a dog an animal?"], params, use_tqdm=False)
    assert all(answer.finish_reason == "stop" for answer in output.outputs)
    return [answer.text for answer in output.outputs]


def test_regex_choice_and_grammar_in_siblings(llm: LLM) -> None:
    regex = r"(Yes|No), [a-z]{3,10}\."
    texts = ask(llm, StructuredOutputsParams(regex=regex), n=3)
    assert all(re.fullmatch(regex, text) for text in texts) and len(set(texts)) > 1
    assert set(ask(llm, StructuredOutputsParams(choice=["yes, it is", "no"]), n=3)) <= {"yes, it is", "no"}
    assert re.fullmatch(r"[0-9]+\+[0-9]+", ask(llm, StructuredOutputsParams(grammar='root ::= n "+" n\nn ::= [0-9] [0-9]?'))[0])


def test_json_between_texts_of_control_tokens(llm: LLM) -> None:
    schema = {"type": "object", "properties": {"name": {"enum": ["f", "g"]}}, "required": ["name"],
              "additionalProperties": False}
    asked = json_between(schema, "<tool_call>\n", "\n</tool_call>", tokenizer=llm.get_tokenizer())
    (output,) = llm.generate(["Call it."], SamplingParams(max_tokens=200, structured_outputs=asked), use_tqdm=False)
    (answer,) = output.outputs
    found = re.fullmatch(r"<tool_call>\n(.*)\n</tool_call>", answer.text, re.DOTALL)
    assert found and json.loads(found[1])["name"] in "fg" and answer.finish_reason == "stop"
    tokenizer = llm.get_tokenizer()
    assert answer.token_ids[0] == tokenizer.token_to_id("<tool_call>")
    assert answer.token_ids[-2] == tokenizer.token_to_id("</tool_call>")


def test_what_cannot_be_enforced_is_named(llm: LLM) -> None:
    with pytest.raises(InvalidRequest, match="uniqueItems"):
        ask(llm, StructuredOutputsParams(json={"type": "array", "uniqueItems": True}))
