"""What every estimator shares: the result type, intervals, suppression."""
