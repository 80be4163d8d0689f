"""What people write, in numbers."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.core.units import parse_bool, parse_count, parse_fraction, parse_seconds, parse_size, show_bytes, show_count


@pytest.mark.parametrize(("text", "count"), [
    ("8", 8), ("4k", 4000), ("4K", 4096), ("32k", 32_000), ("32K", 32_768), ("1.5k", 1500), ("25.6k", 25_600),
    ("2m", 2_000_000),
    ("1M", 1 << 20), ("1g", 10 ** 9), ("1G", 1 << 30), ("1T", 1 << 40), ("-1", -1), ("1_000", 1000), (" 7 ", 7),
    ("0.001k", 1),
])
def test_counts(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "k", "1.5K", "1.5", "4kb", "1e3", "1,000", "0x10", "1.2345k", "4 k", "four", "٤"])
def test_no_counts(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_count(text)


@pytest.mark.parametrize(("text", "size"), [
    ("512", 512), ("2GiB", 2 << 30), ("2gib", 2 << 30), ("0.5GiB", 1 << 29), ("1.5MiB", 3 << 19), ("2GB", 2 * 10 ** 9),
    ("2gb", 2 * 10 ** 9),
    ("2G", 2 << 30), ("2g", 2 * 10 ** 9), ("4k", 4000), ("4KiB", 4096), ("4kB", 4000), ("10B", 10), ("1TiB", 1 << 40),
    ("1.5GB", 1_500_000_000),
])
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GiB", "2XiB", "2GiBs", "2 GiB", "1.5G", "B", "2bb"])
def test_no_sizes(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_size(text)


@pytest.mark.parametrize(("text", "share"), [("0.9", 0.9), ("90%", 0.9), ("1", 1.0), ("12.5%", 0.125)])
def test_shares(text, share):
    assert parse_fraction(text) == pytest.approx(share)


@pytest.mark.parametrize(("text", "seconds"), [("25", 25), ("25s", 25), ("2m", 120), ("2min", 120), ("500ms", 0.5),
                                               ("1h", 3600), ("0.5", 0.5)])
def test_times(text, seconds):
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("word", ["true", "1", "yes", "on", "TRUE", "Yes", " true "])
def test_yes(word):
    assert parse_bool(word) is True


@pytest.mark.parametrize("word", ["false", "0", "no", "off", "FALSE"])
def test_no(word):
    assert parse_bool(word) is False


@pytest.mark.parametrize(("parse", "text"), [(parse_fraction, "90 percent"), (parse_seconds, "2 weeks"),
                                             (parse_bool, "maybe"), (parse_bool, "")])
def test_others_are_refused(parse, text):
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


@given(st.integers(0, 10 ** 15), st.sampled_from(["k", "m", "g", "t", "K", "M", "G", "T", ""]))
def test_a_count_is_its_number_times_its_unit(number, unit):
    factors = {"": 1, "k": 10 ** 3, "m": 10 ** 6, "g": 10 ** 9, "t": 10 ** 12, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30,
               "T": 1 << 40}
    assert parse_count(f"{number}{unit}") == number * factors[unit]


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_value_error(text):
    for parse in (parse_count, parse_size, parse_fraction, parse_seconds, parse_bool):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)


def test_shown():
    assert [show_bytes(n) for n in (0, 1023, 1024, 3 << 29, 5 << 40, 5 << 50)] == [
        "0 B", "1023 B", "1.0 KiB", "1.5 GiB", "5.0 TiB", "5120.0 TiB"]
    assert [show_count(n) for n in (7, 1700, 8_200_000, 3 * 10 ** 9)] == ["7", "1,700", "8.2 million", "3.0 billion"]
