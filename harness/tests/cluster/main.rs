//! `splitbrain cluster` with real programs that talk HTTP: what is right passes, what is wrong is
//! named, faults on links are felt, and nothing is left.

mod http_suite;
mod listening;
mod nothing_left;
mod scene;
mod shipped;
mod suite;
mod workload;

use scene::{Scene, checks, journal};

#[test]
fn a_quorum_read_finds_what_was_written_elsewhere() {
    let scene = Scene::new("right", &[]);
    let verdict = scene.run();
    assert_eq!(verdict["verdict"], "valid", "{verdict:#}");
    assert_eq!(
        checks(&verdict),
        [
            "start valid",
            "crash valid",
            "both writes are read valid 10/10"
        ]
    );
    // The command that does it again has the scenario as it was run.
    let again = verdict["replay"].as_str().expect("a command");
    let scenario = again.split(' ').nth(2).expect("a scenario");
    let text = std::fs::read_to_string(scenario).expect("a file");
    assert!(text.contains("[[cut]]"), "{text}");
    // The programs of the one who hands in are not touched.
    assert!(!scene.dir().join("client/result.txt").exists());
}

#[test]
fn the_journal_shows_what_arrived_and_what_a_cut_link_kept_back() {
    let scene = Scene::new("journal", &[]);
    let verdict = scene.run();
    let lines = journal(&verdict);
    let sent = |src: &str, dest: &str, what: &str| {
        let is_it = |line: &&serde_json::Value| {
            line["event"] == "send"
                && (line["src"].as_str(), line["dest"].as_str()) == (Some(src), Some(dest))
                && line["body"]["type"] == what
        };
        lines.iter().filter(is_it).count()
    };
    assert_eq!(sent("client", "peer0", "request"), 1);
    assert_eq!(sent("peer0", "client", "response"), 1);
    assert_eq!(sent("client", "peer2", "request"), 2);
    // Connections were tried on the cut links, and nothing was said on them.
    assert!(sent("peer0", "peer2", "connection") > 0);
    assert_eq!(sent("peer0", "peer2", "request"), 0);
    assert!(
        sent("peer2", "peer0", "request") > 0,
        "the other direction is open"
    );
    let cut = lines.iter().filter(|line| line["event"] == "fault");
    assert_eq!(cut.count(), 2);
}

#[test]
fn a_replica_that_reads_from_itself_alone_is_caught() {
    let verdict = Scene::new("read-one", &[("FLAW", "read-one")]).run();
    assert_eq!(verdict["verdict"], "invalid");
    assert_eq!(checks(&verdict)[2], "both writes are read invalid 0/10");
    assert_eq!(verdict["checks"][2]["anomalies"][0]["type"], "no-file");
}

#[test]
fn a_write_to_one_replica_is_caught_when_that_one_dies() {
    let kill = "[[fault]]\nkind = 'kill'\nprocess = 'peer0'\n\
                after_responses = { from = 'client', to = 'peer1', count = 1 }\n";
    // Nobody but peer0 has k1 when it dies, whatever it tells the others of.
    let cut = "[[cut]]\nfrom = 'peer0'\nto = 'peer1'\n";
    let wrong = Scene::new("write-one", &[("FLAW", "write-one")])
        .with(kill)
        .with(cut);
    let verdict = wrong.run();
    assert_eq!(verdict["verdict"], "invalid", "{verdict:#}");
    let right = Scene::new("killed", &[]).with(kill).run();
    assert_eq!(right["verdict"], "valid", "{right:#}");
}

#[test]
fn a_fault_that_never_began_is_no_pass() {
    let never = "[[fault]]\nkind = 'kill'\nprocess = 'peer0'\n\
                 after_responses = { from = 'client', to = 'peer0', count = 9 }\n";
    let verdict = Scene::new("never", &[]).with(never).run();
    assert_eq!(verdict["verdict"], "unknown", "{verdict:#}");
    assert!(checks(&verdict).contains(&"faults unknown".to_owned()));
}

#[test]
fn whoever_does_not_come_up_is_named_with_what_to_do() {
    for (flaw, kind, words) in [
        ("no-port", "never-ready", "the port in the variable PORT"),
        ("syntax", "never-ready", "SyntaxError"),
        ("missing", "no-program", "There is no directory `peer2`"),
    ] {
        let mut scene = Scene::new(flaw, &[("FLAW", flaw)]).ready_within(1.0);
        match flaw {
            "syntax" => scene.write("peer2/main.py", "def main(:\n"),
            "missing" => std::fs::remove_dir_all(scene.dir().join("peer2")).expect("removed"),
            _ => {}
        }
        scene = scene.with("");
        let verdict = scene.run();
        assert_eq!(verdict["verdict"], "invalid", "{flaw}");
        let start = &verdict["checks"][0];
        let told = start["anomalies"].to_string();
        assert!(
            told.contains(kind) && told.contains(words),
            "{flaw}: {told}"
        );
        assert_eq!(checks(&verdict)[2], "both writes are read invalid 0/10");
    }
}

#[test]
fn a_program_that_ends_while_it_is_needed_is_named() {
    let verdict = Scene::new("exits", &[("FLAW", "exits")]).run();
    let crash = &verdict["checks"][1]["anomalies"][0];
    assert_eq!(crash["type"], "exited-early", "{verdict:#}");
    let summary = crash["summary"].as_str().expect("a sentence");
    assert!(summary.contains("peer0 exited with code 3"), "{summary}");
}

#[test]
fn a_build_that_fails_is_quoted() {
    let scene = Scene::new("build", &[]).with(
        "[[process]]\nname = 'tool'\ndir = 'client'\nbackground = false\n\
         build = ['sh', '-c', 'echo main.go:3: undefined: x >&2; exit 2']\ncommand = ['true']\n",
    );
    let verdict = scene.run();
    let told = verdict["checks"][0]["anomalies"][0].to_string();
    assert!(
        told.contains("build-failed") && told.contains("undefined: x"),
        "{told}"
    );
}

#[test]
fn eight_clusters_at_once_do_not_meet() {
    let scenes: Vec<Scene> = (0..8)
        .map(|n| Scene::new(&format!("eight-{n}"), &[]))
        .collect();
    let runs: Vec<_> = scenes.iter().map(Scene::start).collect();
    for (scene, run) in scenes.iter().zip(runs) {
        let verdict = scene.end(run);
        assert_eq!(verdict["verdict"], "valid", "{verdict:#}");
    }
}

#[test]
fn an_interrupted_cluster_leaves_no_process() {
    // The client of this one waits for ever.
    let mut scene = Scene::new("interrupted", &[]);
    scene.write(
        "client/main.py",
        "import threading\nthreading.Event().wait()\n",
    );
    let run = scene.start();
    scene.wait_for("client.stdout.log");
    let marks = scene.processes();
    assert!(marks.len() >= 3, "{marks:?} run");
    scene::interrupt(&run);
    let verdict = scene.end(run);
    assert_eq!(verdict["interrupted"], true);
    assert_eq!(scene.processes(), [0; 0], "processes are left");
}
