//! Histories of several objects whose values are `[key value]`, as Jepsen's `independent` writes
//! them.

use super::{History, Keys, Val};

/// A value that is no pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPair {
    /// The line of the invocation, from 1.
    pub line: u32,
    /// The value.
    pub value: String,
}

impl std::fmt::Display for NoPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "line {}: the value of an operation of several objects is [key, value], and this one \
             is {}",
            self.line, self.value
        )
    }
}

impl std::error::Error for NoPair {}

impl History {
    /// Makes keys of the first halves of all values.
    ///
    /// # Errors
    /// At the first value that is no pair.
    pub fn untuple(&mut self) -> Result<(), NoPair> {
        for op in &mut self.ops {
            let pair = |value: Val| {
                let items = self.values.items(value).unwrap_or_default();
                <[Val; 2]>::try_from(items).map_err(|_| NoPair {
                    line: op.call_line,
                    value: self.values.show(value),
                })
            };
            let [key, argument] = pair(op.argument)?;
            let answer = match op.answer {
                Val::NULL => Val::NULL,
                answer => pair(answer)?[1],
            };
            (op.key, op.argument, op.answer) = (key, argument, answer);
        }
        self.keys = Keys::of(self.ops.iter().map(|op| op.key));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::recorded::read_notation;

    #[test]
    fn first_halves_become_keys() {
        let (mut history, _) = read_notation(r#"0: |- write ["x",1] -|"#);
        history.untuple().expect("a pair");
        let op = history.ops[0];
        let show = |value| history.values.show(value);
        assert_eq!(
            [show(op.key), show(op.argument), show(op.answer)],
            [r#""x""#, "1", "1"]
        );
    }

    #[test]
    fn operations_are_sorted_by_their_new_keys() {
        let (mut history, _) =
            read_notation(r#"0: |- write ["x",1] -|  |- write ["y",1] -|  |- write ["x",2] -|"#);
        assert_eq!(history.keys.sorted(), None, "all have none");
        history.untuple().expect("pairs");
        let sorted = history.keys.sorted();
        assert_eq!(sorted, Some((vec![0, 2, 1], vec![2, 3])));
    }

    #[test]
    fn what_is_no_pair_is_told() {
        let (mut history, _) = read_notation("0: |- write 1 -|");
        let error = history.untuple().expect_err("no pair").to_string();
        assert_eq!(
            error,
            "line 1: the value of an operation of several objects is [key, value], and this one is 1"
        );
    }
}
