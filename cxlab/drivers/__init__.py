"""Which drivers go with an outcome, how strongly, and how sure that is."""
