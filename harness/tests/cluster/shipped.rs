//! The suites `static-files` and `gossip-max`: the programs in `nodes/programs` pass every item,
//! and each of them with a wrong line fails what it must fail, and nothing else.

use workloads::scenario::built_in as scenario;
use workloads::suite::{ItemKind, built_in};

use crate::scene::{Scene, checks};

const SERVER: &str = include_str!("../../../nodes/programs/static-files/server/main.py");
const CLIENT: &str = include_str!("../../../nodes/programs/static-files/client/main.py");
const PEERS: [&str; 4] = [
    include_str!("../../../nodes/programs/gossip-max/peer0/main.py"),
    include_str!("../../../nodes/programs/gossip-max/peer1/main.py"),
    include_str!("../../../nodes/programs/gossip-max/peer2/main.py"),
    include_str!("../../../nodes/programs/gossip-max/peer3/main.py"),
];

/// Parts of a program, and what stands in their place.
type Wrong<'a> = &'a [(&'a str, &'a str)];

/// The program with these parts replaced; each must be there once.
fn with(program: &str, wrong: Wrong<'_>) -> String {
    let mut text = program.to_owned();
    for (right, wrong) in wrong {
        assert_eq!(text.matches(right).count(), 1, "{right}");
        text = text.replace(right, wrong);
    }
    text
}

/// The items of a suite: what each is called, and its scenario.
fn items(suite: &str) -> Vec<(String, String)> {
    let suite = built_in(suite).expect("built in").suite().expect("a suite");
    let items = suite.items.into_iter().map(|item| match item.kind {
        ItemKind::Cluster(cluster) => {
            let base = scenario(&cluster.scenario).expect("a scenario").text;
            (item.id, format!("{base}\n{}", cluster.more))
        }
        _ => panic!("{} is no cluster", item.id),
    });
    items.collect()
}

/// The names of the checks that fail when these files are handed in.
fn failing(suite: &str, item: &str, files: &[(&str, String)]) -> Vec<String> {
    let items = items(suite);
    let found = items.iter().find(|(id, _)| id == item);
    // Nobody who is wrong becomes right by waiting.
    let text = found
        .expect("an item")
        .1
        .replace("within_s = 5", "within_s = 2");
    let mut scene = Scene::of(item, &text);
    for (file, text) in files {
        scene.write(file, text);
    }
    let failing = checks(&scene.run()).into_iter();
    let failing = failing.filter(|check| !check.contains(" valid"));
    let names = failing.map(|check| check.split(" invalid").next().map(str::to_owned));
    names.flatten().collect()
}

fn files_failing(item: &str, server: Wrong<'_>, client: Wrong<'_>) -> Vec<String> {
    let files = [
        ("server/main.py", with(SERVER, server)),
        ("client/main.py", with(CLIENT, client)),
    ];
    failing("static-files", item, &files)
}

fn gossip_failing(item: &str, wrong: Wrong<'_>) -> Vec<String> {
    let names = [
        "peer0/main.py",
        "peer1/main.py",
        "peer2/main.py",
        "peer3/main.py",
    ];
    let peers = names.into_iter().zip(PEERS);
    let files: Vec<_> = peers
        .map(|(name, text)| (name, with(text, wrong)))
        .collect();
    failing("gossip-max", item, &files)
}

const LARGE: &str = "the large file was downloaded whole";
const RESULT: &str = "result.txt tells what became of each";
const SERVED: &str = "the server serves the large file";
const MISSING: &str = "what is not there is a 404";
const ESCAPES: [&str; 2] = [
    "nothing leads out of the directory",
    "nothing leads out of it in other letters",
];

#[test]
fn right_files_pass_every_item() {
    for (item, _) in items("static-files") {
        assert_eq!(files_failing(&item, &[], &[]), [""; 0], "{item}");
    }
}

#[test]
fn right_gossip_passes_every_item() {
    for (item, _) in items("gossip-max") {
        assert_eq!(gossip_failing(&item, &[]), [""; 0], "{item}");
    }
}

#[test]
fn a_client_that_does_not_try_again_is_caught() {
    let never = [("time.monotonic() > deadline", "True")];
    let ended = "the client ended with exit code 0";
    for item in ["cut-off", "reset"] {
        let failing = files_failing(item, &[], &never);
        assert_eq!(failing, [LARGE, RESULT, ended], "{item}");
    }
    let failing = files_failing("server-dies", &[], &never);
    assert!(failing.contains(&RESULT.to_owned()), "{failing:?}");
}

#[test]
fn a_client_that_keeps_what_was_cut_off_is_caught() {
    // With a limit, Python's `read` does not say that there is less than was promised.
    let keeps = [("response.read()", "response.read(1 << 20)")];
    assert_eq!(files_failing("cut-off", &[], &keeps), [LARGE, RESULT]);
}

#[test]
fn servers_that_are_wrong_are_caught() {
    let short = [("str(len(body))", "str(min(len(body), 65536))")];
    let failing = files_failing("slow", &short, &[]);
    assert_eq!(failing, [LARGE, RESULT, SERVED]);
    let open = [("file.is_relative_to(FILES) and ", "")];
    assert_eq!(files_failing("cut-off", &open, &[]), ESCAPES);
    let found = [("200 if file else 404", "200")];
    let expected = [RESULT, MISSING, ESCAPES[0], ESCAPES[1]];
    assert_eq!(files_failing("cut-off", &found, &[]), expected);
}

/// The checks of these peers.
fn ignorant(peers: &[u8]) -> Vec<String> {
    let names = peers.iter();
    names
        .map(|peer| format!("peer{peer} knows the greatest number"))
        .collect()
}

#[test]
fn gossip_that_stops_is_caught() {
    let once = [(
        "            meet(host, port)",
        "            return meet(host, port)",
    )];
    assert_eq!(gossip_failing("chain", &once), ignorant(&[0]));
}

#[test]
fn gossip_that_passes_nothing_on_is_caught() {
    let own = "int(os.environ[\"NUMBER\"])";
    let asks = format!("\"/max\", str({own})");
    let answers = format!("GREATEST.hear(number)\n        self.answer(200, str({own}))");
    let wrong = [
        ("\"/max\", str(GREATEST.number)", asks.as_str()),
        ("self.answer(200, str(GREATEST.hear(number)))", &answers),
    ];
    assert_eq!(gossip_failing("chain", &wrong), ignorant(&[0, 1]));
}

#[test]
fn gossip_in_one_direction_is_caught() {
    let tells = [(
        "GREATEST.hear(int(connection.getresponse().read()))",
        "connection.getresponse().read()",
    )];
    assert_eq!(gossip_failing("cannot-call", &tells), ignorant(&[0, 1, 2]));
    assert_eq!(gossip_failing("cannot-be-called", &tells), [""; 0]);
    let hears = [("GREATEST.hear(number)", "GREATEST.number")];
    assert_eq!(
        gossip_failing("cannot-be-called", &hears),
        ignorant(&[0, 1, 2])
    );
    assert_eq!(gossip_failing("cannot-call", &hears), [""; 0]);
}
