//! Workers: processes of this program that read what strangers sent, each within limits of memory and time.
//!
//! A worker lives as long as it behaves and does one job after another: a length and a job as JSON come in, a length and an
//! answer as JSON go out. One that takes too much memory cannot have it and dies; one that takes too long is killed;
//! another stands in, and only the source of that job is named.
//!
//! Jobs that take long stand back. Each has a short turn first, so that a hundred bad ones cannot keep the good ones
//! waiting; what does not end in it is begun again, one at a time, with all the time that it may have.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use futures_util::{StreamExt, stream};

use crate::fetch::{Fetch, Size};
use crate::pipeline::job::{Answer, Failure, Job, Output, Task, perform};

/// A worker's first words.
const READY: u64 = u64::from_le_bytes(*b"\0digest\n");

/// How long a worker may take to say them.
const PATIENCE: Duration = Duration::from_secs(20);

/// The first turn of a job.
const SHORT_TURN: Duration = Duration::from_secs(1);

/// Rounds of questions that one task may ask: a sitemap asks for its index, then for what that names.
const MOST_ROUNDS: usize = 12;

/// Requests of one task at the same time; the fetcher limits connections.
const REQUESTS_AT_ONCE: usize = 8;

/// Pages of one source that are held at the same time, together.
const MOST_HELD: Size = Size::mebibytes(32);

/// Largest answer of a worker, in bytes: many times what a feed or the pages of a source hold.
const LARGEST_ANSWER: u64 = 256 << 20;

/// The limits of one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Address space it may have beside what the program itself takes (Linux).
    pub memory: Size,
    /// Time that one job may take: of the processor on Linux, by the clock elsewhere.
    pub time: Duration,
}

impl Limits {
    /// How long a job may take by the clock: on a busy machine more than the processor spends on it.
    fn longest(&self) -> Duration {
        self.time.saturating_mul(if cfg!(target_os = "linux") { 3 } else { 1 })
    }
}

/// A pool of workers.
#[derive(Debug)]
pub struct Workers {
    program: PathBuf,
    arguments: Vec<String>,
    limits: Limits,
    idle: Mutex<Vec<Worker>>,
    short: Semaphore,
    long: Semaphore,
}

impl Workers {
    /// Workers started as `program` with `arguments`, of which `count` read at a time, and one what takes long.
    pub fn new(program: PathBuf, arguments: Vec<String>, limits: Limits, count: usize) -> Self {
        let (short, long) = (Semaphore::new(count.max(1)), Semaphore::new(1));
        Self { program, arguments, limits, idle: Mutex::default(), short, long }
    }

    /// Does `task`, with what `fetch` answers; gives it back if that fails.
    pub(super) async fn run(&self, task: Task, fetch: &dyn Fetch) -> Result<Output, (Failure, Box<Task>)> {
        let mut job = Job { task, answers: Vec::new() };
        let done = self.rounds(&mut job, fetch).await;
        done.map_err(|failure| (failure, Box::new(job.task)))
    }

    async fn rounds(&self, job: &mut Job, fetch: &dyn Fetch) -> Result<Output, Failure> {
        for round in 0..MOST_ROUNDS {
            let output =
                if round == 0 && job.task.needs_first() { perform(job.clone()).await? } else { self.give(job).await? };
            let Output::Needs(requests) = output else { return Ok(output) };
            let asked = requests.into_iter().map(|request| async move {
                let reply = fetch.fetch(request.clone()).await;
                Answer::new(request, reply)
            });
            let mut asked = stream::iter(asked).buffered(REQUESTS_AT_ONCE);
            while let Some(mut answer) = asked.next().await {
                let held: usize = job.answers.iter().map(Answer::size).sum();
                if held > 0 && held + answer.size() > MOST_HELD.as_usize() {
                    answer.refuse(MOST_HELD);
                }
                job.answers.push(answer);
            }
        }
        Err(Failure::Fault("it asks without end".to_owned()))
    }

    async fn give(&self, job: &Job) -> Result<Output, Failure> {
        let request = serde_json::to_vec(job).expect("a job has no map with other keys than text");
        let turn = self.limits.time.min(SHORT_TURN);
        {
            let _permit = self.short.acquire().await.expect("the semaphore is never closed");
            match self.attempt(&request, turn).await {
                Err(Failure::Time(_)) if turn < self.limits.time => {}
                done => return done,
            }
        }
        let _permit = self.long.acquire().await.expect("the semaphore is never closed");
        self.attempt(&request, self.limits.longest()).await
    }

    async fn attempt(&self, request: &[u8], limit: Duration) -> Result<Output, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = match idle {
            Some(worker) => worker,
            // Where no worker can be had (a system call filter, a full process table), reading here is better than not at all.
            None => match timeout(PATIENCE, self.start()).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            {
                Ok(worker) => worker,
                Err(error) => {
                    tracing::warn!(%error, "no process to read in could be started: reading without limits");
                    let job = serde_json::from_slice(request).map_err(|error| Failure::Fault(error.to_string()))?;
                    return perform(job).await;
                }
            },
        };
        // A worker that is dropped is killed.
        match timeout(limit, worker.converse(request)).await {
            Ok(Ok(answer)) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                answer
            }
            Ok(Err(_)) => Err(worker.autopsy(self.limits).await),
            Err(_) => Err(Failure::Time(limit.max(self.limits.time))),
        }
    }

    /// A worker that is ready for its first job.
    async fn start(&self) -> io::Result<Worker> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            // One arena and one thread: each more would count as hundreds of megabytes of address space.
            .envs([("MALLOC_ARENA_MAX", "1"), ("RAYON_NUM_THREADS", "1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let streams = child.stdin.take().zip(child.stdout.take());
        let (input, mut output) = streams.ok_or(io::ErrorKind::BrokenPipe)?;
        if output.read_u64_le().await? != READY {
            return Err(io::Error::other("it is not a worker"));
        }
        Ok(Worker { child, input, output })
    }
}

#[derive(Debug)]
struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    async fn converse(&mut self, request: &[u8]) -> io::Result<Result<Output, Failure>> {
        self.input.write_all(&(request.len() as u64).to_le_bytes()).await?;
        self.input.write_all(request).await?;
        self.input.flush().await?;
        let length = self.output.read_u64_le().await?;
        if length > LARGEST_ANSWER {
            return Ok(Err(Failure::Memory(Size::bytes(LARGEST_ANSWER))));
        }
        let mut answer = Vec::new();
        (&mut self.output).take(length).read_to_end(&mut answer).await?;
        serde_json::from_slice(&answer).map_err(io::Error::other)
    }

    /// Why it is dead.
    async fn autopsy(mut self, limits: Limits) -> Failure {
        let mut words = Vec::new();
        if let Some(stderr) = &mut self.child.stderr {
            let last = async { stderr.take(4096).read_to_end(&mut words).await };
            // It is dead or dying; its last words are there or do not come.
            let _ = timeout(Duration::from_secs(1), last).await;
        }
        let words = String::from_utf8_lossy(&words);
        let status = timeout(Duration::from_secs(1), self.child.wait()).await;
        if words.contains("memory allocation of") || words.contains("out of memory") {
            return Failure::Memory(limits.memory);
        }
        match status {
            Ok(Ok(status)) if is_out_of_time(status) => Failure::Time(limits.time),
            Ok(Ok(status)) => Failure::Fault(format!("the worker ended: {status}")),
            _ => Failure::Fault("the worker was lost".to_owned()),
        }
    }
}

#[cfg(unix)]
fn is_out_of_time(status: std::process::ExitStatus) -> bool {
    /// The kernel ended it for its use of the processor.
    const SIGXCPU: i32 = 24;
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGXCPU)
}

#[cfg(not(unix))]
fn is_out_of_time(_: std::process::ExitStatus) -> bool {
    false
}

/// The worker's side: does the jobs that come from `input` until it ends.
///
/// # Errors
/// When the limits cannot be set, or the other side is gone or talks nonsense.
pub fn serve(input: &mut dyn Read, output: &mut dyn Write, limits: Limits) -> io::Result<()> {
    limit_memory(limits.memory)?;
    output.write_all(&READY.to_le_bytes())?;
    output.flush()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    while let Some(request) = part(input)? {
        limit_time(limits.time)?;
        let job: Job = serde_json::from_slice(&request)?;
        drop(request);
        let answer = serde_json::to_vec(&runtime.block_on(perform(job)))?;
        output.write_all(&(answer.len() as u64).to_le_bytes())?;
        output.write_all(&answer)?;
        output.flush()?;
    }
    Ok(())
}

/// The next part that the other side sends; `None` when it has gone.
fn part(input: &mut dyn Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut bytes = Vec::new();
    let length = u64::from_le_bytes(length);
    if input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

#[cfg(target_os = "linux")]
fn limit_memory(memory: Size) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // The program and its libraries, mapped as a whole, count as well.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let own = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB")?.parse().ok());
    let wanted = memory.as_bytes().saturating_add(own.unwrap_or(0_u64) * 1024);
    let most = getrlimit(Resource::As).maximum;
    let limit = Some(most.map_or(wanted, |most| most.min(wanted)));
    setrlimit(Resource::As, Rlimit { current: limit, maximum: limit })?;
    // Nobody wants the memory of a document that was made to crash its reader.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

/// From now on it may use the processor for `time` more, rounded up to whole seconds: for the case that nobody is left who
/// would stop it.
#[cfg(target_os = "linux")]
fn limit_time(time: Duration) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.cast_unsigned();
    let maximum = getrlimit(Resource::Cpu).maximum;
    let wanted = used + time.as_secs() + 1;
    let current = Some(maximum.map_or(wanted, |most| most.min(wanted)));
    setrlimit(Resource::Cpu, Rlimit { current, maximum })?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit_memory(_: Size) -> io::Result<()> {
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit_time(_: Duration) -> io::Result<()> {
    Ok(())
}
