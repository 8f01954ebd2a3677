//! Nothing stays behind.

use super::super::process_table::ProcessTable;
use super::*;
use nix::unistd::getpid;

/// Prints a ready line with the ids of three descendants: an ordinary child, a daemon (double fork
/// and a session of its own), and one that ignores every signal it can. It ends after reading a
/// line.
const FAMILY: &str = r#"exec python3 -c '
import os, signal, time

def background(work):
    read, write = os.pipe()
    if os.fork() == 0:
        work(write)
        os._exit(0)
    return int(os.read(read, 100))

def rest(write):
    os.write(write, str(os.getpid()).encode())
    time.sleep(1000)

def daemon(write):
    os.setsid()
    if os.fork() == 0:
        rest(write)

def deaf(write):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    rest(write)

print(background(rest), background(daemon), background(deaf), flush=True)
input()
'"#;

async fn family_of_three(rig: &mut Rig) -> Vec<i32> {
    let line = rig.lines().await.remove(0);
    let pids: Vec<i32> = line.split(' ').map(|pid| pid.parse().unwrap()).collect();
    for pid in &pids {
        assert!(exists(*pid), "{pid} runs");
    }
    pids
}

fn exists(pid: i32) -> bool {
    Process::read(Pid::from_raw(pid)).is_some()
}

#[tokio::test]
async fn a_kill_takes_daemons_as_well_and_they_are_reaped() {
    let mut rig = Rig::with_limits(FAMILY, 1, Limits::default());
    let leader = rig.start(0).await;
    let mut pids = family_of_three(&mut rig).await;
    pids.push(leader);
    assert!(rig.supervisor.kill(0));
    assert!(rig.exit().await.by_harness);
    let left: Vec<&i32> = pids.iter().filter(|pid| exists(**pid)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_node_that_ends_takes_its_children_along() {
    let mut rig = Rig::started("sleep 1000 & setsid sleep 1000 & echo $! ; exit 4", 1).await;
    let pid = rig.lines().await[0].parse().unwrap();
    // The children hold stdout open; the exit is reported all the same.
    assert_eq!(rig.exit().await.status, ExitStatus::Code(4));
    assert!(!exists(pid));
}

#[tokio::test]
async fn a_node_that_ends_takes_its_daemons_along() {
    let mut rig = Rig::started(FAMILY, 1).await;
    let pids = family_of_three(&mut rig).await;
    rig.supervisor.send(0, b"end").unwrap();
    assert_eq!(
        rig.exit().await,
        Exit {
            status: ExitStatus::Code(0),
            by_harness: false
        }
    );
    assert!(!pids.iter().any(|pid| exists(*pid)));
}

#[tokio::test]
async fn one_supervisor_leaves_the_processes_of_another_alone() {
    let mut ours = Rig::started(FAMILY, 1).await;
    let mut theirs = Rig::started(FAMILY, 1).await;
    let (ours_pids, theirs_pids) = (
        family_of_three(&mut ours).await,
        family_of_three(&mut theirs).await,
    );
    ours.supervisor.shutdown().await;
    assert!(!ours_pids.iter().any(|pid| exists(*pid)));
    assert!(theirs_pids.iter().all(|pid| exists(*pid)));
    theirs.supervisor.shutdown().await;
    assert!(!theirs_pids.iter().any(|pid| exists(*pid)));
}

#[tokio::test]
async fn shutdown_needs_nobody_who_listens() {
    let mut rig = Rig::with_limits("exec yes", 5, Limits::default());
    for node in 0..5 {
        assert!(rig.supervisor.start(node));
    }
    while (0..5).any(|node| rig.supervisor.lifecycle(node) != Some(Lifecycle::Running)) {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        children_with_mark(&rig.supervisor.setting.token).len(),
        1,
        "n0 is found"
    );
    rig.supervisor.shutdown().await;
    let leaders = children_with_mark(&rig.supervisor.setting.token);
    assert_eq!(leaders, []);
}

#[tokio::test]
async fn dropping_the_supervisor_kills() {
    let mut rig = Rig::started(FAMILY, 1).await;
    let pids = family_of_three(&mut rig).await;
    drop(rig);
    let left: Vec<&i32> = pids.iter().filter(|pid| exists(**pid)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_runtime_that_goes_away_takes_the_processes_along() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (rig, leader, pids) = runtime.block_on(async {
        let mut rig = Rig::with_limits(FAMILY, 1, Limits::default());
        let leader = rig.start(0).await;
        let pids = family_of_three(&mut rig).await;
        (rig, leader, pids)
    });
    drop(runtime);
    assert!(!pids.iter().chain([&leader]).any(|pid| exists(*pid)));
    drop(rig);
}

/// This test runs itself in a second process, the victim.
#[test]
fn a_harness_that_is_killed_takes_its_nodes_along() {
    const VICTIM: &str = "SPLITBRAIN_TEST_VICTIM";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if let Some(file) = std::env::var_os(VICTIM) {
        // A node that does not care about the end of its stdin.
        let shell = format!(
            "echo $$ > {0}.new; mv {0}.new {0}; exec sleep 1000",
            file.display()
        );
        runtime.block_on(async {
            let _rig = Rig::started(&shell, 1).await;
            std::future::pending::<()>().await;
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let name = "supervisor::tests::orphans::a_harness_that_is_killed_takes_its_nodes_along";
    let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(VICTIM, &file)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let node = runtime.block_on(until(|| fs::read_to_string(&file).ok()));
    let node: i32 = node.trim().parse().unwrap();
    assert!(exists(node));
    victim.kill().unwrap();
    victim.wait().unwrap();
    // Whoever inherits the node may be slow to reap it.
    let is_dead = || Process::read(Pid::from_raw(node)).is_none_or(|node| node.state == 'Z');
    runtime.block_on(until(|| is_dead().then_some(())));
}

/// Children of this process that carry the token of a supervisor.
fn children_with_mark(token: &str) -> Vec<Process> {
    let table = ProcessTable::read();
    let mark = format!("{}={token}/n0", super::super::family::MARK);
    let children = table.children(getpid()).iter().copied();
    children
        .filter(|child| child.has_in_environment(&mark))
        .collect()
}
