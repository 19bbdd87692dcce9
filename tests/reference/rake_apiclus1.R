# Weights of the api cluster sample. Rscript rake_apiclus1.R > rake_apiclus1.json, from this folder.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data(api)
n_population <- nrow(apipop)
rows <- apiclus1[, c("stype", "sch.wide", "awards", "api99", "api00", "pw")]
# Bounds are on the ratio to base weights that sum to the population, so these do, to the last digit.
rows$d <- rows$pw * n_population / sum(rows$pw)
design <- svydesign(ids = ~1, weights = ~pw, data = rows)
scaled <- svydesign(ids = ~1, weights = ~d, data = rows)

counts <- function(...) as.data.frame(table(apipop[, c(...), drop = FALSE]))
tight <- list(maxit = 1000, epsilon = 1e-16, verbose = FALSE)
# rake() stops when a cell of the table moves by less than epsilon times the population.
raked <- suppressWarnings(rake(design, list(~stype, ~sch.wide), list(counts("stype"), counts("sch.wide")), tight))
crossed <- suppressWarnings(rake(design, list(~stype + awards, ~sch.wide),
                                 list(counts("stype", "awards"), counts("sch.wide")), tight))

margins <- c("(Intercept)" = n_population, stypeH = sum(apipop$stype == "H"), stypeM = sum(apipop$stype == "M"),
             sch.wideYes = sum(apipop$sch.wide == "Yes"))
known <- c(margins[1:3], api99 = sum(apipop$api99))
calibrated <- function(formula, population, calfun, bounds = c(-Inf, Inf))
  weights(calibrate(scaled, formula, population, calfun = calfun, bounds = bounds, epsilon = 1e-14, maxit = 500))

made_by <- sprintf("%s, survey %s, jsonlite %s: rake, calibrate, postStratify", R.version.string,
                   packageVersion("survey"), packageVersion("jsonlite"))
cat(toJSON(list(
  made_by = made_by, population = n_population,
  totals = list(stype = as.list(setNames(counts("stype")$Freq, counts("stype")[[1]])),
                sch_wide = as.list(setNames(counts("sch.wide")$Freq, counts("sch.wide")[[1]])),
                stype_awards = counts("stype", "awards"), stype_sch_wide = counts("stype", "sch.wide"),
                api99 = sum(apipop$api99)),
  rows = list(stype = as.character(rows$stype), sch_wide = as.character(rows$sch.wide),
              awards = as.character(rows$awards), api99 = rows$api99, api00 = rows$api00, pw = rows$pw),
  raked_mean_api00 = coef(svymean(~api00, raked))[[1]],
  weights = list(
    raked = weights(raked), crossed = weights(crossed),
    post_stratified = weights(postStratify(design, ~stype, counts("stype"))),
    post_stratified_crossed = weights(postStratify(design, ~stype + sch.wide, counts("stype", "sch.wide"))),
    raked_bounded = calibrated(~stype + sch.wide, margins, "raking", c(0.885, 1.95)),
    linear = calibrated(~stype + api99, known, "linear"),
    linear_bounded = calibrated(~stype + api99, known, "linear", c(0.7, 1.7)),
    raking = calibrated(~stype + api99, known, "raking"),
    raking_bounded = calibrated(~stype + api99, known, "raking", c(0.7, 1.7)),
    linear_number = calibrated(~api99 - 1, known["api99"], "linear"),
    linear_everyone = calibrated(~api99, known[c("(Intercept)", "api99")], "linear")
  )
), auto_unbox = TRUE, digits = NA), "\n")
