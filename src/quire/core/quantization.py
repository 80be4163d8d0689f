"""Weights in fewer bits than they came with: the schemes, and how many bytes each takes. No torch.

int8    a float32 scale for each output
int4    a bfloat16 scale for each output and GROUP inputs
In both the input becomes 8 bits, with a scale for each token.

Decoder matrices take the scheme that was asked for. The head takes int8 in both: it is what the answer is read from, and
errors there are not evened out by layers behind. Embeddings, norms and biases stay in the dtype of the model.
"""
SCHEMES = ("none", "int8", "int4")
GROUP = 32                  # inputs that share a scale in int4; csrc/kernels.h has the same number
MOST_INPUTS = 1 << 17       # of int8: sums of more products of two such numbers could exceed 32 bits


def head_scheme(scheme: str) -> str:
    return "none" if scheme == "none" else "int8"


def matrix_bytes(scheme: str, outputs: int, inputs: int, item: int) -> int:
    """`item`: bytes of a number that is not quantized."""
    if scheme == "int8":
        return outputs * (-(-inputs // 4) * 4 + 4)
    if scheme == "int4":
        return outputs * -(-inputs // GROUP) * (GROUP // 2 + 2)
    return outputs * inputs * item


def account(scheme: str, dtype: str, device: str) -> str:
    """What becomes of which weights, for `quire explain`."""
    if scheme == "none":
        return f"all weights in {dtype}"
    layers = "8 bits" if scheme == "int8" else f"4 bits in groups of {GROUP}"
    text = (f"the matrices of the layers in {layers}, the output matrix in 8 bits, quantized as they are loaded; "
            f"embedding, norms and biases in {dtype}")
    return text if device == "cpu" else f"{text}; on {device} it saves memory, not time: each product widens its weights again"
