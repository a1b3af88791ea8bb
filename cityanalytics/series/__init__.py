"""Step a: any monthly series to the quantiles of its year; knows no bureau."""
