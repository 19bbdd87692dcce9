# Weighted means and covariances of R's `airquality` (37 and 7 values missing). Rscript moments.R > moments.json
suppressPackageStartupMessages(library(jsonlite))
data <- airquality[c("Ozone", "Solar.R", "Wind", "Temp")]
data$w <- rep(c(1, 0.5, 2, 3, 1.25), length.out = nrow(data))
x <- as.matrix(data[1:4])
complete <- complete.cases(x)
ml <- cov.wt(x[complete, ], wt = data$w[complete] / sum(data$w[complete]), method = "ML", cor = TRUE)
pairwise <- cov(x, use = "pairwise.complete.obs")
n <- crossprod(!is.na(x))
cat(toJSON(list(
  made_by = sprintf("%s, jsonlite %s", R.version.string, packageVersion("jsonlite")),
  data = data,
  complete_weighted = list(n = ml$n.obs, mean = unname(ml$center), covariance = unname(ml$cov),
                           correlation = unname(ml$cor)),
  # the correlation has n, not n - 1, under its covariances, as moments have
  pairwise = list(n = unname(n), covariance = unname(pairwise),
                  correlation = unname(cov2cor(pairwise * (n - 1) / n)))
), dataframe = "columns", na = "null", auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")
