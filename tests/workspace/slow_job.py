"""A job for real workers: the first attempts hang until their worker is killed, the next ends."""

import time
from pathlib import Path

from workspace import jobs

KIND = "test-slow"
FOR_EVER = 600


@jobs.register(KIND)
def slow(job, progress):
    """Notes each beginning and each end in a file."""
    notes = Path(job.parameters["notes"])
    _note(notes, f"begun {job.attempt}")
    progress(1, 2, "begun")
    if job.attempt <= job.parameters["deadly"]:
        time.sleep(FOR_EVER)
    _note(notes, f"ended {job.attempt}")
    return {"attempt": job.attempt}


def _note(notes, text):
    with notes.open("a") as file:
        file.write(f"{text}\n")
