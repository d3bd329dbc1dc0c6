//! Articles → stories → an edition: duplicates, clusters, what is new, order, quotas, rules.
