"""Tools: the model asks for a function, the program calls it, and the model answers with what it gave.

It needs a server and OpenAI's package (pip install openai):

    quire serve &
    python examples/tools.py                            # --url for a server that is not at 127.0.0.1:8000
"""
import argparse
import json

from openai import OpenAI

parser = argparse.ArgumentParser(description="Let the model call a function.")
parser.add_argument("question", nargs="?", default="What is the weather in Paris?")
parser.add_argument("--url", default="http://127.0.0.1:8000/v1")
args = parser.parse_args()


def get_weather(city: str) -> dict:
    return {"city": city, "temperature": 18, "condition": "sunny"}      # a real one would ask somebody


TOOLS = [{"type": "function", "function": {
    "name": "get_weather", "description": "Get the current weather for a city", "parameters": {
        "type": "object", "properties": {"city": {"type": "string", "description": "The city"}}, "required": ["city"]}}}]

client = OpenAI(base_url=args.url, api_key="none")
model = client.models.list().data[0].id
messages = [{"role": "user", "content": args.question}]

message = client.chat.completions.create(model=model, messages=messages, tools=TOOLS, temperature=0).choices[0].message
messages.append(message)
for call in message.tool_calls or []:
    result = get_weather(**json.loads(call.function.arguments))
    print(f"{call.function.name}({call.function.arguments}) -> {json.dumps(result)}")
    messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)})

last = client.chat.completions.create(model=model, messages=messages, tools=TOOLS, temperature=0)
print(last.choices[0].message.content)
