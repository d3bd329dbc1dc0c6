//! How jobs and answers travel between the program and its workers: a head in JSON, and beside it the bodies as they are.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::fetch::Size;
use crate::pipeline::job::{Bodies, Body};

/// Bodies that one frame may hold: more than a source has entries.
const MOST_BODIES: u64 = 100_000;

/// A job or an answer, packed.
#[derive(Debug)]
pub(super) struct Frame {
    head: Vec<u8>,
    bodies: Vec<Body>,
}

impl Frame {
    /// Packs `thing`, which stands without its bodies then.
    pub(super) fn pack(thing: &mut (impl Serialize + Bodies)) -> io::Result<Self> {
        let bodies = thing.bodies().into_iter().map(std::mem::take).collect();
        Ok(Self { head: serde_json::to_vec(thing)?, bodies })
    }

    /// Gives `thing`, which was packed into this, its bodies back.
    pub(super) fn give_back(self, thing: &mut impl Bodies) {
        thing.bodies().into_iter().zip(self.bodies).for_each(|(place, body)| *place = body);
    }

    pub(super) fn unpack<T: DeserializeOwned + Bodies>(self) -> io::Result<T> {
        let mut thing: T = serde_json::from_slice(&self.head)?;
        if thing.bodies().len() != self.bodies.len() {
            return Err(io::Error::other("bodies are missing"));
        }
        self.give_back(&mut thing);
        Ok(thing)
    }

    /// Bytes in it.
    pub(super) fn size(&self) -> usize {
        self.head.len() + self.bodies.iter().map(|Body(bytes)| bytes.len()).sum::<usize>()
    }

    /// How many bodies follow, how long the head is and each of them.
    fn lengths(&self) -> Vec<u8> {
        let parts = std::iter::once(&self.head).chain(self.bodies.iter().map(|Body(bytes)| bytes));
        let lengths = std::iter::once(self.bodies.len()).chain(parts.map(Vec::len));
        lengths.flat_map(|length| (length as u64).to_le_bytes()).collect()
    }

    /// Writes it.
    pub(super) fn write(&self, output: &mut dyn Write) -> io::Result<()> {
        output.write_all(&self.lengths())?;
        output.write_all(&self.head)?;
        self.bodies.iter().try_for_each(|Body(bytes)| output.write_all(bytes))?;
        output.flush()
    }

    /// Reads the next one; `None` where the other side has gone.
    pub(super) fn read(input: &mut dyn Read) -> io::Result<Option<Self>> {
        let number = |input: &mut dyn Read| {
            let mut bytes = [0; 8];
            input.read_exact(&mut bytes).map(|()| u64::from_le_bytes(bytes))
        };
        let count = match number(input) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            count => count?,
        };
        let lengths = (0..=count).map(|_| number(input)).collect::<io::Result<Vec<u64>>>()?;
        let mut parts = lengths.into_iter().map(|length| {
            let mut bytes = Vec::new();
            let read = input.take(length).read_to_end(&mut bytes)? as u64;
            if read == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        });
        let head = parts.next().unwrap_or_else(|| Ok(Vec::new()))?;
        Ok(Some(Self { head, bodies: parts.map(|bytes| bytes.map(Body)).collect::<io::Result<_>>()? }))
    }

    /// [`Frame::write`], without keeping the thread.
    pub(super) async fn send(&self, output: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        output.write_all(&self.lengths()).await?;
        output.write_all(&self.head).await?;
        for Body(bytes) in &self.bodies {
            output.write_all(bytes).await?;
        }
        output.flush().await
    }

    /// [`Frame::read`], without keeping the thread and of at most `most`: otherwise `None`.
    pub(super) async fn receive(input: &mut (impl AsyncRead + Unpin), most: Size) -> io::Result<Option<Self>> {
        let count = input.read_u64_le().await?;
        if count > MOST_BODIES {
            return Ok(None);
        }
        let mut lengths = Vec::new();
        for _ in 0..=count {
            lengths.push(input.read_u64_le().await?);
        }
        let whole = lengths.iter().fold(0_u64, |sum, length| sum.saturating_add(*length));
        if whole > most.as_bytes() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for length in lengths {
            let mut bytes = Vec::new();
            if (&mut *input).take(length).read_to_end(&mut bytes).await? as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            parts.push(bytes);
        }
        let mut parts = parts.into_iter();
        let head = parts.next().unwrap_or_default();
        Ok(Some(Self { head, bodies: parts.map(Body).collect() }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Thing {
        name: String,
        bodies: Vec<Body>,
    }

    impl Bodies for Thing {
        fn bodies(&mut self) -> Vec<&mut Body> {
            self.bodies.iter_mut().collect()
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_whole_and_given_back(
            name in ".{0,20}", bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..5), most in 0..400_u64,
        ) {
            let whole = Thing { name, bodies: bodies.into_iter().map(Body).collect() };
            let mut sent = whole.clone();
            let frame = Frame::pack(&mut sent).unwrap();
            let mut pipe = Vec::new();
            frame.write(&mut pipe).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut same = Vec::new();
            runtime.block_on(frame.send(&mut same)).unwrap();
            prop_assert_eq!(&same, &pipe);
            frame.give_back(&mut sent);
            prop_assert_eq!(&sent, &whole);
            let read = Frame::read(&mut &pipe[..]).unwrap().unwrap();
            prop_assert_eq!(&read.unpack::<Thing>().unwrap(), &whole);
            let numbers = 16 + 8 * whole.bodies.len();
            let fits = (pipe.len() - numbers) as u64 <= most;
            let received = runtime.block_on(Frame::receive(&mut &pipe[..], Size::bytes(most))).unwrap();
            prop_assert_eq!(received.is_some(), fits);
            for end in 1..pipe.len() {
                prop_assert!(Frame::read(&mut &pipe[..end]).is_ok_and(|read| read.is_none()) == (end < 8), "{}", end);
            }
        }
    }
}
