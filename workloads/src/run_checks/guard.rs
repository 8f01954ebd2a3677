//! Keeps a check that panics from taking the others with it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use checker::CheckResult;

use super::RunCheck;
use crate::Event;

/// A check, or why it is none any more.
pub(super) struct Guarded {
    name: &'static str,
    check: Result<Box<dyn RunCheck>, String>,
}

impl Guarded {
    pub(super) fn new(check: Box<dyn RunCheck>) -> Self {
        Self {
            name: check.name(),
            check: Ok(check),
        }
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        self.guarded(|check| check.on_event(event));
    }

    pub(super) fn cut_short(&mut self) {
        self.guarded(|check| check.cut_short());
    }

    pub(super) fn is_violated(&self) -> bool {
        self.check.as_ref().is_ok_and(|check| check.is_violated())
    }

    fn guarded(&mut self, act: impl FnOnce(&mut dyn RunCheck)) {
        let Ok(check) = &mut self.check else { return };
        // A check that has panicked is never touched again, so its broken state does not matter.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| act(check.as_mut()))) {
            self.check = Err(text_of(panic.as_ref()));
        }
    }

    pub(super) fn finish(self) -> CheckResult {
        let result = self.check.and_then(|mut check| {
            catch_unwind(AssertUnwindSafe(|| check.finish()))
                .map_err(|panic| text_of(panic.as_ref()))
        });
        result.unwrap_or_else(|reason| {
            CheckResult::unknown(
                self.name,
                format!("The check itself failed ({reason}). This is a mistake in Splitbrain."),
            )
        })
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a reason")
        .to_owned()
}
