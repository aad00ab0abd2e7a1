"""Twenty seconds of Hypothesis on the same targets, and all that longer runs have found."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS, seeds

FINDINGS = sorted(one for one in Path(__file__).parent.glob("findings/*/*") if one.is_file())
PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'"', b"[[[[", b"9" * 40,
                     b"\xff\xfe", b"\0" * 8, b"true", b"0.5", b'""', b"\n", b",", b";", b"="]),
)  # fmt: skip
GIVEN = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), min_size=1, max_size=4)


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda one: f"{one.parent.name}/{one.name[:20]}")
def test_what_was_found(finding):
    TARGETS[finding.parent.name](finding.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_good_inputs_changed_here_and_there(name):
    """A piece is put in place of another, some times over."""
    good = seeds(name)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(good) - 1), GIVEN)
    def run(which, changes):
        content = good[which]
        for place, length, piece in changes:
            start = int(place * len(content))
            content = content[:start] + piece + content[start + length :]
        TARGETS[name](content)

    run()
