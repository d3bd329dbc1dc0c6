//! The library's code, as a compiler reads it: its modules, and every path that stands in them, written in full.
//!
//! Modules are found by their declarations from `src/lib.rs` down. What is compiled for tests alone is left out, item by
//! item, wherever it stands; comments are no code. Paths inside macros count.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree};

/// One module that has a file of its own.
pub(crate) struct Module {
    /// Its names from the root: `["text", "split"]`.
    pub(crate) path: Vec<String>,
    pub(crate) file: PathBuf,
    /// Every path in it, in full: what is relative begins with `crate`, a group of imports is one path each, and what the
    /// root exports is named by its room.
    pub(crate) paths: Vec<String>,
    /// The macros it calls.
    pub(crate) macros: Vec<String>,
}

/// The names that the crate's root hands on, each with the room it comes from.
pub(crate) type Exports = BTreeMap<String, String>;

/// Every module below the root.
pub(crate) fn library() -> &'static [Module] {
    static LIBRARY: LazyLock<Vec<Module>> = LazyLock::new(|| {
        let root = parse(&fs::read_to_string("src/lib.rs").unwrap());
        let mut modules = Vec::new();
        follow(&root, &[], Path::new("src"), &exports(&root), &mut modules);
        modules
    });
    &LIBRARY
}

/// The items of a file that are not for tests alone.
///
/// # Panics
/// When it is no Rust.
fn parse(code: &str) -> Vec<Item> {
    syn::parse_file(code).unwrap().items.into_iter().filter(|item| !is_test(attributes(item))).collect()
}

/// The module `path` with the code `code`, in a library whose root has `exports`.
pub(crate) fn module(path: &[&str], code: &str, exports: &Exports) -> Module {
    let path = path.iter().map(|name| (*name).to_owned()).collect();
    Module::new(path, "planted.rs".into(), &parse(code), exports)
}

impl Module {
    fn new(path: Vec<String>, file: PathBuf, items: &[Item], exports: &Exports) -> Self {
        let (mut paths, mut macros) = (Vec::new(), Vec::new());
        read(items, &path, &mut paths);
        items.iter().for_each(|item| calls(item.to_token_stream(), &mut macros));
        let paths = paths.iter().map(|path| named_by_room(path, exports)).collect();
        Self { path, file, paths, macros }
    }
}

fn follow(items: &[Item], path: &[String], folder: &Path, exports: &Exports, modules: &mut Vec<Module>) {
    for item in items {
        let Item::Mod(declared) = item else { continue };
        if declared.content.is_some() {
            continue; // It is read with the file it stands in.
        }
        assert!(
            !declared.attrs.iter().any(|given| given.path().is_ident("path")),
            "a module stands where its name says"
        );
        let name = declared.ident.to_string();
        let flat = folder.join(format!("{name}.rs"));
        let file = if flat.is_file() { flat } else { folder.join(&name).join("mod.rs") };
        let items = parse(&fs::read_to_string(&file).unwrap());
        let path: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
        follow(&items, &path, &folder.join(name), exports, modules);
        modules.push(Module::new(path, file, &items, exports));
    }
}

/// Compiled for tests alone?
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let given = attribute.to_token_stream().to_string().replace(' ', "");
        given == "#[cfg(test)]" || given == "#[test]"
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn exports(root: &[Item]) -> Exports {
    let mut exports = Exports::new();
    for item in root {
        if let Item::Use(item) = item {
            leaves(&item.tree, None, &mut exports);
        }
    }
    exports
}

fn leaves(tree: &UseTree, room: Option<&str>, exports: &mut Exports) {
    let mut export = |name: String| exports.extend(room.map(|room| (name, room.to_owned())));
    match tree {
        UseTree::Path(path) if path.ident == "crate" || path.ident == "self" => leaves(&path.tree, room, exports),
        UseTree::Path(path) => leaves(&path.tree, Some(room.unwrap_or(&path.ident.to_string())), exports),
        UseTree::Name(name) => export(name.ident.to_string()),
        UseTree::Rename(name) => export(name.rename.to_string()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, room, exports)),
        _ => {}
    }
}

fn read(items: &[Item], here: &[String], found: &mut Vec<Vec<String>>) {
    for item in items.iter().filter(|item| !is_test(attributes(item))) {
        match item {
            Item::Mod(inner) => {
                let there: Vec<String> = here.iter().cloned().chain([inner.ident.to_string()]).collect();
                read(inner.content.as_ref().map_or(&[], |(_, items)| items), &there, found);
            }
            item => scan(item.to_token_stream(), &[], here, found),
        }
    }
}

/// Adds the paths of `tokens`. Inside a group of imports each begins with `prefix`.
fn scan(tokens: TokenStream, prefix: &[String], here: &[String], found: &mut Vec<Vec<String>>) {
    let mut rest = tokens.into_iter().peekable();
    while let Some(tree) = rest.next() {
        let first = match tree {
            TokenTree::Ident(name) => name.to_string(),
            TokenTree::Punct(sign) if sign.as_char() == '*' && !prefix.is_empty() => "*".to_owned(),
            TokenTree::Group(group) => {
                scan(group.stream(), prefix, here, found);
                continue;
            }
            _ => continue,
        };
        let mut path: Vec<String> = prefix.iter().cloned().chain([first]).collect();
        let group = extend(&mut path, &mut rest);
        let is_renamed = matches!(rest.peek(), Some(TokenTree::Ident(next)) if next == "as");
        // The root itself under another name, or a crate's, is all that is in it.
        path.extend((is_renamed && path.len() == 1).then(|| "*".to_owned()));
        match group {
            Some(group) => scan(group.stream(), &path, here, found),
            None => found.push(resolve(&path, here)),
        }
    }
}

/// Reads on after a path's first name; returns the group of imports it ends in, if it does.
fn extend(path: &mut Vec<String>, rest: &mut std::iter::Peekable<impl Iterator<Item = TokenTree>>) -> Option<Group> {
    let is_colon = |tree: &TokenTree| matches!(tree, TokenTree::Punct(sign) if sign.as_char() == ':');
    while rest.next_if(is_colon).is_some() && rest.next_if(is_colon).is_some() {
        match rest.next_if(|tree| !matches!(tree, TokenTree::Punct(sign) if sign.as_char() != '*')) {
            Some(TokenTree::Ident(name)) => path.push(name.to_string()),
            Some(TokenTree::Group(group)) => return Some(group),
            Some(_) => path.push("*".to_owned()),
            None => break,
        }
    }
    None
}

/// A path from `here` in full; one that is not relative stays as it is.
fn resolve(path: &[String], here: &[String]) -> Vec<String> {
    let is_relative = path.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str()));
    if !is_relative || path.len() == 1 {
        return path.to_vec(); // A name by itself: a method's receiver, or how far something is visible.
    }
    let mut full: Vec<String> = if path[0] == "crate" { vec![] } else { here.to_vec() };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => drop(full.pop()),
            name => full.push(name.to_owned()),
        }
    }
    if full.is_empty() {
        full.push("*".to_owned());
    }
    std::iter::once("crate".to_owned()).chain(full).collect()
}

fn named_by_room(path: &[String], exports: &Exports) -> String {
    match path {
        [root, name, ..] if root == "crate" && exports.contains_key(name) => {
            format!("crate::{}::{}", exports[name], path[1..].join("::"))
        }
        path => path.join("::"),
    }
}

fn calls(tokens: TokenStream, found: &mut Vec<String>) {
    let mut rest = tokens.into_iter().peekable();
    while let Some(tree) = rest.next() {
        match tree {
            TokenTree::Group(group) => calls(group.stream(), found),
            TokenTree::Ident(name) => {
                let is_call = matches!(rest.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == '!');
                found.extend(is_call.then(|| name.to_string()));
            }
            _ => {}
        }
    }
}
