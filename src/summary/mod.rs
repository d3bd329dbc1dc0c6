//! Scores and a budget → chosen sentences in the order of the text, and why each was chosen.
