//! The instruction set as `vm-core` sees it.

use vm_compiler::Op;
use vm_core::{backoff::Backoff, isa};

/// Python's instruction set, from the opcode table.
pub struct PyIsa;

impl isa::Isa for PyIsa {
    fn cache_words(op: u16) -> usize {
        Op::from_u16(op).map_or(0, |o| o.info().cache as usize)
    }
    fn base_form(op: u16) -> u16 {
        Op::from_u16(op).map_or(op, |o| o.info().base as u16)
    }
    fn instrumentable(op: u16) -> isa::EventSet {
        Op::from_u16(op).map_or(0, |o| o.events(0) | o.events(1))
    }
    fn initial_counter(op: u16) -> Backoff {
        match Op::from_u16(op) {
            Some(Op::RESUME) => Backoff::new(0, 0),
            Some(Op::JUMP_BACKWARD) => Backoff::jump_start(),
            _ => Backoff::adaptive_start(),
        }
    }
}
