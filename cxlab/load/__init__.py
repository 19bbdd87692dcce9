"""From source files to canonical tables: readers, mapping, quarantine, and `open_market`, the one door."""
