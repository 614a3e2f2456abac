//! Connections to PostgreSQL: asynchronous beneath, synchronous for the database threads, and never waited for in vain.
//!
//! The surprising fact: a server that is cut off says nothing, and neither does the network, because what was sent may
//! have arrived. So whoever has waited for an answer for a while asks by a second connection whether the server still
//! speaks, and gives the first one up if it does not. A statement that takes long on a server that lives is left alone.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use futures_util::stream::{Stream, StreamExt, poll_fn};
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::url::PostgresUrl;
use super::{Result, StoreError, tls};

pub type PgConnection = AsyncConnectionWrapper<AsyncPgConnection, Watched>;

/// How long one try to reach an address may take, unless the URL says otherwise.
const REACH: Duration = Duration::from_secs(2);
/// And what comes after: TLS, the password, the first words.
const GREETING: Duration = Duration::from_secs(1);
/// How long an answer may take before it is asked whether the server still speaks.
const PATIENCE: Duration = Duration::from_secs(2);
/// What was sent and not acknowledged for that long breaks the connection, says the kernel.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// What a connection is told at its beginning, beside its time limit: the server's own look-out for nodes that are
/// cut off, whose locks would else stay for hours.
const LOOK_OUT: &str = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;";

/// A server, ready to be connected to.
#[derive(Clone)]
pub(super) struct Server {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// What comes in on a connection. It lives only while this is polled.
pub(super) type Messages = Pin<Box<dyn Stream<Item = std::result::Result<AsyncMessage, tokio_postgres::Error>> + Send>>;

type Opened = std::result::Result<(Client, Messages), tokio_postgres::Error>;

impl Server {
    pub(super) fn new(url: &PostgresUrl) -> Result<Self> {
        let mut config = url.config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(REACH);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_keepalives_interval().is_none() && config.get_keepalives_retries().is_none() {
            let second = Duration::from_secs(1);
            config.keepalives_idle(2 * second).keepalives_interval(second).keepalives_retries(2);
        }
        if config.get_application_name().is_none() {
            config.application_name("punchgate");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(tls::connector(&url.trust).map_err(StoreError::Unavailable)?),
        };
        Ok(Self { config, tls })
    }

    /// Connects, within seconds or not at all.
    pub(super) async fn open(&self) -> Result<(Client, Messages)> {
        match self.reach().await {
            Some(opened) => opened.map_err(|error| StoreError::Unavailable(told(&error))),
            None => Err(silent()),
        }
    }

    /// Whether the server says anything at all; that it has no room for one more connection will do.
    async fn speaks(&self) -> bool {
        match self.reach().await {
            Some(Ok(_)) => true,
            Some(Err(error)) => error.as_db_error().is_some(),
            None => false,
        }
    }

    /// None if nothing came in time.
    async fn reach(&self) -> Option<Opened> {
        let hosts = u32::try_from(self.config.get_hosts().len()).unwrap_or(1).max(1);
        let limit = self.config.get_connect_timeout().copied().unwrap_or(REACH) * hosts + GREETING;
        let opened = timeout(limit, async {
            let Some(tls) = &self.tls else { return self.open_with(NoTls).await };
            match self.open_with(tls.clone()).await {
                // As libpq does: where TLS is only preferred, a server that wants it otherwise gets it otherwise.
                Err(error) if self.config.get_ssl_mode() == SslMode::Prefer && is_about_tls(&error) => {
                    self.open_with(NoTls).await.map_err(|_| error)
                }
                opened => opened,
            }
        });
        opened.await.ok()
    }

    async fn open_with<T>(&self, tls: T) -> Opened
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: Send + 'static,
    {
        let (client, mut connection) = self.config.connect(tls).await?;
        Ok((client, Box::pin(poll_fn(move |context| connection.poll_message(context)))))
    }
}

/// Whether the same may go well without TLS: it failed, or the server refuses those who come by it.
fn is_about_tls(error: &tokio_postgres::Error) -> bool {
    error.code().is_none_or(|code| *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

fn silent() -> StoreError {
    StoreError::Unavailable("it does not answer".into())
}

/// A new connection for a database thread. A statement may take `limit`; none is no limit.
pub(super) fn connect(server: &Server, limit: Option<Duration>) -> Result<PgConnection> {
    let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error: io::Error| unavailable(&error))?;
    let opened = runtime.block_on(async {
        let (client, mut messages) = server.open().await?;
        let driver = tokio::spawn(async move {
            // What is told here is told to whoever waits for an answer, too.
            while let Some(Ok(_)) = messages.next().await {}
        });
        let driver = driver.abort_handle();
        let begun = timeout(PATIENCE + GREETING, async {
            client.batch_execute(LOOK_OUT).await.map_err(|error| StoreError::Unavailable(told(&error)))?;
            client.batch_execute(&limits(limit)).await.map_err(|error| StoreError::Unavailable(told(&error)))?;
            AsyncPgConnection::try_from(client).await.map_err(|error| unavailable(&error))
        });
        let begun = begun.await.unwrap_or_else(|_| Err(silent()));
        begun.map(|connection| (connection, driver))
    });
    match opened {
        Ok((connection, driver)) => {
            RUNTIME.set(Some(Watched { runtime, line: Some((driver, server.clone())) }));
            Ok(PgConnection::from(connection))
        }
        Err(error) => {
            // A name that is still being looked up must not hold this thread.
            runtime.shutdown_background();
            Err(error)
        }
    }
}

/// A node that stands still in the middle of a transaction would hold up the others.
fn limits(statement: Option<Duration>) -> String {
    statement.map_or_else(String::new, |limit| {
        format!("SET statement_timeout = {}; SET idle_in_transaction_session_timeout = '60s';", limit.as_millis())
    })
}

/// With its cause, which the driver's own words leave out.
fn told(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => said.to_string(),
        (None, Some(cause)) if !error.to_string().contains(&cause.to_string()) => format!("{error}: {cause}"),
        _ => error.to_string(),
    }
}

thread_local! {
    /// Where [`connect`] leaves the runtime for the connection that it wraps next: diesel-async lets nobody hand it over.
    static RUNTIME: Cell<Option<Watched>> = const { Cell::new(None) };
}

/// Runs what a connection does on the thread that uses it, with an eye on whether the server still speaks.
pub struct Watched {
    runtime: Runtime,
    /// What ends the connection, and whom to ask.
    line: Option<(AbortHandle, Server)>,
}

impl BlockOn for Watched {
    fn block_on<F: Future>(&self, work: F) -> F::Output {
        let Some((driver, server)) = &self.line else { return self.runtime.block_on(work) };
        self.runtime.block_on(async {
            let mut work = std::pin::pin!(work);
            loop {
                if let Ok(done) = timeout(PATIENCE, &mut work).await {
                    return done;
                }
                tokio::select! {
                    biased;
                    done = &mut work => return done,
                    speaks = server.speaks() => if !speaks {
                        tracing::warn!("the database does not answer any more; a connection is given up");
                        // Whoever waits for an answer on it learns now that none will come.
                        driver.abort();
                        return work.await;
                    }
                }
            }
        })
    }

    fn get_runtime() -> Self {
        RUNTIME.take().unwrap_or_else(|| {
            let runtime = Builder::new_current_thread().enable_all().build();
            Self { runtime: runtime.expect("the system has room for one more runtime"), line: None }
        })
    }
}
