//! Lists made small: what is not needed is left out.

/// What is left when each item is needed, or when so many trials are used up; `is_enough` says
/// whether a shorter list still does what the whole one does.
///
/// Parts are left out, of half the list first and of single items last (Zeller and Hildebrandt,
/// *Simplifying and isolating failure-inducing input*, 2002).
pub(crate) fn smaller(
    mut kept: Vec<u32>,
    trials: u64,
    mut is_enough: impl FnMut(&[u32]) -> bool,
) -> Vec<u32> {
    let mut length = kept.len().div_ceil(2);
    let mut left = trials;
    while length > 0 && left > 0 {
        let mut at = 0;
        while at < kept.len() && left > 0 {
            left -= 1;
            let end = kept.len().min(at + length);
            let fewer = [&kept[..at], &kept[end..]].concat();
            if is_enough(&fewer) {
                kept = fewer;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_left() {
        let all: Vec<u32> = (0..1000).collect();
        let needed = [3, 500, 501, 999];
        let has_all = |kept: &[u32]| needed.iter().all(|item| kept.contains(item));
        assert_eq!(smaller(all.clone(), u64::MAX, has_all), needed);
        let mut trials = 0;
        let rest = smaller(all, 7, |kept| {
            trials += 1;
            has_all(kept)
        });
        assert!(trials == 7 && rest.len() > needed.len() && has_all(&rest));
        assert!(smaller(vec![], 9, |_| true).is_empty());
    }
}
