"""A conversation that remembers: all that was said goes in again with each turn, and the prefix cache makes that cheap.

    python examples/conversation.py
"""
from quire import LLM, SamplingParams

TURNS = ["Hi, my name is Anna.", "I have a dog called Rex.", "What is my name?"]


class Conversation:
    """Its messages are its memory; two of them know nothing of each other."""

    def __init__(self, llm: LLM, params: SamplingParams):
        self.llm, self.params = llm, params
        self.messages: list[dict[str, str]] = []
        self.num_prompt = self.num_cached = 0       # of the last turn, in tokens

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        output = self.llm.chat(self.messages, self.params)[0]
        self.num_prompt, self.num_cached = len(output.prompt_token_ids), output.num_cached_tokens
        self.messages.append({"role": "assistant", "content": output.outputs[0].text})
        return output.outputs[0].text


llm = LLM()
talk = Conversation(llm, SamplingParams(temperature=0, max_tokens=40))
for text in TURNS:
    print(f"user:      {text}")
    print(f"assistant: {talk.say(text)}")
    print(f"           ({talk.num_prompt} tokens went in, {talk.num_cached} of them were still in the cache)")
