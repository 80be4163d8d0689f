"""A manager of conversations that writes the prompts of Llama 2 by hand."""
from vllm import LLM, SamplingParams


class ConversationManager:
    def __init__(self, llm: LLM, system_prompt: str = "You are a helpful assistant."):
        self.llm = llm
        self.system_prompt = system_prompt
        self.history: list[tuple[str, str]] = []
        self.sampling_params = SamplingParams(temperature=0.0, max_tokens=24, stop=["</s>", "[INST]"])

    def build_prompt(self, user_message: str) -> str:
        prompt = f"<s>[INST] <<SYS>>\n{self.system_prompt}\n<</SYS>>\n\n"
        for user, assistant in self.history:
            prompt += f"{user} [/INST] {assistant} </s><s>[INST] "
        return prompt + f"{user_message} [/INST]"

    def chat(self, user_message: str) -> str:
        outputs = self.llm.generate([self.build_prompt(user_message)], self.sampling_params)
        reply = outputs[0].outputs[0].text.strip()
        self.history.append((user_message, reply))
        return reply

    def reset(self) -> None:
        self.history.clear()


llm = LLM(model="meta-llama/Llama-2-7b-chat-hf", tensor_parallel_size=1, max_model_len=2048)
FIRST = ["What is the capital of France?", "And of Germany?", "Which of them is larger?"]
SECOND = ["Name a colour.", "Another one, please.", "Thank you!"]

alice, bob = ConversationManager(llm), ConversationManager(llm, "You answer in one word.")
for to_alice, to_bob in zip(FIRST, SECOND, strict=True):
    print("together|alice", repr(alice.chat(to_alice)), sep="|")
    print("together|bob", repr(bob.chat(to_bob)), sep="|")

alice.reset()
llm.reset_prefix_cache()
for message in FIRST:
    print("alone|alice", repr(alice.chat(message)), sep="|")

messages = [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": FIRST[0]}]
print("template", repr(llm.chat(messages, SamplingParams(temperature=0.0, max_tokens=24))[0].outputs[0].text), sep="|")
