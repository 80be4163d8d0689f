"""A streaming client: the answer is shown word by word, as the server makes it.

It needs a server and OpenAI's package (pip install openai):

    quire serve &
    python examples/streaming_client.py                 # --url for a server that is not at 127.0.0.1:8000
"""
import argparse

from openai import OpenAI

parser = argparse.ArgumentParser(description="Stream one answer.")
parser.add_argument("question", nargs="?", default="What is machine learning?")
parser.add_argument("--url", default="http://127.0.0.1:8000/v1")
args = parser.parse_args()

client = OpenAI(base_url=args.url, api_key="none")      # any key will do where the server asks for none
model = client.models.list().data[0].id
stream = client.chat.completions.create(
    model=model, messages=[{"role": "user", "content": args.question}], temperature=0, max_tokens=80, stream=True,
    stream_options={"include_usage": True})

for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
    if chunk.usage:                                     # the last chunk, which has no choices
        print(f"\n({chunk.usage.completion_tokens} tokens)")
