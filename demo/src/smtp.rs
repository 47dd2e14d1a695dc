//! A mail server that takes every mail and keeps it in memory. For the demo and for tests; it
//! listens on loopback only and relays nothing.

use mail_parser::MessageParser;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// One mail as it arrived.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Mail {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Mail {
    /// The first web address in the text part.
    pub fn link(&self) -> Option<&str> {
        self.text.split_whitespace().find(|word| word.starts_with("http"))
    }
}

/// What has arrived. Cheap to clone.
#[derive(Clone, Default)]
pub struct Mailbox {
    mails: Arc<Mutex<Vec<Mail>>>,
    arrived: Arc<Notify>,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.mails.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Everything, the oldest first.
    pub fn all(&self) -> Vec<Mail> {
        self.lock().clone()
    }

    /// Waits until an address has at least `count` mails and returns them, the oldest first.
    pub async fn wait_for(&self, to: &str, count: usize) -> Vec<Mail> {
        loop {
            let arrived = self.arrived.notified();
            let found: Vec<Mail> = self.all().into_iter().filter(|mail| mail.to == to).collect();
            if found.len() >= count {
                return found;
            }
            arrived.await;
        }
    }

    /// Takes mail from `listener` for ever.
    pub async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let mailbox = self.clone();
            tokio::spawn(async move { mailbox.session(stream).await.ok() });
        }
    }

    async fn session(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut read = BufReader::new(read);
        write.write_all(b"220 mailbox\r\n").await?;
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let mut line = String::new();
            if read.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or("").to_uppercase();
            let answer: &[u8] = match verb.as_str() {
                "EHLO" | "HELO" => b"250-mailbox\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "MAIL" => {
                    from = address(&line);
                    b"250 ok\r\n"
                }
                "RCPT" => {
                    to.push(address(&line));
                    b"250 ok\r\n"
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let data = data(&mut read).await?;
                    for to in to.drain(..) {
                        self.keep(&from, &to, &data);
                    }
                    b"250 kept\r\n"
                }
                "RSET" | "NOOP" => b"250 ok\r\n",
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => b"502 not here\r\n",
            };
            write.write_all(answer).await?;
        }
    }

    fn keep(&self, from: &str, to: &str, data: &[u8]) {
        let message = MessageParser::default().parse(data).unwrap_or_default();
        self.lock().push(Mail {
            from: from.to_owned(),
            to: to.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
        });
        self.arrived.notify_waiters();
    }
}

fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}

async fn data(read: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if read.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(data);
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
