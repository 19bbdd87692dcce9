# The shape of the link: least squares with dummies and clustered errors (sandwich), natural splines (splines),
# Tweedie (statmod), Gamma, logit and cloglog by glm, shrunken slopes (metafor).
# Covariances are HC0 by cluster without factors: the test puts the factors on. Those of glm have the observed
# curvature, by central differences of the score.
# Rscript link_shape.R > link_shape.json
suppressPackageStartupMessages({ library(sandwich); library(splines); library(statmod); library(metafor); library(jsonlite) })
set.seed(6)
m <- 40; periods <- 6; id <- rep(1:m, each = periods); t <- rep(1:periods, m); u <- rnorm(m)
x <- pmin(pmax(round(7 + 1.2 * u[id] + 2.2 * rnorm(m * periods)), 0), 10)
z <- round(rnorm(m * periods), 3)
y <- round(2 * u[id] + .2 * t + .3 * x + .8 * (x >= 9) + .3 * z + rnorm(m * periods), 4)
w <- round(rgamma(m * periods, 2), 3) + .1
paid <- round(ifelse(runif(m * periods) < .2, 0, exp(1 + .1 * x + .3 * u[id] + .6 * rnorm(m * periods))), 3)
left <- as.integer(runif(m * periods) < 1 - exp(-exp(-.6 - .15 * x + .1 * z)))
data <- data.frame(id, t, x, z, y, w, paid, left)

hc0 <- function(fit, groups) vcovCL(fit, cluster = groups, type = "HC0", cadjust = FALSE)
picked <- function(fit, names, groups) list(estimate = unname(coef(fit)[names]), covariance = unname(hc0(fit, groups)[names, names]))

level <- relevel(factor(findInterval(x, c(0, 5, 7, 9))), ref = "2")
bins <- lm(y ~ level + z + factor(id) + factor(t), data)
knots <- c(3, 6, 8, 9)
curve <- lm(y ~ ns(x, knots = knots[2:3], Boundary.knots = knots[c(1, 4)]) + z + factor(id) + factor(t), data)
at <- ns(0:10, knots = knots[2:3], Boundary.knots = knots[c(1, 4)])
on <- ns(knots, knots = knots[2:3], Boundary.knots = knots[c(1, 4)])
v <- hc0(curve, id)[2:4, 2:4]; b <- coef(curve)[2:4]
against <- sweep(at, 2, at[8, ]) # score 7
second <- rbind((on[3, ] - on[2, ]) / 2 - (on[2, ] - on[1, ]) / 3, (on[4, ] - on[3, ]) / 1 - (on[3, ] - on[2, ]) / 2)
bent <- second %*% b
classes <- lm(y ~ factor(findInterval(x, c(0, 7, 9))) + z + factor(id) + factor(t), data, weights = w)
beside <- lm(y ~ x + factor(findInterval(x, c(0, 7, 9))) + z + factor(id) + factor(t), data)

d <- function(v) unlist(tapply(v, id, diff))
dx <- d(x); later <- t[t > 1]
turns <- lm(d(y) ~ pmax(dx, 0) + pmin(dx, 0) + d(z) + factor(later))

observed <- function(formula, family, weights = rep(1, nrow(data))) {
  fit <- glm(formula, family, transform(data, weights = weights), weights = weights, control = list(epsilon = 1e-15, maxit = 200))
  design <- model.matrix(fit); outcome <- fit$y
  each <- function(beta) {
    eta <- drop(design %*% beta); mean <- fit$family$linkinv(eta)
    design * weights * (outcome - mean) * fit$family$mu.eta(eta) / fit$family$variance(mean)
  }
  beta <- coef(fit); k <- length(beta)
  bread <- -sapply(1:k, function(j) { h <- replace(numeric(k), j, 1e-5); colSums(each(beta + h) - each(beta - h)) / 2e-5 })
  sums <- rowsum(each(beta), id)
  inverse <- solve(bread)
  list(estimate = unname(beta[2:3]), covariance = unname((inverse %*% crossprod(sums) %*% inverse)[2:3, 2:3]),
       pearson = sum(weights * (outcome - fitted(fit))^2 / fit$family$variance(fitted(fit))) / sum(weights))
}
slopes <- c(.12, .05, .31, .22, -.04, .18); errors <- c(.05, .04, .09, .06, .07, .03)
pooled <- rma(yi = slopes, sei = errors, method = "REML", test = "adhoc", control = list(threshold = 1e-12, maxiter = 1000))
drawn <- blup(pooled)
cat(toJSON(list(
  made_by = sprintf("%s, sandwich %s, statmod %s, metafor %s", R.version.string, packageVersion("sandwich"), packageVersion("statmod"), packageVersion("metafor")),
  data = data,
  bins = picked(bins, paste0("level", c(1, 3, 4)), id),
  spline = list(estimate = drop(against %*% b), std_error = sqrt(diag(against %*% v %*% t(against))),
                wald = drop(t(bent) %*% solve(second %*% v %*% t(second)) %*% bent)),
  classes = picked(classes, grep("find", names(coef(classes))), id),
  beside = picked(beside, grep("find", names(coef(beside))), id),
  turns = picked(turns, 2:3, id[t > 1]),
  tweedie = observed(paid ~ x + z, tweedie(var.power = 1.5, link.power = 0)),
  gamma = observed(I(paid + .5) ~ x + z, Gamma("log"), w),
  logit = observed(left ~ x + z, binomial("logit")),
  hazard = observed(left ~ x + z + factor(t), binomial("cloglog")),
  shrunken = list(slopes = slopes, errors = errors, estimate = drawn$pred, std_error = drawn$se, low = drawn$pi.lb, high = drawn$pi.ub, tau2 = pooled$tau2)
), dataframe = "columns", digits = NA, auto_unbox = TRUE), "\n")
