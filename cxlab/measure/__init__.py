"""One measure per module: NPS, top box, mean score, share."""
