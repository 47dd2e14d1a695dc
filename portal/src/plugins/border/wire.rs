//! Frames between the portal and a runner process: a fixed head and a body.

use super::host::{Reply, refusal};
use sdk::abi;
use std::io::{self, Read, Write};

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Portal → runner: call the plugin. `word` is the op.
    Call = 1,
    /// Runner → portal: the call's result. `word` is the status.
    Reply = 2,
    /// Runner → portal: the plugin asks the host. `word` is the op.
    Ask = 3,
    /// Portal → runner: the host's answer. `word` is the status.
    Answer = 4,
    /// Runner → portal, first of all: the library is loaded; the body is its manifest.
    Ready = 5,
    /// Runner → portal, first of all: the library is refused; the body says why.
    Refused = 6,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: Kind,
    /// The call's handle.
    pub id: u64,
    /// Which of the call's asks this is, or is answered.
    pub ask: u32,
    pub word: i32,
    pub body: Vec<u8>,
}

/// Bytes before the body: length, kind, id, ask, word.
pub const HEAD: usize = 21;

/// The longest body: a page's data or a batch of imported rows. Whoever makes a frame looks first;
/// whoever reads one refuses more.
pub const MAX_BODY: usize = 8 * 1024 * 1024;

impl Frame {
    /// The frame of a reply or an answer; one that is too long becomes an error that says so.
    pub fn reply(kind: Kind, id: u64, ask: u32, (word, body): Reply) -> Self {
        if body.len() <= MAX_BODY {
            return Self { kind, id, ask, word, body };
        }
        let why = format!("{} bytes are more than the 8 MiB that may cross the border", body.len());
        let status = if kind == Kind::Reply { abi::E_PLUGIN } else { abi::E_HOST };
        let (word, body) = refusal(status, &why);
        Self { kind, id, ask, word, body }
    }

    /// The bytes before the body.
    pub fn head(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        let length = u32::try_from(self.body.len()).expect("a body has at most MAX_BODY bytes");
        head[..4].copy_from_slice(&length.to_le_bytes());
        head[4] = self.kind as u8;
        head[5..13].copy_from_slice(&self.id.to_le_bytes());
        head[13..17].copy_from_slice(&self.ask.to_le_bytes());
        head[17..].copy_from_slice(&self.word.to_le_bytes());
        head
    }

    /// Length of the body and the frame without it; `None` for nonsense.
    pub fn parse(head: &[u8; HEAD]) -> Option<(usize, Frame)> {
        let kind = match head[4] {
            1 => Kind::Call,
            2 => Kind::Reply,
            3 => Kind::Ask,
            4 => Kind::Answer,
            5 => Kind::Ready,
            6 => Kind::Refused,
            _ => return None,
        };
        let length = u32::from_le_bytes(head[..4].try_into().ok()?) as usize;
        let id = u64::from_le_bytes(head[5..13].try_into().ok()?);
        let ask = u32::from_le_bytes(head[13..17].try_into().ok()?);
        let word = i32::from_le_bytes(head[17..].try_into().ok()?);
        (length <= MAX_BODY).then_some((length, Frame { kind, id, ask, word, body: Vec::new() }))
    }

    /// Writes the frame, for the runner's blocking side.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.head())?;
        out.write_all(&self.body)?;
        out.flush()
    }

    /// Reads a frame, for the runner's blocking side.
    pub fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut head = [0; HEAD];
        from.read_exact(&mut head)?;
        let (length, mut frame) = Self::parse(&head).ok_or(io::ErrorKind::InvalidData)?;
        frame.body.resize(length, 0);
        from.read_exact(&mut frame.body)?;
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Kind, MAX_BODY};
    use sdk::abi;

    #[test]
    fn a_frame_comes_back_as_it_was_and_a_body_that_is_too_long_says_so() {
        let frame = Frame { kind: Kind::Ask, id: u64::MAX, ask: 7, word: -3, body: b"{}".to_vec() };
        let mut bytes = Vec::new();
        frame.write(&mut bytes).unwrap();
        assert_eq!(Frame::read(&mut bytes.as_slice()).unwrap(), frame);
        bytes[4] = 9;
        assert!(Frame::read(&mut bytes.as_slice()).is_err());

        let long = vec![b' '; MAX_BODY + 1];
        let reply = Frame::reply(Kind::Reply, 1, 0, (abi::OK, long.clone()));
        assert_eq!(reply.word, abi::E_PLUGIN);
        assert!(String::from_utf8_lossy(&reply.body).contains("8388609 bytes"));
        assert_eq!(Frame::reply(Kind::Answer, 1, 0, (abi::OK, long)).word, abi::E_HOST);
        assert_eq!(Frame::reply(Kind::Answer, 1, 0, (abi::OK, b"{}".to_vec())).word, abi::OK);
    }
}
