# A mean and a share by design with R survey; one answer a line on standard input.
# Rscript design_measures_survey.R FOLDER
for (package in c("survey", "jsonlite", "data.table")) if (!requireNamespace(package, quietly = TRUE)) {
  cat(sprintf('{"missing": "R has no package %s"}\n', package)); quit()
}
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(TRUE)[1]
rows <- as.data.frame(data.table::fread(file.path(folder, "survey.csv"), stringsAsFactors = TRUE))
rows$top <- rows$csat >= 4
input <- file("stdin", "r")
while (length(readLines(input, 1))) {
  taken <- function(call) system.time(call)[["elapsed"]]
  seconds <- list(); figures <- list()
  seconds[["design"]] <- taken(design <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = rows))
  seconds[["mean"]] <- taken(one <- svymean(~csat, design, na.rm = TRUE))
  figures[["mean"]] <- list(coef(one), SE(one))
  seconds[["mean by region"]] <- taken(one <- svyby(~csat, ~region, design, svymean, na.rm = TRUE))
  figures[["mean by region"]] <- list(coef(one), SE(one))
  seconds[["top box"]] <- taken(one <- svyciprop(~top, design, na.rm = TRUE))
  figures[["top box"]] <- list(coef(one), SE(one), confint(one)[1], confint(one)[2])
  seconds[["top box by region"]] <- taken(
    one <- svyby(~top, ~region, design, svyciprop, vartype = c("se", "ci"), na.rm = TRUE))
  figures[["top box by region"]] <- list(coef(one), SE(one), one$ci_l, one$ci_u)
  figures <- lapply(figures, function(figure) lapply(figure, as.numeric))
  peak <- as.numeric(gsub("\\D", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
  told <- list(seconds = seconds, figures = figures, peak_mib = peak, version = as.character(packageVersion("survey")))
  cat(jsonlite::toJSON(told, auto_unbox = FALSE, digits = NA), "\n", sep = "")
  flush(stdout())
}
