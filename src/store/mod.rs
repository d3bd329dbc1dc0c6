//! What is remembered: the health of sources, articles, editions, recipients, deliveries.
