"""What a firm watches of its billing: where money and days go, by pure functions of records and reports."""
