//! The interpreter: frames, calls, the dispatch loop, specialization, unwinding.

pub mod bind;
pub mod entry;
pub mod events;
pub mod generators;
pub mod instrumented;
mod intrinsics;
pub mod isa;
pub mod run;
pub mod slow;
pub mod specialize;
pub mod unwind;
