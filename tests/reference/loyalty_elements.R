# Three elements of loyalty on satisfaction, R sandwich. Rscript loyalty_elements.R, from this folder.
# Writes loyalty_elements.csv (made here, seed 11) and loyalty_elements.json.
suppressPackageStartupMessages({library(sandwich); library(jsonlite)})
set.seed(11)
n <- 240
account <- rep(seq_len(60), each = 4)
shared <- rnorm(60)[account]
csat <- pmin(5, pmax(1, round(3.4 + 0.8 * rnorm(n) + 0.5 * shared)))
meant <- function(slope) 3 + slope * (csat - 3) + 0.5 * shared + rnorm(n)
data <- data.frame(csat, buy = round(pmin(10, pmax(0, 2 * meant(0.5)))), stay = round(pmin(7, pmax(1, meant(0.3)))),
                   recommend = round(pmin(10, pmax(0, 2 * meant(0.8)))), account, w = round(0.3 + rgamma(n, 2, 1), 4))
write.csv(data, "loyalty_elements.csv", row.names = FALSE)
names3 <- c("buy", "stay", "recommend")
one <- function(weighted, clustered) {
  omega <- if (weighted) data$w else rep(1, n)
  cluster <- if (clustered) data$account else seq_len(n)
  each <- lapply(names3, function(y) {
    fit <- lm(reformulate("csat", y, env = environment()), data = data, weights = omega)
    # with a cluster for each row this is HC1
    v <- vcovCL(fit, cluster = cluster, type = "HC1", cadjust = TRUE)
    list(slope = coef(fit)[[2]], std_error = sqrt(v[2, 2]))
  })
  # All three in one regression with a constant and a slope each, without small-sample factors; these follow by hand.
  long <- data.frame(y = unlist(data[names3]), csat = rep(data$csat, 3), element = factor(rep(names3, each = n), names3),
                     omega = rep(omega, 3), cluster = rep(cluster, 3))
  fit <- lm(y ~ 0 + element + element:csat, data = long, weights = omega)
  v <- vcovCL(fit, cluster = long$cluster, type = "HC0", cadjust = FALSE)[4:6, 4:6]
  g <- length(unique(cluster))
  v <- v * g / (g - 1) * (n - 1) / (n - 2)
  pairs <- combn(3, 2)
  differences <- apply(pairs, 2, function(p) {
    d <- coef(fit)[3 + p[1]] - coef(fit)[3 + p[2]]
    se <- sqrt(v[p[1], p[1]] + v[p[2], p[2]] - 2 * v[p[1], p[2]])
    df <- if (clustered) g - 1 else n - 2
    c(difference = unname(d), std_error = se, p_value = 2 * pt(-abs(unname(d)) / se, df))
  })
  r <- sapply(names3, function(y) cov.wt(data[c("csat", y)], wt = omega / sum(omega), cor = TRUE)$cor[1, 2])
  list(slope = sapply(each, `[[`, "slope"), std_error = sapply(each, `[[`, "std_error"), standardised = unname(r),
       difference = differences["difference", ], difference_std_error = differences["std_error", ],
       p_value = differences["p_value", ], p_adjusted = p.adjust(differences["p_value", ], "holm"))
}
out <- list(versions = list(R = R.version.string, sandwich = as.character(packageVersion("sandwich"))),
            plain = one(FALSE, FALSE), weighted = one(TRUE, FALSE), clustered = one(FALSE, TRUE), both = one(TRUE, TRUE))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "loyalty_elements.json")
