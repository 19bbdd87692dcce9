# Ratios of two sums (data `api` of R survey, columns as in api_*.csv): svyratio by design, for all and by type of
# school. Rscript ratios.R, from this folder, after api.R. Writes ratios.json.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
read <- function(name) read.csv(sprintf("api_%s.csv", name))
srs <- read("srs"); strat <- read("strat"); clus1 <- read("clus1")
designs <- list(
  srs = svydesign(id = ~1, weights = ~1, data = srs),
  srs_fpc = svydesign(id = ~1, weights = ~pw, fpc = ~fpc, data = srs),
  strat = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat),
  clus1 = svydesign(id = ~dnum, weights = ~pw, data = clus1)
)
of <- function(design) {
  r <- svyratio(~api00, ~enroll, design)
  list(estimate = coef(r)[[1]], std_error = sqrt(vcov(r)[[1]]), df = degf(design),
       ends = as.numeric(confint(r, df = degf(design))))
}
out <- lapply(designs, of)
out$clus1_by <- lapply(c(E = "E", H = "H", M = "M"), function(s) {
  part <- subset(designs$clus1, stype == s)
  r <- svyratio(~api00, ~enroll, part)
  list(estimate = coef(r)[[1]], std_error = sqrt(vcov(r)[[1]]))
})
out$versions <- list(R = paste(R.version$major, R.version$minor, sep = "."),
                     survey = as.character(packageVersion("survey")))
write(toJSON(out, digits = NA, auto_unbox = TRUE), "ratios.json")
