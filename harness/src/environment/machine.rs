//! What is known about the machine and about what this process may do on it.

use std::fs;
use std::path::Path;

use nix::unistd::Uid;
use results::document::Processor;

/// Features by which libraries and runtimes choose between several versions of their code.
const FEATURES: &[&str] = &[
    "adx",
    "aes",
    "avx",
    "avx2",
    "avx512bw",
    "avx512dq",
    "avx512f",
    "avx512vl",
    "bmi1",
    "bmi2",
    "erms",
    "f16c",
    "fma",
    "fsrm",
    "lzcnt",
    "movbe",
    "pclmulqdq",
    "popcnt",
    "rdrand",
    "rdseed",
    "rtm",
    "sha_ni",
    "sse4_1",
    "sse4_2",
    "ssse3",
    "vaes",
    "vpclmulqdq",
    "xsavec",
    "xsaveopt",
];

/// The kernel and its release.
pub(super) fn kernel() -> String {
    let of = |name: &str| line_of(&format!("/proc/sys/kernel/{name}"));
    match (of("ostype"), of("osrelease")) {
        (Some(name), Some(release)) => format!("{name} {release}"),
        _ => std::env::consts::OS.to_owned(),
    }
}

/// The first processor; the others are like it.
pub(super) fn processor() -> Processor {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| value_of(&text, name);
    let flags = field("flags").or(field("Features")).unwrap_or_default();
    let has = |feature: &&&str| flags.split(' ').any(|flag| flag == **feature);
    Processor {
        model: field("model name")
            .unwrap_or(std::env::consts::ARCH)
            .to_owned(),
        features: FEATURES.iter().filter(has).map(|&f| f.to_owned()).collect(),
    }
}

/// What decides whether calls are allowed: user, privileges, filters, and whether this looks like
/// a container.
pub(super) fn rights() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| value_of(&status, name).unwrap_or_default().to_owned();
    let user = if Uid::effective().is_root() {
        "root"
    } else {
        "unprivileged user"
    };
    let mut rights = vec![user.to_owned()];
    if let Some(bits) = Some(field("CapEff")).filter(|bits| !bits.is_empty()) {
        rights.push(format!("capabilities {bits}"));
    }
    if field("NoNewPrivs") == "1" {
        rights.push("no new privileges".to_owned());
    }
    if !matches!(field("Seccomp").as_str(), "" | "0") {
        rights.push("under a seccomp filter".to_owned());
    }
    if let Some(container) = container() {
        rights.push(format!("in {container}"));
    }
    rights
}

/// The container that this process seems to be in.
fn container() -> Option<&'static str> {
    if Path::new("/.dockerenv").exists() {
        return Some("a Docker container");
    }
    if Path::new("/run/.containerenv").exists() {
        return Some("a Podman container");
    }
    std::env::var_os("KUBERNETES_SERVICE_HOST").map(|_| "a Kubernetes pod")
}

/// The value in a line `name: value`.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let of_line = |line: &'a str| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    };
    text.lines().find_map(of_line)
}

fn line_of(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned())
}
