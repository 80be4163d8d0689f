"""Answers that go round in circles: the last ids are one pattern, so many times over."""
from quire.core.sampling_params import RepetitionDetectionParams


class Repetition:
    """ids: as many of the last ones as a pattern can span."""

    def __init__(self, params: RepetitionDetectionParams):
        self.sizes = range(max(1, params.min_pattern_size), params.max_pattern_size + 1)
        self.count, self.reach = params.min_count, params.max_pattern_size * params.min_count
        self.ids: list[int] = []

    def push(self, token: int) -> bool:
        """Does the answer repeat itself with this one?"""
        self.ids = [*self.ids, token][-self.reach:]
        return any(len(self.ids) >= size * self.count and self.ids[-size * self.count:] == self.ids[-size:] * self.count
                   for size in self.sizes)
