"""Customers drawn from the models of lifetime value, for the tests of their intervals."""

import numpy as np


def bgnbd_customers(rng, n, theta, age):
    """Return frequency and recency, shape (n,), of customers who leave after a purchase or not at all."""
    r, alpha, a, b = theta
    rate = rng.gamma(r, 1 / alpha, n)
    most = rng.geometric(np.maximum(rng.beta(a, b, n), 1e-12))
    return _seen(rng, rate, age, most, np.full(n, np.inf))


def pareto_customers(rng, n, theta, age):
    """Return frequency and recency, shape (n,), of customers who leave at any time."""
    r, alpha, s, beta = theta
    rate = rng.gamma(r, 1 / alpha, n)
    left = rng.exponential(1, n) / rng.gamma(s, 1 / beta, n)
    return _seen(rng, rate, age, np.full(n, 10**9), left)


def _seen(rng, rate, age, most, left):
    end = np.minimum(age, left)
    count = np.minimum(rng.poisson(rate * end), 10**6)
    frequency, recency = np.zeros(len(rate)), np.zeros(len(rate))
    # Given their number, arrivals are uniform over the time: in order, the one that is the last counts.
    some = np.flatnonzero(count)
    last = np.minimum(count[some], most[some])
    frequency[some] = last
    # The k-th of n ordered uniforms is Beta(k, n − k + 1).
    recency[some] = end[some] * rng.beta(last, count[some] - last + 1)
    return frequency, recency


def spends(rng, frequency, theta):
    """Return the mean value of the repeat purchases of each customer, 0 where there is none, shape (n,)."""
    p, q, v = theta
    again = frequency > 0
    scale = rng.gamma(q, 1 / v, len(frequency))
    total = rng.gamma(np.where(again, p * frequency, 1.0)) / scale
    return np.where(again, total / np.maximum(frequency, 1), 0.0)
