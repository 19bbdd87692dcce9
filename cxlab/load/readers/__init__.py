"""One reader per source format; each hands over raw values, untouched, and says where they stood."""
