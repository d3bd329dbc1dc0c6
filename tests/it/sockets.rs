//! However many hosts there are, a run has few connections open: a machine that gives a program few files is enough.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::program::Program;

const HOSTS: u16 = 600;

/// Connections open now, and the most that ever were.
#[derive(Default)]
struct Open {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Answers one request after the other and never closes the connection by itself.
async fn talk(mut connection: TcpStream, number: u16, open: Arc<Open>) -> Option<Infallible> {
    let now = open.now.fetch_add(1, Ordering::SeqCst) + 1;
    open.most.fetch_max(now, Ordering::SeqCst);
    let talk = async {
        let mut asked = Vec::new();
        loop {
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(connection.read_u8().await.ok()?);
            }
            asked.clear();
            let item = format!(
                "<item><guid>{number}</guid><title>Story {number}</title><description>The bridge of town \
                 {number} opened on Monday, and many came to cross it.</description></item>"
            );
            let body = format!("<rss version=\"2.0\"><channel><title>{number}</title>{item}</channel></rss>");
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n", body.len());
            connection.write_all((head + &body).as_bytes()).await.ok()?;
        }
    };
    let ended = talk.await;
    open.now.fetch_sub(1, Ordering::SeqCst);
    ended
}

/// A host of the loopback network for each number, on a port of its own.
async fn hosts(open: &Arc<Open>) -> Vec<SocketAddr> {
    let mut addresses = Vec::new();
    for number in 0..HOSTS {
        let [high, low] = number.to_be_bytes();
        let listener = TcpListener::bind((Ipv4Addr::new(127, 1, high, low), 0)).await.unwrap();
        addresses.push(listener.local_addr().unwrap());
        let open = Arc::clone(open);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(talk(connection, number, Arc::clone(&open)));
            }
        });
    }
    addresses
}

/// The hosts are files of this process.
fn raise_own_limit() -> bool {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    maximum.is_none_or(|maximum| maximum >= 4096)
        && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn six_hundred_hosts_are_read_with_two_hundred_and_fifty_six_files() {
    if !raise_own_limit() {
        crate::support::skip::skip("this process may not open the files of six hundred hosts");
        return;
    }
    let open = Arc::new(Open::default());
    let mut config = "version = 1\n[fetch]\nallow_private = true\n".to_owned();
    for (number, address) in hosts(&open).await.into_iter().enumerate() {
        write!(config, "[[source]]\nname = \"{number}\"\nfeed = \"http://{address}/\"\nfull_text = \"never\"\n")
            .unwrap();
    }
    let program = Program::new(&config);
    let ran = tokio::task::spawn_blocking(move || {
        let ran = program.run_by_shell("ulimit -n 256", &["gather", "--report", "json"]);
        drop(program);
        ran
    });
    let ran = ran.await.unwrap().ends(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let sources = report["sources"].as_array().unwrap();
    let read = sources.iter().filter(|source| source["fresh"] == 1).count();
    assert_eq!(read, usize::from(HOSTS), "{}", ran.stderr);
    // 32 by default; a few that were closed are not closed here yet.
    let most = open.most.load(Ordering::SeqCst);
    assert!((1..=128).contains(&most), "{most} connections at a time");
}
