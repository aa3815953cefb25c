//! What a path outlives.

use std::path::Path;
use std::{env, fs};

use crate::store::Durability;

/// Folders that a system may empty.
const TEMPORARY: [&str; 5] = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run"];

/// File systems in memory.
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// What a file at this path outlives. It has to be there, so that links can be followed.
pub(super) fn durability(path: &Path) -> Durability {
    let Ok(path) = fs::canonicalize(path) else {
        return Durability::Temporary;
    };
    let is_below = |folder: &Path| {
        let folder = fs::canonicalize(folder);
        folder.is_ok_and(|folder| path.starts_with(folder))
    };
    let is_temporary = is_below(&env::temp_dir()) || TEMPORARY.iter().any(|folder| is_below(Path::new(folder)));
    if is_temporary || file_system(&path).is_some_and(|kind| IN_MEMORY.contains(&kind.as_str())) {
        return Durability::Temporary;
    }
    Durability::Synced
}

/// The kind of file system that a path is on, where the system tells.
fn file_system(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    kind_of(path, &mounts)
}

/// The kind of the last of the longest mounts that a path is below.
fn kind_of(path: &Path, mounts: &str) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        // Spaces and the like are written as octal numbers.
        let folder = words
            .next()?
            .replace("\\040", " ")
            .replace("\\011", "\t")
            .replace("\\134", "\\");
        Some((folder, words.next()?))
    });
    let over = mounts.filter(|(folder, _)| path.starts_with(folder));
    let kind = over.max_by_key(|(folder, _)| folder.len())?.1;
    Some(kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_counts() {
        let mounts =
            "/dev/vda / ext4 rw 0 0\ntmpfs /mnt tmpfs rw 0 0\n/dev/b /mnt/a\\040b xfs rw 0 0\nx /mnt/z ramfs rw 0 0";
        let kind = |path: &str| kind_of(Path::new(path), mounts);
        assert_eq!(kind("/var/lib/guard.db").as_deref(), Some("ext4"));
        assert_eq!(kind("/mnt/guard.db").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/mnt/a b/guard.db").as_deref(), Some("xfs"));
        assert_eq!(kind("/mnt/zz/guard.db").as_deref(), Some("tmpfs"));
        assert_eq!(kind_of(Path::new("/a"), ""), None);
    }
}
