"""What VictoriaLogs 1.52.1 answered, read where there is none."""

from __future__ import annotations

from collectors.testing import compare
from tests.collectors.log_cases import of
from tests.collectors.record_logs import FOLDER


def test_recorded_answers_are_read_alike() -> None:
    made = compare(FOLDER / "victorialogs-1.52.1")
    assert (len(of(made, "custom")), len(of(made, "log.first_seen")), len(of(made, "log.rate_changed"))) == (
        180,
        2,
        1,
    )
    assert made.gaps == []
