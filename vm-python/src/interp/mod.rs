//! The interpreter: frames, calls, the dispatch loop, specialization, unwinding.

mod attributes;
pub mod bind;
pub mod calls;
mod displays;
pub mod entry;
pub mod events;
pub mod generators;
pub mod instrumented;
mod intrinsics;
pub mod isa;
mod names;
mod patterns;
pub mod run;
pub mod slow;
pub mod specialize;
pub mod unwind;
