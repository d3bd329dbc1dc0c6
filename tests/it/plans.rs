//! No statement of the store walks a table that grows: SQLite's own plan of each is read.

use std::collections::BTreeSet;
use std::path::Path;

use newsdigest::store::Store;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

/// The ways in which a table may be read: by a key, by an index of the few rows that are open, or as a whole where it does
/// not grow. A table that is not named here, or another way to it, fails the test.
const WAYS: [(&str, &str); 26] = [
    ("deliveries", "PRIMARY KEY (rowid=?)"),
    ("deliveries", "INDEX deliveries_open "),
    ("deliveries", "INDEX deliveries_refused "),
    ("deliveries", "INDEX sqlite_autoindex_deliveries_1 (edition=? AND address=?"),
    ("delivery_counts", "PRIMARY KEY (edition=?"),
    ("open_editions", ""), // those with mail to be sent
    ("refused_addresses", "PRIMARY KEY (newsletter=?"),
    ("drafts", "(newsletter=?)"),
    ("editions", "(id=?)"),
    ("editions", "INDEX editions_newsletter (newsletter=?"),
    ("letters", "PRIMARY KEY (edition=?"),
    ("articles", "(id=?)"),
    ("articles", "INDEX articles_hash (hash=?)"),
    ("arrivals", "PRIMARY KEY (newsletter=? AND article=?)"),
    ("arrivals", "INDEX arrivals_article (article=?"),
    ("arrivals", "INDEX arrivals_unused (newsletter=?"),
    ("ratings", "PRIMARY KEY (newsletter=?"),
    ("site_lines", "PRIMARY KEY (source=?)"),
    ("troubles", ""),          // the last twenty runs that did not end well
    ("upkeep", ""),            // a few tasks
    ("erased_addresses", ""),  // readers that asked for it
    ("sources", ""),           // as many as the configs name
    ("unscoped_arrivals", ""), // of an earlier version; it only shrinks
    ("json_each", "VIRTUAL TABLE"),
    ("sqlite_schema", ""),
    ("_sqlx_migrations", ""),
];

/// Parts of statements that are no part of a daily run, each with the step that it may take.
const RARE: [(&str, &str); 16] = [
    // Ends with the first.
    (
        "WHERE edition = ? ORDER BY address LIMIT 1",
        "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries_1 (edition=?)",
    ),
    // Once a day: texts and editions that came of age since it was done last.
    (
        "UPDATE articles SET article = NULL",
        "SEARCH articles USING INDEX articles_texts (first_seen>? AND first_seen<?)",
    ),
    (
        "DELETE FROM deliveries WHERE edition IN (SELECT id FROM editions WHERE newsletter = ? AND composed < ? AND composed >= ?)",
        "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries_1 (edition=?)",
    ),
    // Once a week.
    ("WITH last AS (SELECT source, max(coalesce(offered, seen))", ""),
    ("DELETE FROM articles WHERE article IS NULL AND NOT EXISTS", "SCAN articles"),
    // When a reader asks what is known of him, or to be forgotten.
    ("FROM deliveries WHERE +address = ?", "SCAN deliveries"),
    ("FROM refused_addresses WHERE address = ?", "SCAN refused_addresses"),
    // When a damaged store is looked at.
    ("SELECT id FROM articles ORDER BY id", "SCAN articles"),
    ("SELECT id FROM editions ORDER BY id", "SCAN editions"),
    // For a private copy: what was seen is known for ever, all else is of the last days.
    ("FROM old.arrivals WHERE newsletter = ?1", "SEARCH old.arrivals USING PRIMARY KEY (newsletter=?"),
    ("CROSS JOIN old.articles a ON a.id = r.article", ""),
    ("FROM old.editions WHERE newsletter = ?1", ""),
    (
        "WHERE r.newsletter = ? AND r.seen >= ? AND a.article IS NOT NULL ORDER BY",
        "SEARCH r USING PRIMARY KEY (newsletter=?)",
    ),
    // Takes editions back, on a copy of the store.
    ("DELETE FROM editions WHERE newsletter = ? AND (composed >= ? OR id = ?)", ""),
    ("DELETE FROM arrivals WHERE newsletter = ? AND seen > ?", "SEARCH arrivals USING PRIMARY KEY (newsletter=?)"),
    ("UPDATE arrivals SET edition = NULL, published = 0 WHERE newsletter", ""),
];

/// String literals of `code` that are SQL; what is compiled for tests alone is left out.
fn literals(code: TokenStream, found: &mut BTreeSet<String>) {
    for token in code {
        match token {
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else { continue };
                let text = text.value().split_whitespace().collect::<Vec<_>>().join(" ");
                let first = text.split(' ').next().unwrap_or_default();
                if ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"].contains(&first) {
                    found.insert(text);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Every statement of the store. A statement can only be a literal: the library takes no other text, but for the two names
/// that are refused here.
fn statements() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir("src/store/sqlite").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let code = std::fs::read_to_string(&path).unwrap();
            for name in ["AssertSqlSafe", "QueryBuilder"] {
                assert!(!code.contains(name), "{}: {name} makes statements that no test can read", path.display());
            }
            let items = syn::parse_file(&code).unwrap().items.into_iter();
            let is_test = |item: &syn::Item| matches!(item, syn::Item::Mod(item) if item.ident == "tests");
            items.filter(|item| !is_test(item)).for_each(|item| literals(item.to_token_stream(), &mut found));
        }
    }
    found
}

/// The statements inside of triggers, with parameters for the row at hand.
async fn triggered(pool: &SqlitePool) -> Vec<String> {
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").fetch_all(pool).await.unwrap();
    let row = regex::Regex::new(r"\b(new|old)\.\w+").unwrap();
    let body = |text: &String| {
        let inside = text.split_once("BEGIN").unwrap().1.rsplit_once("END").unwrap().0;
        inside.split(';').map(|step| row.replace_all(step.trim(), "?").into_owned()).collect::<Vec<_>>()
    };
    bodies.iter().flat_map(body).filter(|step| !step.is_empty()).collect()
}

/// The table that a step names, by its alias in the statement or itself.
fn table<'a>(statement: &'a str, name: &'a str, tables: &BTreeSet<String>) -> &'a str {
    let words = statement.split([' ', '(', ')', ',']).filter(|word| !word.is_empty() && !word.starts_with('?'));
    let words: Vec<&str> = words.collect();
    let aliased = words.windows(2).find(|two| two[1] == name && (tables.contains(two[0]) || two[0] == "json_each"));
    if tables.contains(name) { name } else { aliased.map_or(name, |two| two[0]) }
}

/// The steps of the plan of `statement` that read what grows, or sort what a limit cuts.
async fn faults(pool: &SqlitePool, statement: &str, tables: &BTreeSet<String>) -> Vec<String> {
    let plan = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(pool).await;
    let mut faults = Vec::new();
    for row in plan.unwrap_or_else(|error| panic!("{statement}: {error}")) {
        let step: String = row.get("detail");
        let mut words = step.split(' ');
        let is_fault = match (words.next().unwrap(), words.next().unwrap_or_default()) {
            ("SCAN" | "SEARCH", name) if !name.starts_with('(') && name != "CONSTANT" => {
                let table = table(statement, name, tables);
                let is_scan = step.starts_with("SCAN");
                let is_whole = |way: &str| way.is_empty() || way == "VIRTUAL TABLE";
                !WAYS.iter().any(|(known, way)| *known == table && step.contains(way) && (!is_scan || is_whole(way)))
            }
            ("USE", _) => step.ends_with("TEMP B-TREE FOR ORDER BY") && statement.contains("LIMIT"),
            _ => false,
        };
        let is_rare = |(part, known): &(&str, &str)| statement.contains(part) && step.starts_with(known);
        if is_fault && !RARE.iter().any(is_rare) {
            faults.push(step);
        }
    }
    faults
}

async fn store() -> (tempfile::TempDir, SqlitePool, BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digest.db");
    Store::open(&path).await.unwrap().close().await;
    let one = SqlitePoolOptions::new().max_connections(1);
    let pool = one.connect(&format!("sqlite://{}", path.display())).await.unwrap();
    // A private copy is taken out of another database.
    sqlx::query("ATTACH ? AS old").bind(path.display().to_string()).execute(&pool).await.unwrap();
    let tables = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'").fetch_all(&pool).await;
    (folder, pool, tables.unwrap().into_iter().collect())
}

#[tokio::test]
async fn no_statement_of_the_store_walks_a_table_that_grows() {
    let (_folder, pool, tables) = store().await;
    let (own, triggered) = (statements(), triggered(&pool).await);
    assert!(own.len() > 30 && triggered.len() > 5, "{} and {} statements", own.len(), triggered.len());
    let mut all = Vec::new();
    for statement in own.iter().chain(&triggered) {
        let found = faults(&pool, statement, &tables).await;
        all.extend(found.into_iter().map(|step| format!("{step}\n    {statement}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[tokio::test]
async fn a_walk_is_found_however_it_is_written() {
    let (_folder, pool, tables) = store().await;
    for (statement, step) in [
        ("SELECT * FROM deliveries WHERE state = 'trying'", "SCAN deliveries"),
        ("SELECT d.* FROM deliveries d JOIN editions e ON e.id = d.edition WHERE e.newsletter = ?", "SEARCH d USING"),
        ("SELECT count(*) FROM deliveries", "SCAN deliveries"),
        ("SELECT * FROM articles WHERE article IS NULL", "SCAN articles"),
        ("SELECT * FROM ratings WHERE newsletter = ? ORDER BY rated LIMIT 1", "USE TEMP B-TREE"),
        ("UPDATE arrivals SET seen = 0 WHERE edition = ?", "SCAN arrivals"),
    ] {
        let found = faults(&pool, statement, &tables).await;
        assert!(found.iter().any(|found| found.starts_with(step)), "{statement}: {found:?}");
    }
}

#[test]
fn only_the_store_knows_sql() {
    for module in crate::support::code::library() {
        let is_store = module.path.first().is_some_and(|room| room == "store");
        let path = module.paths.iter().find(|path| path.starts_with("sqlx"));
        assert!(is_store || path.is_none(), "{}: {path:?}", Path::new(&module.file).display());
    }
}
