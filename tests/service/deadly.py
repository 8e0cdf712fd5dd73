"""Jobs that end their process at one incident, as the kernel does to one that takes all memory."""

from __future__ import annotations

import os
import signal

from service.backfill.job import BackfillRow, Job
from service.backfill.job import run as real


def run(job: Job) -> BackfillRow:
    """Run the job; end the process at INC-6."""
    if job.incident == "INC-6":
        os.kill(os.getpid(), signal.SIGKILL)
    return real(job)


def run_and_die(job: Job) -> BackfillRow:
    """Run the job; end the process when INC-6 is built, before anybody hears of it."""
    row = real(job)
    if job.incident == "INC-6" and row.outcome == "built":
        os.kill(os.getpid(), signal.SIGKILL)
    return row
