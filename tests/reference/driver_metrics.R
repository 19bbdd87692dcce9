# LMG by its definition, from lm() on every subset, and the other measures from their formulas, with R's own
# matrix functions. Run in this folder: Rscript driver_metrics.R
library(jsonlite)

r2 <- function(data, outcome, names) {
  if (length(names) == 0) return(0)
  summary(lm(reformulate(names, outcome), data))$r.squared
}

levels_of <- function(data, outcome, names) {
  k <- length(names)
  sapply(names, function(name) {
    others <- setdiff(names, name)
    sapply(0:(k - 1), function(size) {
      sets <- if (size == 0) list(character()) else combn(others, size, simplify = FALSE)
      mean(sapply(sets, function(set) r2(data, outcome, c(set, name)) - r2(data, outcome, set)))
    })
  })
}

measures <- function(data, outcome, names) {
  R <- cor(data[names])
  r <- cor(data[names], data[[outcome]])[, 1]
  standard <- as.data.frame(scale(data[c(outcome, names)]))
  beta <- coef(lm(reformulate(names, outcome), standard))[names]
  e <- eigen(R, symmetric = TRUE)
  root <- e$vectors %*% diag(sqrt(e$values)) %*% t(e$vectors)
  omega <- solve(root, r)
  levels <- levels_of(data, outcome, names)
  full <- r2(data, outcome, names)
  list(
    drivers = names, r_squared = full, levels = unname(levels), lmg = unname(colMeans(levels)),
    first = unname(r^2), last = sapply(names, function(n) full - r2(data, outcome, setdiff(names, n)), USE.NAMES = FALSE),
    betasq = unname(beta^2), pratt = unname(beta * r), coefficient = unname(beta), correlation = unname(r),
    johnson = as.vector(root^2 %*% omega^2), car = as.vector(omega^2)
  )
}

# A group of drivers enters at once; a driver that is always in.
grouped <- function(data, outcome, groups, always) {
  k <- length(groups)
  names <- names(groups)
  value <- function(set) r2(data, outcome, c(always, unlist(groups[set])))
  sapply(names, function(name) {
    others <- setdiff(names, name)
    mean(sapply(0:(k - 1), function(size) {
      sets <- if (size == 0) list(character()) else combn(others, size, simplify = FALSE)
      mean(sapply(sets, function(set) value(c(set, name)) - value(set)))
    }))
  }, USE.NAMES = FALSE)
}

write.csv(swiss, "swiss.csv", row.names = FALSE, quote = FALSE)
write.csv(mtcars, "mtcars.csv", row.names = FALSE, quote = FALSE)
swiss_drivers <- setdiff(names(swiss), "Fertility")
result <- list(
  tool = R.version.string,
  swiss = measures(swiss, "Fertility", swiss_drivers),
  mtcars = measures(mtcars, "mpg", c("am", "cyl", "carb")),
  swiss_grouped = grouped(
    swiss, "Fertility", list(schooling = c("Examination", "Education"), Agriculture = "Agriculture",
                             Catholic = "Catholic"), "Infant.Mortality")
)
write(toJSON(result, digits = 16, auto_unbox = TRUE, pretty = TRUE), "driver_metrics.json")
