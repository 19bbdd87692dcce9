# Rake with R survey; print seconds and peak memory. Rscript rake_survey.R FOLDER
for (package in c("survey", "jsonlite", "data.table")) if (!requireNamespace(package, quietly = TRUE)) {
  cat(sprintf('{"missing": "%s"}\n', package)); quit()
}
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(TRUE)[1]
margins <- jsonlite::fromJSON(file.path(folder, "margins.json"))
rows <- as.data.frame(data.table::fread(file.path(folder, "survey.csv"), stringsAsFactors = TRUE))
rows$one <- 1
formulas <- lapply(names(margins), function(name) as.formula(paste("~", name)))
targets <- lapply(names(margins), function(name) {
  table <- data.frame(names(margins[[name]]), nrow(rows) * unlist(margins[[name]]))
  setNames(table, c(name, "Freq"))
})
seconds <- function(way, control) {
  taken <- system.time({
    design <- svydesign(ids = ~1, weights = ~one, data = rows)
    raked <- suppressWarnings(rake(design, formulas, targets, control))
  })
  writeBin(as.double(weights(raked)), file.path(folder, sprintf("survey-%s.bin", way)))
  c(taken[["elapsed"]], taken[["user.self"]] + taken[["sys.self"]])
}
default <- seconds("default", list())
tight <- seconds("tight", list(maxit = 100, epsilon = 1e-14))
peak <- as.numeric(gsub("\\D", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(jsonlite::toJSON(list(default = default, tight = tight, peak_mib = peak), auto_unbox = TRUE), "\n")
