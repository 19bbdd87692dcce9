# European Social Survey 7, Spain: satisfaction with life by its design. The data are not kept here:
# CXLAB_DATA=<folder of the data sets> Rscript ess7_spain.R > ess7_spain.json, from this folder.
# 58 strata, 429 primary sampling units, none of them alone in its stratum, so that R's default
# (lonely.psu = "fail") decides nothing; each unit stands in one stratum. Weights are 1 / prob.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data <- read.csv(file.path(Sys.getenv("CXLAB_DATA"), "ess7_spain", "ess7es.csv"))
data$w <- 1 / data$prob
data$interest <- ifelse(data$polintr <= 2, "much", "little")
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = data)
answering <- subset(design, !is.na(stflife))

figures <- function(part) {
  m <- svymean(~stflife, part, na.rm = TRUE, deff = "replace")
  list(n = nrow(part), estimate = coef(m)[[1]], std_error = SE(m)[[1]], df = degf(part),
       ends = as.numeric(confint(m, df = degf(part))), deff_replace = deff(m)[[1]])
}
share <- svyciprop(~I(stflife >= 9), answering, method = "logit")
made_by <- sprintf("%s, survey %s, jsonlite %s: svydesign(ids = ~psu, strata = ~stratum, weights = ~1/prob)",
                   R.version.string, packageVersion("survey"), packageVersion("jsonlite"))
cat(toJSON(list(
  made_by = made_by, mean = figures(answering),
  top_2_box = list(estimate = coef(share)[[1]], std_error = SE(share)[[1]], ends = as.numeric(attr(share, "ci"))),
  by_interest = list(much = figures(subset(answering, interest == "much")),
                     little = figures(subset(answering, interest == "little")))
), auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
