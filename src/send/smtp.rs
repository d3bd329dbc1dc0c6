//! SMTP (RFC 5321), driven step by step on lettre's connection.
//!
//! lettre's own transport does not tell whether a failure came before or after the final dot, puts no limit on waiting,
//! and dials without bound. Here every step has a time limit, connections are counted and reused, and a message is
//! [`SendOutcome::Unknown`] only if its final dot may have reached the server.

mod connection;
mod verdict;
mod wire;

use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use tokio::sync::Semaphore;

pub use connection::Greeting;

use connection::{Connection, Server};
use verdict::{Failure, Stage};

use super::{Error, SmtpOptions, Transport};
use crate::model::{Message, SendOutcome};

/// Sends to one mail server over at most `connections` connections at a time.
#[derive(Debug)]
pub struct Smtp {
    server: Server,
    free: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Smtp {
    /// A transport to the server of `options`; connects when the first message is sent.
    ///
    /// # Errors
    /// When the settings contradict each other, or the certificate authority cannot be read.
    pub fn new(options: &SmtpOptions, password: Option<SecretString>) -> Result<Self, Error> {
        let connections = options.connections.clamp(1, 100);
        Ok(Self { server: Server::new(options, password)?, free: Semaphore::new(connections), idle: Mutex::default() })
    }

    /// Connects, secures the connection and logs in, sends nothing, and says what the server said.
    ///
    /// # Errors
    /// With the answer any message would get, when it goes wrong.
    pub async fn greet(&self) -> Result<Greeting, SendOutcome> {
        let mut connection = self.server.connect().await.map_err(|failure| failure.answer())?;
        let greeting = connection.greeting();
        connection.quit(&self.server).await;
        Ok(greeting)
    }

    async fn deliver(&self, message: &Message) -> SendOutcome {
        let _permit = self.free.acquire().await.expect("the semaphore is never closed");
        if let Some(mut connection) = self.idle_connection() {
            match self.transact(&mut connection, message).await {
                // A server may hang up on an idle connection at any time; nothing was handed over, so dial anew.
                Err(failure) if failure.is_stale() => {}
                done => return self.finish(connection, done),
            }
        }
        match self.server.connect().await {
            Err(failure) => failure.answer(),
            Ok(mut connection) => {
                let done = self.transact(&mut connection, message).await;
                self.finish(connection, done)
            }
        }
    }

    async fn transact(&self, connection: &mut Connection, message: &Message) -> Result<String, Failure> {
        let done = connection.transact(&self.server, message).await;
        if done.as_ref().is_err_and(|failure| failure.stage != Stage::Content) {
            connection.reset(&self.server).await;
        }
        done
    }

    fn finish(&self, connection: Connection, done: Result<String, Failure>) -> SendOutcome {
        if connection.is_usable() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        done.map_or_else(|failure| failure.answer(), SendOutcome::Accepted)
    }

    fn idle_connection(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

impl Transport for Smtp {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.deliver(message))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            while let Some(mut connection) = self.idle_connection() {
                connection.quit(&self.server).await;
            }
        })
    }
}
