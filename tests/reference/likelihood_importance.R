# Every submodel of a logit and of a proportional-odds model, their likelihoods, Shapley values by all orders, and
# errors by design. Run in this folder:
#   Rscript likelihood_importance.R
# Data: MASS::birthwt (Hosmer and Lemeshow) and MASS::housing (Madsen), with weights and clusters made up here.
# Writes likelihood_birthwt.csv, likelihood_housing.csv and likelihood_importance.json.
suppressMessages({library(MASS); library(survey); library(jsonlite)})
set.seed(1)
birth <- with(birthwt, data.frame(low, age, lwt, smoke, ptl, ht))
birth$w <- round(.5 + rexp(nrow(birth)), 3)
birth$g <- rep(1:63, 3)[seq_len(nrow(birth))]
house <- with(housing, data.frame(sat = as.integer(Sat), infl = as.integer(Infl), type = as.integer(Type),
                                  cont = as.integer(Cont), freq = Freq))
house$g <- rep(1:24, 3)
write.csv(birth, "likelihood_birthwt.csv", row.names = FALSE)
write.csv(house, "likelihood_housing.csv", row.names = FALSE)

orders <- function(v) if (length(v) == 1) list(v) else
  do.call(c, lapply(seq_along(v), function(i) lapply(orders(v[-i]), function(rest) c(v[i], rest))))
shapley <- function(value, names) {
  total <- setNames(numeric(length(names)), names)
  all <- orders(names)
  for (order in all) for (i in seq_along(order)) {
    before <- paste(sort(order[seq_len(i - 1)]), collapse = "+"); after <- paste(sort(order[seq_len(i)]), collapse = "+")
    total[order[i]] <- total[order[i]] + value[[after]] - (if (before == "") 0 else value[[before]])
  }
  total / length(all)
}
subsets <- function(names) unlist(lapply(seq_along(names), function(k) combn(sort(names), k, simplify = FALSE)), recursive = FALSE)
key <- function(s) paste(sort(s), collapse = "+")

binary <- function(weights) {
  names <- c("age", "lwt", "smoke", "ptl", "ht")
  birth$.w <- weights / mean(weights)
  fit <- function(s) suppressWarnings(glm(reformulate(if (length(s)) s else "1", "low"), quasibinomial, birth, weights = .w,
                                          control = glm.control(1e-14, 100)))
  loglik <- function(m) { p <- fitted(m); sum(birth$.w * (birth$low * log(p) + (1 - birth$low) * log(1 - p))) }
  tjur <- function(m) { p <- fitted(m); one <- birth$low == 1
    weighted.mean(p[one], birth$.w[one]) - weighted.mean(p[!one], birth$.w[!one]) }
  null <- loglik(fit(character())); n <- nrow(birth)
  models <- lapply(setNames(subsets(names), sapply(subsets(names), key)), fit)
  l <- sapply(models, loglik)
  r2 <- list(mcfadden = 1 - l / null, nagelkerke = (1 - exp(2 * (null - l) / n)) / (1 - exp(2 * null / n)),
             tjur = sapply(models, tjur))
  list(null = null, loglik = as.list(l), shapley = lapply(r2, function(v) as.list(shapley(as.list(v), names))),
       r_squared = lapply(r2, function(v) v[[key(names)]]), slopes = as.list(coef(models[[key(names)]])[names]))
}
ordinal <- function() {
  names <- c("infl", "type", "cont")
  house$Sat <- factor(house$sat, ordered = TRUE)
  fit <- function(s) polr(reformulate(if (length(s)) s else "1", "Sat"), house, weights = freq, Hess = TRUE,
                          control = list(reltol = 1e-15, maxit = 1000))
  loglik <- function(m) -m$deviance / 2
  null <- loglik(fit(character())); n <- sum(house$freq)
  models <- lapply(setNames(subsets(names), sapply(subsets(names), key)), fit)
  l <- sapply(models, loglik)
  r2 <- list(mcfadden = 1 - l / null, nagelkerke = (1 - exp(2 * (null - l) / n)) / (1 - exp(2 * null / n)))
  full <- models[[key(names)]]
  list(null = null, loglik = as.list(l), shapley = lapply(r2, function(v) as.list(shapley(as.list(v), names))),
       r_squared = lapply(r2, function(v) v[[key(names)]]), slopes = as.list(coef(full)[names]), zeta = unname(full$zeta))
}
design <- function() {
  # The errors of a weighted logit and of a weighted proportional-odds model in clusters.
  a <- svyglm(low ~ age + lwt + smoke + ptl + ht, svydesign(~g, weights = ~w, data = birth), family = quasibinomial,
              control = glm.control(1e-14, 100))
  b <- svyglm(low ~ age + lwt + smoke + ptl + ht, svydesign(~1, weights = ~w, data = birth), family = quasibinomial,
              control = glm.control(1e-14, 100))
  house$Sat <- factor(house$sat, ordered = TRUE)
  c <- svyolr(Sat ~ infl + type + cont, svydesign(~g, weights = ~freq, data = subset(house, freq > 0)))
  list(logit_clusters = as.list(SE(a)[-1]), logit_rows = as.list(SE(b)[-1]), odds_clusters = as.list(SE(c)[1:3]))
}
write_json(list(
  made_by = paste0(R.version.string, ", MASS ", packageVersion("MASS"), ", survey ", packageVersion("survey")),
  binary = binary(rep(1, nrow(birth))), weighted = binary(birth$w), ordinal = ordinal(), design = design()),
  "likelihood_importance.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
