//! Which files a run leaves for the next one.

use std::path::{Component, Path, PathBuf};

/// Directories whose files are made for each program by the kernel, or vanish with programs.
const KERNEL: &[&str] = &["/dev", "/proc", "/sys"];

/// What begins a path in a program's own directory, whichever that is.
const OWN: &str = "/proc/self/cwd";

/// The path, if it is outside `own`; `base` tells where a relative one begins.
pub(crate) fn outside(
    own: &Path,
    path: &Path,
    base: impl FnOnce() -> Option<PathBuf>,
) -> Option<PathBuf> {
    let path = path.strip_prefix(OWN).unwrap_or(path);
    let path = if path.is_absolute() {
        path.to_owned()
    } else {
        base()?.join(path)
    };
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            _ => plain.push(part),
        }
    }
    let is_elsewhere = !plain.starts_with(own) && !KERNEL.iter().any(|dir| plain.starts_with(dir));
    is_elsewhere.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, base: &str) -> Option<String> {
        let found = outside(Path::new("/tmp/run/n0"), Path::new(path), || {
            Some(PathBuf::from(base))
        });
        found.map(|path| path.display().to_string())
    }

    #[test]
    fn own_files_and_those_of_the_kernel_stay_with_the_run() {
        for path in [
            "seen.log",
            "./a/../b",
            "/proc/self/cwd/x",
            "/dev/null",
            "/tmp/run/n0/x",
        ] {
            assert_eq!(of(path, "/tmp/run/n0"), None, "{path}");
        }
    }

    #[test]
    fn files_elsewhere_are_found_by_the_next_run() {
        assert_eq!(of("/tmp/a.log", "/tmp/run/n0"), Some("/tmp/a.log".into()));
        assert_eq!(of("../n1/x", "/tmp/run/n0"), Some("/tmp/run/n1/x".into()));
        assert_eq!(of("a.log", "/home/ada"), Some("/home/ada/a.log".into()));
    }
}
