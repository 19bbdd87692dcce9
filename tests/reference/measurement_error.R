# Errors in variables by lavaan: a latent exposure with one indicator whose error variance is fixed, beside
# observed controls, by maximum likelihood with robust errors (MLR), on the houses of oster.csv; and the naive
# regression with HC1 by sandwich. Run in this folder: Rscript measurement_error.R
library(lavaan)
library(sandwich)
library(jsonlite)
d <- read.csv("oster.csv")
fitted <- function(ev) {
  model <- paste0("L =~ 1*lot\n lot ~~ ", ev, "*lot\n price ~ L + bedrooms + bathrooms\n L ~~ bedrooms + bathrooms")
  fit <- sem(model, d, estimator = "MLR", fixed.x = FALSE, meanstructure = TRUE)
  row <- subset(parameterEstimates(fit), lhs == "price" & rhs == "L")
  list(error_variance = ev, estimate = row$est, std_error = row$se)
}
naive <- lm(price ~ lot + bedrooms + bathrooms, d)
write(toJSON(list(
  tool = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  naive = coef(naive)[["lot"]], naive_hc1 = sqrt(vcovHC(naive, type = "HC1")["lot", "lot"]),
  corrected = lapply(c(0.02, 0.05), fitted)
), digits = 16, auto_unbox = TRUE, pretty = TRUE), "measurement_error.json")
