# Reference values of score quality: Rscript tests/reference/score_quality.R
# Needs pROC and jsonlite. Writes score_quality.json beside itself.
suppressMessages({library(pROC); library(jsonlite)})
data(aSAH)
y <- as.integer(aSAH$outcome == "Poor")
first <- roc(y, aSAH$s100b, direction = "<", quiet = TRUE)
second <- roc(y, aSAH$ndka, direction = "<", quiet = TRUE)
paired <- roc.test(first, second, method = "delong", paired = TRUE)
p <- fitted(glm(y ~ wfns + s100b, binomial, aSAH))
shrunk <- plogis(0.3 + 0.7 * qlogis(p))
x <- qlogis(shrunk)
hc0 <- function(fit) {
  u <- model.matrix(fit) * (y - fitted(fit))
  sqrt(diag(vcov(fit) %*% crossprod(u) %*% vcov(fit)))
}
slope <- glm(y ~ x, binomial, control = list(epsilon = 1e-14))
intercept <- glm(y ~ 1 + offset(x), binomial, control = list(epsilon = 1e-14))
answer <- list(
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), pROC = as.character(packageVersion("pROC"))),
  y = y, s100b = aSAH$s100b, ndka = aSAH$ndka, p = as.numeric(shrunk),
  auc = as.numeric(auc(first)), auc_variance = var(first), auc_2 = as.numeric(auc(second)),
  paired_z = as.numeric(paired$statistic), paired_p = paired$p.value,
  slope = unname(coef(slope)[2]), slope_se = unname(hc0(slope)[2]),
  intercept = unname(coef(intercept)[1]), intercept_se = unname(hc0(intercept)[1]),
  brier = mean((y - shrunk)^2), log_loss = -mean(y * log(shrunk) + (1 - y) * log(1 - shrunk))
)
write(toJSON(answer, digits = NA, auto_unbox = TRUE, pretty = FALSE), "tests/reference/score_quality.json")
