"""Random sequences of edits, updates and crashes; `make bench ARGS=regeneration` runs thousands."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.placing.state_machine import ProjectLifecycle
from tests.support.seeds import property_seed

SEQUENCES = 300


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_sequence_of_events_loses_what_people_wrote() -> None:
    run_state_machine_as_test(
        seed(property_seed())(ProjectLifecycle),
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
