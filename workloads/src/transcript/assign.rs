//! Which written line stands for which expected line.
//!
//! Lines that say what they answer are found wherever they stand: that is a matching in a
//! bipartite graph, as large as it can be. All other lines are found in their order among the
//! lines that are left: that is a common subsequence, as long as it can be. Where the first has a
//! choice, it takes lines that the second cannot use.

/// An expected line, and the written lines that it could be (ascending).
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) keyed: bool,
    pub(super) fits: Vec<usize>,
}

/// For each expected line the written line that stands for it; each is used once.
pub(super) fn assign(wanted: &[Wanted], lines: usize) -> Vec<Option<usize>> {
    let mut assigned = vec![None; wanted.len()];
    let mut contested = vec![false; lines];
    for line in wanted.iter().filter(|w| !w.keyed).flat_map(|w| &w.fits) {
        contested[*line] = true;
    }
    match_keyed(wanted, &contested, &mut assigned);
    let mut taken = vec![false; lines];
    for line in assigned.iter().flatten() {
        taken[*line] = true;
    }
    match_in_order(wanted, &taken, &mut assigned);
    assigned
}

/// Adds the written lines one by one and keeps each for which the matching can be made larger.
fn match_keyed(wanted: &[Wanted], contested: &[bool], assigned: &mut [Option<usize>]) {
    let mut open = wanted
        .iter()
        .filter(|w| w.keyed && !w.fits.is_empty())
        .count();
    let free = (0..contested.len()).filter(|line| !contested[*line]);
    let wished = (0..contested.len()).filter(|line| contested[*line]);
    for line in free.chain(wished) {
        if open == 0 {
            return;
        }
        let mut visited = vec![false; wanted.len()];
        if augment(line, wanted, assigned, &mut visited) {
            open -= 1;
        }
    }
}

/// Finds a place for a line, if need be by moving others.
fn augment(
    line: usize,
    wanted: &[Wanted],
    assigned: &mut [Option<usize>],
    visited: &mut [bool],
) -> bool {
    for (i, want) in wanted.iter().enumerate() {
        if !want.keyed || visited[i] || want.fits.binary_search(&line).is_err() {
            continue;
        }
        visited[i] = true;
        let free = match assigned[i] {
            None => true,
            Some(other) => augment(other, wanted, assigned, visited),
        };
        if free {
            assigned[i] = Some(line);
            return true;
        }
    }
    false
}

/// The longest common subsequence of what is expected and what is left.
fn match_in_order(wanted: &[Wanted], taken: &[bool], assigned: &mut [Option<usize>]) {
    let rows: Vec<usize> = (0..wanted.len()).filter(|i| !wanted[*i].keyed).collect();
    let columns: Vec<usize> = (0..taken.len()).filter(|line| !taken[*line]).collect();
    let fits = |i: usize, j: usize| wanted[rows[i]].fits.binary_search(&columns[j]).is_ok();
    // best[i][j]: how many of rows i.. can be found in columns j..
    let mut best = vec![vec![0_u32; columns.len() + 1]; rows.len() + 1];
    for i in (0..rows.len()).rev() {
        for j in (0..columns.len()).rev() {
            best[i][j] = best[i + 1][j].max(best[i][j + 1]);
            if fits(i, j) {
                best[i][j] = best[i][j].max(1 + best[i + 1][j + 1]);
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < rows.len() && j < columns.len() {
        if fits(i, j) && best[i][j] == 1 + best[i + 1][j + 1] {
            assigned[rows[i]] = Some(columns[j]);
            (i, j) = (i + 1, j + 1);
        } else if best[i][j] == best[i][j + 1] {
            j += 1;
        } else {
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted(keyed: bool, fits: &[usize]) -> Wanted {
        Wanted {
            keyed,
            fits: fits.to_vec(),
        }
    }

    #[test]
    fn the_first_line_that_fits_is_not_always_the_right_one() {
        let all = [wanted(true, &[0, 1]), wanted(true, &[0])];
        assert_eq!(assign(&all, 2), [Some(1), Some(0)]);
    }

    #[test]
    fn other_lines_keep_their_order() {
        let all = [wanted(false, &[1]), wanted(false, &[0])];
        assert_eq!(assign(&all, 2).iter().flatten().count(), 1);
        let all = [wanted(false, &[0, 1]), wanted(false, &[0, 2])];
        assert_eq!(assign(&all, 3), [Some(0), Some(2)]);
    }

    #[test]
    fn a_keyed_line_leaves_to_others_what_only_they_need() {
        let all = [wanted(true, &[0, 1]), wanted(false, &[0])];
        assert_eq!(assign(&all, 2), [Some(1), Some(0)]);
    }

    /// The largest number of expected lines that can be matched, by trying everything.
    fn brute(wanted: &[Wanted], i: usize, used: u32, next: usize) -> usize {
        let Some(want) = wanted.get(i) else { return 0 };
        let mut best = brute(wanted, i + 1, used, next);
        for line in &want.fits {
            if used & (1 << line) != 0 || (!want.keyed && *line < next) {
                continue;
            }
            let after = if want.keyed { next } else { line + 1 };
            best = best.max(1 + brute(wanted, i + 1, used | (1 << line), after));
        }
        best
    }

    fn tables(keyed: bool) -> impl Strategy<Value = Vec<Wanted>> {
        let fits = prop::collection::btree_set(0..6_usize, 0..4);
        prop::collection::vec(fits, 0..6).prop_map(move |rows| {
            rows.into_iter()
                .map(|fits| Wanted {
                    keyed,
                    fits: fits.into_iter().collect(),
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn as_many_as_can_be_are_matched(all in prop_oneof![tables(true), tables(false)]) {
            let assigned = assign(&all, 6);
            let mut used: Vec<_> = assigned.iter().flatten().collect();
            let count = used.len();
            prop_assert_eq!(count, brute(&all, 0, 0, 0));
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), count, "each line is used once");
            for (want, line) in all.iter().zip(&assigned) {
                prop_assert!(line.is_none_or(|line| want.fits.contains(&line)));
            }
        }
    }
}
