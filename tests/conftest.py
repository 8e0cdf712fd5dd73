"""What every test can use: the real servers, and golden files."""

pytest_plugins = ["tests.servers.fixtures", "tests.golden_files"]
