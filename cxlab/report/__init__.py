"""Charts, tables, sentences, languages, HTML and the site. It consumes results and computes nothing."""
