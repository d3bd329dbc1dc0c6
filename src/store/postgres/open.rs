use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions, SqlStr};
use tokio::sync::OnceCell;

use crate::store::{Error, Server};

/// The tables' versions, each the change from the one before it; what was published once never changes.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "first", include_str!("migrations/0001_first.sql")),
    (2, "upkeep", include_str!("migrations/0002_upkeep.sql")),
];

/// Connections of one program: the queries of 64 sources queue for them.
const CONNECTIONS: u32 = 4;

/// How long a query waits for a connection, one that must be made included.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);

/// How long claims last where nothing else is said.
const LEASE: Duration = Duration::from_secs(3600);

/// The name of the advisory lock of whoever changes the tables; it ends with the transaction.
const MIGRATING: i64 = 0x6469_6765_7374;

/// The open database; cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::store) struct Postgres {
    pub(super) pool: PgPool,
    /// The name of this program in its claims.
    pub(super) worker: Arc<str>,
    /// Whether it stands in the list of workers.
    pub(super) registered: Arc<OnceCell<()>>,
    pub(super) lease: Duration,
}

/// The state of the tables.
enum Tables {
    None,
    Older,
    Current,
}

impl Postgres {
    pub(in crate::store) async fn open(server: &Server) -> Result<Self, Error> {
        let pool = connect(server).await?;
        if !matches!(tables(&pool, server).await?, Tables::Current) {
            migrate(&pool, server).await?;
        }
        Self::of(pool).await
    }

    /// To be looked at; `None` where there are no tables yet.
    pub(in crate::store) async fn view(server: &Server) -> Result<Option<Self>, Error> {
        let pool = connect(server).await?;
        match tables(&pool, server).await? {
            Tables::None => return Ok(None),
            Tables::Older => migrate(&pool, server).await?,
            Tables::Current => {}
        }
        Self::of(pool).await.map(Some)
    }

    pub(in crate::store) fn with_lease(&self, lease: Duration) -> Self {
        Self { lease, ..self.clone() }
    }

    pub(in crate::store) async fn close(&self) {
        if self.registered.initialized() {
            let query = sqlx::query(
                "WITH free AS (UPDATE claims SET owner = NULL, lease = NULL WHERE owner = $1)
                 DELETE FROM workers WHERE id = $1",
            );
            // Who cannot sign off is signed off by another a day later.
            let gone = query.bind(&*self.worker).execute(&self.pool).await;
            let _ = gone.inspect_err(|error| tracing::debug!(%error, "cannot sign off"));
        }
        self.pool.close().await;
    }

    async fn of(pool: PgPool) -> Result<Self, Error> {
        let address = sqlx::query_scalar("SELECT coalesce(host(inet_client_addr()), 'local')").fetch_one(&pool).await;
        let address: String = address.map_err(Error::database("open"))?;
        let worker = format!("{address}-{}-{:06x}", std::process::id(), fastrand::u32(..0x100_0000));
        Ok(Self { pool, worker: worker.into(), registered: Arc::default(), lease: LEASE })
    }
}

async fn connect(server: &Server) -> Result<PgPool, Error> {
    let url = server.url();
    let options = PgConnectOptions::from_url(url);
    let mut options = options.map_err(|source| Error::Url { url: url.to_string(), source })?;
    if let Some(password) = server.password().await? {
        options = options.password(password.expose_secret());
    }
    if server.is_remote() && !server.says_protection() {
        // In the clear, a password or a reader's address would be anybody's on the way.
        options = options.ssl_mode(PgSslMode::VerifyFull);
    }
    // A machine that vanished in the middle of something must not keep the others waiting.
    let limits =
        [("idle_in_transaction_session_timeout", "300s"), ("lock_timeout", "60s"), ("synchronous_commit", "on")];
    let options = options.application_name("digest").options(limits);
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(CONNECT_WITHIN);
    pool.connect_with(options).await.map_err(Error::database("open"))
}

async fn tables(pool: &PgPool, server: &Server) -> Result<Tables, Error> {
    let failed = || Error::database("look at its tables");
    let known = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await;
    if !known.map_err(failed())? {
        return Ok(Tables::None);
    }
    let last = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(pool).await;
    let last: i64 = last.map_err(failed())?;
    let newest = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0);
    match last.cmp(&newest) {
        std::cmp::Ordering::Less if last == 0 => Ok(Tables::None),
        std::cmp::Ordering::Less => Ok(Tables::Older),
        std::cmp::Ordering::Equal => Ok(Tables::Current),
        std::cmp::Ordering::Greater => Err(Error::NewerDatabase { url: server.url().to_string() }),
    }
}

/// Makes or changes the tables: one machine at a time, all of it or nothing.
async fn migrate(pool: &PgPool, server: &Server) -> Result<(), Error> {
    let failed = || Error::database("make its tables");
    let mut write = pool.begin().await.map_err(failed())?;
    let turn = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATING).execute(&mut *write).await;
    turn.map_err(failed())?;
    // `run` takes anything that can be made a connection, and is then no future that may change its thread.
    migrator().run_direct(None, &mut *write, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => Error::NewerDatabase { url: server.url().to_string() },
        error => Error::Migration(error),
    })?;
    write.commit().await.map_err(failed())
}

/// Listed by hand, as for the embedded engine. The lock that sqlx would take is one of the whole session.
fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    let mut migrator = Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect());
    migrator.set_locking(false);
    migrator
}
