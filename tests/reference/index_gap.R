# An index and gaps by a stratified design of clusters with weights, with survey. Run in this folder:
#   Rscript index_gap.R
# Writes index_gap.csv (made-up ratings) and index_gap.json (the figures).
suppressMessages({library(survey); library(jsonlite)})
set.seed(20240517)
clusters <- 24
size <- sample(1:5, clusters, replace = TRUE)
cluster <- rep(seq_len(clusters), size)
n <- length(cluster)
level <- rnorm(clusters)[cluster]
score <- function(mean) pmin(10, pmax(1, round(mean + level + rnorm(n, 0, 1.5))))
data <- data.frame(
  id = seq_len(n), stratum = ifelse(cluster <= 10, "a", "b"), cluster = paste0("c", cluster),
  w = round(rexp(n) + .3, 3),
  s1 = score(6), s2 = score(7), s3 = score(8), i1 = score(8.5), i2 = score(7), i3 = score(5)
)
write.csv(data, "index_gap.csv", row.names = FALSE)
design <- svydesign(~cluster, strata = ~stratum, weights = ~w, data = data)
means <- svymean(~s1 + s2 + s3 + i1 + i2 + i3, design)
index <- svycontrast(means, quote(10 * (i1 * s1 + i2 * s2 + i3 * s3) / (i1 + i2 + i3)))
min_max <- svycontrast(means, quote(100 / 9 * ((i1 * s1 + i2 * s2 + i3 * s3) / (i1 + i2 + i3) - 1)))
gaps <- svymean(~I(i1 - s1) + I(i2 - s2) + I(i3 - s3), design)
write_json(
  list(
    made_by = paste0(R.version.string, ", survey ", packageVersion("survey")),
    index = coef(index)[[1]], index_se = sqrt(as.numeric(attr(index, "var"))),
    min_max = coef(min_max)[[1]], min_max_se = sqrt(as.numeric(attr(min_max, "var"))),
    gap = unname(coef(gaps)), gap_se = unname(SE(gaps)), df = degf(design)
  ),
  "index_gap.json", auto_unbox = TRUE, digits = NA, pretty = TRUE
)
