# California schools (data `api` of R survey): means, shares and totals by design. Rscript api.R, from this folder.
# Writes api_srs.csv, api_strat.csv and api_clus1.csv (the columns needed) and api.json (what R makes of them).
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data(api)
columns <- c("stype", "awards", "sch.wide", "dnum", "api00", "api99", "enroll", "pw", "fpc")
tidied <- function(data) {
  data <- data[columns]
  names(data)[3] <- "sch_wide"
  data$half <- ifelse(data$dnum %% 2 == 0, "even", "odd")           # a stratum that holds whole districts
  data$local <- ave(data$dnum, data$half, FUN = function(d) match(d, sort(unique(d))))  # numbered anew in each half
  data$gappy <- replace(data$api00, seq(3, nrow(data), 7), NA)      # every seventh score is missing
  row.names(data) <- NULL
  data
}
srs <- tidied(apisrs); strat <- tidied(apistrat); clus1 <- tidied(apiclus1)
sets <- list(srs = srs, strat = strat, clus1 = clus1)
for (name in names(sets)) {
  # pw is written with all its digits
  data <- sets[[name]]
  data$pw <- sprintf("%.17g", data$pw)
  write.csv(data, sprintf("api_%s.csv", name), row.names = FALSE, quote = FALSE, na = "")
}
# stratum H with a single school
lonely <- strat[strat$stype != "H" | cumsum(strat$stype == "H") == 1, ]

ends <- function(estimate, design, level = 0.95) as.numeric(confint(estimate, df = degf(design), level = level))
mean_of <- function(x, design, deff = TRUE) {
  known <- !is.na(model.frame(x, design$variables, na.action = na.pass)[[1]])
  answering <- design[known, ]
  m <- svymean(x, design, na.rm = TRUE)
  out <- list(n = sum(weights(answering) > 0), estimate = coef(m)[[1]], std_error = SE(m)[[1]],
              df = degf(answering), ends = ends(m, answering))
  if (deff) {
    out$deff_replace <- deff(svymean(x, answering, na.rm = TRUE, deff = "replace"))[[1]]
    out$deff <- deff(svymean(x, answering, na.rm = TRUE, deff = TRUE))[[1]]
  }
  out
}
total_of <- function(x, design) {
  m <- svytotal(x, design, na.rm = TRUE)
  list(estimate = coef(m)[[1]], std_error = SE(m)[[1]], ends = ends(m, design))
}
by_of <- function(x, by, design, what = mean_of, ...) {
  levels <- sort(unique(as.character(design$variables[[all.vars(by)]])))
  known <- as.character(design$variables[[all.vars(by)]])
  setNames(lapply(levels, function(level) what(x, design[known == level, ], ...)), levels)
}
prop_of <- function(design) {
  p <- svyciprop(~I(api00 > 750), design, method = "logit")
  list(estimate = coef(p)[[1]], std_error = SE(p)[[1]], ends = as.numeric(attr(p, "ci")))
}
every <- function(design) list(mean = mean_of(~api00, design), gappy = mean_of(~gappy, design),
  total = total_of(~enroll, design), prop = prop_of(design),
  mean_by_awards = by_of(~api00, ~awards, design, deff = FALSE),
  mean_by_stype = by_of(~api00, ~stype, design, deff = FALSE),
  total_by_stype = by_of(~enroll, ~stype, design, what = total_of))

designs <- list(
  srs = svydesign(id = ~1, weights = ~pw, fpc = ~fpc, data = srs),
  srs_no_fpc = svydesign(id = ~1, weights = ~pw, data = srs),
  strat = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat),
  strat_no_fpc = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat),
  clus1 = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1),
  clus1_no_fpc = svydesign(id = ~dnum, weights = ~pw, data = clus1),
  clus1_half = svydesign(id = ~dnum, strata = ~half, weights = ~pw, data = clus1),
  clus1_nest = svydesign(id = ~local, strata = ~half, weights = ~pw, nest = TRUE, data = clus1))
results <- lapply(designs, every)

options(survey.lonely.psu = "adjust")
one <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = lonely)
results$lonely <- list(mean = mean_of(~api00, one, deff = FALSE), total = total_of(~enroll, one))
options(survey.lonely.psu = "fail")

# Population margins of `api`
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch_wide = c("No", "Yes"), Freq = c(1072, 5122))
tight <- list(maxit = 500, epsilon = 1e-14)
raked <- rake(designs$clus1, list(~stype, ~sch_wide), list(types, wide), control = tight)
results$clus1_raked <- every(raked)
results$clus1_raked$weights <- as.numeric(weights(raked))
post <- postStratify(designs$strat_no_fpc, ~sch_wide, wide)
results$strat_post <- every(post)
results$strat_post$weights <- as.numeric(weights(post))
linear <- calibrate(designs$clus1, ~stype + api99, c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069))
results$clus1_linear <- every(linear)
results$clus1_linear$weights <- as.numeric(weights(linear))
# base weights that differ, brought to two margins: rake() leaves the base weights out of the residuals, calibrate() does not
expo <- calibrate(designs$strat_no_fpc, list(~stype, ~sch_wide), list(types, wide), calfun = "raking", epsilon = 1e-13, maxit = 200)
results$strat_raked <- every(expo)
results$strat_raked$weights <- as.numeric(weights(expo))

made_by <- sprintf("%s, survey %s, jsonlite %s", R.version.string, packageVersion("survey"), packageVersion("jsonlite"))
writeLines(toJSON(c(list(made_by = made_by), results), auto_unbox = TRUE, digits = NA, pretty = FALSE), "api.json")
