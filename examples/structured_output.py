"""Structured output: the model can only write what fits, so the answer needs no repair and no second try.

    python examples/structured_output.py
"""
from pydantic import BaseModel

from quire import LLM, SamplingParams, StructuredOutputsParams


class Person(BaseModel):
    name: str
    age: int
    city: str


llm = LLM()


def ask(question: str, form: StructuredOutputsParams) -> str:
    params = SamplingParams(temperature=0, max_tokens=100, structured_outputs=form)
    return llm.chat([{"role": "user", "content": question}], params)[0].outputs[0].text


text = ask("Extract the name, age and city as JSON: Anna is 31 years old and lives in Paris.",
           StructuredOutputsParams(json=Person.model_json_schema()))
print(text)
print(repr(Person.model_validate_json(text)))

print(ask("What is the capital of Italy?", StructuredOutputsParams(regex=r"The capital of Italy is [A-Z][a-z]+\.")))
print(ask("Is this review positive or negative? I love it.", StructuredOutputsParams(choice=["positive", "negative"])))
