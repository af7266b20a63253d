"""Generated data and a benchmark of the saved questions. Not a test: it measures, and asserts nothing."""
