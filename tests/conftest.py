"""What all tests share. QUIRE_TEST_FULL=1 runs everything; else long tests run a sample."""
import os

FULL = os.environ.get("QUIRE_TEST_FULL") == "1"
