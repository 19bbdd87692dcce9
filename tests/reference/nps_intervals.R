# Intervals of the NPS, as shares. Rscript nps_intervals.R > nps_intervals.csv, from this folder.
# The score interval is worked out from its definition, not from a closed form: for each difference d the
# likelihood of (detractors, passives, promoters) is maximised numerically over p - q = d, and the interval
# holds every d whose score statistic (P - Q - d) / sqrt((p + q - d^2) / n) lies within the normal quantile.
cat(sprintf("# %s, stats %s: optimize() and uniroot()\n", R.version.string, packageVersion("stats")))
cat("detractors,passives,promoters,level,method,conf_low,conf_high\n")

constrained <- function(d, x) {                   # share of detractors with the largest likelihood
  likelihood <- function(q) {
    p <- c(q, 1 - d - 2 * q, q + d)
    if (any(p[x > 0] <= 0)) return(-Inf)
    sum((x * log(p))[x > 0])
  }
  slope <- function(q) {                          # its derivative, to find the maximum to the last digit
    p <- c(q, 1 - d - 2 * q, q + d)
    sum((x / p * c(1, -2, 1))[x > 0])
  }
  low <- max(0, -d); high <- (1 - d) / 2
  inner <- c(low, high) + c(1, -1) * 1e-13 * (high - low)
  if (slope(inner[1]) <= 0) return(low)
  if (slope(inner[2]) >= 0) return(high)
  q <- uniroot(slope, inner, tol = 1e-16, maxiter = 10000)$root
  rough <- optimize(likelihood, c(low, high), maximum = TRUE, tol = 1e-10)$maximum
  stopifnot(abs(q - rough) < 1e-5)
  q
}

score_ends <- function(x, level) {
  n <- sum(x); observed <- (x[3] - x[1]) / n; z <- qnorm(0.5 + level / 2)
  excess <- function(d) {
    q <- constrained(d, x)
    (observed - d)^2 - z^2 * (2 * q + d - d^2) / n
  }
  edge <- 1 - 1e-9; beside <- c(-1, 1) * 1e-9     # with one class only, both sides are 0 at the estimate itself
  low <- if (observed <= -1 || excess(-edge) <= 0) -1 else uniroot(excess, c(-edge, observed + beside[1]), tol = 1e-15)$root
  high <- if (observed >= 1 || excess(edge) <= 0) 1 else uniroot(excess, c(observed + beside[2], edge), tol = 1e-15)$root
  c(low, high)
}

wald_ends <- function(x, level, added) {
  n <- sum(x) + sum(added); p <- (x + added) / n; estimate <- p[3] - p[1]
  half <- qnorm(0.5 + level / 2) * sqrt((p[1] + p[3] - estimate^2) / n)
  pmin(pmax(estimate + c(-1, 1) * half, -1), 1)
}

tables <- list(c(10, 30, 60), c(25, 35, 40), c(0, 0, 10), c(10, 0, 0), c(0, 10, 0), c(0, 3, 7), c(7, 3, 0),
               c(5, 0, 5), c(1, 0, 9), c(9, 0, 1), c(1, 8, 1), c(0, 1, 1), c(1, 1, 0), c(1, 0, 1), c(0, 19, 1),
               c(2, 3, 15), c(300, 400, 300), c(0, 0, 1000), c(1, 0, 999), c(0, 500, 500), c(3, 2, 2), c(1.5, 2.25, 6.5))
for (x in tables) for (level in c(0.9, 0.95)) {
  rows <- list(score = score_ends(x, level), wald = wald_ends(x, level, c(0, 0, 0)),
               adjusted_wald = wald_ends(x, level, c(0.75, 1.5, 0.75)))
  for (method in names(rows))
    cat(sprintf("%g,%g,%g,%g,%s,%.15g,%.15g\n", x[1], x[2], x[3], level, method, rows[[method]][1], rows[[method]][2]))
}
