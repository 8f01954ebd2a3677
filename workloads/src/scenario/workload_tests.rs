//! Reading what clients of the harness do.

use checker::levels::Level;

use super::*;
use crate::quorum_kv::{Op, Place};

/// Two replicas, and more of the head.
fn text(rest: &str) -> String {
    format!(
        "[scenario]\nname='s'\nworkload='quorum-kv'\n\
         [[process]]\nname='peer0'\ncommand=['x']\nneeds=['peer1']\n\
         [[process]]\nname='peer1'\ncommand=['x']\nneeds=['peer0']\n{rest}"
    )
}

fn parse(rest: &str) -> Scenario {
    Scenario::parse(&text(rest)).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn what_is_not_said_has_defaults() {
    let scenario = parse("");
    let settings = scenario.workload.clone().expect("a workload");
    let expected = Settings {
        clients: settings.clients_of(&["peer0".to_owned(), "peer1".to_owned()]),
        ..Settings::default()
    };
    assert_eq!(settings, expected);
    assert_eq!(
        (settings.level, scenario.max_points()),
        (Level::Regular, 10)
    );
    let links: Vec<(&str, &str)> = scenario.links().collect();
    assert_eq!(
        links,
        [
            ("peer0", "peer1"),
            ("peer1", "peer0"),
            ("c0", "peer0"),
            ("c1", "peer1"),
            ("c2", "peer0"),
            ("c2", "peer1"),
        ]
    );
}

#[test]
fn a_store_is_asked_as_the_mapping_says() {
    let scenario = parse(
        "[workload.write]\nmethod='POST'\npath='/set?k={key}'\nbody='{\"v\":\"{value}\"}'\n\
         version='header:ETag'\n\
         [workload.read]\npath='/get/{key}'\nvalue='body'\nversion='none'\nmissing_status=204\n\
         [workload]\nlevel='linearizable'\npoints=7\n\
         [[client]]\nname='w'\nto=['peer0']\nreads=0\n\
         [[client]]\nname='r'\nto=['peer1', 'peer0']\n\
         [[cut]]\nfrom='r'\nto='peer1'\n",
    );
    let settings = scenario.workload.expect("a workload");
    assert_eq!((settings.level, settings.points), (Level::Linearizable, 7));
    let shares = settings.clients.iter().map(|client| client.reads);
    assert_eq!(shares.collect::<Vec<_>>(), [0.0, 0.5]);
    let op = |value: Option<&str>| Op {
        key: "k1".to_owned(),
        value: value.map(str::to_owned),
    };
    let write = settings.mapping.request(&op(Some("w-1")));
    assert_eq!(
        (
            write.method.as_str(),
            write.path.as_str(),
            write.body.as_str()
        ),
        ("POST", "/set?k=k1", r#"{"v":"w-1"}"#)
    );
    assert_eq!(write.content_type, Some("application/json"));
    let read = settings.mapping.request(&op(None));
    assert_eq!((read.path.as_str(), read.content_type), ("/get/k1", None));
    assert_eq!(
        settings.mapping.write.version,
        Some(Place::Header("ETag".to_owned()))
    );
    assert_eq!(settings.mapping.read.version, None);
}

/// What stands in a file, and a part of what is said about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "[workload]\nlevel='linear'\n",
        "unknown level `linear`: did you mean linearizable?",
    ),
    (
        "[workload]\nrate=0\n",
        "`rate` is 0: expected a number above 0",
    ),
    (
        "[workload]\nkeys=0\n",
        "`keys` is 0: expected a whole number above 0",
    ),
    (
        "[workload]\nread_share=1.5\n",
        "expected a share from 0 to 1",
    ),
    (
        "[workload]\nreads=1\n",
        "`reads` is no key of [workload]: did you mean `read`?",
    ),
    (
        "[workload]\ntimeout_s=1\n",
        "`timeout_s` is no key of [workload]",
    ),
    (
        "[[workload]]\nlevel='regular'\n",
        "`workload` must be a table",
    ),
    ("[workload.write]\nmethod='put'\n", "`put` is no method"),
    (
        "[workload.write]\npath='kv/{key}'\n",
        "is no path: write one such as \"/kv/{key}\"",
    ),
    (
        "[workload.write]\nbody='x'\n",
        "neither `path` nor `body` has {value}",
    ),
    (
        "[workload.write]\nvalue='/v'\n",
        "`value` is no key of [workload.write]",
    ),
    (
        "[workload.read]\npath='/kv'\n",
        "neither `path` nor `body` has {key}",
    ),
    (
        "[workload.read]\nvalue='value'\n",
        "`value` is no place in an answer",
    ),
    (
        "[[client]]\nname='c0'\nto=['peer2']\n",
        "unknown process `peer2`: did you mean",
    ),
    ("[[client]]\nname='c0'\nto=[]\n", "`to` is empty"),
    (
        "[[client]]\nname='peer0'\nto=['peer0']\n",
        "there is another client or process `peer0`",
    ),
    (
        "[[client]]\nname='c 0'\nto=['peer0']\n",
        "`c 0` cannot be a name",
    ),
    (
        "[[client]]\nname='c0'\nto=['peer0']\nreads=1\n",
        "clients have to write and to read",
    ),
    (
        "[[client]]\nname='c0'\nto=['peer0']\n[[cut]]\nfrom='c0'\nto='peer1'\n",
        "in its `to`",
    ),
];

#[test]
fn every_mistake_is_named() {
    for (rest, expected) in MISTAKES {
        let errors = Scenario::parse(&text(rest)).expect_err(rest).to_string();
        assert!(
            errors.contains(expected),
            "{rest}\n{errors}\nlacks {expected}"
        );
    }
}

#[test]
fn somebody_has_to_be_asked() {
    let alone = "[scenario]\nname='s'\nworkload='quorum-kv'\n\
                 [[process]]\nname='a'\ncommand=['x']\n";
    let errors = Scenario::parse(alone)
        .expect_err("nobody listens")
        .to_string();
    assert!(errors.contains("give one ports = 1"), "{errors}");
    let asked = format!("{alone}[[client]]\nname='c'\nto=['a']\n");
    let scenario = Scenario::parse(&asked).expect("it has a port");
    assert_eq!(scenario.processes[0].ports, 1);
}

#[test]
fn a_workload_has_to_be_named() {
    let without =
        text("[[client]]\nname='c0'\nto=['peer0']\n").replace("workload='quorum-kv'\n", "");
    let errors = Scenario::parse(&without)
        .expect_err("no workload")
        .to_string();
    assert!(
        errors.contains("write workload = \"quorum-kv\" in [scenario]"),
        "{errors}"
    );
    assert!(
        errors.contains("there is no [[check]] and no `workload`"),
        "{errors}"
    );
    let other = text("").replace("quorum-kv", "quorumkv");
    let errors = Scenario::parse(&other).expect_err("unknown").to_string();
    assert!(errors.contains("unknown workload of clusters `quorumkv`: did you mean quorum-kv?"));
}
