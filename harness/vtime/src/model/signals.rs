//! To be replaced by the documented module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Default,
    Ignore,
    Handler { restart: bool },
}
#[derive(Debug, Clone)]
pub(crate) struct Actions([Action; 65]);
impl Default for Actions {
    fn default() -> Self {
        Self([Action::Default; 65])
    }
}
pub(crate) enum Waiting {
    Restartable,
    Sleep,
}
pub(crate) enum Effect {
    None,
    Restart,
    Interrupt,
}
impl Actions {
    pub(crate) fn set(&mut self, s: i32, a: Action) {
        self.0[s as usize] = a;
    }
    pub(crate) fn get(&self, s: i32) -> Action {
        self.0[s as usize]
    }
    pub(crate) fn on_exec(&mut self) {
        for a in &mut self.0 {
            if matches!(a, Action::Handler { .. }) {
                *a = Action::Default;
            }
        }
    }
    pub(crate) fn effect(&self, s: i32, blocked: u64, w: Waiting) -> Effect {
        if blocked >> (s - 1) & 1 == 1 {
            return Effect::None;
        }
        match self.get(s) {
            Action::Ignore => Effect::None,
            Action::Default if [17, 18, 23, 28].contains(&s) => Effect::None,
            Action::Default => Effect::Restart,
            Action::Handler { restart } => match w {
                Waiting::Restartable if restart => Effect::Restart,
                _ => Effect::Interrupt,
            },
        }
    }
}
pub(crate) fn receiver<T: Copy + PartialEq>(
    s: i32,
    main: T,
    mut ts: impl Iterator<Item = (T, u64)>,
) -> Option<T> {
    let all: Vec<(T, u64)> = ts.by_ref().collect();
    let ok = |m: u64| m >> (s - 1) & 1 == 0;
    all.iter()
        .find(|(t, m)| *t == main && ok(*m))
        .or(all.iter().find(|(_, m)| ok(*m)))
        .map(|x| x.0)
}
