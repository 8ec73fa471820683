"""Project codes, measured: on the demo firm, on a generated catalogue of noisy names, and the index at size."""
