"""What the data are: canonical tables and columns, parameter models, the market, the errors."""
