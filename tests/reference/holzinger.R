# Measurement invariance of lavaan's HolzingerSwineford1939 (three factors of three tests): by school, and by school
# and sex. Moments have n, not n - 1, under them. Rscript holzinger.R > holzinger.json
suppressPackageStartupMessages({ library(lavaan); library(jsonlite) })
data <- HolzingerSwineford1939
data$cell <- paste(data$school, data$sex)
items <- paste0("x", 1:9)
model <- "visual =~ x1 + x2 + x3
          textual =~ x4 + x5 + x6
          speed =~ x7 + x8 + x9"
indices <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
moments <- function(by) lapply(split(data[items], data[[by]]), function(rows) {
  n <- nrow(rows)
  list(n = n, mean = unname(colMeans(rows)), covariance = unname(cov(rows) * (n - 1) / n))
})
fitted <- function(by, equal = "", partial = "") cfa(model, data, group = by, group.equal = equal,
                                                     group.partial = partial, std.lv = TRUE)
told <- function(fit) {
  table <- parameterEstimates(fit, ci = FALSE)
  table <- table[c("lhs", "op", "rhs", "group", "est", "se")]
  list(fit = as.list(fitMeasures(fit, indices)), parameters = table, groups = lavInspect(fit, "group.label"))
}
both <- c("loadings", "intercepts")
study <- function(by, partial) {
  scalar <- fitted(by, both)
  list(moments = moments(by),
       configural = told(fitted(by)), metric = told(fitted(by, "loadings")), scalar = told(scalar),
       partial_scalar = told(fitted(by, both, partial)),
       partial_metric = told(fitted(by, "loadings", "speed=~x7")))
}
school <- study("school", c("x3~1", "x7~1"))
scalar <- fitted("school", both)
score <- lavTestScore(scalar)$uni
table <- parTable(scalar)
name <- function(label) { row <- table[table$plabel == label, ][1, ]; paste0(row$lhs, row$op, row$rhs) }
school$score <- data.frame(constraint = sapply(score$lhs, name), statistic = score$X2, df = score$df)
cat(toJSON(list(
  made_by = sprintf("%s, lavaan %s, jsonlite %s", R.version.string, packageVersion("lavaan"), packageVersion("jsonlite")),
  items = items, school = school, cell = study("cell", c("x3~1", "x7~1"))
), dataframe = "columns", na = "null", auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")
