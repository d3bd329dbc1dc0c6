//! Workers: processes of this program that read what strangers sent, each within limits of memory and time.
//!
//! A worker lives as long as it behaves and does one job after another: a job comes in, an answer goes out. One that takes
//! too much memory cannot have it and dies; one that takes too long is killed; another stands in, and only the source of that
//! job is named.
//!
//! Jobs that take long or much stand back. Each has a short turn with little memory first, so that a hundred bad ones cannot
//! keep the good ones waiting or fill the machine; what does not end in it is begun again, one at a time, with all the time
//! and memory that it may have.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use futures_util::{StreamExt, stream};

use crate::fetch::{Fetch, Request, Size};
use crate::pipeline::frame::Frame;
use crate::pipeline::job::{Answer, Failure, Job, Output, Task, execute};

/// A worker's first words.
const READY: u64 = u64::from_le_bytes(*b"\0digest\n");

/// How long a worker may take to say them.
const PATIENCE: Duration = Duration::from_secs(20);

/// The first turn of a job.
const SHORT_TURN: Duration = Duration::from_secs(1);

/// The turn of one piece of what was too much as a whole: its only one.
const ONLY_TURN: Duration = Duration::from_secs(3);

/// The part of the memory that a first turn has: so many workers together stay within what one machine can bear.
const A_FIRST_TURN: u64 = 3;

/// Memory that a first turn has at least.
const LEAST: Size = Size::mebibytes(64);

/// A larger job, in bytes, may take all of its turn; most feeds and pages are smaller.
const LARGE: usize = 1 << 20;

/// Rounds of questions that one task may ask: a sitemap asks for its index, then for what that names.
const MOST_ROUNDS: usize = 12;

/// Requests of one task at the same time; the fetcher limits connections.
const REQUESTS_AT_ONCE: usize = 8;

/// Pages of one source that are held at the same time, together.
const MOST_HELD: Size = Size::mebibytes(32);

/// Largest answer of a worker: several times what a feed or the pages of a source hold.
const LARGEST_ANSWER: Size = Size::mebibytes(64);

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

/// Workers.
#[derive(Debug)]
pub struct Workers {
    program: PathBuf,
    /// For first turns: as many as there are cores, each with little memory.
    short: Pool,
    /// One, for what needs more.
    long: Pool,
    /// Large jobs that have a first turn at the same time: half of the workers are left to the small ones.
    large: Semaphore,
    limits: Limits,
}

/// Which turns a job has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turns {
    /// The first alone.
    First,
    /// The first, and if that is not enough the long one.
    All,
}

/// Workers of the same limits.
#[derive(Debug)]
struct Pool {
    arguments: Vec<String>,
    memory: Size,
    idle: Mutex<Vec<Worker>>,
    permits: Semaphore,
}

impl Pool {
    fn new(arguments: fn(Limits) -> Vec<String>, limits: Limits, count: usize) -> Self {
        let (arguments, permits) = (arguments(limits), Semaphore::new(count.max(1)));
        Self { arguments, memory: limits.memory, idle: Mutex::default(), permits }
    }
}

impl Workers {
    /// Workers started as `program` with the `arguments` for their limits, of which `count` read at a time, and one what takes
    /// long or much.
    pub fn new(program: PathBuf, arguments: fn(Limits) -> Vec<String>, limits: Limits, count: usize) -> Self {
        let little = Size::bytes(limits.memory.as_bytes() / A_FIRST_TURN).max(LEAST).min(limits.memory);
        let short = Pool::new(arguments, Limits { memory: little, ..limits }, count);
        let large = Semaphore::new((count / 2).max(1));
        Self { program, short, long: Pool::new(arguments, limits, 1), large, limits }
    }

    /// Does `task`, with what `fetch` answers; gives it back if that fails.
    pub(super) async fn run(&self, task: Task, fetch: &dyn Fetch) -> Result<Output, (Failure, Box<Task>)> {
        self.run_in(task, fetch, Turns::All).await
    }

    /// [`Workers::run`] in a short turn alone: for one piece of what took too long as a whole.
    pub(super) async fn run_shortly(&self, task: Task, fetch: &dyn Fetch) -> Result<Output, (Failure, Box<Task>)> {
        self.run_in(task, fetch, Turns::First).await
    }

    async fn run_in(&self, task: Task, fetch: &dyn Fetch, turns: Turns) -> Result<Output, (Failure, Box<Task>)> {
        let mut job = Job { task, answers: Vec::new() };
        for round in 0..MOST_ROUNDS {
            let (output, same) = if round == 0 && job.task.needs_first() {
                (execute(job.clone()).await, job)
            } else {
                self.give(job, turns).await
            };
            job = same;
            match output {
                Ok(Output::Needs(requests)) => ask(requests, &mut job, fetch).await,
                Ok(output) => return Ok(output),
                Err(failure) => return Err((failure, Box::new(job.task))),
            }
        }
        Err((Failure::Fault("it asked too often".to_owned()), Box::new(job.task)))
    }

    /// The answer to `job`, and the job.
    async fn give(&self, mut job: Job, turns: Turns) -> (Result<Output, Failure>, Job) {
        // Packing is quick for a page and slow for a million entries: not on a thread that others wait for.
        let packed = spawn_blocking(move || {
            let frame = Frame::pack(&mut job);
            (frame, job)
        });
        let (frame, mut job) = packed.await.expect("packing does not panic");
        match frame {
            Ok(frame) => {
                let output = self.give_frame(&frame, turns).await;
                frame.give_back(&mut job);
                match output {
                    Some(output) => (output, job),
                    // Where no worker can be had (a system call filter, a full process table), reading here is better than
                    // not at all.
                    None => (execute(job.clone()).await, job),
                }
            }
            Err(error) => (Err(Failure::Fault(error.to_string())), job),
        }
    }

    /// The answer to `frame`; `None` if there is no worker to give it to.
    async fn give_frame(&self, frame: &Frame, turns: Turns) -> Option<Result<Output, Failure>> {
        let turn = if turns == Turns::All { SHORT_TURN } else { ONLY_TURN };
        let first = {
            let is_large = frame.size() > LARGE;
            let _permit = if is_large { self.large.acquire().await.ok() } else { None };
            self.attempt(&self.short, frame, self.limits.time.min(turn)).await
        };
        let again = match first {
            Some(Err(Failure::Time(_))) => SHORT_TURN < self.limits.time,
            Some(Err(Failure::Memory(limit))) => limit < self.limits.memory,
            _ => false,
        };
        if again && turns == Turns::All { self.attempt(&self.long, frame, self.limits.longest()).await } else { first }
    }

    async fn attempt(&self, pool: &Pool, frame: &Frame, limit: Duration) -> Option<Result<Output, Failure>> {
        let _permit = pool.permits.acquire().await.expect("the semaphore is never closed");
        let idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let started = match idle {
            Some(worker) => Ok(worker),
            None => {
                let started = timeout(PATIENCE, self.start(&pool.arguments)).await;
                started.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
        };
        let mut worker = match started {
            Ok(worker) => worker,
            Err(error) => {
                tracing::warn!(%error, "no process to read in could be started: reading without limits");
                return None;
            }
        };
        // A worker that is dropped is killed.
        let answer = match timeout(limit, worker.converse(frame)).await {
            Ok(Ok(Some(answer))) => {
                pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                answer
            }
            Ok(Ok(None)) => return Some(Err(Failure::Memory(LARGEST_ANSWER.max(self.limits.memory)))),
            Ok(Err(_)) => return Some(Err(worker.autopsy(Limits { memory: pool.memory, ..self.limits }).await)),
            Err(_) => return Some(Err(Failure::Time(limit))),
        };
        let unpacked = spawn_blocking(move || answer.unpack()).await.expect("unpacking does not panic");
        Some(unpacked.unwrap_or_else(|error| Err(Failure::Fault(error.to_string()))))
    }

    /// A worker that is ready for its first job.
    async fn start(&self, arguments: &[String]) -> io::Result<Worker> {
        let mut child = Command::new(&self.program)
            .args(arguments)
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

/// Asks for what `job` misses, and puts it there.
async fn ask(requests: Vec<Request>, job: &mut Job, fetch: &dyn Fetch) {
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

#[derive(Debug)]
struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    /// The answer to `frame`; `None` if it is too large.
    async fn converse(&mut self, frame: &Frame) -> io::Result<Option<Frame>> {
        frame.send(&mut self.input).await?;
        Frame::receive(&mut self.output, LARGEST_ANSWER).await
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
            _ => Failure::Fault("the worker stopped responding".to_owned()),
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

/// From now on this process may have so much memory more, and so much time of the processor if `time` is given; it ends with
/// the process that started it. Where that cannot be had (not Linux), it goes on without.
///
/// # Errors
/// When the system refuses the limits.
pub fn limit(memory: Size, time: Option<Duration>) -> io::Result<()> {
    end_with_parent()?;
    limit_memory(memory)?;
    time.map_or(Ok(()), limit_time)
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
    while let Some(frame) = Frame::read(input)? {
        limit_time(limits.time)?;
        let job: Job = frame.unpack()?;
        let mut answer = runtime.block_on(execute(job));
        Frame::pack(&mut answer)?.write(output)?;
    }
    Ok(())
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

#[cfg(target_os = "linux")]
fn end_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?)
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent() -> io::Result<()> {
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
