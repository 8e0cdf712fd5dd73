"""What every test can use: the real servers, golden files, and laws that are not timed."""

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures", "tests.golden_files"]

# The first example pays for imports, and a busy machine for its other work: neither breaks a law.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
