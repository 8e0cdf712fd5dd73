"""Fuzzing: whatever a source sends, a build goes on; answers that tests recorded are changed and read again.

python -m tests.fuzz --minutes 60                  # every seed in turn; what fails is shrunk and kept
.venv/bin/python -m pytest tests/collectors -p tests.fuzz.recording --fuzz-seeds tests/fuzz/seeds
"""
