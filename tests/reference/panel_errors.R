# Petersen's simulated panel (500 firms, 10 years) with clustered errors by sandwich; within, between and
# first-difference estimators by plm. From this folder: Rscript panel_errors.R > panel_errors.json
# petersen.csv: test_data.txt of Petersen's page (Kellogg), as in statsmodels 0.15.0 (stats/tests), and a header.
suppressPackageStartupMessages({ library(sandwich); library(plm); library(jsonlite) })
rows <- read.csv("petersen.csv")
fit <- lm(y ~ x, rows)
within <- lm(y ~ x + factor(firm) + factor(year), rows)
se <- function(fit, by, ...) sqrt(vcovCL(fit, by, type = "HC1", ...)["x", "x"])
p <- pdata.frame(rows, index = c("firm", "year"))
cat(toJSON(list(
  made_by = sprintf("%s, sandwich %s, plm %s", R.version.string, packageVersion("sandwich"), packageVersion("plm")),
  slope = unname(coef(fit)["x"]), by_firm = se(fit, ~firm), by_year = se(fit, ~year), both = se(fit, ~firm + year),
  hc1 = sqrt(vcovHC(fit, type = "HC1")["x", "x"]),
  two_way_slope = unname(coef(within)["x"]), two_way_hc1 = sqrt(vcovHC(within, type = "HC1")["x", "x"]),
  entity = unname(coef(plm(y ~ x, p, model = "within"))), first_differences = unname(coef(plm(y ~ x, p, model = "fd"))["x"]),
  between = unname(coef(plm(y ~ x, p, model = "between"))["x"])
), auto_unbox = TRUE, digits = NA), "\n")
