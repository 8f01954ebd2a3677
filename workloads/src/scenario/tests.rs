//! Reading scenarios: what is right is read, what is wrong is named.

use super::*;

const HEAD: &str = r#"
[scenario]
name = "quorum-kv"

[[process]]
name = "peer0"
build = ["go", "build", "-o", "/dev/null", "."]
command = ["go", "run", "."]
needs = ["peer1"]

[[process]]
name = "peer1"
command = ["go", "run", "."]
ready_s = 20

[[process]]
name = "client"
dir = "programs/client"
command = ["go", "run", "."]
needs = ["peer0", "peer1"]
"#;

const CHECK: &str = "[[check]]\nname = 'c'\nfile = 'client/result.txt'\nequals = 'x'\n";

fn parse(rest: &str) -> Scenario {
    let text = format!("{HEAD}{rest}{CHECK}");
    Scenario::parse(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The messages, without the lines that they quote.
fn wrong(rest: &str) -> Vec<String> {
    let text = format!("{HEAD}{rest}{CHECK}");
    let errors = Scenario::parse(&text).expect_err("is wrong").errors;
    errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn what_is_not_said_follows_from_the_rest() {
    let scenario = parse("");
    let [peer0, peer1, client] = &scenario.processes[..] else {
        panic!("{scenario:?}");
    };
    assert_eq!(
        (peer0.dir.as_str(), peer0.ports, peer0.is_background),
        ("peer0", 1, true)
    );
    assert_eq!((peer0.ready_s, peer1.ready_s), (10.0, 20.0));
    assert_eq!(
        (client.ports, client.is_background, client.timeout_s),
        (0, false, 30.0)
    );
    assert_eq!(client.dir, "programs/client");
    let links: Vec<(&str, &str)> = scenario.links().collect();
    assert_eq!(
        links,
        [("peer0", "peer1"), ("client", "peer0"), ("client", "peer1")]
    );
    assert_eq!(
        (scenario.title.as_str(), scenario.max_points()),
        ("quorum-kv", 1)
    );
}

#[test]
fn a_process_may_reach_somebody_under_another_name() {
    let scenario = parse(
        "[[call]]\nprocess='client'\nname='peer0'\nis='peer1'\n\
         [[call]]\nprocess='client'\nname='peer1'\nis='peer0'\n\
         [[cut]]\nfrom='client'\nto='peer1'\n",
    );
    let links: Vec<(&str, &str)> = scenario.links().collect();
    assert_eq!(
        links,
        [("peer0", "peer1"), ("client", "peer1"), ("client", "peer0")]
    );
}

#[test]
fn faults_say_when_and_where() {
    let scenario = parse(
        "[[cut]]\nfrom='peer0'\nto='peer1'\n\
         [[cut]]\nfrom='client'\nto='peer1'\nat_s=2\nheal_s=5\nhow='blackhole'\n\
         [[fault]]\nkind='kill'\nprocess='peer0'\nfor_s=1\n\
         after_responses={from='client',to='peer1',count=1}\n\
         [[fault]]\nkind='delay'\nfrom='client'\nto='peer0'\nlatency_ms=50\n",
    );
    let link = |from: &str, to: &str, flaw| ScenarioFault::Link {
        from: from.to_owned(),
        to: to.to_owned(),
        flaw,
    };
    let expected = [
        (
            link("peer0", "peer1", LinkFlaw::Cut(Loss::Reset)),
            Begin::Always,
            None,
        ),
        (
            link("client", "peer1", LinkFlaw::Cut(Loss::BlackHole)),
            Begin::AfterSeconds(2.0),
            Some(3.0),
        ),
        (
            ScenarioFault::Kill("peer0".to_owned()),
            Begin::AfterResponses {
                from: "client".to_owned(),
                to: "peer1".to_owned(),
                count: 1,
            },
            Some(1.0),
        ),
        (
            link("client", "peer0", LinkFlaw::Delay { latency_ms: 50.0 }),
            Begin::Always,
            None,
        ),
    ];
    let read = scenario.disturbances.into_iter();
    let read: Vec<_> = read.map(|d| (d.fault, d.begins, d.lasts_s)).collect();
    assert_eq!(read, expected);
}

/// What is added to a scenario, and a part of what is said about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "[[cut]]\nfrom='peer1'\nto='peer0'\n",
        "`peer1` does not have `peer0` in its `needs`",
    ),
    (
        "[[cut]]\nfrom='peer0'\nto='peer1'\nfor_s=1\n",
        "`for_s` is no key of [[cut]], only of",
    ),
    (
        "[[cut]]\nfrom='peer0'\nto='peer1'\nat_s=3\nheal_s=3\n",
        "`heal_s` is not later than `at_s`",
    ),
    (
        "[[fault]]\nkind='kil'\nprocess='peer0'\n",
        "unknown fault `kil`: did you mean kill?",
    ),
    (
        "[[fault]]\nkind='kill'\nprocess='peer2'\n",
        "unknown process `peer2`: did you mean",
    ),
    (
        "[[fault]]\nkind='slow'\nfrom='peer0'\nto='peer1'\n",
        "`bytes_per_s` is missing: write bytes_per_s = 1000",
    ),
    (
        "[[process]]\nname='peer0'\ncommand=['x']\n",
        "the name `peer0` is taken",
    ),
    (
        "[[process]]\nname='x'\ncommand=['x']\nneeds=['x']\n",
        "`x` cannot need itself",
    ),
    (
        "[[process]]\nname='x'\ncommand=['x']\nneeds=['client']\n[[process]]\nname='y'\n\
             command=['y']\nneeds=['x']\nports=-1\n",
        "`ports`: expected a whole number",
    ),
    (
        "[[process]]\nname='x'\ndir='../x'\ncommand=['x']\n",
        "leads out of the directory",
    ),
    ("[[process]]\nname='x'\ncommand=[]\n", "`command` is empty"),
    (
        "[[call]]\nprocess='client'\nname='peer2'\nis='peer0'\n",
        "does not have `peer2`",
    ),
    (
        "[[call]]\nprocess='peer0'\nname='peer1'\nis='peer0'\n",
        "unknown other process",
    ),
    ("[[check]]\nname='d'\n", "a check looks at one thing"),
    (
        "[[check]]\nname='d'\nfile='x'\n",
        "say what the file must hold",
    ),
    (
        "[[check]]\nname='d'\nfile='x'\nsame_as='y'\n",
        "unknown file of a [[file]] `y`",
    ),
    (
        "[[file]]\npath='../x'\ntext=''\n",
        "leads out of the directory",
    ),
    (
        "[[file]]\npath='x'\ntext=''\n[[file]]\npath='x'\ntext=''\n",
        "`x` is there already",
    ),
    (
        "[[file]]\npath='x'\ntext='1234567890'\ntimes=10000000\n",
        "100000000 bytes are too many",
    ),
    (
        "[[fault]]\nkind='call'\nprocess='peer0'\nname='peer1'\nis='client'\n",
        "unknown fault `call`",
    ),
    (
        "[[check]]\nname='d'\nfile='x'\nmatches='['\n",
        "`[` is no regular expression",
    ),
    (
        "[[check]]\nname='d'\nprocess='peer0'\nexit=0\n",
        "runs in the background",
    ),
    (
        "[[check]]\nname='d'\nprocess='peer0'\nget='kv'\n",
        "it begins with a slash",
    ),
];

#[test]
fn every_mistake_is_named_with_what_to_write() {
    for (text, expected) in MISTAKES {
        let found = wrong(text);
        assert!(
            found.iter().any(|message| message.contains(expected)),
            "{text}\n{found:#?}\nlacks {expected}"
        );
    }
}

#[test]
fn files_are_laid_down_and_compared() {
    let scenario = parse(
        "[[file]]\npath='peer0/files/large.txt'\ntext=\"a line\\n\"\ntimes=3\n\
         [[check]]\nname='same'\nfile='client/large.txt'\nsame_as='peer0/files/large.txt'\n",
    );
    let text = "a line\na line\na line\n";
    assert_eq!(scenario.files[0].text, text);
    let Subject::File { expected, .. } = &scenario.checks[0].subject else {
        panic!("{scenario:?}");
    };
    assert!(expected.judge(text).is_ok());
    assert!(
        expected.judge(text.trim_end()).is_err(),
        "a byte is missing"
    );
}

#[test]
fn connections_are_lost_in_the_middle_so_many_times() {
    let scenario = parse(
        "[[fault]]\nkind='loss'\nfrom='client'\nto='peer0'\nprobability=1\n\
         after_bytes=100000\ncount=2\nhow='close'\n",
    );
    let flaw = LinkFlaw::Loss {
        probability: 1.0,
        how: Loss::Close,
        after_bytes: 100_000,
        count: Some(2),
    };
    let ScenarioFault::Link { flaw: read, .. } = scenario.disturbances[0].fault else {
        panic!("{scenario:?}");
    };
    assert_eq!(read, flaw);
}

#[test]
fn a_scenario_without_programs_or_checks_is_none() {
    let errors = Scenario::parse("[scenario]\nname='s'\n").expect_err("is empty");
    let errors = errors.to_string();
    assert!(errors.contains("there is no [[process]]"), "{errors}");
    assert!(errors.contains("there is no [[check]]"), "{errors}");
}
