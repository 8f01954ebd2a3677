//! Both searches agree with the definition, on every kind of step that they leave out.

use rand::RngExt;

use super::*;
use crate::model::Role;
use crate::model::{Register, RegisterOp};
use crate::oracle::{Random, Shape, for_each_case, is_linearizable, one_in, pick};

const REGISTER: Register<u8> = Register { initial: 0 };

/// Few values, so that the same one is written often.
fn register(random: &mut Random) -> Vec<Timed<RegisterOp<u8>>> {
    let mut value = 0;
    let shape = Shape::draw(random);
    let mut ops = shape.fill(random, |random, is_known, has_effect| {
        let mut any = || random.random_range(0..3);
        let (a, b) = (any(), any());
        let is_same = a == value;
        let op = match random.random_range(0..3) {
            0 => RegisterOp::Read(value),
            1 => RegisterOp::Write(a),
            _ => RegisterOp::Cas {
                from: a,
                to: b,
                succeeded: is_known.then_some(is_same),
            },
        };
        if has_effect {
            value = REGISTER.step(&value, &op).unwrap_or(value);
        }
        op
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        match &mut ops[at].op {
            RegisterOp::Read(found) => *found = random.random_range(0..4),
            RegisterOp::Cas {
                succeeded: Some(succeeded),
                ..
            } => *succeeded = !*succeeded,
            _ => {}
        }
    }
    ops
}

/// A number that grows: no operation overwrites, and many are alike.
struct Sum;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum SumOp {
    Add(u8),
    Read(u8),
}

impl Model for Sum {
    type Op = SumOp;
    type State = u8;
    type Next = Option<u8>;

    fn initial(&self) -> u8 {
        0
    }

    fn step(&self, sum: &u8, op: &SumOp) -> Option<u8> {
        match op {
            SumOp::Add(n) => Some(sum + n),
            SumOp::Read(found) => (found == sum).then_some(*sum),
        }
    }

    fn role(&self, op: &SumOp) -> Role {
        match op {
            SumOp::Add(_) => Role::Changes,
            SumOp::Read(_) => Role::Observes,
        }
    }
}

fn sum(random: &mut Random) -> Vec<Timed<SumOp>> {
    let mut total = 0;
    let mut ops = Shape::draw(random).fill(random, |random, _, has_effect| {
        let n = random.random_range(1..3);
        if one_in(random, 2) {
            return SumOp::Read(total);
        }
        total += if has_effect { n } else { 0 };
        SumOp::Add(n)
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        if let SumOp::Read(found) = &mut ops[at].op {
            *found = random.random_range(0..=total + 1);
        }
    }
    ops
}

/// A bag from which anything may be taken: nondeterministic where it is not said what was taken.
struct Bag;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum BagOp {
    Put(u8),
    Take(u8),
    TakeAny,
}

impl Model for Bag {
    type Op = BagOp;
    type State = Vec<u8>;
    type Next = Vec<Vec<u8>>;

    fn initial(&self) -> Vec<u8> {
        Vec::new()
    }

    fn step(&self, bag: &Vec<u8>, op: &BagOp) -> Vec<Vec<u8>> {
        let without = |at: usize| {
            let mut bag = bag.clone();
            bag.remove(at);
            bag
        };
        match op {
            BagOp::Put(n) => {
                let mut bag = bag.clone();
                bag.push(*n);
                bag.sort_unstable();
                vec![bag]
            }
            BagOp::Take(n) => bag
                .iter()
                .position(|m| m == n)
                .map(without)
                .into_iter()
                .collect(),
            BagOp::TakeAny => (0..bag.len()).map(without).collect(),
        }
    }
}

fn bag(random: &mut Random) -> Vec<Timed<BagOp>> {
    let mut bag: Vec<u8> = Vec::new();
    let mut ops = Shape::draw(random).fill(random, |random, _, has_effect| {
        let taken = pick(random, &bag).copied();
        match taken {
            Some(taken) if one_in(random, 2) => {
                bag.retain(|n| *n != taken || !has_effect);
                if one_in(random, 3) {
                    BagOp::TakeAny
                } else {
                    BagOp::Take(taken)
                }
            }
            _ => {
                let n = random.random_range(0..4);
                bag.extend((has_effect && !bag.contains(&n)).then_some(n));
                BagOp::Put(n)
            }
        }
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        ops[at].op = BagOp::Take(random.random_range(0..4));
    }
    ops
}

/// Each search alone, and both.
fn agree<M: Model>(model: &M, ops: &[Timed<M::Op>], seed: u64) -> bool
where
    M::Op: std::fmt::Debug,
{
    let expected = is_linearizable(model, ops);
    let problem = Problem::new(model, ops);
    let mut depth = Depth::<M, u64>::new(&problem, true);
    let mut breadth = Breadth::<M, u128>::new(&problem, true);
    let mut wide = Breadth::<M, Wide>::new(&problem, false);
    let searches: [(&str, &mut dyn Search); 3] = [
        ("depth", &mut depth),
        ("breadth", &mut breadth),
        ("wide", &mut wide),
    ];
    for (name, search) in searches {
        match search.advance(u64::MAX) {
            Some(Ended::Possible(order)) => {
                assert!(
                    expected,
                    "seed {seed}, {name}: {ops:#?} is not linearizable"
                );
                if name != "wide" {
                    let flaw = verify(model, ops, &order);
                    assert_eq!(flaw, Ok(()), "seed {seed}, {name}: {order:?} of {ops:#?}");
                }
            }
            Some(Ended::Stuck(_)) => assert!(!expected, "seed {seed}, {name}: {ops:#?}"),
            None => panic!("seed {seed}, {name}: no end"),
        }
    }
    expected
}

fn agree_on<M: Model>(model: &M, history: impl Fn(&mut Random) -> Vec<Timed<M::Op>>)
where
    M::Op: std::fmt::Debug,
{
    let verdicts = std::cell::Cell::new([0u64; 2]);
    for_each_case(|seed, random| {
        let is_linearizable = agree(model, &history(random), seed);
        let mut counts = verdicts.get();
        counts[usize::from(is_linearizable)] += 1;
        verdicts.set(counts);
    });
    // Else the histories would test one direction only.
    let [invalid, valid] = verdicts.get();
    assert!(
        invalid * 10 > valid && valid * 10 > invalid,
        "{invalid} invalid, {valid} valid"
    );
}

#[test]
fn registers_with_repeated_values() {
    agree_on(&REGISTER, register);
}

#[test]
fn sums() {
    agree_on(&Sum, sum);
}

#[test]
fn nondeterministic_bags() {
    agree_on(&Bag, bag);
}

fn reads(count: u32, last: u8) -> Vec<Timed<RegisterOp<u8>>> {
    let read = |n: u32| Timed {
        call: n,
        ret: count + n,
        op: RegisterOp::Read(if n + 1 == count { last } else { 0 }),
    };
    (0..count).map(read).collect()
}

#[test]
fn there_is_room_for_2048_at_once() {
    for count in [1, 64, 65, 128, 129, 2_047, 2_048] {
        let Found::Linearizable(order) = search(&REGISTER, &reads(count, 0), &Budget::AMPLE, true)
        else {
            panic!("{count} reads of the initial value");
        };
        assert_eq!(verify(&REGISTER, &reads(count, 0), &order), Ok(()));
        let found = search(&REGISTER, &reads(count, 1), &Budget::AMPLE, false);
        let (stuck, states) = (count - 1, vec![0]);
        assert_eq!(found, Found::Impossible { stuck, states });
    }
    let undecided = Found::Undecided(Stopped {
        position: 0,
        explored: 0,
        events: 2 * 2_049,
        standstill: None,
        lacking: Lacking::Room,
    });
    let found = search(&REGISTER, &reads(2_049, 0), &Budget::AMPLE, false);
    assert_eq!(found, undecided);
}

/// One after the other.
fn writes(count: u32) -> Vec<Timed<RegisterOp<u8>>> {
    let write = |n: u32| Timed {
        call: 2 * n,
        ret: 2 * n + 1,
        op: RegisterOp::Write((n % 3) as u8),
    };
    (0..count).map(write).collect()
}

#[test]
fn a_search_without_time_says_how_far_it_got() {
    let over = Budget {
        is_over: &|| true,
        ..Budget::AMPLE
    };
    let found = search(&REGISTER, &writes(1_000), &over, false);
    let undecided = Found::Undecided(Stopped {
        position: 511,
        // Three steps a write: its call, its effect, its return.
        explored: 128,
        events: 2_000,
        standstill: None,
        lacking: Lacking::Time,
    });
    assert_eq!(found, undecided);
    // What ends within a slice needs no budget.
    let found = search(&REGISTER, &writes(50), &over, false);
    assert_eq!(found, Found::Linearizable(Vec::new()));
}

#[test]
fn both_searches_know_where_they_are() {
    let ops = writes(1_000);
    let problem = Problem::new(&REGISTER, &ops);
    let mut breadth = Breadth::<_, u64>::new(&problem, false);
    let mut depth = Depth::<_, u64>::new(&problem, false);
    assert_eq!((breadth.position(), depth.position()), (0, 0));
    assert!(breadth.advance(400).is_none() && depth.advance(100).is_none());
    assert_eq!((breadth.position(), depth.position()), (200, 199));
}

/// Any order of these is possible until the end, where none is.
fn many_orders() -> Vec<Timed<BagOp>> {
    let mut ops: Vec<_> = (0..12)
        .map(|n| Timed {
            call: n,
            ret: 100 + n,
            op: if n % 2 == 0 {
                BagOp::Put(n as u8)
            } else {
                BagOp::TakeAny
            },
        })
        .collect();
    ops.push(Timed {
        call: 200,
        ret: 201,
        op: BagOp::Take(99),
    });
    ops
}

#[test]
fn a_search_without_memory_says_so() {
    let budget = |memory_bytes| Budget {
        memory_bytes,
        is_over: &|| false,
    };
    let found = search(&Bag, &many_orders(), &budget(20_000), false);
    let Found::Undecided(Stopped {
        position,
        explored,
        standstill: Some(place),
        lacking,
        ..
    }) = found
    else {
        panic!("{found:?} in 20 kB");
    };
    assert_eq!((position, lacking), (201, Lacking::Memory));
    // All that is known is what may have happened when the first of twelve returns.
    assert_eq!((explored, place.open), (12, 12));
    assert!(place.met > 0 && place.met < 1 << 12, "{place:?}");
    let found = search(&Bag, &many_orders(), &Budget::AMPLE, false);
    assert!(matches!(found, Found::Impossible { stuck: 12, .. }));
}

#[test]
fn what_a_search_occupies_is_known_roughly() {
    // No less than what is there, and no more than twice that of tables with room for growth.
    let is_about = |bytes: usize, least: usize| (least..=4 * least).contains(&bytes);
    let mut trail = trail::Trail::new(true);
    (0..1_000).for_each(|n| _ = trail.push(n, n, n as usize, 0));
    assert!(is_about(trail.bytes(), 1_000 * 16));
    let mut space = space::Space::<Bag>::new();
    assert_eq!(space.bytes(), 0);
    (0..100).for_each(|n| _ = space.number(vec![n]));
    let one_state = 2 * (size_of::<Vec<u8>>() + 8);
    assert!(is_about(space.bytes(), 100 * one_state));
    let mut usages = space::Usages::new();
    (0..100).fold(0, |usage, kind| usages.with(usage, kind % 2));
    assert!(is_about(usages.bytes(), 100 * (2 * 40 + 2 * 8) - 100));

    let ops = many_orders();
    let problem = Problem::new(&Bag, &ops);
    let mut breadth = Breadth::<_, u64>::new(&problem, true);
    let mut depth = Depth::<_, u64>::new(&problem, true);
    breadth.advance(600);
    depth.advance(600);
    let bytes = [breadth.bytes(), depth.bytes()];
    assert!(
        is_about(bytes[0], 60_000) && is_about(bytes[1], 20_000),
        "{bytes:?}"
    );
}
