# Weighted means and shares. Rscript weighted_means.R > weighted_means.json, from this folder.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
score <- c(10, 9, 9, 8, 8, 7, 7, 6, 5, 5, 3, 0, 10, 10, 9, 8, 2, 4, 7, 6, 9, 10, 1, 8)
weight <- c(.5, 1.2, .7, 2.5, 1, 1, .3, 3.1, .9, 1.4, .6, 2.2, .8, 1.1, .4, 1.7, 2.9, .2, 1.3, 1, .75, 4.2, 1.9, .65)
segment <- rep(c("north", "south", "west"), times = c(9, 8, 7))

figures <- function(rows, w, level = 0.95) {
  data <- data.frame(score = score[rows], w = w[rows], top = as.numeric(score[rows] >= 9))
  design <- svydesign(ids = ~1, weights = ~w, data = data)
  mean_score <- svymean(~score, design)
  ends <- confint(mean_score, level = level, df = degf(design))
  top <- svymean(~top, design)
  list(n = length(rows), df = degf(design), level = level, n_eff = sum(data$w)^2 / sum(data$w^2),
       mean = coef(mean_score)[[1]], std_error = SE(mean_score)[[1]], conf_low = ends[1], conf_high = ends[2],
       share = coef(top)[[1]], share_se = SE(top)[[1]])
}

everyone <- seq_along(score)
equal <- rep(1, length(score))
made_by <- sprintf("%s, survey %s, jsonlite %s: svydesign(ids = ~1, weights = ~w), svymean, confint(df = degf)",
                   R.version.string, packageVersion("survey"), packageVersion("jsonlite"))
cat(toJSON(list(
  made_by = made_by, score = score, weight = weight, segment = segment,
  weighted = figures(everyone, weight), equal = figures(everyone, equal),
  weighted_90 = figures(everyone, weight, 0.9),
  north = figures(which(segment == "north"), weight), south = figures(which(segment == "south"), weight),
  west = figures(which(segment == "west"), weight)
), auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
