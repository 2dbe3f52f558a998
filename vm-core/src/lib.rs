//! The verified kernel of Weft.
//!
//! Knows nothing of Python. Every synchronization protocol of the VM is here, once, written against one facade ([`sync`]); the same source is
//! what the model checkers explore (`cargo xtask check`). Each protocol file opens with a header that states purpose, actors, state, numbered rules,
//! guarantees, memory orders, and what checks it.
//!
//! | module | protocol |
//! |---|---|
//! | [`world`] | P1 attach, detach, stop the world; P2 stop all interpreters |
//! | [`breaker`] | P3 event bits and instrumentation version in one word |
//! | [`async_exc`] | P4 exceptions sent to a thread |
//! | [`threads`] | P5 the thread list |
//! | [`index_pool`] | P6 thread indices |
//! | [`code`] | P7 bytecode copies, P8 code-word transitions |
//! | [`instrument`] | P8 which events of which instruction, and who wants them |
//! | [`backoff`] | P9 backoff counters |
//! | [`pending_calls`] | P11 calls asked of a thread |
//! | [`object_lock`] | P12 object locks, and pauses |
//! | [`retire`] | P13 retired memory |
//! | [`fork`] | P15 fork, and the end of the runtime |
//! | [`versions`] | P14 versions of what is looked up, and watchers |
//! | [`frame_state`] | P16 generator frames |
//! | [`published`] | P17 published blocks |
//! | [`blocking`] | P21 waits that can be interrupted |
//!
//! Facts about the world are types: [`world::Attached`] (may touch the heap), [`world::WorldStopped`] (may de-instrument, invalidate, free),
//! [`threads::ThreadListGuard`] (may iterate the threads), [`code::CodeLock`] (may instrument, publish a copy). There are no statics; everything
//! hangs off a [`runtime::Runtime`].
//!
//! [`guide`] shows how another virtual machine stands on this, with a small one as an example.
//!
//! The models, and how to read their results, are described in `docs/model-checks.md`.
//!
//! # Trusted, not explored
//!
//! The insides of the standard library's locks, `arc-swap` and `crossbeam-epoch`, the kernel's `membarrier`, futexes and clocks, the compiler, and generated machine
//! code. The checkers explore bounded models: `cargo xtask check` prints the bound of each, and whether it was exhausted.

pub mod async_exc;
pub mod backoff;
pub mod blocking;
pub mod breaker;
pub mod code;
mod crew;
pub mod fork;
#[doc = include_str!("guide.md")]
pub mod guide {}
pub mod frame_state;
pub mod index_pool;
pub mod instrument;
pub mod isa;
pub mod mutants;
pub mod object_lock;
pub mod pending_calls;
pub mod published;
pub mod retire;
pub mod runtime;
pub mod slot;
pub mod sync;
pub mod threads;
pub mod versions;
pub mod world;
