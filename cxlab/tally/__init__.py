"""One pass over the rows, wherever they live, to small sufficient statistics."""
