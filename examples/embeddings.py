"""Embeddings: texts become vectors, and texts that mean the same lie close to each other.

    python examples/embeddings.py
"""
from quire import LLM

TEXTS = ["What is the capital of Italy?", "Tell me a story about a cat.", "What is 4 + 5?", "How do I bake bread?"]
QUERY = "What is the capital of France?"

llm = LLM()

vectors = [output.outputs.embedding for output in llm.embed(TEXTS)]
print(f"{len(vectors)} vectors of {len(vectors[0])} numbers, each of length 1")

# The cosine of two vectors of length 1 is the sum of their products. llm.score does both steps.
scores = [output.outputs.score for output in llm.score(QUERY, TEXTS)]
print(QUERY)
for score, text in sorted(zip(scores, TEXTS, strict=True), reverse=True):
    print(f"{score:6.3f}  {text}")
