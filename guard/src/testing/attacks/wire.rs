//! Bytes out, answers back.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::answer::Answer;

/// The most bytes of answers that are read.
const MAX_BYTES: u64 = 1 << 20;
const MAX_CHUNK: usize = 1 << 20;

/// An answer, and whether all of it came.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) answer: Answer,
    pub(super) whole: bool,
}

/// Sends the bytes over a connection of their own and reads until the server closes it or patience ends.
pub(super) async fn exchange(server: SocketAddr, bytes: &[u8], patience: Duration) -> io::Result<Vec<Reply>> {
    let mut stream = TcpStream::connect(server).await?;
    let mut received = Vec::new();
    {
        let (read, mut write) = stream.split();
        // A server that has seen enough closes while we still write; what it said before counts.
        let sent = async {
            let _ = write.write_all(bytes).await;
            std::future::pending::<()>().await;
        };
        let mut read = read.take(MAX_BYTES);
        let heard = read.read_to_end(&mut received);
        let both = async {
            tokio::pin!(sent, heard);
            std::future::poll_fn(|cx| {
                let _ = std::future::Future::poll(sent.as_mut(), cx);
                std::future::Future::poll(heard.as_mut(), cx)
            })
            .await
        };
        let _ = timeout(patience, both).await;
    }
    Ok(replies(&received))
}

/// Splits what came into answers.
pub(super) fn replies(mut bytes: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    while let Some((reply, rest)) = reply(bytes) {
        replies.push(reply);
        bytes = rest;
    }
    replies
}

fn reply(bytes: &[u8]) -> Option<(Reply, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, rest) = (str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 4..]);
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let (name, value) = (
            name.parse::<HeaderName>().ok()?,
            value.trim().parse::<HeaderValue>().ok()?,
        );
        headers.append(name, value);
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (body, rest, whole) = if status < 200 || status == 204 || status == 304 {
        (Vec::new(), rest, true)
    } else if text("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        chunked(rest)
    } else if let Some(length) = text("content-length").and_then(|length| length.parse::<usize>().ok()) {
        let taken = length.min(rest.len());
        (rest[..taken].to_vec(), &rest[taken..], taken == length)
    } else {
        (rest.to_vec(), &rest[rest.len()..], true)
    };
    let answer = Answer { status, headers, body };
    Some((Reply { answer, whole }, rest))
}

fn chunked(mut bytes: &[u8]) -> (Vec<u8>, &[u8], bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") else {
            return (body, &[], false);
        };
        let length = str::from_utf8(&bytes[..end])
            .ok()
            .and_then(|line| usize::from_str_radix(line.trim(), 16).ok());
        let rest = &bytes[end + 2..];
        match length {
            Some(0) => return (body, rest.get(2..).unwrap_or_default(), rest.len() >= 2),
            Some(length) if length < MAX_CHUNK && rest.len() >= length + 2 => {
                body.extend_from_slice(&rest[..length]);
                bytes = &rest[length + 2..];
            }
            _ => return (body, &[], false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_split() {
        let bytes =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404 Not Found\r\n\
            transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nHTTP/1.1 500 x\r\ncontent-length: 9\r\n\r\nhalf";
        let seen: Vec<_> = replies(bytes)
            .into_iter()
            .map(|reply| (reply.answer.status, reply.answer.body, reply.whole))
            .collect();
        let wanted: [(u16, &[u8], bool); 4] = [
            (100, b"", true),
            (200, b"hi", true),
            (404, b"abc", true),
            (500, b"half", false),
        ];
        assert_eq!(seen, wanted.map(|(status, body, whole)| (status, body.to_vec(), whole)));
        assert!(replies(b"").is_empty() && replies(b"nonsense\r\n\r\n").is_empty());
    }
}
