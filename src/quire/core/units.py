"""Values as people write them: counts (32k), sizes (2GiB), shares (0.9, 90%), times (25s), yes and no.

k m g t multiply by 1,000 and take decimals (1.5k); K M G T multiply by 1,024 and take whole numbers only, so that no
rounding hides in them. Each function takes text and raises ValueError with a whole sentence.
"""
import math
import re

DECIMAL = {"": 1, "k": 10 ** 3, "m": 10 ** 6, "g": 10 ** 9, "t": 10 ** 12}
BINARY = {"K": 2 ** 10, "M": 2 ** 20, "G": 2 ** 30, "T": 2 ** 40}
SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
TRUE, FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})

_number = re.compile(r"([+-]?)(\d+(?:_\d+)*)(\.\d+)?([A-Za-z%]*)", re.ASCII)


def split_number(text: str) -> tuple[str, str, str]:
    """Sign and whole part, decimals with their dot (or nothing), and the unit."""
    match = _number.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a number")
    return match[1] + match[2].replace("_", ""), match[3] or "", match[4]


def scaled(whole: str, decimals: str, factor: int, text: str) -> int:
    """Exact: 1.5k is 1500, and 1.2345k is refused."""
    digits = len(decimals) - 1 if decimals else 0
    value, rest = divmod(int(whole + decimals[1:]) * factor, int(10 ** digits))
    if rest:
        raise ValueError(f"{text!r} is not a whole number")
    return value


def parse_count(text: str) -> int:
    """32k is 32000, 32K is 32768, 1.5k is 1500."""
    whole, decimals, unit = split_number(text)
    if unit in DECIMAL:
        return scaled(whole, decimals, DECIMAL[unit], text)
    if unit not in BINARY:
        raise ValueError(f"{text!r}: {unit!r} is no unit of a count; use k m g t (thousands) or K M G T (1024s)")
    if decimals:
        raise ValueError(f"{text!r}: {unit} is 1024s and takes whole numbers; write {unit.lower()} for thousands")
    return int(whole) * BINARY[unit]


def parse_size(text: str) -> int:
    """Bytes: 2GiB and 2G are 2 * 2^30, 2GB and 2g are 2 * 10^9, a plain number is bytes. GiB takes decimals."""
    whole, decimals, unit = split_number(text)
    first, rest = unit[:1], unit[1:].lower()
    if rest == "ib" and first.upper() in BINARY:
        return round(float(whole + decimals) * BINARY[first.upper()])
    if rest == "b" and first.lower() in DECIMAL:
        unit = first.lower()
    elif unit.lower() == "b":
        unit = ""
    if unit not in DECIMAL and unit not in BINARY:
        raise ValueError(f"{text!r} is no size; write for example 512MiB, 2GiB or 2GB")
    return parse_count(f"{whole}{decimals}{unit}")


def parse_fraction(text: str) -> float:
    """0.9 or 90%."""
    whole, decimals, unit = split_number(text)
    if unit not in ("", "%"):
        raise ValueError(f"{text!r} is no share; write for example 0.9 or 90%")
    return float(whole + decimals) / (100 if unit else 1)


def parse_seconds(text: str) -> float:
    """25, 25s, 2m, 500ms."""
    whole, decimals, unit = split_number(text)
    if unit not in SECONDS:
        raise ValueError(f"{text!r} is no time; write for example 25, 25s or 2m")
    return float(whole + decimals) * SECONDS[unit]


def parse_bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError(f"{text!r} is neither yes nor no; write true or false")
    return word in TRUE


def show_bytes(num_bytes: float) -> str:
    """2.0 GiB"""
    if num_bytes < 1024:
        return f"{num_bytes:.0f} B"
    power = min(4, int(math.log2(num_bytes)) // 10)
    return f"{num_bytes / 2 ** (10 * power):.1f} {' KMGT'[power]}iB"


def show_count(number: float) -> str:
    """1,700 or 8.2 million: short, for people."""
    for size, word in ((10 ** 9, "billion"), (10 ** 6, "million")):
        if number >= size:
            return f"{number / size:.1f} {word}"
    return f"{number:,.0f}"
