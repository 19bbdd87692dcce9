# The same model by R's survival: Rscript cox_peers.R customers.csv RUNS
suppressPackageStartupMessages({ library(survival); library(jsonlite) })
said <- commandArgs(TRUE)
rows <- read.csv(said[1])
formula <- as.formula(paste("Surv(duration, event) ~", paste0("x", 0:19, collapse = " + ")))
times <- sapply(0:as.integer(said[2]), function(run) system.time(fit <<- coxph(formula, rows)))
status <- readLines("/proc/self/status")
peak <- as.numeric(gsub("[^0-9]", "", grep("^VmHWM", status, value = TRUE))) / 1024
cat(toJSON(list(
  version = unbox(as.character(packageVersion("survival"))), seconds = times["elapsed", -1],
  worked = times["user.self", -1] + times["sys.self", -1], coefficient = unname(coef(fit)),
  concordance = unbox(unname(fit$concordance["concordance"])), peak = unbox(peak)
), digits = NA), "\n")
