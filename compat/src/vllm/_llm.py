"""LLM with the attribute by which programs look at its engine's settings."""
from types import SimpleNamespace

import quire


class LLM(quire.LLM):
    @property
    def llm_engine(self) -> SimpleNamespace:
        """What evaluation programs read of it: the length of a context, and the model's names."""
        plan = self.plan
        return SimpleNamespace(model_config=SimpleNamespace(
            model=plan.model, tokenizer=str(plan.tokenizer_folder), max_model_len=plan.max_model_len, dtype=plan.dtype,
            served_model_name=plan.served_names[0]))
