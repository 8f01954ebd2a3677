//! Killing, stopping, continuing.

use super::*;

#[tokio::test]
async fn a_signal_that_ends_a_node_is_reported() {
    let mut rig = Rig::started("kill -SEGV $$", 1).await;
    let exit = rig.exit().await;
    assert_eq!(
        exit,
        Exit {
            status: ExitStatus::Signal(11),
            by_harness: false
        }
    );
}

#[tokio::test]
async fn a_paused_node_is_stopped_and_answers_after_it_is_resumed() {
    let mut rig = Rig::with_limits("exec cat", 1, Limits::default());
    let pid = rig.start(0).await;
    assert!(!rig.supervisor.resume(0), "it is not paused");
    assert!(rig.supervisor.pause(0));
    until_state(pid, "T").await;
    rig.supervisor.send(0, b"are you there").unwrap();
    assert!(rig.supervisor.resume(0));
    assert_eq!(rig.lines().await, ["are you there"]);
    until_state(pid, "SR").await;
}

#[tokio::test]
async fn a_paused_node_can_be_killed() {
    let mut rig = Rig::with_limits("exec cat", 1, Limits::default());
    let pid = rig.start(0).await;
    assert!(rig.supervisor.pause(0));
    until_state(pid, "T").await;
    assert!(rig.supervisor.kill(0));
    assert!(!rig.supervisor.kill(0), "once is enough");
    let exit = rig.exit().await;
    assert_eq!(
        exit,
        Exit {
            status: ExitStatus::Signal(9),
            by_harness: true
        }
    );
    assert_eq!(Process::read(Pid::from_raw(pid)), None);
}

#[tokio::test]
async fn a_node_can_be_killed_before_it_was_spawned() {
    let mut rig = Rig::with_limits("exec cat", 1, Limits::default());
    assert!(rig.supervisor.start(0));
    assert!(rig.supervisor.kill(0));
    let exit = rig.exit().await;
    assert_eq!(
        exit,
        Exit {
            status: ExitStatus::Signal(9),
            by_harness: true
        }
    );
}

#[tokio::test]
async fn a_restart_right_after_a_kill_waits_for_the_end() {
    let mut rig = Rig::started("echo $$; exec cat", 1).await;
    assert!(rig.supervisor.kill(0));
    assert!(rig.supervisor.start(0));
    rig.supervisor.send(0, b"to the second").unwrap();
    let first = rig.exit().await;
    assert!(first.by_harness);
    let event = rig.next().await;
    assert_eq!(event.incarnation, 2);
    assert!(matches!(event.kind, NodeEventKind::Started { .. }));
    let mut seen = rig.lines().await;
    while seen.len() < 2 {
        seen.extend(rig.lines().await);
    }
    assert_eq!(seen[1], "to the second");
}

/// This test runs itself in a second process, which ignores signals as `nohup` would have it.
#[test]
fn a_node_starts_with_default_signals() {
    const DEAF: &str = "SPLITBRAIN_TEST_DEAF";
    if std::env::var_os(DEAF).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        return runtime.block_on(no_signal_is_ignored());
    }
    let name = "supervisor::tests::signals::a_node_starts_with_default_signals";
    let outcome = std::process::Command::new("sh")
        .args(["-c", r#"trap '' HUP INT QUIT TERM PIPE; exec "$@""#, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(DEAF, "1")
        .output()
        .unwrap();
    assert!(
        outcome.status.success(),
        "{}",
        String::from_utf8_lossy(&outcome.stdout)
    );
}

async fn no_signal_is_ignored() {
    let mut rig = Rig::started("exec grep -E '^Sig(Blk|Ign)' /proc/self/status", 1).await;
    let mut seen = rig.lines().await;
    while seen.len() < 2 {
        seen.extend(rig.lines().await);
    }
    for line in seen {
        let (name, mask) = line.split_once(":\t").unwrap();
        // Above these are real-time signals, which the harness leaves alone.
        let ordinary = u64::from_str_radix(mask, 16).unwrap() & 0x7fff_ffff;
        assert_eq!(ordinary, 0, "{name}");
    }
}
