# Reference values for renewals: Rscript renewal.R > renewal.json, with R and metafor.
# Firth's logit is found by maximising the penalised likelihood numerically; the variance between periods by metafor.
suppressMessages({library(metafor); library(jsonlite)})
options(digits = 15)

rows <- data.frame(
  period = rep(1:4, each = 6),
  x = rep(c(0, 1, 2, 3, 4, 5), 4),
  trials = c(9, 7, 12, 10, 8, 6, 5, 11, 9, 7, 10, 12, 8, 8, 9, 9, 7, 10, 3, 2, 2, 3, 2, 3),
  renewed = c(2, 3, 7, 6, 7, 5, 1, 2, 4, 4, 7, 9, 3, 5, 5, 7, 6, 10, 3, 2, 2, 3, 2, 3)
)
design <- cbind(outer(rows$period, 1:4, "==") * 1, rows$x)
penalised <- function(beta) {
  eta <- drop(design %*% beta)
  p <- plogis(eta)
  information <- crossprod(design, rows$trials * p * (1 - p) * design)
  -(sum(rows$renewed * eta - rows$trials * log1p(exp(eta))) + 0.5 * determinant(information)$modulus[1])
}
found <- optim(rep(0, 5), penalised, method = "BFGS", control = list(reltol = 1e-16, maxit = 5000))
found <- optim(found$par, penalised, method = "Nelder-Mead", control = list(reltol = 1e-18, maxit = 50000))
p <- plogis(drop(design %*% found$par))
covariance <- solve(crossprod(design, rows$trials * p * (1 - p) * design))

between <- function(effects, variances, groups) {
  mods <- if (length(unique(groups)) > 1) ~ 0 + factor(groups) else ~ 1
  fit <- rma(effects, variances, method = "PM", mods = mods, control = list(tol = 1e-12, maxiter = 1000))
  profile <- confint(fit, control = list(tol = 1e-12, maxiter = 1000))$random
  list(effects = effects, variances = variances, groups = groups - 1, tau2 = fit$tau2,
       mean = unname(coef(fit))[seq_along(unique(groups))], covariance = unname(vcov(fit)),
       conf_low = profile["tau^2", "ci.lb"], conf_high = profile["tau^2", "ci.ub"])
}
effects <- c(.3, -.5, .9, .1, .4, -1)
variances <- c(.02, .05, .04, .03, .1, .02)
cat(toJSON(list(
  versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor"))),
  logit = list(rows = rows, coefficients = found$par, covariance = covariance),
  one_market = between(effects, variances, rep(1, 6)),
  two_markets = between(effects, variances, c(1, 1, 1, 2, 2, 2)),
  alike = between(c(.1, .12, .09, .11), c(.05, .04, .06, .05), rep(1, 4))
), auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
