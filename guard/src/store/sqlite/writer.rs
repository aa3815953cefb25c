//! The one writer: what waits at the same time goes into one transaction, and costs one synchronisation.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior};

use super::writing::Writing;
use crate::store::error::StoreError;
use crate::store::sql::Work;
use crate::store::wake::AllWakes;

/// Changes that may wait; who comes after waits to wait.
const QUEUE: usize = 1024;

/// The most changes of one transaction.
const GROUP: usize = 128;

/// How often another process's changes are looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Hands changes to the one writer.
pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>);

impl Writer {
    /// Starts the writer's task, which wakes those who wait: when it has appended, and where the file is shared, when another
    /// process has changed it.
    pub(super) fn start(connection: SqliteConnection, wakes: AllWakes, is_shared: bool) -> Self {
        let (sender, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(run(Writing::new(connection, !is_shared), jobs, wakes, is_shared));
        Self(sender)
    }

    /// Makes a change. Once it is handed over it is made, even if nobody waits for it any more.
    pub(super) async fn write<W: Work>(&self, work: W) -> Result<W::Output, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Pending {
            work,
            output: None,
            answer,
        };
        let ended = || StoreError::unavailable("the writer of the file has ended");
        self.0.send(Box::new(job)).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }
}

type JobFuture<'j> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'j>>;

/// A change that waits.
trait Job: Send {
    /// Makes it, inside a transaction. May be called again after that was rolled back.
    fn run<'j>(&'j mut self, connection: &'j mut Writing) -> JobFuture<'j>;

    /// Answers, and wakes those who wait for it, when the transaction has ended.
    fn answer(self: Box<Self>, ended: Result<(), StoreError>, wakes: &AllWakes);
}

struct Pending<W: Work> {
    work: W,
    output: Option<W::Output>,
    answer: oneshot::Sender<Result<W::Output, StoreError>>,
}

impl<W: Work> Job for Pending<W> {
    fn run<'j>(&'j mut self, connection: &'j mut Writing) -> JobFuture<'j> {
        Box::pin(async move {
            self.output = Some(self.work.run(connection).await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, ended: Result<(), StoreError>, wakes: &AllWakes) {
        let Self { work, output, answer } = *self;
        if let (Ok(()), Some(stream)) = (&ended, work.stream()) {
            wakes.streams.wake(stream);
        }
        let nothing = || StoreError::unavailable("the change was never made");
        // Who asked may have gone.
        let _ = answer.send(ended.and_then(|()| output.ok_or_else(nothing)));
    }
}

async fn run(mut connection: Writing, mut jobs: mpsc::Receiver<Box<dyn Job>>, wakes: AllWakes, is_shared: bool) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut seen = None;
    loop {
        let job = tokio::select! {
            biased;
            job = jobs.recv() => job,
            () = next(&mut look), if is_shared => {
                look_at_others(&mut connection.connection, &mut seen, &wakes).await;
                continue;
            }
        };
        let Some(job) = job else {
            return;
        };
        let mut group = vec![job];
        while group.len() < GROUP
            && let Ok(job) = jobs.try_recv()
        {
            group.push(job);
        }
        commit(&mut connection, group, &wakes).await;
    }
}

async fn next(interval: &mut Interval) {
    interval.tick().await;
}

/// The version changes for a connection when another one has committed, and only then.
async fn look_at_others(connection: &mut SqliteConnection, seen: &mut Option<i64>, wakes: &AllWakes) {
    let version = sqlx::query_scalar("PRAGMA data_version")
        .fetch_one(connection)
        .await
        .ok();
    // Where it is not known, something may have changed.
    if version.is_none() || version != *seen {
        wakes.wake_all();
    }
    *seen = version;
}

/// Makes all changes of a group, or if one of them fails, each by itself: then it fails alone.
async fn commit(connection: &mut Writing, mut group: Vec<Box<dyn Job>>, wakes: &AllWakes) {
    let ended = transaction(connection, &mut group).await;
    if ended.is_err() && group.len() > 1 {
        for job in group {
            let mut alone = [job];
            let ended = transaction(connection, &mut alone).await;
            alone.into_iter().for_each(|job| job.answer(ended.clone(), wakes));
        }
        return;
    }
    group.into_iter().for_each(|job| job.answer(ended.clone(), wakes));
}

async fn transaction(connection: &mut Writing, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let ended = within(connection, group).await;
    if ended.is_err() {
        connection.roll_back().await;
    }
    ended
}

async fn within(connection: &mut Writing, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    for job in group {
        job.run(connection).await?;
    }
    connection.commit().await
}
