//! Programs that seem silent often wrote their answer into a buffer. How to flush it, by language.

use super::program::Program;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// File endings and names of interpreters, and what flushes stdout there.
const FLUSHES: [(&[&str], &str); 14] = [
    (
        &["py", "python", "pypy"],
        "print(..., flush=True), or start the program with python3 -u",
    ),
    (
        &[
            "js", "mjs", "cjs", "ts", "node", "nodejs", "deno", "bun", "npx", "tsx",
        ],
        "console.log and process.stdout.write need no flush, but process.exit() may cut off what \
         was written just before",
    ),
    (
        &["go"],
        "after writing to a bufio.Writer, call its Flush() (os.Stdout alone is not buffered)",
    ),
    (
        &["rb", "ruby", "jruby"],
        "$stdout.sync = true, once at the start of the program",
    ),
    (
        &["c", "gcc"],
        "fflush(stdout) after each line, or setvbuf(stdout, NULL, _IOLBF, 0) at the start",
    ),
    (
        &["cpp", "cc", "cxx"],
        "end each line with std::endl, or call std::cout.flush()",
    ),
    (
        &["java", "jar", "kt", "kotlin", "scala", "clj"],
        "System.out.flush() after each line",
    ),
    (
        &["rs", "cargo"],
        "std::io::stdout().flush() after each line (use std::io::Write)",
    ),
    (&["pl", "perl"], "$| = 1; once at the start of the program"),
    (&["awk", "gawk", "mawk"], "fflush() after each print"),
    (
        &["sh", "bash", "dash", "zsh"],
        "echo needs no flush, but filters do: fflush() in awk, sed -u, grep --line-buffered, jq \
         --unbuffered",
    ),
    (
        &["lua", "luajit"],
        "io.stdout:setvbuf(\"line\"), once at the start of the program",
    ),
    (
        &["cs", "csx", "fsx", "dotnet"],
        "Console.Out.Flush() after each line",
    ),
    (
        &["ex", "exs", "erl", "hs", "ml", "php"],
        "flush stdout after each line",
    ),
];

/// How to flush stdout in the language of `program`, as far as the name of the file, its first
/// line, the name of an interpreter or a file among `args` tell the language.
#[must_use]
pub fn hint_for_flush(
    program: &Path,
    first_line: Option<&str>,
    args: &[String],
) -> Option<&'static str> {
    let by_file = ending(program).or_else(|| shebang_language(first_line?));
    let by_command = [interpreter(program)]
        .into_iter()
        .chain(args.iter().map(|arg| ending(Path::new(arg))));
    [by_file]
        .into_iter()
        .chain(by_command)
        .flatten()
        .find_map(|language| flush_of(&language))
}

impl Program {
    /// How to flush stdout in the language of this program, if the language can be told.
    #[must_use]
    pub fn hint_for_flush(&self) -> Option<&'static str> {
        let mut head = [0; 128];
        let read = File::open(&self.bin).and_then(|mut file| file.read(&mut head));
        let head = String::from_utf8_lossy(&head[..read.unwrap_or(0)]);
        hint_for_flush(&self.bin, head.lines().next(), &self.args)
    }
}

fn flush_of(language: &str) -> Option<&'static str> {
    let known = FLUSHES.iter().find(|(names, _)| names.contains(&language));
    known.map(|(_, flush)| *flush)
}

/// `node.py` gives `py`.
fn ending(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_lowercase())
}

/// `python3.12` and `/usr/bin/python3` give `python`. A file called `node` somewhere else is more
/// likely a student's node than an interpreter.
fn interpreter(path: &Path) -> Option<String> {
    let dir = path.parent().and_then(Path::file_name);
    let is_installed =
        path.components().count() == 1 || dir.is_some_and(|d| d == "bin" || d == "shims");
    let name = path.file_name()?.to_str()?;
    let version = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    is_installed.then(|| name.trim_end_matches(version).to_lowercase())
}

/// `#!/usr/bin/env -S python3 -u` gives `python`.
fn shebang_language(line: &str) -> Option<String> {
    let mut words = line.strip_prefix("#!")?.split_ascii_whitespace();
    let first = words.next()?;
    let program = match first.ends_with("/env") {
        true => words.find(|word| !word.starts_with('-') && !word.contains('='))?,
        false => first,
    };
    interpreter(Path::new(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(program: &str, args: &[&str], first_line: Option<&str>) -> Option<&'static str> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        hint_for_flush(Path::new(program), first_line, &args)
    }

    #[test]
    fn each_language_has_its_own_way() {
        let table = [
            ("./node.py", "flush=True"),
            ("/usr/bin/python3.12", "python3 -u"),
            ("node.js", "process.exit"),
            ("main.go", "Flush()"),
            ("a/b.rb", "$stdout.sync"),
            ("node.c", "setvbuf"),
            ("node.cpp", "std::endl"),
            ("java", "System.out.flush"),
            ("cargo", "stdout().flush()"),
            ("node.pl", "$| = 1"),
            ("gawk", "fflush()"),
            ("run.sh", "fflush()"),
        ];
        for (program, expected) in table {
            let found = hint(program, &[], None);
            assert!(
                found.is_some_and(|text| text.contains(expected)),
                "{program}: {found:?}"
            );
        }
    }

    #[test]
    fn arguments_and_the_first_line_tell_it_too() {
        assert_eq!(hint("go", &["run", "."], None), hint("x.go", &[], None));
        assert_eq!(hint("./start", &["node.rb"], None), hint("x.rb", &[], None));
        let python = hint("x.py", &[], None);
        assert_eq!(
            hint("./node", &[], Some("#!/usr/bin/env -S python3 -u")),
            python
        );
        assert_eq!(hint("./node", &[], Some("#!/usr/bin/python3\r")), python);
        assert_eq!(hint("./node", &[], Some("\u{7f}ELF")), None);
        assert_eq!(hint("./node", &["--fast"], None), None);
        assert_eq!(hint("/home/me/node", &[], None), None, "a node, not Node");
        assert_eq!(hint("/usr/bin/node", &[], None), hint("x.js", &[], None));
    }
}
