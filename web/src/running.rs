//! A program from its start to its stop: addresses, signals, settings that are read again.

use crate::Error;
use crate::config::ConfigError;
use crate::listen::{Door, Guard};
use axum::Router;
use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The addresses that were bound; they stay open while settings are read again.
#[derive(Default)]
pub struct Addresses {
    bound: HashMap<SocketAddr, std::net::TcpListener>,
    /// What the start that is under way asked for, and of that what was not bound before.
    asked: Vec<SocketAddr>,
    added: Vec<SocketAddr>,
}

impl Addresses {
    /// Binds an address, or takes the one that is bound.
    ///
    /// # Errors
    /// Says which address is taken and what to change.
    pub fn bind(&mut self, address: SocketAddr) -> Result<TcpListener, ConfigError> {
        self.asked.push(address);
        let bound = match self.bound.get(&address) {
            Some(bound) => bound.try_clone(),
            None => std::net::TcpListener::bind(address).and_then(|listener| {
                listener.set_nonblocking(true)?;
                let mine = listener.try_clone()?;
                self.bound.insert(address, listener);
                self.added.push(address);
                Ok(mine)
            }),
        };
        bound.and_then(TcpListener::from_std).map_err(|error| {
            ConfigError(format!(
                "listen = \"{address}\": {error}. Another program may use this port; stop it or \
                 set another `listen` address"
            ))
        })
    }

    /// After a start: what a good one did not ask for is closed, and what a failed one added.
    fn settle(&mut self, started: bool) {
        let (asked, added) = (std::mem::take(&mut self.asked), std::mem::take(&mut self.added));
        match started {
            true => self.bound.retain(|address, _| asked.contains(address)),
            false => self.bound.retain(|address, _| !added.contains(address)),
        }
    }
}

/// A program that serves, until it is dropped or finished.
pub struct Serving {
    stop: watch::Sender<bool>,
    doors: JoinSet<()>,
    /// Ends with it.
    jobs: JoinSet<()>,
    db: Close,
}

/// Closes the database.
pub type Close = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Serving {
    /// Serves at all doors, beside the program's jobs; `db` closes the database afterwards.
    pub fn start(
        doors: Vec<Door>,
        router: Router,
        guard: Arc<Guard>,
        jobs: JoinSet<()>,
        db: Close,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut open = JoinSet::new();
        for door in doors {
            open.spawn(door.open(router.clone(), guard.clone(), stopped.clone()));
        }
        Self { stop, doors: open, jobs, db }
    }

    /// Lets nobody in any more and finishes what was begun, for at most ten seconds.
    pub async fn finish(mut self) {
        self.stop.send(true).ok();
        tokio::select! {
            _ = self.doors.join_all() => {}
            () = tokio::time::sleep(Duration::from_secs(10)) => {}
        }
        self.jobs.shutdown().await;
        self.db.await;
    }
}

/// What the operating system asks of a program.
pub enum Asked {
    /// SIGINT, SIGTERM: stop.
    Stop,
    /// SIGHUP: read the settings again.
    Reload,
}

/// Listens from its making on, so that a SIGHUP at any time ends nothing.
pub struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
}

impl Signals {
    /// Begins to listen.
    pub fn listen() -> Self {
        let on = |kind| signal(kind).expect("signals can be listened to");
        Self {
            term: on(SignalKind::terminate()),
            int: on(SignalKind::interrupt()),
            hup: on(SignalKind::hangup()),
        }
    }

    /// Waits for the next.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.term.recv() => Asked::Stop,
            _ = self.int.recv() => Asked::Stop,
            _ = self.hup.recv() => Asked::Reload,
        }
    }
}

async fn settled(
    start: &impl AsyncFn(&mut Addresses) -> Result<Serving, Error>,
    addresses: &mut Addresses,
) -> Result<Serving, Error> {
    let started = start(addresses).await;
    addresses.settle(started.is_ok());
    started
}

/// Serves until the process is asked to stop. At SIGHUP `start` is called again, with the settings
/// as they are then: what it starts takes over, and what was begun before is finished. When it
/// fails, its reason is logged and everything stays as it was.
///
/// # Errors
/// Those of the first `start`.
pub async fn serve(
    start: impl AsyncFn(&mut Addresses) -> Result<Serving, Error>,
) -> Result<(), Error> {
    let mut signals = Signals::listen();
    let mut addresses = Addresses::default();
    let mut serving = start(&mut addresses).await?;
    addresses.settle(true);
    loop {
        match signals.next().await {
            Asked::Stop => break,
            Asked::Reload => match settled(&start, &mut addresses).await {
                Ok(new) => {
                    tracing::info!("the settings were read again and hold");
                    tokio::spawn(std::mem::replace(&mut serving, new).finish());
                }
                Err(error) => {
                    let why = error.text();
                    tracing::error!(why, "the settings were not taken over; those before hold");
                }
            },
        }
    }
    tracing::info!("stopping: finishing what was begun");
    serving.finish().await;
    Ok(())
}
