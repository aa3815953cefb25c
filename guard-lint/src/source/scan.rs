//! What the bytes of a file tell before it is parsed.

use std::sync::LazyLock;

use aho_corasick::packed;
use memchr::{memchr_iter, memmem};

/// Words that every file with a router or an application has, or that hands one on: `create_app(router=router)`,
/// `register(app)`. Such a file puts together what others define, and nothing imports it.
const MARKERS: [&[u8]; 11] = [
    b"APIRouter",
    b"FastAPI",
    b"add_api_",
    b"include_router",
    b"exception_handler",
    b"Starlette",
    b"add_middleware",
    b"router)",
    b"router,",
    b"(app)",
    b"(app,",
];

/// Looks for all of them at once; nothing where the processor has no way to: every file may be one then.
static MARKED: LazyLock<Option<packed::Searcher>> = LazyLock::new(|| packed::Searcher::new(MARKERS));

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
    MARKED.as_ref().is_none_or(|marked| marked.find(bytes).is_some())
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

/// What would prove a source root: a file below `src/app/` says `from app.store import …`, and `src/app/store` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    /// The folder above the package.
    pub(super) root: String,
    /// The path of the module that the import names, without `.py`.
    pub(super) module: String,
}

/// How many different imports of one folder's name are kept for each file.
const PROOFS: usize = 4;

/// What would prove the source roots of a file: its imports by the name of each folder of its own path.
pub(super) fn proofs(path: &str, bytes: &[u8]) -> Vec<Proof> {
    let mut proofs: Vec<Proof> = Vec::new();
    let mut start = 0;
    for (at, _) in path.match_indices('/') {
        let (folder, above) = (&path[start..at], path[..start].trim_end_matches('/'));
        start = at + 1;
        if STANDARD.contains(&folder) {
            continue;
        }
        let before = proofs.len();
        let needle = format!("{folder}.");
        for found in memmem::find_iter(bytes, needle.as_bytes()) {
            if !follows_import(&bytes[..found]) {
                continue;
            }
            let rest = &bytes[found + needle.len()..];
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let end = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
            let child = String::from_utf8_lossy(&rest[..end]);
            let proof = Proof {
                root: above.to_owned(),
                module: format!("{}/{child}", &path[..at]),
            };
            if !proofs[before..].contains(&proof) {
                proofs.push(proof);
            }
            if proofs.len() - before == PROOFS {
                break;
            }
        }
    }
    proofs
}

/// Whether what stands here is the name in `from name…` or `import name…`.
fn follows_import(before: &[u8]) -> bool {
    let word = before
        .strip_suffix(b"from ")
        .or_else(|| before.strip_suffix(b"import "));
    word.is_some_and(|before| before.last().is_none_or(u8::is_ascii_whitespace))
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
