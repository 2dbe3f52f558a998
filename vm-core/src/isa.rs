//! What vm-core must know of an instruction set, and a seven-opcode toy for tests and models.

/// Monitoring events that an instruction can fire, one bit each; the bits' meaning is the embedder's.
pub type EventSet = u32;

/// The instruction set as the copies, the specializer and the instrumentation see it. Opcodes fit 14 bits.
///
/// All forms of one family have the same length: `cache_words(op) == cache_words(base_form(op))`.
pub trait Isa {
    /// How many cache words follow the instruction.
    fn cache_words(op: u16) -> usize;
    /// The adaptive form of the family that `op` belongs to; `op` itself where there is no family.
    fn base_form(op: u16) -> u16;
    /// The events that `op` can be instrumented for; empty when it cannot.
    fn instrumentable(op: u16) -> EventSet;
    /// The counter that a fresh copy of `op` starts with; meaningless when it has no cache words. An instruction whose first cache word is
    /// compared as a whole ([`crate::instrument`]) has none: zero bits.
    fn initial_counter(op: u16) -> crate::backoff::Backoff {
        let _ = op;
        crate::backoff::Backoff::adaptive_start()
    }
}

/// Seven opcodes: enough for every transition.
pub mod toy {
    use super::{EventSet, Isa};

    /// Function entry; instrumentable.
    pub const RESUME: u16 = 1;
    /// An adaptive addition with two cache words.
    pub const ADD: u16 = 2;
    /// Its integer form.
    pub const ADD_INT: u16 = 3;
    /// Its float form.
    pub const ADD_FLOAT: u16 = 4;
    /// A backward jump with one cache word; instrumentable; can hold the EXECUTOR flag.
    pub const JUMP_BACKWARD: u16 = 5;
    /// Function exit; instrumentable.
    pub const RETURN: u16 = 6;
    /// Function entry that knows its instrumentation version, in its cache word; instrumentable.
    pub const ENTER: u16 = 7;

    /// The toy instruction set.
    #[derive(Clone, Copy, Debug)]
    pub struct Toy;

    impl Isa for Toy {
        fn cache_words(op: u16) -> usize {
            match op {
                ADD | ADD_INT | ADD_FLOAT => 2,
                JUMP_BACKWARD | ENTER => 1,
                _ => 0,
            }
        }

        fn base_form(op: u16) -> u16 {
            match op {
                ADD_INT | ADD_FLOAT => ADD,
                other => other,
            }
        }

        fn instrumentable(op: u16) -> EventSet {
            match op {
                RESUME | ENTER => 1,
                JUMP_BACKWARD => 2,
                RETURN => 4,
                _ => 0,
            }
        }

        fn initial_counter(op: u16) -> crate::backoff::Backoff {
            use crate::backoff::Backoff;
            match op {
                ENTER => Backoff::new(0, 0),
                JUMP_BACKWARD => Backoff::jump_start(),
                _ => Backoff::adaptive_start(),
            }
        }
    }
}
