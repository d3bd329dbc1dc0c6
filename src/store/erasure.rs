//! One reader's data: given out, and forgotten so that only a salted hash tells that the address asked for it.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;

use super::{Engine, Error, Store};
use crate::model::{DeliveryState, Refusal};

/// All that the store knows of one reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReaderData {
    /// The address.
    pub address: String,
    /// The deliveries, oldest first.
    pub deliveries: Vec<ReaderDelivery>,
    /// Newsletters that were refused for good, with how often in a row.
    pub refusals: Vec<(String, Refusal)>,
    /// When it was erased; then there is nothing else.
    pub erased: Option<Timestamp>,
}

/// One mail to a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReaderDelivery {
    /// Id of the edition.
    pub edition: String,
    /// The reader's name, as the list had it.
    pub name: Option<String>,
    /// The reader's language, as the list had it.
    pub language: Option<String>,
    /// The mail's own id.
    pub message_id: String,
    /// Where the reader can leave.
    pub unsubscribe: Option<String>,
    /// Its outcome.
    pub state: DeliveryState,
    /// The server's words.
    pub answer: Option<String>,
    /// When that was.
    pub changed: Timestamp,
}

/// The hash of an erased address, with its salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedAddress {
    pub(super) hash: String,
    pub(super) salt: String,
    pub(super) erased: Timestamp,
}

impl ErasedAddress {
    fn new(address: &str, salt: &str, erased: Timestamp) -> Self {
        Self { hash: hash(address, salt), salt: salt.to_owned(), erased }
    }

    /// Whether this is the hash of `address`.
    pub fn is(&self, address: &str) -> bool {
        hash(address, &self.salt) == self.hash
    }
}

/// The same however the address is written: nobody who asks to be forgotten knows with which capitals the list has it.
fn hash(address: &str, salt: &str) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).expect("a key of any length is one");
    hmac.update(address.to_ascii_lowercase().as_bytes());
    hex(&hmac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// All that is known of the reader `address`, in all newsletters of the store and with whatever capitals.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reader(&self, address: &str) -> Result<ReaderData, Error> {
        let (deliveries, refusals) = on_engine!(self, engine => engine.reader(address).await)?;
        let known = self.erased().await?;
        let erased = known.iter().find(|erased| erased.is(address)).map(|erased| erased.erased);
        Ok(ReaderData { address: address.to_owned(), deliveries, refusals, erased })
    }

    /// Forgets the reader `address`: its deliveries, those that wait included, and its refusals. No byte of the address is left in
    /// a file; a database keeps what it overwrites as long as it is set to.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing is forgotten.
    pub async fn erase(&self, address: &str, now: Timestamp) -> Result<(), Error> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)
            .map_err(|error| Error::file("read random numbers for", "a salt".as_ref())(error.into()))?;
        let known = self.erased().await?;
        let erased = ErasedAddress::new(address, &hex(&salt), now);
        let erased = Some(erased).filter(|_| !known.iter().any(|known| known.is(address)));
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.erase(address, erased.as_ref()).await,
            Engine::Postgres(postgres) => postgres.erase(address, erased.as_ref()).await,
        }
    }

    /// Lets an erased address be written to again; false if it was none.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unerase(&self, address: &str) -> Result<bool, Error> {
        let mut was_erased = false;
        for erased in self.erased().await?.iter().filter(|erased| erased.is(address)) {
            on_engine!(self, engine => engine.unerase(&erased.hash).await)?;
            was_erased = true;
        }
        Ok(was_erased)
    }

    /// The hashes of all erased addresses.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn erased(&self) -> Result<Vec<ErasedAddress>, Error> {
        on_engine!(self, engine => engine.erased().await)
    }
}
