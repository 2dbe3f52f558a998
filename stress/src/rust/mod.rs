//! Tests of the kernel's protocols, in Rust: each actor is an attached thread of an interpreter without a language.

mod blocking;
mod breaker;
mod code;
mod heap;
mod index_pool;
mod litmus;
mod object_lock;
mod published;
mod threads;
mod world;

use crate::case::{Body, Outcome, Test};
use crate::engine::Plan;

/// All of them.
pub fn tests() -> Vec<Test> {
    [
        litmus::tests(),
        world::tests(),
        breaker::tests(),
        threads::tests(),
        index_pool::tests(),
        code::tests(),
        object_lock::tests(),
        published::tests(),
        heap::tests(),
        blocking::tests(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The seeded bug "twin": the test's own broken twin in place of a bug of the kernel.
pub const TWIN: &[&str] = &["twin"];

fn test(
    name: &'static str,
    guarantee: &'static str,
    what: &'static str,
    outcomes: Vec<Outcome>,
    finds: &'static [&'static str],
    body: fn(&Plan),
) -> Test {
    Test { name, what, guarantee, outcomes, body: Body::Rust(body), finds }
}

/// As a result.
fn int(yes: bool) -> i32 {
    i32::from(yes)
}
