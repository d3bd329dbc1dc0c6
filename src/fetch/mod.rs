//! The door in: HTTP with limits, validators, politeness and the address guard; recorded replies for replay.
