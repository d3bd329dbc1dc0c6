use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::send::{self, Delivery};

/// Steps of a conversation with a mail server, connecting, protecting and clearing up included.
const STEPS: u32 = 16;

/// A message that other machines could send is begun this soon after it was marked, or let go.
const LONGEST_QUEUE: Duration = Duration::from_secs(300);

/// Settings of one delivery run.
#[derive(Debug, Clone)]
pub struct DeliveryPolicy {
    /// `[newsletter] name`: whose outbox.
    pub newsletter: String,
    /// When this run began.
    pub now: Timestamp,
    /// No message is begun after this long; the one in hand is finished.
    pub deadline: Duration,
    /// A delivery that is due within this time is waited for.
    pub patience: Duration,
    /// First pause before a deferred message is tried again; each further one is six times as long.
    pub pause: Duration,
    /// The treatment of a message whose answer was lost.
    pub delivery: Delivery,
    /// How many messages may be on their way at once.
    pub connections: usize,
    /// At most this many messages a second.
    pub rate: Option<f64>,
    /// How long a message may stay undelivered before it is given up.
    pub give_up_after: Duration,
    /// How long handing over one message may take, where other machines take what nobody answers for.
    pub longest_send: Duration,
    /// Told how many messages are done with (sent or refused for good), for a progress bar.
    pub progress: Option<watch::Sender<u64>>,
}

impl DeliveryPolicy {
    /// The policy of `[mail]` for a run of `newsletter` that began at `now` and may last `deadline`.
    pub fn new(newsletter: &str, options: &send::Options, now: Timestamp, deadline: Duration) -> Self {
        let connections = match options.transport {
            send::TransportKind::Smtp => options.smtp.connections.clamp(1, 100),
            send::TransportKind::Sendmail | send::TransportKind::File => 2,
        };
        Self {
            newsletter: newsletter.to_owned(),
            now,
            deadline,
            patience: Duration::from_secs(60),
            pause: Duration::from_secs(10),
            delivery: options.delivery,
            connections,
            rate: options.rate,
            give_up_after: options.give_up_after,
            longest_send: longest_send(options),
            progress: None,
        }
    }

    /// How long a marked message may wait until it is begun, where other machines take what nobody answers for.
    pub(super) fn begin_within(&self) -> Duration {
        self.longest_send.min(LONGEST_QUEUE)
    }

    /// How long what was claimed is this run's.
    pub(super) fn lease(&self) -> Duration {
        self.longest_send.saturating_add(self.begin_within())
    }
}

/// The time that handing over one message may take: each step of the conversation takes its longest.
fn longest_send(options: &send::Options) -> Duration {
    match options.transport {
        send::TransportKind::Smtp => {
            options.smtp.final_timeout.saturating_add(options.smtp.timeout.saturating_mul(STEPS))
        }
        send::TransportKind::Sendmail => options.sendmail.timeout.saturating_add(Duration::from_secs(10)),
        send::TransportKind::File => Duration::from_secs(60),
    }
}
