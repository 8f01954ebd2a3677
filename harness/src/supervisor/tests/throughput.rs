//! Many nodes at once.

use super::*;

#[tokio::test]
async fn twenty_five_nodes_echo_sixty_thousand_lines() {
    const NODES: usize = 25;
    const LINES: usize = 60_000;
    let mut rig = Rig::with_limits("exec cat", NODES, Limits::default());
    for node in 0..NODES {
        assert!(rig.supervisor.start(node));
    }
    for number in 0..LINES {
        let line = format!("{{\"src\":\"n1\",\"dest\":\"c1\",\"body\":{{\"msg_id\":{number}}}}}");
        rig.supervisor
            .send(number % NODES, line.as_bytes())
            .unwrap();
    }
    let (mut lines, mut batches) = (0, 0);
    while lines < LINES {
        match rig.next().await.kind {
            NodeEventKind::Lines(batch) => {
                lines += batch.iter().count();
                batches += 1;
            }
            NodeEventKind::Started { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(lines, LINES);
    assert!(
        batches < LINES / 10,
        "{batches}: a wake-up per line would be too many"
    );
    rig.supervisor.shutdown().await;
}
