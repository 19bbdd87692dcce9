# Paths by lavaan for the framing experiment (Brader, Valentino, Suhay 2008) as statsmodels ships it, and the
# indirect path where the errors of mediator and outcome are made to correlate by rho.
# Run in this folder: Rscript mediation.R .../statsmodels/stats/tests/results/framing.csv
library(lavaan)
library(jsonlite)
paths <- commandArgs(TRUE)
d <- read.csv(paths[1])
d <- data.frame(treat = d$treat, emo = d$emo, harm = d$p_harm, age = d$age / 10, income = d$income)
d <- d[complete.cases(d), ]
write.csv(format(d, digits = 6), "framing.csv", row.names = FALSE, quote = FALSE)
model <- "emo ~ a*treat + age + income
          harm ~ b*emo + cp*treat + age + income
          indirect := a*b
          total := cp + a*b"
fit <- sem(model, d, meanstructure = TRUE)
est <- parameterEstimates(fit)
pick <- function(label) with(est[est$label == label, ], list(estimate = est, std_error = se))
at <- function(rho) {
  bent <- paste0(model, "\n emo ~~ ve*emo\n harm ~~ vh*harm\n emo ~~ cov*harm\n cov == ", rho, "*sqrt(ve)*sqrt(vh)")
  fit <- sem(bent, d, meanstructure = TRUE, control = list(rel.tol = 1e-12, iter.max = 5000))
  row <- parameterEstimates(fit)
  list(rho = rho, indirect = row[row$label == "indirect", "est"])
}
write(toJSON(list(
  tool = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  indirect = pick("indirect"), total = pick("total"), a = pick("a"), b = pick("b"), direct = pick("cp"),
  at = lapply(c(-0.3, 0.2, 0.5), at)
), digits = 16, auto_unbox = TRUE, pretty = TRUE), "mediation.json")
