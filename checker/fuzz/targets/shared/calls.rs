//! What can be asked of each model, and what it may answer.

use checker::judge::Named;

/// A function, what it may be asked, and what it may answer, as JSON: `#` stands for a value in
/// questions, and for the question in answers.
pub(crate) struct Call(pub(crate) &'static str, pub(crate) Texts, pub(crate) Texts);

type Texts = &'static [&'static str];

const NOTHING: Texts = &["null"];
/// A question that is a value, and an answer that repeats the question.
const SAME: Texts = &["#"];
const VALUES: Texts = &["1", "2", "3", "4", "5", "6", "null"];
const TRUTHS: Texts = &["true", "false"];
const LISTS: Texts = &[
    "[]",
    "[1]",
    "[2]",
    "[3]",
    "[1,2]",
    "[2,1]",
    "[1,3]",
    "[3,1]",
    "[2,3]",
    "[3,2]",
    "[1,2,3]",
    "[1,3,2]",
    "[2,1,3]",
    "[2,3,1]",
    "[3,1,2]",
    "[3,2,1]",
    "[1,1]",
    "[1,2,3,4]",
];

const READ: Call = Call("read", NOTHING, VALUES);
const WRITE: Call = Call("write", SAME, SAME);
const CAS: Call = Call(
    "cas",
    &["[1,#]", "[2,#]", "[3,#]", "[4,#]", "[null,#]"],
    SAME,
);
const READ_ALL: Call = Call("read", NOTHING, LISTS);

/// All that can be asked.
pub(crate) fn calls(named: Named) -> &'static [Call] {
    match named {
        Named::Register => &[READ, WRITE],
        Named::CasRegister | Named::Kv => &[READ, WRITE, CAS],
        Named::Counter => &[
            Call("add", &["1", "2", "0", "1", "-1"], SAME),
            Call("read", NOTHING, &["0", "1", "2", "3", "4", "5", "6", "-1"]),
        ],
        Named::GSet => &[Call("add", SAME, SAME), READ_ALL],
        Named::Queue | Named::FifoQueue => &[
            Call("enqueue", SAME, SAME),
            Call("dequeue", NOTHING, VALUES),
            Call("dequeue", NOTHING, VALUES),
            Call("enqueue", SAME, SAME),
            Call("drain", NOTHING, LISTS),
        ],
        Named::Stack => &[Call("push", SAME, SAME), Call("pop", NOTHING, VALUES)],
        Named::PriorityQueue => &[
            Call("insert", SAME, SAME),
            Call("take", NOTHING, VALUES),
            Call("peek", NOTHING, VALUES),
        ],
        Named::Set => &[
            Call("add", SAME, &["#", "true", "false"]),
            Call("remove", SAME, &["#", "true", "false"]),
            Call("contains", SAME, TRUTHS),
            READ_ALL,
        ],
        Named::Mutex | Named::Semaphore => &[
            Call("acquire", NOTHING, &["null", "1", "2", "3"]),
            Call("release", NOTHING, NOTHING),
        ],
        Named::Log => &[
            Call("append", SAME, &["null", "0", "1", "2"]),
            Call("poll", &["0", "1", "2"], VALUES),
            READ_ALL,
        ],
        Named::LwwRegister => &[
            Call("write", &["[1,1]", "[2,1]", "[1,2]", "[3,3]"], SAME),
            Call(
                "read",
                NOTHING,
                &["null", "[1,1]", "[2,1]", "[1,2]", "[3,3]"],
            ),
        ],
        Named::MvRegister => &[
            Call("write", &["[1,[1,0]]", "[2,[0,1]]", "[3,[1,1]]"], SAME),
            Call(
                "read",
                NOTHING,
                &[
                    "[]",
                    "[[1,[1,0]]]",
                    "[[2,[0,1]]]",
                    "[[3,[1,1]]]",
                    "[[2,[0,1]],[1,[1,0]]]",
                ],
            ),
        ],
    }
}
