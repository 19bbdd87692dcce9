# Oster's beta and delta for the prices of houses in Windsor (Anglin, Gencay 1996; 546 houses, in R's AER), by
# lm() and her printed equations; the article on R's robomit prints the same (beta .27, delta 1.99), and finds
# them equal to Stata's psacalc. Run in this folder: Rscript oster.R
library(jsonlite)
library(AER)
data(HousePrices)
d <- with(HousePrices, data.frame(price = log(price), lot = log(lotsize), bedrooms = bedrooms,
                                  bathrooms = bathrooms, driveway = as.numeric(driveway == "yes")))
write.csv(format(d, digits = 12), "oster.csv", row.names = FALSE, quote = FALSE)
short <- lm(price ~ lot, d)
controlled <- lm(price ~ lot + bedrooms + bathrooms + driveway, d)
tx <- var(resid(lm(lot ~ bedrooms + bathrooms + driveway, d)))
b0 <- coef(short)[["lot"]]; b1 <- coef(controlled)[["lot"]]
r0 <- summary(short)$r.squared; r1 <- summary(controlled)$r.squared
sy <- var(d$price); sx <- var(d$lot)
delta_of <- function(beta, rmax) {
  v <- b1 - beta
  num <- v * (r1 - r0) * sy * tx + v * sx * tx * (b0 - b1)^2 + 2 * v^2 * tx * (b0 - b1) * sx + v^3 * (tx * sx - tx^2)
  den <- (rmax - r1) * sy * (b0 - b1) * sx + v * (rmax - r1) * sy * (sx - tx) + v^2 * tx * (b0 - b1) * sx +
    v^3 * (tx * sx - tx^2)
  num / den
}
# the quadratic of her equation for delta = 1, by the formula of its roots
theta <- function(rmax) (rmax - r1) * sy * (sx - tx) - (r1 - r0) * sy * tx - sx * tx * (b0 - b1)^2
roots1 <- function(rmax) {
  top <- sqrt(theta(rmax)^2 + 4 * (rmax - r1) * sy * (b0 - b1)^2 * sx^2 * tx)
  b1 - (-theta(rmax) + c(-1, 1) * top) / (-2 * tx * (b0 - b1) * sx)
}
rmax <- 0.5316 * 1.3
write(toJSON(list(
  tool = R.version.string, aer = as.character(packageVersion("AER")), short = b0, controlled = b1,
  r2_short = r0, r2_controlled = r1, r2_max = rmax, delta = delta_of(0, rmax), roots = roots1(rmax),
  delta_at_one = delta_of(0, 1), delta_at_low = delta_of(0, 0.54), delta_half = delta_of(b1 / 2, rmax)
), digits = 16, auto_unbox = TRUE, pretty = TRUE), "oster.json")
