//! A PostgreSQL of the tests' own: its data and its socket lie in a temporary folder, it listens to nobody else, and it ends
//! with the process of the tests.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use newsdigest::store::{Location, Store};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::support::skip::skip;

/// Makes a cluster in the folder `$2` with the programs of `$1`, run by the words after them; says so, and stops and removes
/// it when its input ends, as it does however this process ends. On a line with `restart` or `kill` it does that.
const KEEPER: &str = r#"
bin=$1 dir=$2 sync=$3; shift 3
start() { "$@" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "-k $dir -c listen_addresses='' -c fsync=$sync -c max_connections=200" start >/dev/null 2>&1; }
"$@" "$bin/initdb" -D "$dir/data" -U digest -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb" 2>&1 && start "$@" && echo ready || { cat "$dir/initdb" "$dir/log"; exit 1; }
while read -r what; do
    case $what in
        restart) "$@" "$bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null 2>&1 ;;
        kill) kill -9 $(head -n 1 "$dir/data/postmaster.pid") ;;
    esac
    tries=0
    until start "$@"; do tries=$((tries + 1)); [ $tries -lt 30 ] || exit 1; done
    echo ready
done
"$@" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
rm -rf "$dir"
"#;

/// A running server.
pub(crate) struct Cluster {
    folder: PathBuf,
    keeper: Child,
    orders: ChildStdin,
    answers: BufReader<std::process::ChildStdout>,
}

/// Stops it and waits until it is gone.
impl Drop for Cluster {
    fn drop(&mut self) {
        // Dropping the true one ends what the keeper reads.
        if let Ok(nothing) = Command::new("true").stdin(Stdio::piped()).spawn() {
            drop(std::mem::replace(&mut self.orders, nothing.stdin.unwrap()));
        }
        let _ = self.keeper.wait();
    }
}

impl Cluster {
    /// Starts one; `None` where PostgreSQL is not installed. `sync`: it waits for the disk.
    pub(crate) fn start(sync: bool) -> Option<Self> {
        let programs = programs()?;
        // Not `tempdir`: the keeper removes it, even when nothing of this process is run any more.
        let folder = tempfile::Builder::new().prefix("digest-pg-").tempdir().unwrap().keep();
        let as_other: &[&str] = if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status().unwrap();
            assert!(owned.success(), "there is a user postgres");
            &["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        } else {
            &["env"]
        };
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(programs)
            .arg(&folder)
            .arg(if sync { "on" } else { "off" })
            .args(as_other)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, answers) = (keeper.stdin.take().unwrap(), BufReader::new(keeper.stdout.take().unwrap()));
        let mut cluster = Self { folder, keeper, orders, answers };
        cluster.wait();
        Some(cluster)
    }

    /// Stops it in order, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.orders.write_all(b"restart\n").unwrap();
        self.wait();
    }

    /// Kills it (`kill -9`), and starts it again.
    pub(crate) fn kill(&mut self) {
        self.orders.write_all(b"kill\n").unwrap();
        self.wait();
    }

    fn wait(&mut self) {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        if line != "ready\n" {
            self.answers.read_to_string(&mut line).unwrap();
            panic!("PostgreSQL does not start: {line}");
        }
    }

    /// A new, empty database.
    pub(crate) async fn database(&self) -> Database {
        Database::within(&self.folder).await
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The folder of the server's programs, the newest if there are several.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin")).filter(|path| path.join("initdb").is_file());
    programs.max_by_key(|path| path.parent().and_then(Path::file_name)?.to_str()?.parse::<u32>().ok())
}

/// An empty database of the cluster that all tests share.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) url: String,
}

impl Database {
    /// A new one; `None`, after it was said, where PostgreSQL is not installed.
    pub(crate) async fn new() -> Option<Self> {
        // A static is never dropped: that the process ends is what ends the cluster.
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        if let Some(cluster) = SHARED.get_or_init(|| Cluster::start(false)) {
            return Some(cluster.database().await);
        }
        // Each test says that it did not run.
        skip("no PostgreSQL server is installed");
        None
    }

    async fn within(folder: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let url = |name: &str| format!("postgres:///{name}?host={}&user=digest", folder.display());
        let mut connection = PgConnection::connect(&url("postgres")).await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        Self { url: url(&name) }
    }

    pub(crate) fn location(&self) -> Location {
        Location::named(&self.url).unwrap()
    }

    /// The store in it; each call is another worker.
    pub(crate) async fn open(&self) -> Store {
        Store::open(self.location()).await.unwrap()
    }

    /// Does something to it that no store does.
    pub(crate) async fn execute(&self, statement: &'static str) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
    }
}
