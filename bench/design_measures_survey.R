# A mean and a share by design with R survey; one answer a line of input. Rscript design_measures_survey.R FOLDER
for (package in c("survey", "jsonlite", "data.table")) if (!requireNamespace(package, quietly = TRUE)) {
  cat(sprintf('{"missing": "R has no package %s"}\n', package)); quit()
}
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(TRUE)[1]
rows <- as.data.frame(data.table::fread(file.path(folder, "survey.csv"), stringsAsFactors = TRUE))
rows$top <- rows$csat >= 4
# xlogit turns the weighted share and its standard error; logit fits a model, and is slower.
asked <- list(
  "mean" = function(design) svymean(~csat, design, na.rm = TRUE),
  "mean by region" = function(design) svyby(~csat, ~region, design, svymean, na.rm = TRUE),
  "top box" = function(design) svyciprop(~top, design, method = "xlogit", na.rm = TRUE),
  "top box by region" = function(design)
    svyby(~top, ~region, design, svyciprop, method = "xlogit", vartype = c("se", "ci"), na.rm = TRUE)
)
elapsed <- function(call) jsonlite::unbox(system.time(call)[["elapsed"]])
processor <- function() sum(proc.time()[c("user.self", "sys.self")])
input <- file("stdin", "r")
while (length(readLines(input, 1))) {
  busy <- processor()
  seconds <- list(design = elapsed(
    design <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = rows)))
  figures <- list()
  for (question in names(asked)) {
    seconds[[question]] <- elapsed(table <- asked[[question]](design))
    figures[[question]] <- list(as.numeric(coef(table)), as.numeric(SE(table)))
    if (question == "top box") figures[[question]][3:4] <- as.list(as.numeric(confint(table)))
    if (question == "top box by region") figures[[question]][3:4] <- list(table$ci_l, table$ci_u)
  }
  busy <- processor() - busy
  peak <- as.numeric(gsub("\\D", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
  told <- list(seconds = seconds, processor = jsonlite::unbox(busy), peak_mib = jsonlite::unbox(peak))
  cat(jsonlite::toJSON(c(told, list(figures = figures)), digits = NA), "\n", sep = "")
  flush(stdout())
}
