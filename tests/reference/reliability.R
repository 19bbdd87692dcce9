# Reliability of R's `attitude` (Chatterjee and Price), with psych and lavaan. Run in this folder:
#   Rscript reliability.R
# Writes attitude.csv (the data) and reliability.json (the figures).
suppressMessages({library(psych); library(lavaan); library(jsonlite)})
write.csv(attitude, "attitude.csv", row.names = FALSE)

omega_ml <- function(data, ...) {
  model <- paste("f =~", paste(names(data), collapse = " + "))
  fit <- cfa(model, data = data, std.lv = TRUE, ...)
  found <- lavInspect(fit, "est")
  loading <- sum(found$lambda)
  c(omega = loading^2 / (loading^2 + sum(diag(found$theta))))
}

a <- psych::alpha(attitude)
feldt <- alpha.ci(a$total$raw_alpha, n.obs = nrow(attitude), n.var = ncol(attitude), p.val = .05)
gaps <- attitude
gaps[1, 1] <- NA; gaps[2:3, 2] <- NA; gaps[7, 5] <- NA
pairwise <- cov(gaps, use = "pairwise.complete.obs")
k <- ncol(gaps)
# Weights 1, 2, 3, 1, … as frequencies: each row as often as its weight.
times <- rep(1:3, 10)
repeated <- attitude[rep(1:30, times), ]
write_json(
  list(
    made_by = paste0(R.version.string, ", psych ", packageVersion("psych"), ", lavaan ", packageVersion("lavaan")),
    alpha = a$total$raw_alpha, low = feldt$lower.ci, high = feldt$upper.ci,
    omega = omega_ml(attitude),
    r_drop = a$item.stats$r.drop, alpha_drop = a$alpha.drop$raw_alpha,
    mean = a$item.stats$mean, sd = a$item.stats$sd,
    alpha_complete = psych::alpha(na.omit(gaps))$total$raw_alpha,
    alpha_pairwise = k / (k - 1) * (1 - sum(diag(pairwise)) / sum(pairwise)),
    alpha_repeated = psych::alpha(repeated)$total$raw_alpha,
    omega_repeated = omega_ml(repeated)
  ),
  "reliability.json", auto_unbox = TRUE, digits = NA, pretty = TRUE
)
