# What compare_importance, importance_stability, holdout_r_squared, halo, penalty_reward, what_if,
# necessary_condition and priority_map answer, by lm(), sandwich and R's own functions, from their definitions.
# Run in this folder: Rscript driver_questions.R
library(jsonlite)
library(sandwich)

r2 <- function(data, outcome, names) {
  if (length(names) == 0) return(0)
  summary(lm(reformulate(names, outcome), data))$r.squared
}

# Shapley value of R² of `names` with `always` in every model.
lmg <- function(data, outcome, names, always = character()) {
  k <- length(names)
  sapply(names, function(name) {
    others <- setdiff(names, name)
    mean(sapply(0:(k - 1), function(size) {
      sets <- if (size == 0) list(character()) else combn(others, size, simplify = FALSE)
      mean(sapply(sets, function(s) r2(data, outcome, c(always, s, name)) - r2(data, outcome, c(always, s))))
    }))
  }, USE.NAMES = FALSE)
}

drivers <- setdiff(names(swiss), "Fertility")
parts <- lapply(list(first = 1:16, second = 17:32, third = 33:47), function(rows) swiss[rows, ])
values <- lapply(parts, lmg, outcome = "Fertility", names = drivers)
pairs <- list(c("first", "second"), c("first", "third"), c("second", "third"))

# Leaving one row out: by refitting, not by leverages.
left_out <- sapply(seq_len(nrow(swiss)), function(row) {
  fit <- lm(Fertility ~ ., swiss[-row, ])
  c(swiss$Fertility[row] - predict(fit, swiss[row, ]), swiss$Fertility[row] - mean(swiss$Fertility[-row]))
})

# The general factor, and what it leaves of each driver.
z <- as.data.frame(scale(swiss[drivers]))
component <- prcomp(z)
factor_of <- component$x[, 1] * sign(sum(component$rotation[, 1]))
own <- cbind(as.data.frame(lapply(z, function(d) residuals(lm(d ~ factor_of)))), general = factor_of,
             Fertility = swiss$Fertility)
outcome_left <- residuals(lm(Fertility ~ general, own))

# Low and high dummies of two drivers, weighted by wt, HC3 or clustered by carb.
cars <- transform(mtcars, c_low = cyl <= 4, c_high = cyl >= 8, g_low = gear <= 3, g_high = gear >= 5)
dummies <- lm(mpg ~ c_low + g_low + c_high + g_high, cars, weights = wt)
sides <- list(penalty = c(-1, 0), reward = c(0, 1), asymmetry = c(-1, -1), span = c(-1, 1))
contrasts_of <- function(covariance) {
  lapply(sides, function(side) {
    L <- rbind(c(0, side[1], 0, side[2], 0), c(0, 0, side[1], 0, side[2]))
    list(estimate = as.vector(L %*% coef(dummies)), std_error = sqrt(diag(L %*% covariance %*% t(L))))
  })
}

# Ten points more of complaints, up to 90, five less of learning, down to 34, the rating expected up to 70; the
# error by numerical derivatives of the coefficients, and of the people over whom the mean is taken, together by the influence of each row.
staff <- transform(attitude, rating = pmin(rating, 70))
model <- lm(rating ~ complaints + learning + advance, staff)
moved <- transform(staff, complaints = pmin(complaints + 10, 90), learning = pmax(learning - 5, 34))
changed <- function(beta, now, then) {
  cut_at <- function(x) pmin(cbind(1, as.matrix(x[c("complaints", "learning", "advance")])) %*% beta, 70)
  as.vector(cut_at(then) - cut_at(now))
}
beta <- coef(model)
each <- changed(beta, staff, moved)
gradient <- sapply(seq_along(beta), function(i) {
  step <- replace(numeric(length(beta)), i, 1e-6)
  mean(changed(beta + step, staff, moved) - changed(beta - step, staff, moved)) / 2e-6
})
X <- model.matrix(model)
influence <- solve(crossprod(X), t(X * (residuals(model) / (1 - hatvalues(model)))))
added <- as.vector(gradient %*% influence) + (each - mean(each)) / nrow(staff)

# Ceilings over attitude, scope 20 to 100: corners by their definition, areas strip by strip.
corners_of <- function(x, y) {
  top <- sapply(seq_along(x), function(i) !any(x <= x[i] & y >= y[i] & (x < x[i] | y > y[i])))
  unique(data.frame(x, y)[top, ][order(x[top]), ])
}
ceilings <- lapply(setNames(nm = c("complaints", "learning", "raises")), function(name) {
  at <- corners_of(attitude[[name]], attitude$rating)
  ends <- c(20, 100)
  tops <- c(ends[1], at$y)
  steps <- sum(diff(c(ends[1], at$x, ends[2])) * (ends[2] - tops))
  line <- coef(lm(y ~ x, at))
  height <- function(x) pmax(ends[2] - pmin(pmax(line[1] + line[2] * x, ends[1]), ends[2]), 0)
  breaks <- c(ends, (ends - line[1]) / line[2])
  breaks <- sort(breaks[breaks >= ends[1] & breaks <= ends[2]])
  area <- sum(diff(breaks) * height((head(breaks, -1) + tail(breaks, -1)) / 2))
  list(corners = nrow(at), ce_fdh = steps / 80^2, cr_fdh = area / 80^2, slope = unname(line[2]),
       intercept = unname(line[1]), accuracy = mean(attitude$rating <= line[1] + line[2] * attitude[[name]] + 1e-9),
       required_at_70 = min(attitude[[name]][attitude$rating >= 70]))
})

result <- list(
  tool = R.version.string, sandwich = as.character(packageVersion("sandwich")),
  parts = list(values = values,
               tau = sapply(pairs, function(two) cor(values[[two[1]]], values[[two[2]]], method = "kendall")),
               # Friedman's χ² of m orders of k things is m (k − 1) W.
               w = unname(friedman.test(do.call(rbind, values))$statistic) / (3 * (length(drivers) - 1))),
  holdout = list(r_squared = r2(swiss, "Fertility", drivers),
                 one_out = 1 - sum(left_out[1, ]^2) / sum(left_out[2, ]^2)),
  halo = list(drivers = drivers, first_eigenvalue = component$sdev[1]^2 / length(drivers),
              loading = as.vector(cor(z, factor_of)), general_r_squared = cor(factor_of, swiss$Fertility)^2,
              net_importance = lmg(own, "Fertility", drivers, "general"),
              net_correlation = as.vector(cor(own[drivers], outcome_left))),
  penalty_reward = list(hc3 = contrasts_of(vcovHC(dummies, type = "HC3")),
                        clustered = contrasts_of(vcovCL(dummies, ~carb, type = "HC1"))),
  what_if = list(difference = mean(each), std_error = sqrt(sum(added^2)),
                 share_capped = mean(staff$complaints + 10 > 90 | staff$learning - 5 < 34)),
  ceilings = ceilings,
  map = list(share = lmg(swiss, "Fertility", drivers) / r2(swiss, "Fertility", drivers),
             mean = unname(colMeans(swiss[drivers])))
)
write(toJSON(result, digits = 16, auto_unbox = TRUE, pretty = TRUE), "driver_questions.json")
