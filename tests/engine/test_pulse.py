"""The page that two processes share."""
import time

from quire.engine.pulse import Page


def test_what_one_writes_the_other_reads(tmp_path):
    ours, theirs = Page(tmp_path / "pulse"), Page(tmp_path / "pulse")
    assert ours.age() == 0.0, "before the first beat"
    theirs.view[0] = time.monotonic_ns() - 5_000_000_000
    assert 5.0 <= ours.age() < 65.0
    theirs.write()
    assert ours.age() < 5.0
    theirs.view[0] = time.monotonic_ns() + 60_000_000_000
    assert ours.age() == 0.0, "no beat is from the future"
    for page in (ours, theirs):
        page.close()
