# Kaplan–Meier, Aalen–Johansen, restricted means, log-rank and Gray's tests of 205 melanoma patients (MASS), by survival
# and cmprsk. From this folder: Rscript survival_curves.R > survival_curves.json
# survival 3.5-3 does not sum its influences by cluster where there are several states: done here.
# Weights, entries, clusters and the three groups are made up; `tied` is the time in steps of 200 days.
suppressPackageStartupMessages({ library(survival); library(cmprsk); library(jsonlite) })
m <- MASS::Melanoma
m$cause <- c("melanoma", "", "other")[m$status]
m$left <- as.integer(m$status != 2)
m$tied <- ceiling(m$time / 200)
i <- seq_len(nrow(m))
m$weight <- 1 + (i %% 5) / 4
m$times <- 1 + i %% 3
m$cluster <- (i * 7) %% 40
m$group <- c("a", "b", "c")[1 + (i * i) %% 3 + ifelse((i * i) %% 3 == 1 & i %% 2 == 0, 1, 0)]
m$entry <- ifelse(i %% 3 == 0, floor(m$time * 0.4), 0)
m$state <- factor(m$cause, c("", "melanoma", "other"))
curve <- function(fit) {
  s <- summary(fit, censored = TRUE)
  keep <- s$n.event > 0
  list(time = s$time[keep], survival = s$surv[keep], std_error = s$std.err[keep], conf_low = s$lower[keep],
       conf_high = s$upper[keep])
}
incidence <- function(fit) {
  s <- summary(fit, censored = TRUE)
  keep <- rowSums(s$n.event) > 0
  list(time = s$time[keep], melanoma = s$pstate[keep, 2], other = s$pstate[keep, 3],
       melanoma_error = s$std.err[keep, 2], other_error = s$std.err[keep, 3],
       melanoma_low = s$lower[keep, 2], melanoma_high = s$upper[keep, 2])
}
by_cluster <- function(fit, m) {
  keep <- which(rowSums(fit$n.event) > 0)
  error <- function(state) sapply(keep, function(j) sqrt(sum(rowsum(m$weight * fit$influence.pstate[, 1 + j, state], m$cluster)^2)))
  list(time = fit$time[keep], melanoma = fit$pstate[keep, 2], other = fit$pstate[keep, 3],
       melanoma_error = error(2), other_error = error(3))
}
ajmean <- function(fit, horizon) {
  table <- summary(fit, rmean = horizon)$table
  list(mean = unname(table[2:3, "rmean"]), std_error = unname(table[2:3, "se(rmean)"]))
}
all <- list()
for (name in c("time", "tied")) {
  m$t <- m[[name]]
  m$start <- if (name == "time") m$entry else floor(m$entry / 200)
  late <- m[m$start < m$t, ]
  s <- Surv(m$t, m$left)
  mean_of <- function(fit) unname(summary(fit, rmean = horizon)$table[c("rmean", "se(rmean)")])
  horizon <- if (name == "time") 3000 else 15
  greenwood <- survfit(s ~ 1, conf.type = "log-log")
  robust <- survfit(s ~ 1, weights = m$weight, robust = TRUE, conf.type = "log-log")
  clustered <- survfit(s ~ 1, weights = weight, cluster = cluster, data = m, conf.type = "log-log")
  aj <- survfit(Surv(t, state) ~ 1, data = m, conf.type = "log-log")
  gray <- function(group, rho) {
    found <- cuminc(m$t, m$status, group, cencode = 2, rho = rho)$Tests
    list(melanoma = found["1", "stat"], other = found["3", "stat"])
  }
  score <- function(fit) unname(fit$rscore)
  all[[name]] <- list(
    horizon = horizon,
    log_log = curve(greenwood), log = curve(survfit(s ~ 1, conf.type = "log")),
    plain = curve(survfit(s ~ 1, conf.type = "plain")),
    weighted = curve(robust), clustered = curve(clustered),
    frequency = curve(survfit(s ~ 1, weights = m$times, conf.type = "log-log")),
    entry = curve(survfit(Surv(start, t, left) ~ 1, data = late, conf.type = "log-log")),
    entry_clustered = curve(survfit(Surv(start, t, left) ~ 1, late, weights = weight, cluster = cluster, conf.type = "log-log")),
    quartile = unname(unlist(quantile(greenwood, 0.25))),
    by_group = unname(unlist(quantile(survfit(s ~ group, data = m, conf.type = "log-log"), 0.25))),
    mean = mean_of(greenwood), frequency_mean = mean_of(survfit(s ~ 1, weights = m$times)),
    aj = incidence(aj),
    aj_weighted = incidence(survfit(Surv(t, state) ~ 1, data = m, weights = weight, conf.type = "log-log")),
    aj_clustered = by_cluster(survfit(Surv(t, state) ~ 1, data = m, weights = weight, influence = TRUE), m),
    aj_entry = incidence(survfit(Surv(start, t, state) ~ 1, data = late, id = seq_len(nrow(late)), conf.type = "log-log")),
    aj_mean = ajmean(survfit(Surv(t, state) ~ 1, data = m, influence = TRUE), horizon),
    log_rank = survdiff(s ~ group, data = m)$chisq, peto = survdiff(s ~ group, data = m, rho = 1)$chisq,
    log_rank_sex = survdiff(s ~ sex, data = m)$chisq,
    observed = survdiff(s ~ group, data = m)$obs, expected = survdiff(s ~ group, data = m)$exp,
    robust_log_rank = score(coxph(s ~ group, m, weights = weight, ties = "breslow", robust = TRUE)),
    clustered_log_rank = score(coxph(s ~ group, m, weights = weight, cluster = cluster, ties = "breslow")),
    entry_log_rank = score(coxph(Surv(start, t, left) ~ group, late, cluster = cluster, ties = "breslow")),
    gray_group = gray(m$group, 0), gray_sex = gray(m$sex, 0), gray_rho = gray(m$group, 1)
  )
}
cat(toJSON(list(
  made_by = sprintf("%s, survival %s, cmprsk %s, MASS %s", R.version.string, packageVersion("survival"), packageVersion("cmprsk"), packageVersion("MASS")),
  rows = m[c("time", "tied", "left", "cause", "weight", "times", "cluster", "group", "sex", "entry")], results = all
), auto_unbox = TRUE, digits = NA, na = "null", dataframe = "columns"), "\n")
