//! How much each sentence says about the whole text: sentences → one score each.
