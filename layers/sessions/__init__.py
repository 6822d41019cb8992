"""When and where meetings take place (R30): rules as people say them, dates, words, services, the source."""
