//! Starters: the first node of somebody who begins, in several languages.
//!
//! A starter answers `init` and refuses everything else with error 10. What the workload asks for
//! is listed in comments at the place where it has to be added. The files are templates in
//! `nodes/starters/`; a line with `{{rpcs}}` becomes as many lines as there is to say.

use std::io;
use std::path::{Path, PathBuf};

/// A language in which a starter can be written.
#[derive(Debug)]
pub struct Language {
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names that it answers to.
    pub aliases: &'static [&'static str],
    /// What `--bin` has to name.
    pub bin: &'static str,
    /// The command that makes it, for compiled languages.
    pub build: Option<&'static str>,
    /// The file to be edited, first, and all others.
    files: &'static [Template],
}

#[derive(Debug)]
struct Template {
    path: &'static str,
    text: &'static str,
    executable: bool,
}

/// One request that the node will have to answer, to be shown as a comment.
#[derive(Debug, Clone, Copy)]
pub struct Rpc<'a> {
    /// What it is for.
    pub doc: &'a str,
    /// An example of the request's body.
    pub request: &'a str,
    /// An example of the answer's body.
    pub reply: &'a str,
}

macro_rules! template {
    ($dir:literal, $path:literal, $executable:literal) => {
        Template {
            path: $path,
            text: include_str!(concat!("../starters/", $dir, "/", $path)),
            executable: $executable,
        }
    };
}

/// All languages.
pub const LANGUAGES: &[Language] = &[
    Language {
        name: "python",
        aliases: &["py", "python3"],
        bin: "./node.py",
        build: None,
        files: &[template!("python", "node.py", true)],
    },
    Language {
        name: "go",
        aliases: &["golang"],
        bin: "./node",
        build: Some("go build -o node ."),
        files: &[
            template!("go", "main.go", false),
            template!("go", "go.mod", false),
        ],
    },
    Language {
        name: "javascript",
        aliases: &["js", "node", "nodejs"],
        bin: "./node.mjs",
        build: None,
        files: &[template!("javascript", "node.mjs", true)],
    },
    Language {
        name: "rust",
        aliases: &["rs"],
        bin: "./target/release/node",
        build: Some("cargo build --release"),
        files: &[
            template!("rust", "src/main.rs", false),
            template!("rust", "Cargo.toml", false),
        ],
    },
];

const README: &str = include_str!("../starters/README.md");

/// The language of this name.
#[must_use]
pub fn language(name: &str) -> Option<&'static Language> {
    LANGUAGES
        .iter()
        .find(|language| language.name == name || language.aliases.contains(&name))
}

/// Writes a starter into a directory, which is made if need be, and returns the files.
///
/// # Errors
/// `AlreadyExists`, before anything is written, when one of the files is there; otherwise whatever
/// the file system says.
pub fn write(
    language: &Language,
    workload: &str,
    rpcs: &[Rpc<'_>],
    dir: &Path,
) -> io::Result<Vec<PathBuf>> {
    let readme = Template {
        path: "README.md",
        text: README,
        executable: false,
    };
    let files: Vec<&Template> = language.files.iter().chain([&readme]).collect();
    let paths: Vec<PathBuf> = files.iter().map(|file| dir.join(file.path)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        let message = format!(
            "{} is there already, so nothing was written",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    for (file, path) in files.iter().zip(&paths) {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, fill(file.text, language, workload, rpcs))?;
        if file.executable {
            make_executable(path)?;
        }
    }
    Ok(paths)
}

/// A template with everything in its place.
fn fill(text: &str, language: &Language, workload: &str, rpcs: &[Rpc<'_>]) -> String {
    let source = language.files[0].path;
    let build = language.build.map_or(String::new(), |command| {
        format!("Build it after every change:\n\n    {command}\n\n")
    });
    let mut filled = String::new();
    for line in text.lines() {
        match line.split_once("{{rpcs}}") {
            Some((prefix, _)) => push_rpcs(&mut filled, prefix, rpcs),
            None => {
                filled.push_str(line);
                filled.push('\n');
            }
        }
    }
    filled
        .replace("{{workload}}", workload)
        .replace("{{source}}", source)
        .replace("{{build}}", &build)
        .replace("{{bin}}", language.bin)
}

fn push_rpcs(filled: &mut String, prefix: &str, rpcs: &[Rpc<'_>]) {
    for rpc in rpcs {
        for (what, text) in [
            ("", rpc.doc),
            ("  request: ", rpc.request),
            ("  reply:   ", rpc.reply),
        ] {
            // A text of several lines stays in the comment.
            let text: Vec<&str> = text.split_whitespace().collect();
            filled.push_str(&format!("{prefix}{what}{}\n", text.join(" ")));
        }
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
