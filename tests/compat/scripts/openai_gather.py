"""Ten conversations at once, through the official client."""
import asyncio
import os

from openai import AsyncOpenAI

client = AsyncOpenAI(base_url=os.environ.get("VLLM_BASE_URL", "http://localhost:8000/v1"), api_key="dummy")


async def ask(question: str) -> str:
    response = await client.chat.completions.create(
        model="meta-llama/Llama-3.1-8B-Instruct",
        messages=[{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": question}],
        temperature=0.7,
        max_tokens=32,
    )
    return f"{response.choices[0].finish_reason}|{response.usage.completion_tokens}|{response.choices[0].message.content!r}"


async def stream(question: str) -> str:
    text = ""
    chunks = await client.chat.completions.create(
        model="meta-llama/Llama-3.1-8B-Instruct", messages=[{"role": "user", "content": question}], max_tokens=32, stream=True)
    async for chunk in chunks:
        if chunk.choices[0].delta.content:
            text += chunk.choices[0].delta.content
    return text


async def main() -> None:
    answers = await asyncio.gather(*(ask(f"Tell me a fact about the number {i}.") for i in range(10)))
    for i, answer in enumerate(answers):
        print(i, answer, sep="|")
    print("streamed", repr(await stream("What is the capital of France?")), sep="|")


asyncio.run(main())
