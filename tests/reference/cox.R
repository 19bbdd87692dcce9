# Cox's model by R's survival on rossi (rossi.csv: 432 prisoners released, Rossi, Berk, Lenihan 1980, as in lifelines
# 0.30.3 and carData) and heart (Stanford transplants, start-stop, of survival). From this folder: Rscript cox.R > cox.json
suppressPackageStartupMessages({ library(survival); library(jsonlite) })
rossi <- read.csv("rossi.csv")
rossi$w <- 0.5 + rossi$prio %% 4; rossi$w <- rossi$w / mean(rossi$w)
rossi$block <- ceiling(rossi$week / 10); rossi$start <- (rossi$age %% 3) * 0.25
rossi$team <- rossi$age %% 7
heart <- heart[, c("start", "stop", "event", "age", "year", "surgery", "transplant", "id")]
heart$transplant <- as.integer(heart$transplant == "1")
write.csv(heart, "heart.csv", row.names = FALSE)
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)
told <- function(fit) list(
  coefficient = unname(coef(fit)), std_error = unname(sqrt(diag(vcov(fit)))), log_likelihood = fit$loglik,
  score_statistic = fit$score, concordance = unname(fit$concordance[c("concordance", "std")]),
  zph = sapply(c("km", "identity", "rank"), function(t) unname(cox.zph(fit, t)$table[, "chisq"]), simplify = FALSE))
right <- ~ fin + age + race + wexp + mar + paro + prio
of <- function(left) as.formula(paste(left, paste(deparse(right), collapse = "")))
cat(toJSON(list(
  made_by = sprintf("%s, survival %s", R.version.string, packageVersion("survival")),
  efron = told(coxph(of("Surv(week, arrest)"), rossi, control = tight)), breslow = told(coxph(of("Surv(week, arrest)"), rossi, control = tight, ties = "breslow")),
  tied = told(coxph(of("Surv(block, arrest)"), rossi, control = tight)), tied_breslow = told(coxph(of("Surv(block, arrest)"), rossi, control = tight, ties = "breslow")),
  entered = told(coxph(of("Surv(start, week, arrest)"), rossi, control = tight)), clustered = told(coxph(of("Surv(block, arrest)"), rossi, control = tight, cluster = team)),
  weighted = told(coxph(of("Surv(block, arrest)"), rossi, control = tight, weights = w, robust = TRUE)),
  weighted_clustered = told(coxph(of("Surv(week, arrest)"), rossi, control = tight, weights = w, cluster = team)),
  stratified = told(coxph(Surv(start, block, arrest) ~ fin + age + wexp + mar + paro + prio + strata(race), rossi, control = tight)),
  heart = told(coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, heart, control = tight)),
  heart_transplant = told(coxph(Surv(start, stop, event) ~ transplant, heart, control = tight)),
  heart_by_id = told(coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, heart, cluster = id, control = tight))
), auto_unbox = TRUE, digits = NA), "\n")
