//! Programs written from nothing but the tasks' text, right ones and wrong ones with the mistakes
//! that are usual: right ones pass, and of wrong ones the mistake is named.

mod case;
mod right;
mod run;
mod wrong;
