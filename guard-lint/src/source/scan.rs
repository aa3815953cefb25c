//! What the bytes of a file tell before it is parsed.

use memchr::{memchr_iter, memmem};

/// Words that every file with a router or an application has.
const MARKERS: [&[u8]; 7] = [
    b"APIRouter",
    b"FastAPI",
    b"add_api_",
    b"include_router",
    b"exception_handler",
    b"Starlette",
    b"add_middleware",
];

/// The methods that decorate a handler.
const VERBS: [&[u8]; 12] = [
    b"get(",
    b"post(",
    b"put(",
    b"patch(",
    b"delete(",
    b"head(",
    b"options(",
    b"trace(",
    b"api_route(",
    b"websocket(",
    b"route(",
    b"websocket_route(",
];

/// Whether a file may define or use a router, an application or a route.
pub(super) fn is_seed(bytes: &[u8]) -> bool {
    MARKERS.iter().any(|marker| memmem::find(bytes, marker).is_some())
        || memchr_iter(b'@', bytes).any(|at| is_route_decorator(bytes, at))
}

/// Whether the `@` at this place begins a line and its expression ends in a route method.
fn is_route_decorator(bytes: &[u8], at: usize) -> bool {
    let starts_line = bytes[..at]
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t'))
        .is_none_or(|byte| *byte == b'\n');
    if !starts_line {
        return false;
    }
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let end = bytes[at + 1..]
        .iter()
        .position(|byte| !name(byte))
        .map_or(bytes.len(), |end| at + 1 + end);
    let Some(call) = bytes.get(at + 1..=end) else {
        return false;
    };
    VERBS
        .iter()
        .any(|verb| call.ends_with(verb) && call[..call.len() - verb.len()].ends_with(b"."))
}

/// The source roots that a file's imports prove: the folder above each folder of its own path by whose name it imports.
pub(super) fn proven_roots(path: &str, bytes: &[u8]) -> Vec<String> {
    let mut roots = Vec::new();
    let mut start = 0;
    for (at, _) in path.match_indices('/') {
        let folder = &path[start..at];
        let needle = format!("{folder}.");
        let is_imported = |at: usize| {
            let before = &bytes[..at];
            let before = before
                .strip_suffix(b"from ")
                .or_else(|| before.strip_suffix(b"import "));
            before.is_some_and(|before| before.last().is_none_or(u8::is_ascii_whitespace))
        };
        let mut named = memmem::find_iter(bytes, needle.as_bytes());
        if !STANDARD.contains(&folder) && named.any(is_imported) {
            roots.push(path[..start].trim_end_matches('/').to_owned());
        }
        start = at + 1;
    }
    roots
}

/// Packages of the standard library with submodules: a folder of that name beside an import of it proves nothing.
const STANDARD: [&str; 14] = [
    "asyncio",
    "collections",
    "concurrent",
    "ctypes",
    "email",
    "html",
    "http",
    "importlib",
    "json",
    "logging",
    "multiprocessing",
    "os",
    "unittest",
    "xml",
];
