# Discrete hazards by R's glm on a row per prisoner and block of ten weeks at risk: rossi.csv (see cox.R), logit and complementary
# log-log, plain, weighted with errors by row, weighted with errors by team, and with late entry. The information is the observed
# one: the slope of the score, taken by a complex step. From this folder: Rscript discrete_hazard.R > discrete_hazard.json
suppressPackageStartupMessages(library(jsonlite))
rossi <- read.csv("rossi.csv")
rossi$block <- ceiling(rossi$week / 10); rossi$team <- rossi$age %% 7; rossi$row <- seq_len(nrow(rossi))
rossi$w <- 0.5 + rossi$prio %% 4; rossi$w <- rossi$w / mean(rossi$w)
rossi$late <- pmin(rossi$age %% 3, rossi$block - 1)
expanded <- function(entry) do.call(rbind, lapply(rossi$row, function(i) {
  at <- (entry[i] + 1):rossi$block[i]
  data.frame(rossi[rep(i, length(at)), c("fin", "age", "race", "prio", "w", "team", "row")], at = at,
             y = as.numeric(rossi$arrest[i] == 1 & at == rossi$block[i]))
}))
score <- list(
  logit = function(eta, y) y - 1 / (1 + exp(-eta)),
  cloglog = function(eta, y) y * exp(eta) * exp(-exp(eta)) / (1 - exp(-exp(eta))) - (1 - y) * exp(eta))
told <- function(link, entry = rep(0, nrow(rossi)), weighted = FALSE, by = NULL) {
  rows <- expanded(entry); rows$v <- if (weighted) rows$w else 1
  fit <- suppressWarnings(glm(y ~ 0 + factor(at) + fin + age + race + prio, binomial(link), rows, weights = v,
                              control = glm.control(epsilon = 1e-15, maxit = 200)))
  x <- model.matrix(fit); eta <- as.vector(x %*% coef(fit))
  slope <- -Im(score[[link]](complex(real = eta, imaginary = 1e-30), rows$y)) / 1e-30
  covariance <- solve(crossprod(x, rows$v * slope * x))
  if (!is.null(by)) {
    added <- rowsum(rows$v * score[[link]](eta, rows$y) * x, rows[[by]]) %*% covariance
    covariance <- crossprod(added)
  }
  chance <- binomial(link)$linkinv(eta); last <- (ncol(x) - 3):ncol(x)
  list(coefficient = unname(coef(fit)[last]), std_error = unname(sqrt(diag(covariance))[last]), spells = nrow(rows),
       log_likelihood = sum(rows$v * log(ifelse(rows$y == 1, chance, 1 - chance))))
}
both <- function(link) list(
  plain = told(link), weighted = told(link, weighted = TRUE, by = "row"), teams = told(link, weighted = TRUE, by = "team"),
  late = told(link, entry = rossi$late))
cat(toJSON(list(made_by = R.version.string, logit = both("logit"), cloglog = both("cloglog")), auto_unbox = TRUE, digits = NA), "\n")
