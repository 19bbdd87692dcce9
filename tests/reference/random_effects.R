# Random-effects pooling with metafor: REML and DerSimonian-Laird, with Hartung-Knapp (knha), modified
# Hartung-Knapp (adhoc) and normal (z) intervals.
# BCG vaccine trials (metafor's dat.bcg, log relative risk), and five markets whose spread is below chance.
# Rscript random_effects.R > random_effects.json
suppressPackageStartupMessages({ library(metafor); library(jsonlite) })
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets <- list(bcg = data.frame(estimate = as.numeric(bcg$yi), std_error = sqrt(bcg$vi)),
             alike = data.frame(estimate = c(20.1, 21.0, 19.4, 20.6, 20.3), std_error = c(2, 3, 1.5, 2.5, 4)),
             apart = data.frame(estimate = c(-12.4, 8.1, 22.7, 30.2), std_error = c(1.8, 2.2, 2.9, 2.1)))
pooled <- function(set, method, test) {
  fit <- rma(yi = set$estimate, sei = set$std_error, method = method, test = test,
             control = list(threshold = 1e-12, maxiter = 1000))
  ahead <- predict(fit)
  list(method = method, test = test, estimate = as.numeric(fit$beta), std_error = fit$se, conf_low = fit$ci.lb,
       conf_high = fit$ci.ub, tau2 = fit$tau2, tau2_se = fit$se.tau2, i2 = fit$I2 / 100, q = fit$QE, q_p = fit$QEp,
       prediction_low = ahead$pi.lb, prediction_high = ahead$pi.ub)
}
cat(toJSON(list(
  made_by = sprintf("%s, metafor %s, jsonlite %s", R.version.string, packageVersion("metafor"), packageVersion("jsonlite")),
  sets = lapply(sets, function(set) list(data = set, fits = do.call(c, lapply(c("REML", "DL"), function(method)
    lapply(c("knha", "adhoc", "z"), function(test) pooled(set, method, test))))))
), dataframe = "columns", na = "null", auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")
