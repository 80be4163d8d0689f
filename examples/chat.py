"""Chat: lists of messages go through the model's own template. Several conversations run at once.

    python examples/chat.py
"""
from quire import LLM, SamplingParams

QUESTIONS = ["What is the capital of France?", "What is the capital of Japan?", "What is deep learning?"]

llm = LLM()
params = SamplingParams(temperature=0, max_tokens=80)
conversations = [[{"role": "user", "content": question}] for question in QUESTIONS]

for question, output in zip(QUESTIONS, llm.chat(conversations, params), strict=True):
    print(f"user:      {question}")
    print(f"assistant: {output.outputs[0].text}")
