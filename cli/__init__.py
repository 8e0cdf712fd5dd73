import os

OWNER = "incident-timeline"  # read by the start-up guard: another distribution may own this name

# Before what reads them is imported: NumPy would start a thread for each core, for linear algebra that
# nothing here needs, and pydantic would look for plugins in every installed distribution.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
