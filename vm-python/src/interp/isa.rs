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
    fn instrumentable(_op: u16) -> isa::EventSet {
        0
    }
    fn initial_counter(op: u16) -> Backoff {
        match Op::from_u16(op) {
            Some(Op::JUMP_BACKWARD | Op::RESUME) => Backoff::jump_start(),
            _ => Backoff::adaptive_start(),
        }
    }
}
