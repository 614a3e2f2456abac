//! What nodes tell each other through the database: PostgreSQL's LISTEN and NOTIFY. On SQLite there is one gateway, so
//! nothing is told and nothing heard.
//!
//! What is told may get lost, while the listening connection is broken: nothing may depend on it but how soon a node knows.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use futures_util::StreamExt;
use tokio::runtime::Builder;
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Notification};

use super::postgres::Server;
use super::{Connection, Result, Store, StoreError};

/// The configuration changed; no payload.
const REVISION: &str = "punchgate_revision";
/// Logins failed; the payload is the credential room's.
const FAILED_LOGIN: &str = "punchgate_failed_login";
/// Longest payload: PostgreSQL takes less than 8,000 bytes.
pub const LONGEST: usize = 7_900;
/// Payloads that may wait for whoever listens; more get lost.
const LINE: usize = 1_024;
/// How often a connection on which nothing comes is tried.
const SILENCE: Duration = Duration::from_secs(3);
/// The longest pause between two tries to listen again.
const PAUSE: Duration = Duration::from_secs(1);

/// What comes in from other nodes (and from this one: PostgreSQL tells everybody).
pub struct News {
    /// Woken when the configuration changed, or may have changed unheard.
    pub changes: Arc<Notify>,
    pub failed_logins: mpsc::Receiver<String>,
}

/// Tells that the configuration changed, when the transaction is committed.
pub(super) fn tell_revision(connection: &mut Connection) -> Result<()> {
    if let Connection::Postgres(c) = connection {
        c.batch_execute(&format!("NOTIFY {REVISION}"))?;
    }
    Ok(())
}

/// Tells about failed logins.
pub fn tell_failed_logins(connection: &mut Connection, payload: &str) -> Result<()> {
    if let Connection::Postgres(c) = connection {
        diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<Text, _>(FAILED_LOGIN)
            .bind::<Text, _>(payload)
            .execute(&mut **c)?;
    }
    Ok(())
}

/// Listens for as long as somebody wants to hear. Nothing ever comes without a server.
pub(super) fn listen(server: Option<Server>) -> Result<News> {
    let (sender, failed_logins) = mpsc::channel(LINE);
    let changes = Arc::new(Notify::new());
    let news = News { changes: changes.clone(), failed_logins };
    let Some(server) = server else { return Ok(news) };
    thread::Builder::new()
        .name("database listener".into())
        .spawn(move || match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                runtime.block_on(keep_listening(&server, &Ears { changes, sender }));
                runtime.shutdown_background();
            }
            Err(error) => tracing::error!(%error, "nobody listens to the other nodes"),
        })
        .map_err(|error| StoreError::Unavailable(format!("no thread for it: {error}")))?;
    Ok(news)
}

#[derive(Clone)]
struct Ears {
    changes: Arc<Notify>,
    sender: mpsc::Sender<String>,
}

impl Ears {
    fn hear(&self, told: &Notification) {
        match told.channel() {
            REVISION => self.changes.notify_one(),
            FAILED_LOGIN => {
                let _ = self.sender.try_send(told.payload().to_owned());
            }
            _ => {}
        }
    }
}

async fn keep_listening(server: &Server, ears: &Ears) {
    let mut pause = Duration::ZERO;
    while !ears.sender.is_closed() {
        let mut heard = false;
        tokio::select! {
            broken = hear(server, ears, &mut heard) => {
                tracing::warn!(error = %broken, "the connection that listens to the other nodes broke");
            }
            () = ears.sender.closed() => return,
        }
        // The first try after a break comes at once.
        pause = if heard { Duration::ZERO } else { (pause * 2).clamp(Duration::from_millis(100), PAUSE) };
        sleep(pause).await;
    }
}

/// Listens until the connection breaks; gives why.
async fn hear(server: &Server, ears: &Ears, heard: &mut bool) -> StoreError {
    let (client, mut messages) = match server.open().await {
        Ok(opened) => opened,
        Err(error) => return error,
    };
    let own = ears.clone();
    let mut driver = tokio::spawn(async move {
        while let Some(message) = messages.next().await {
            match message {
                Ok(AsyncMessage::Notification(told)) => own.hear(&told),
                Ok(_) => {}
                Err(error) => return error.to_string(),
            }
        }
        "it was closed".to_owned()
    });
    let ask = async |words: &str| match timeout(SILENCE, client.batch_execute(words)).await {
        Ok(answered) => answered.map_err(|error| StoreError::Unavailable(error.to_string())),
        Err(_) => Err(StoreError::Unavailable("it does not answer".into())),
    };
    // The name is for whoever looks at the server's list of connections.
    let mut asked =
        ask(&format!("SET application_name = 'punchgate listener'; LISTEN {REVISION}; LISTEN {FAILED_LOGIN}")).await;
    *heard = asked.is_ok();
    // What was told before is not heard any more.
    ears.changes.notify_one();
    while asked.is_ok() {
        tokio::select! {
            broken = &mut driver => return StoreError::Unavailable(broken.unwrap_or_else(|error| error.to_string())),
            () = sleep(SILENCE) => asked = ask("SELECT 1").await,
        }
    }
    driver.abort();
    asked.err().unwrap_or_else(|| StoreError::Unavailable("it was closed".into()))
}

impl Store {
    /// Whether [`Store::listen`] brings anything.
    pub fn hears(&self) -> bool {
        self.server().is_some()
    }

    /// Listens to the other nodes.
    pub fn listen(&self) -> Result<News> {
        listen(self.server().cloned())
    }
}
