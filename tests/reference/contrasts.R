# Differences between domains by design, p adjustments and two-sample tests. Rscript contrasts.R, from this folder.
# Reads api_srs.csv, api_strat.csv and api_clus1.csv (written by api.R) and writes contrasts.json.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
read <- function(name) { d <- read.csv(sprintf("api_%s.csv", name)); d$high <- as.numeric(d$api00 > 700); d }
srs <- read("srs"); strat <- read("strat"); clus1 <- read("clus1")
designs <- list(
  srs = svydesign(id = ~1, weights = ~pw, fpc = ~fpc, data = srs),
  strat = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat),
  strat_no_fpc = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat),
  clus1 = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1),
  clus1_no_fpc = svydesign(id = ~dnum, weights = ~pw, data = clus1),
  clus1_half = svydesign(id = ~dnum, strata = ~half, weights = ~pw, data = clus1),
  clus1_nest = svydesign(id = ~local, strata = ~half, nest = TRUE, weights = ~pw, data = clus1))
designs$clus1_linear <- calibrate(designs$clus1, ~stype + api99, c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069))

# svyby's covariances do not take calibrated designs; there a mean is a ratio of totals, by the delta method.
by_totals <- function(x, by, a, b, design) {
  value <- design$variables[[all.vars(x)]]; level <- design$variables[[all.vars(by)]]
  design$variables$xa <- value * (level == a); design$variables$wa <- as.numeric(level == a)
  design$variables$xb <- value * (level == b); design$variables$wb <- as.numeric(level == b)
  d <- svycontrast(svytotal(~xa + wa + xb + wb, design), quote(xa / wa - xb / wb))
  list(a = a, b = b, difference = coef(d)[[1]], std_error = SE(d)[[1]])
}
difference <- function(x, by, a, b, design) {
  if (!is.null(design$postStrata)) return(by_totals(x, by, a, b, design))
  means <- svyby(x, by, design, svymean, covmat = TRUE)
  k <- setNames(rep(0, nrow(means)), names(coef(means)))
  k[a] <- 1; k[b] <- -1
  d <- svycontrast(means, list(d = k))
  list(a = a, b = b, difference = coef(d)[[1]], std_error = SE(d)[[1]])
}
against_rest <- function(x, by, a, design) {
  v <- all.vars(by)
  design$variables$side <- ifelse(design$variables[[v]] == a, a, "(rest)")
  difference(x, ~side, a, "(rest)", design)
}
# svyby's covariances do not take missing answers; the slope of a dummy is the same difference.
regressed <- function(design) {
  m <- svyglm(gappy ~ I(awards == "No"), design = subset(design, !is.na(gappy)))
  list(a = "No", b = "Yes", difference = coef(m)[[2]], std_error = SE(m)[[2]])
}
every <- function(design) list(
  degf = degf(design),
  api00 = list(difference(~api00, ~stype, "E", "H", design), difference(~api00, ~stype, "E", "M", design),
               difference(~api00, ~stype, "H", "M", design)),
  gappy = list(regressed(design)),
  high = list(difference(~high, ~stype, "E", "H", design), difference(~high, ~stype, "H", "M", design)),
  rest = list(against_rest(~api00, ~stype, "E", design), against_rest(~api00, ~stype, "H", design),
              against_rest(~api00, ~stype, "M", design)))

p <- c(.001, .04, .04, .3, .011, NA, .9, .0004)
out <- list(
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), survey = as.character(packageVersion("survey"))),
  designs = lapply(designs, every),
  p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"),
  # 56 of 70 against 48 of 80 (Newcombe 1998, table II, (a)); without continuity correction: the pooled z test
  prop_test = {t <- prop.test(c(56, 48), c(70, 80), correct = FALSE); list(z2 = t$statistic[[1]], p = t$p.value)},
  welch = {t <- t.test(c(9, 7, 10, 4, 8, 8, 6), c(3, 9, 5, 5, 6)); list(t = t$statistic[[1]], df = t$parameter[[1]],
           p = t$p.value, ends = as.numeric(t$conf.int), se = t$stderr)},
  paired = {t <- t.test(c(9, 7, 10, 4, 8), c(3, 9, 5, 5, 6), paired = TRUE); list(t = t$statistic[[1]],
            df = t$parameter[[1]], p = t$p.value, ends = as.numeric(t$conf.int))})
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE), "contrasts.json")
