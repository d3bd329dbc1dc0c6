use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the documents of a source are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// CSS selector of the element that holds the article; found out by default.
    pub content_selector: Option<String>,
    /// CSS selectors of elements that are taken out of a page before it is read.
    pub remove_selectors: Vec<String>,
    /// Whether menus, appeals and other boilerplate lines are taken out of plain text.
    pub clean: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { content_selector: None, remove_selectors: Vec::new(), clean: true }
    }
}
