//! Lines there and back.

use super::*;

#[tokio::test]
async fn a_line_comes_back() {
    let mut rig = Rig::started("exec cat", 2).await;
    rig.supervisor.send(1, b"{\"hello\":1}").unwrap();
    let event = rig.next().await;
    assert_eq!((event.node, event.incarnation), (1, 1));
    let NodeEventKind::Lines(batch) = event.kind else {
        panic!("{event:?}")
    };
    assert_eq!(batch.iter().collect::<Vec<_>>(), [b"{\"hello\":1}"]);
    rig.supervisor.shutdown().await;
}

#[tokio::test]
async fn lines_sent_before_the_process_exists_are_kept_for_it() {
    let mut rig = Rig::with_limits("exec cat", 1, Limits::default());
    assert_eq!(
        rig.supervisor.send(0, b"too early"),
        Err(Undelivered::NotRunning)
    );
    assert!(rig.supervisor.start(0));
    assert!(!rig.supervisor.start(0), "it has one already");
    rig.supervisor.send(0, b"in time").unwrap();
    assert!(matches!(
        rig.next().await.kind,
        NodeEventKind::Started { .. }
    ));
    assert_eq!(rig.lines().await, ["in time"]);
}

#[tokio::test]
async fn a_line_of_five_megabytes_passes_whole_both_ways() {
    let mut rig = Rig::started("exec cat", 1).await;
    let line: Vec<u8> = (0..5_000_000_u32)
        .map(|n| b'a' + u8::try_from(n % 26).unwrap())
        .collect();
    rig.supervisor.send(0, &line).unwrap();
    let event = rig.next().await;
    let NodeEventKind::Lines(batch) = event.kind else {
        panic!("{event:?}")
    };
    assert!(batch.iter().eq([line.as_slice()]));
}

#[tokio::test]
async fn a_line_that_is_too_long_is_reported_and_the_next_one_passes() {
    let limits = Limits {
        line_bytes: 100_000,
        ..Limits::default()
    };
    let mut rig = Rig::with_limits(
        "head -c 300000 /dev/zero | tr '\\0' x; echo; echo ok",
        1,
        limits,
    );
    rig.start(0).await;
    let event = rig.next().await;
    let NodeEventKind::LineTooLong {
        prefix,
        limit_bytes,
    } = event.kind
    else {
        panic!("{event:?}")
    };
    assert_eq!(
        (prefix, limit_bytes),
        (Bytes::from(vec![b'x'; 1024]), 100_000)
    );
    assert_eq!(rig.lines().await, ["ok"]);
}

#[tokio::test]
async fn a_last_line_without_newline_is_reported_before_the_exit() {
    let mut rig = Rig::started("printf 'one\\ntwo'; exit 3", 1).await;
    assert_eq!(rig.lines().await, ["one"]);
    let event = rig.next().await;
    let NodeEventKind::PartialLine(rest) = event.kind else {
        panic!("{event:?}")
    };
    assert_eq!(rest, "two");
    let exit = rig.exit().await;
    assert_eq!(
        exit,
        Exit {
            status: ExitStatus::Code(3),
            by_harness: false
        }
    );
    assert_eq!(rig.supervisor.send(0, b"x"), Err(Undelivered::NotRunning));
}

#[tokio::test]
async fn closing_stdin_lets_a_node_read_everything_and_end() {
    let mut rig = Rig::started("exec wc -l", 1).await;
    for _ in 0..1000 {
        rig.supervisor.send(0, b"line").unwrap();
    }
    rig.supervisor.close_stdin(0);
    assert_eq!(
        rig.supervisor.send(0, b"late"),
        Err(Undelivered::StdinClosed)
    );
    assert_eq!(rig.lines().await, ["1000"]);
    assert_eq!(rig.exit().await.status, ExitStatus::Code(0));
}

#[tokio::test]
async fn a_node_that_does_not_read_fills_its_own_queue_only() {
    let limits = Limits {
        stdin_backlog_bytes: 1_000_000,
        ..Limits::default()
    };
    let mut rig = Rig::with_limits("echo ready; sleep 1000", 1, limits);
    rig.start(0).await;
    assert_eq!(rig.lines().await, ["ready"]);
    let line = [b'x'; 9_999];
    let mut sent = 0;
    let full = loop {
        match rig.supervisor.send(0, &line) {
            Ok(()) => sent += 1,
            Err(full) => break full,
        }
        tokio::task::yield_now().await;
    };
    // The pipe itself takes some as well.
    assert!((100..200).contains(&sent), "{sent}");
    assert!(
        matches!(
            full,
            Undelivered::Full {
                queued_bytes: 990_001..=1_000_000
            }
        ),
        "{full:?}"
    );
    rig.supervisor.shutdown().await;
}

#[tokio::test]
async fn a_node_that_closed_its_stdin_is_no_error_of_the_harness() {
    let mut rig = Rig::started("exec 0<&-; echo closed; sleep 1000", 1).await;
    assert_eq!(rig.lines().await, ["closed"]);
    while rig.supervisor.send(0, b"hello").is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        rig.supervisor.send(0, b"hello"),
        Err(Undelivered::StdinClosed)
    );
    assert_eq!(rig.supervisor.lifecycle(0), Some(Lifecycle::Running));
}

#[tokio::test]
async fn while_one_node_prints_without_end_another_still_answers() {
    let shell = r#"[ "$(basename "$PWD")" = n1 ] && exec yes "a line of some forty bytes or so"
        exec cat"#;
    let mut rig = Rig::started(shell, 2).await;
    let (mut noise_bytes, mut answers) = (0, 0);
    rig.supervisor.send(0, b"ping").unwrap();
    while noise_bytes < 100_000_000 || answers < 20 {
        let event = rig.next().await;
        let NodeEventKind::Lines(batch) = event.kind else {
            panic!("{event:?}")
        };
        if event.node == 1 {
            noise_bytes += batch.bytes();
        } else {
            answers += batch.iter().count();
            rig.supervisor.send(0, b"ping").unwrap();
        }
    }
    rig.supervisor.shutdown().await;
}

#[tokio::test]
async fn a_noisy_node_that_nobody_hears_stops_at_its_credit() {
    let mut rig = Rig::started("exec yes", 1).await;
    // Not receiving: the node's credit is used up, and batches stop coming into the channel.
    let credit = Arc::clone(&rig.supervisor.nodes[0].credit);
    until(|| (credit.available_permits() < 64 * 1024).then_some(())).await;
    let mut queued_bytes = 0;
    while let Ok(event) = rig.events.try_recv() {
        let NodeEventKind::Lines(batch) = event.kind else {
            panic!("{event:?}")
        };
        queued_bytes += batch.bytes();
    }
    assert!(
        (1..=Limits::default().unread_bytes).contains(&queued_bytes),
        "{queued_bytes}"
    );
    rig.supervisor.shutdown().await;
}

#[tokio::test]
async fn stderr_goes_to_a_bounded_log_and_its_end_is_remembered() {
    let limits = Limits {
        stderr_bytes: 1000,
        ..Limits::default()
    };
    let mut rig = Rig::with_limits("seq 1 1000 >&2", 1, limits);
    rig.start(0).await;
    rig.exit().await;
    let tail = rig.supervisor.stderr_tail(0);
    assert_eq!(
        (tail.len(), tail.first(), tail.last()),
        (32, Some(&"969".into()), Some(&"1000".into()))
    );
    assert!(rig.supervisor.stderr_truncated(0));
    let log = fs::read_to_string(rig.dir.path().join("nodes/n0.stderr.log")).unwrap();
    assert!((1000..1200).contains(&log.len()), "{}", log.len());
}

#[tokio::test]
async fn each_node_has_a_directory_that_survives_a_restart() {
    let shell =
        "cat memory 2>/dev/null || echo nothing; basename $PWD > memory; echo done; exec cat";
    let mut rig = Rig::with_limits(shell, 1, Limits::default());
    for remembered in ["nothing", "n0"] {
        rig.start(0).await;
        let mut seen = Vec::new();
        while seen.last().is_none_or(|line| line != "done") {
            seen.extend(rig.lines().await);
        }
        assert_eq!(seen, [remembered, "done"]);
        assert!(rig.supervisor.kill(0));
        assert!(rig.exit().await.by_harness);
    }
}
