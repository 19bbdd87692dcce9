# The exact interval of a share. Rscript exact_share.R > exact_share.csv, from this folder.
cat(sprintf("# %s, stats %s: binom.test(x, n, conf.level = level)$conf.int\n",
            R.version.string, packageVersion("stats")))
cat("x,n,level,conf_low,conf_high\n")
for (n in c(1, 2, 7, 10, 30, 100, 3093)) {
  for (x in unique(round(c(0, 1, 0.26547465 * n, n / 2, n - 1, n)))) {
    for (level in c(0.8, 0.95, 0.99)) {
      ends <- binom.test(x, n, conf.level = level)$conf.int
      cat(sprintf("%d,%d,%g,%.15g,%.15g\n", x, n, level, ends[1], ends[2]))
    }
  }
}
